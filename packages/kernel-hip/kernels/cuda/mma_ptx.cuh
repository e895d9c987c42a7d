// The instructions.
#pragma once

namespace moe {

/// What this thread copied by `copyAsync16` since the last call becomes one group.
__device__ __forceinline__ void copyCommit() { asm volatile("cp.async.commit_group;" ::: "memory"); }

/// Waits until at most so many of this thread's groups, the latest ones, are on their way.
template <int Pending>
__device__ __forceinline__ void copyWait() {
    asm volatile("cp.async.wait_group %0;" ::"n"(Pending) : "memory");
}

/// Waits for that many threads of the thread block, whole warps; the others have no part in it.
template <int Threads>
__device__ __forceinline__ void syncThreads() {
    asm volatile("bar.sync 1, %0;" ::"n"(Threads) : "memory");
}

/// 8 x 8 matrices of 16-bit elements, of which lanes 8 i to 8 i + 7 give the addresses of the rows of matrix i. Lane l gets
/// elements 2 (l % 4) and the next of row l / 4 of each.
__device__ __forceinline__ void loadMatrices(u32 address, u32 (&first)[2], u32 (&second)[2]) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(first[0]), "=r"(first[1]), "=r"(second[0]), "=r"(second[1])
                 : "r"(address));
}
__device__ __forceinline__ void loadMatrices(u32 address, u32 (&only)[2]) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x2.shared.b16 {%0, %1}, [%2];" : "=r"(only[0]), "=r"(only[1]) : "r"(address));
}

/// Adds to `d[0]` to `d[3]`: rows l / 4 (two) and l / 4 + 8, tokens 2 (l % 4) and the next.
template <class Element>
__device__ __forceinline__ void multiplyAdd(float* d, const u32 (&weights)[4], const u32 (&tokens)[2]);

#define MOE_MULTIPLY_ADD(ELEMENT, TYPE)                                                                              \
    template <>                                                                                                      \
    __device__ __forceinline__ void multiplyAdd<ELEMENT>(float* d, const u32 (&weights)[4], const u32 (&tokens)[2]) { \
        asm volatile("mma.sync.aligned.m16n8k16.row.col.f32." TYPE "." TYPE                                          \
                     ".f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"                          \
                     : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])                                                \
                     : "r"(weights[0]), "r"(weights[1]), "r"(weights[2]), "r"(weights[3]), "r"(tokens[0]),           \
                       "r"(tokens[1]));                                                                              \
    }
MOE_MULTIPLY_ADD(Bf16, "bf16")
MOE_MULTIPLY_ADD(F16, "f16")

}  // namespace moe
