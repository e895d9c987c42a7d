// PTX, each instruction behind a name. No CUDA header is needed beyond what nvcc includes itself.
#pragma once

namespace moe {

__device__ __forceinline__ u32 sharedAddress(const void* pointer) { return static_cast<u32>(__cvta_generic_to_shared(pointer)); }

// mbarriers: addressed by their shared-space byte address.

__device__ __forceinline__ void barrierInit(u32 barrier, u32 arrivals) {
    asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(barrier), "r"(arrivals) : "memory");
}

/// Makes initialized barriers known to asynchronous copies.
__device__ __forceinline__ void fenceBarrierInit() { asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory"); }

__device__ __forceinline__ void barrierArrive(u32 barrier) {
    asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(barrier) : "memory");
}

/// Arrives, and has the phase wait for so many bytes of bulk copies too.
__device__ __forceinline__ void barrierExpect(u32 barrier, u32 bytes) {
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(barrier), "r"(bytes) : "memory");
}

__device__ __forceinline__ bool barrierTest(u32 barrier, u32 parity) {
    u32 done;
    asm volatile(
        "{\n.reg .pred p;\nmbarrier.test_wait.parity.shared::cta.b64 p, [%1], %2;\nselp.b32 %0, 1, 0, p;\n}"
        : "=r"(done)
        : "r"(barrier), "r"(parity)
        : "memory");
    return done != 0;
}

/// As `barrierTest`, after a moment where the phase has not ended.
#if __CUDA_ARCH__ >= 900
__device__ __forceinline__ bool barrierTry(u32 barrier, u32 parity) {
    u32 done;
    asm volatile(
        "{\n.reg .pred p;\nmbarrier.try_wait.parity.shared::cta.b64 p, [%1], %2;\nselp.b32 %0, 1, 0, p;\n}"
        : "=r"(done)
        : "r"(barrier), "r"(parity)
        : "memory");
    return done != 0;
}
#else
__device__ __forceinline__ bool barrierTry(u32 barrier, u32 parity) {
    if (barrierTest(barrier, parity)) return true;
    asm volatile("nanosleep.u32 40;");
    return false;
}
#endif

__device__ __forceinline__ void barrierWait(u32 barrier, u32 parity) {
    while (!barrierTry(barrier, parity)) {
    }
}

/// Asks for 128 bytes to be brought to L2.
__device__ __forceinline__ void prefetchL2(const void* global) { asm volatile("prefetch.global.L2 [%0];" ::"l"(global)); }

// Copies from global to shared memory.

/// 16 bytes, through L2 only; `bytes` 0 writes zeros and reads nothing.
__device__ __forceinline__ void copyAsync16(u32 shared, const void* global, u32 bytes) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared), "l"(global), "r"(bytes) : "memory");
}

/// Arrives at the barrier once all 16-byte copies of this thread so far are done; the barrier counts this arrival.
__device__ __forceinline__ void copyAsyncArrive(u32 barrier) {
    asm volatile("cp.async.mbarrier.arrive.noinc.shared::cta.b64 [%0];" ::"r"(barrier) : "memory");
}

/// Waits for all 16-byte copies of this thread so far.
__device__ __forceinline__ void copyAsyncWait() { asm volatile("cp.async.wait_all;" ::: "memory"); }

/// `bytes` is a multiple of 16; counts towards the barrier's expected bytes. What it reads leaves L2 first: a weight is read
/// once or by neighbours at the same time, activations are read again and again.
__device__ __forceinline__ void copyBulk(u32 shared, const void* global, u32 bytes, u32 barrier) {
    asm volatile(
        "{\n.reg .b64 policy;\ncreatepolicy.fractional.L2::evict_first.b64 policy, 1.0;\n"
        "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes.L2::cache_hint [%0], [%1], %2, [%3], policy;\n}" ::
            "r"(shared),
        "l"(global), "r"(bytes), "r"(barrier)
        : "memory");
}

/// Orders ordinary writes to shared memory that this thread knows of before what it has the tensor cores read.
__device__ __forceinline__ void fenceAsyncProxy() { asm volatile("fence.proxy.async.shared::cta;" ::: "memory"); }

// Launch order between kernels of one stream; no-ops unless the launch asked for programmatic serialization, which
// processors before sm_90 do not have.

#if __CUDA_ARCH__ >= 900
__device__ __forceinline__ void waitForPreviousKernel() { asm volatile("griddepcontrol.wait;" ::: "memory"); }
__device__ __forceinline__ void allowNextKernel() { asm volatile("griddepcontrol.launch_dependents;" ::: "memory"); }
#else
__device__ __forceinline__ void waitForPreviousKernel() {}
__device__ __forceinline__ void allowNextKernel() {}
#endif

template <u32 Count>
__device__ __forceinline__ void registersRaise() {
    asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(Count));
}

template <u32 Count>
__device__ __forceinline__ void registersLower() {
    asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(Count));
}

/// An 8 x 8 matrix of 16-bit elements held by a warp, transposed.
__device__ __forceinline__ u32 transpose8x8(u32 pair) {
    u32 result;
    asm volatile("movmatrix.sync.aligned.m8n8.trans.b16 %0, %1;" : "=r"(result) : "r"(pair));
    return result;
}

__device__ __forceinline__ uint4 loadShared16(u32 address) {
    uint4 v;
    asm volatile("ld.shared.v4.u32 {%0, %1, %2, %3}, [%4];" : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w) : "r"(address));
    return v;
}

__device__ __forceinline__ uint2 loadShared8(u32 address) {
    uint2 v;
    asm volatile("ld.shared.v2.u32 {%0, %1}, [%2];" : "=r"(v.x), "=r"(v.y) : "r"(address));
    return v;
}

// Arithmetic of pairs of 16-bit values.

#define MOE_PAIRS(NAME, INSTRUCTION)                                   \
    __device__ __forceinline__ u32 NAME(u32 a, u32 b) {                \
        u32 d;                                                         \
        asm(INSTRUCTION " %0, %1, %2;" : "=r"(d) : "r"(a), "r"(b));    \
        return d;                                                      \
    }
#if __CUDA_ARCH__ >= 900
MOE_PAIRS(addBf16x2, "add.rn.bf16x2")
MOE_PAIRS(mulBf16x2, "mul.rn.bf16x2")
#else
/// a * b + c, rounded once.
__device__ __forceinline__ u32 fmaBf16x2(u32 a, u32 b, u32 c) {
    u32 d;
    asm("fma.rn.bf16x2 %0, %1, %2, %3;" : "=r"(d) : "r"(a), "r"(b), "r"(c));
    return d;
}
constexpr u32 BF16_ONES = 0x3F803F80;
/// Negative: added to a product of zero it keeps that zero's sign.
constexpr u32 BF16_ZEROS = 0x80008000;
__device__ __forceinline__ u32 addBf16x2(u32 a, u32 b) { return fmaBf16x2(a, BF16_ONES, b); }
__device__ __forceinline__ u32 mulBf16x2(u32 a, u32 b) { return fmaBf16x2(a, b, BF16_ZEROS); }
#endif
MOE_PAIRS(addF16x2, "add.rn.f16x2")
MOE_PAIRS(mulF16x2, "mul.rn.f16x2")

__device__ __forceinline__ u32 packBf16x2(float low, float high) {
    u32 d;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(d) : "f"(high), "f"(low));
    return d;
}
__device__ __forceinline__ u32 packF16x2(float low, float high) {
    u32 d;
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(d) : "f"(high), "f"(low));
    return d;
}

__device__ __forceinline__ float f16ToFloat(u16 bits) {
    float value;
    asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(bits));
    return value;
}

// Within a few units of the last place; tiny results are zeros.

__device__ __forceinline__ float exp2Fast(float x) {
    float result;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(x));
    return result;
}

__device__ __forceinline__ float reciprocalFast(float x) {
    float result;
    asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(x));
    return result;
}

/// (value & Mask) | bits in one instruction.
template <u32 Mask>
__device__ __forceinline__ u32 maskedOr(u32 value, u32 bits) {
    u32 d;
    asm("lop3.b32 %0, %1, %2, %3, 0xEA;" : "=r"(d) : "r"(value), "n"(Mask), "r"(bits));
    return d;
}

/// 16 or 8 bytes to global memory where `store` holds. No branch: what follows passes it by.
__device__ __forceinline__ void storeWordsIf(bool store, void* to, const u32 (&v)[4]) {
    asm volatile("{\n.reg .pred p;\nsetp.ne.b32 p, %0, 0;\n@p st.global.v4.b32 [%1], {%2, %3, %4, %5};\n}" ::"r"(
                     static_cast<u32>(store)),
                 "l"(to), "r"(v[0]), "r"(v[1]), "r"(v[2]), "r"(v[3])
                 : "memory");
}
__device__ __forceinline__ void storeWordsIf(bool store, void* to, const u32 (&v)[2]) {
    asm volatile("{\n.reg .pred p;\nsetp.ne.b32 p, %0, 0;\n@p st.global.v2.b32 [%1], {%2, %3};\n}" ::"r"(
                     static_cast<u32>(store)),
                 "l"(to), "r"(v[0]), "r"(v[1])
                 : "memory");
}

/// Hides from the compiler how a value came about.
__device__ __forceinline__ void keep(float& value) { asm volatile("" : "+f"(value)::"memory"); }
__device__ __forceinline__ void keep(int& value) { asm volatile("" : "+r"(value)); }

}  // namespace moe
