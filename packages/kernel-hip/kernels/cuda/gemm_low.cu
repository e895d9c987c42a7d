// W4A16 grouped GEMM for Hopper where experts have few rows, see docs/kernels-nvidia.md. There is no plan, and no role: a thread
// block computes 16 or 32 rows of an expert by 128 columns, loads for itself, and ends. Code that is short is what counts, as it
// comes from memory, and several thread blocks on a multiprocessor that hide each other's latencies.
#include "abi.h"
#include "decoder.cuh"
#include "step.cuh"
#include "store.cuh"

namespace moe {

/// Rows of a part, of which a thread block computes one or two.
constexpr int PART_ROWS = 16;
constexpr int THREADS = 128;
/// Thread blocks that share a multiprocessor: what registers and stages leave room for.
[[maybe_unused]] constexpr int RESIDENT = 4;
/// Both heights take the same shared memory: what two parts have more of rows, they have less of stages.
template <int Rows>
constexpr int STAGES = Rows == PART_ROWS ? 4 : 3;

/// A stage holds 128 of K: the rows in two halves of 64, and a block of weights as it is.
template <int Rows>
constexpr int HALF_BYTES = Rows * ROW_BYTES;
template <int Rows>
constexpr int STAGE_A_BYTES = 2 * HALF_BYTES<Rows>;

/// Position in the ring of stages.
template <int Rows, int GroupSize, bool Zeros>
struct StageRing {
    static constexpr int BYTES = STAGE_A_BYTES<Rows> + blockBytes(GroupSize, Zeros);
    u32 first;
    u32 stage = first;

    __device__ __forceinline__ void advance() {
        stage += BYTES;
        if (stage == first + STAGES<Rows> * BYTES) stage = first;
    }
};

/// A thread's share of all loads: 16 bytes of each 2 KiB of a block of weights and of one row of each part and half.
template <int Rows, int GroupSize, bool Zeros>
struct Loader {
    static constexpr int WEIGHT_BLOCK = blockBytes(GroupSize, Zeros);
    static constexpr int TABLE_THREADS = (WEIGHT_BLOCK - BLOCK_WEIGHT_BYTES) / 16;
    static constexpr int PARTS = Rows / PART_ROWS;
    StageRing<Rows, GroupSize, Zeros> ring;
    const char* weights;
    /// Null where there is no route: what is in shared memory then is multiplied into rows that nobody stores.
    const char* rows[PARTS];
    /// In its part and half of a stage.
    u32 rowPlace;
    u32 k, kEnd;

    __device__ __forceinline__ Loader(const MoeGemmArgs& args, u32 shared, u32 expert, u32 own)
        : ring{shared}, k(threadIdx.x % 8 * 8), kEnd(args.k) {
        const u32 kBlocks = (args.k + BLOCK_K - 1) / BLOCK_K;
        const u64 block = (static_cast<u64>(expert) * gridDim.x + blockIdx.x) * kBlocks;
        weights = static_cast<const char*>(args.weights) + block * WEIGHT_BLOCK + 16 * threadIdx.x;
        const u32 number = threadIdx.x / 8;
#pragma unroll
        for (int part = 0; part < PARTS; ++part) {
            const u32 flat = __shfl_sync(~0u, own, part * PART_ROWS + number);
            const char* const row = static_cast<const char*>(args.a) + 2 * (flat / args.topK * args.lda + k);
            rows[part] = flat < args.numValid ? row : nullptr;
        }
        rowPlace = ROW_BYTES * number + 16 * (threadIdx.x % 8 ^ number % 8);
    }

    /// Starts to load the next stage, nothing after the last; one group of copies.
    __device__ __forceinline__ void step() {
        const u32 to = ring.stage;
        if (k / BLOCK_K * BLOCK_K < kEnd) {
            const u32 ownWeights = to + STAGE_A_BYTES<Rows> + 16 * threadIdx.x;
#pragma unroll
            for (int at = 0; at < BLOCK_WEIGHT_BYTES; at += 16 * THREADS) copyAsync16(ownWeights + at, weights + at, 16);
            if (threadIdx.x < TABLE_THREADS)
                copyAsync16(ownWeights + BLOCK_WEIGHT_BYTES, weights + BLOCK_WEIGHT_BYTES, 16);
#pragma unroll
            for (int part = 0; part < PARTS; ++part) {
                if (rows[part] == nullptr) continue;
                const u32 place = to + rowPlace + part * PART_ROWS * ROW_BYTES;
                // What lies past K is zero: its weights have scale 0, and 0 times anything must stay 0.
                copyAsync16(place, rows[part], k < kEnd ? 16 : 0);
                copyAsync16(place + HALF_BYTES<Rows>, rows[part] + ROW_BYTES, k + 64 < kEnd ? 16 : 0);
                rows[part] += 2 * BLOCK_K;
            }
            weights += WEIGHT_BLOCK;
            k += BLOCK_K;
        }
        copyCommit();
        ring.advance();
    }
};

/// Multiplies a stage.
template <class Element, int Rows, int GroupSize, bool Zeros>
__device__ __forceinline__ void multiplyStage(u32 stage, const Lane& at, float (&acc)[2][Rows / 2]) {
    Decoder<Element, GroupSize, Zeros, 2> decoder(at);
    decoder.fetch(stage + STAGE_A_BYTES<Rows>);
    // Lanes 0 to 15 give the rows of eight tokens, each twice: for k 0 to 7 of a step and for the others.
    const u32 ownRow = stage + (at.lane / 16 * 8 + at.lane % 8) * ROW_BYTES + 16 * (at.lane / 8 % 2 ^ at.lane % 8);
#pragma unroll
    for (int step = 0; step < STEPS; ++step) {
        Operands<Rows> operands;
        loadTokens<Rows>(ownRow + step / 4 * HALF_BYTES<Rows>, step % 4, operands.tokens);
        decoder.decode(step, operands.weights);
        multiplyStep<Element, Rows>(acc, operands);
    }
}

/// Multiplies the rows of which lane r of each warp has the flat index, `own`, of row r.
template <class Element, int Rows, int GroupSize, bool Zeros>
__device__ __forceinline__ void multiplyRows(const MoeGemmArgs& args, u32 expert, u32 own) {
    extern __shared__ char dynamicShared[];
    const u32 shared = (sharedAddress(dynamicShared) + 127) & ~127u;
    const Lane at{0, static_cast<int>(threadIdx.x) / 32, static_cast<int>(threadIdx.x) % 32};
    Loader<Rows, GroupSize, Zeros> loader(args, shared, expert, own);
#pragma unroll 1
    for (int stage = 0; stage < STAGES<Rows> - 1; ++stage) loader.step();
    float acc[2][Rows / 2] = {};
    StageRing<Rows, GroupSize, Zeros> ring{shared};
#pragma unroll 1
    for (u32 k = 0; k < args.k; k += BLOCK_K) {
        copyWait<STAGES<Rows> - 2>();
        __syncthreads();
        loader.step();
        multiplyStage<Element, Rows, GroupSize, Zeros>(ring.stage, at, acc);
        ring.advance();
    }
    u32 flats[Rows / 8];
#pragma unroll
    for (int eight = 0; eight < Rows / 8; ++eight) flats[eight] = __shfl_sync(~0u, own, 8 * eight + at.lane / 4);
    const u32 pitch = static_cast<u32>(args.ldc / 8);
    const int column = blockIdx.x * BLOCK_N + 32 * at.warp + 8 * (at.lane % 4);
    storeTile<Element, Rows, 2>(args, column, at, acc, [&](int eight) {
        return flats[eight] < args.numValid ? flats[eight] * pitch : NO_TARGET;
    });
}

template <class Element, int GroupSize, bool Zeros>
__device__ __forceinline__ void gemm(const MoeLowGemmArgs& all) {
    const MoeGemmArgs& args = all.gemm;
    // Ids of rows and experts together: one latency.
    const u32 block = blockIdx.y, other = block ^ 1, lane = threadIdx.x % 32;
    const u32 slot = block * args.blockM + 2 * PART_ROWS * blockIdx.z + lane;
    const u32 expert = static_cast<u32>(all.expertIds[block]);
    u32 own = slot < args.numSlots ? static_cast<u32>(args.sortedTokenIds[slot]) : args.numValid;
    if (args.blockM == PART_ROWS) {
        // The first of two blocks of one expert computes both.
        const bool twins = other < gridDim.y && static_cast<u32>(all.expertIds[other]) == expert;
        if (twins && other < block) return;
        if (!twins && lane >= PART_ROWS) own = args.numValid;
    }
    // All threads of the thread block see the same ids.
    const u32 routes = __ballot_sync(~0u, own < args.numValid);
    if (expert >= all.numExperts || routes == 0) return;
    if (routes >> PART_ROWS == 0)
        multiplyRows<Element, PART_ROWS, GroupSize, Zeros>(args, expert, own);
    else
        multiplyRows<Element, 2 * PART_ROWS, GroupSize, Zeros>(args, expert, own);
}

}  // namespace moe

// One kernel a translation unit, so that they compile side by side: MOE_NAME, MOE_ELEMENT (Bf16, F16), MOE_GROUP (32, 64,
// 128) and MOE_ZEROS (true, false) come from the build, which has the table.
extern "C" __global__ void __launch_bounds__(moe::THREADS, moe::RESIDENT) MOE_NAME(const __grid_constant__ MoeLowGemmArgs args) {
    moe::gemm<moe::MOE_ELEMENT, MOE_GROUP, MOE_ZEROS>(args);
}
