// W4A16 grouped GEMM for Hopper where experts have few rows, see docs/kernels-nvidia.md. There is no plan, and no role: a thread
// block computes 16 rows of an aligned block by 128 columns, loads for itself, and ends. Code that is short is what counts, as it
// comes from memory, and several thread blocks on a multiprocessor that hide each other's latencies.
#include "abi.h"
#include "decoder.cuh"
#include "step.cuh"
#include "store.cuh"

namespace moe {

constexpr int PART_ROWS = 16;
constexpr int THREADS = 128;
/// Thread blocks that share a multiprocessor: what registers and stages leave room for.
[[maybe_unused]] constexpr int RESIDENT = 4;
constexpr int STAGES = 4;

/// A stage holds 128 of K: the rows in two halves of 64, and a block of weights as it is.
constexpr int HALF_BYTES = PART_ROWS * ROW_BYTES;
constexpr int STAGE_A_BYTES = 2 * HALF_BYTES;
template <int GroupSize, bool Zeros>
constexpr int STAGE_BYTES = STAGE_A_BYTES + blockBytes(GroupSize, Zeros);

/// Position in the ring of stages.
template <int Bytes>
struct StageRing {
    u32 first;
    u32 stage = first;

    __device__ __forceinline__ void advance() {
        stage += Bytes;
        if (stage == first + STAGES * Bytes) stage = first;
    }
};

/// A thread's part of all loads: 16 bytes of each 2 KiB of a block of weights and of one row of each half.
template <int GroupSize, bool Zeros>
struct Loader {
    static constexpr int WEIGHT_BLOCK = blockBytes(GroupSize, Zeros);
    static constexpr int TABLE_THREADS = (WEIGHT_BLOCK - BLOCK_WEIGHT_BYTES) / 16;
    StageRing<STAGE_BYTES<GroupSize, Zeros>> ring;
    const char* weights;
    /// Null where there is no route: what is in shared memory then is multiplied into rows that nobody stores.
    const char* row;
    /// In its half of a stage.
    u32 rowPlace;
    u32 k, kEnd;

    __device__ __forceinline__ Loader(const MoeGemmArgs& args, u32 shared, u32 expert, u32 flat)
        : ring{shared}, k(threadIdx.x % 8 * 8), kEnd(args.k) {
        const u32 kBlocks = (args.k + BLOCK_K - 1) / BLOCK_K;
        const u64 block = (static_cast<u64>(expert) * gridDim.x + blockIdx.x) * kBlocks;
        weights = static_cast<const char*>(args.weights) + block * WEIGHT_BLOCK + 16 * threadIdx.x;
        row = flat < args.numValid ? static_cast<const char*>(args.a) + 2 * (flat / args.topK * args.lda + k) : nullptr;
        const u32 number = threadIdx.x / 8;
        rowPlace = ROW_BYTES * number + 16 * (threadIdx.x % 8 ^ number % 8);
    }

    /// Starts to load the next stage, nothing after the last; one group of copies.
    __device__ __forceinline__ void step() {
        const u32 to = ring.stage;
        if (k / BLOCK_K * BLOCK_K < kEnd) {
            const u32 ownWeights = to + STAGE_A_BYTES + 16 * threadIdx.x;
#pragma unroll
            for (int at = 0; at < BLOCK_WEIGHT_BYTES; at += 16 * THREADS) copyAsync16(ownWeights + at, weights + at, 16);
            if (threadIdx.x < TABLE_THREADS)
                copyAsync16(ownWeights + BLOCK_WEIGHT_BYTES, weights + BLOCK_WEIGHT_BYTES, 16);
            if (row != nullptr) {
                // What lies past K is zero: its weights have scale 0, and 0 times anything must stay 0.
                copyAsync16(to + rowPlace, row, k < kEnd ? 16 : 0);
                copyAsync16(to + rowPlace + HALF_BYTES, row + ROW_BYTES, k + 64 < kEnd ? 16 : 0);
                row += 2 * BLOCK_K;
            }
            weights += WEIGHT_BLOCK;
            k += BLOCK_K;
        }
        copyCommit();
        ring.advance();
    }
};

/// Multiplies a stage.
template <class Element, int GroupSize, bool Zeros>
__device__ __forceinline__ void multiplyStage(u32 stage, const Lane& at, float (&acc)[2][PART_ROWS / 2]) {
    Decoder<Element, GroupSize, Zeros, 2> decoder(at);
    decoder.fetch(stage + STAGE_A_BYTES);
    // Lanes 0 to 15 give the rows of eight tokens, each twice: for k 0 to 7 of a step and for the others.
    const u32 ownRow = stage + (at.lane / 16 * 8 + at.lane % 8) * ROW_BYTES + 16 * (at.lane / 8 % 2 ^ at.lane % 8);
#pragma unroll
    for (int step = 0; step < STEPS; ++step) {
        Operands<PART_ROWS> operands;
        loadTokens<PART_ROWS>(ownRow + step / 4 * HALF_BYTES, step % 4, operands.tokens);
        decoder.decode(step, operands.weights);
        multiplyStep<Element, PART_ROWS>(acc, operands);
    }
}

template <class Element, int GroupSize, bool Zeros>
__device__ __forceinline__ void gemm(const MoeLowGemmArgs& all) {
    const MoeGemmArgs& args = all.gemm;
    extern __shared__ char dynamicShared[];
    const u32 shared = (sharedAddress(dynamicShared) + 127) & ~127u;
    const Lane at{0, static_cast<int>(threadIdx.x) / 32, static_cast<int>(threadIdx.x) % 32};
    // Ids of rows and expert together: one latency.
    const u32 part = blockIdx.y, slot = part * PART_ROWS + at.lane % PART_ROWS;
    const u32 own = slot < args.numSlots ? static_cast<u32>(args.sortedTokenIds[slot]) : args.numValid;
    const u32 expert = static_cast<u32>(all.expertIds[part >> (27 - __clz(args.blockM))]);
    // All threads of the thread block see the same ids.
    if (expert >= all.numExperts || !__any_sync(~0u, own < args.numValid)) return;

    const auto flatOf = [own](int row) { return __shfl_sync(~0u, own, row); };
    Loader<GroupSize, Zeros> loader(args, shared, expert, flatOf(threadIdx.x / 8));
#pragma unroll 1
    for (int stage = 0; stage < STAGES - 1; ++stage) loader.step();
    float acc[2][PART_ROWS / 2] = {};
    StageRing<STAGE_BYTES<GroupSize, Zeros>> ring{shared};
#pragma unroll 1
    for (u32 k = 0; k < args.k; k += BLOCK_K) {
        copyWait<STAGES - 2>();
        __syncthreads();
        loader.step();
        multiplyStage<Element, GroupSize, Zeros>(ring.stage, at, acc);
        ring.advance();
    }
    const u32 flats[] = {flatOf(at.lane / 4), flatOf(at.lane / 4 + 8)};
    const u32 pitch = static_cast<u32>(args.ldc / 8);
    const int column = blockIdx.x * BLOCK_N + 32 * at.warp + 8 * (at.lane % 4);
    storeTile<Element, PART_ROWS, 2>(args, column, at, acc, [&](int row) {
        const u32 flat = row < 8 ? flats[0] : flats[1];
        return flat < args.numValid ? flat * pitch : NO_TARGET;
    });
}

}  // namespace moe

// One kernel a translation unit, so that they compile side by side: MOE_NAME, MOE_ELEMENT (Bf16, F16), MOE_GROUP (32, 64,
// 128) and MOE_ZEROS (true, false) come from the build, which has the table.
extern "C" __global__ void __launch_bounds__(moe::THREADS, moe::RESIDENT) MOE_NAME(const __grid_constant__ MoeLowGemmArgs args) {
    moe::gemm<moe::MOE_ELEMENT, MOE_GROUP, MOE_ZEROS>(args);
}
