// Turns the aligned blocks into a list of chunks: consecutive blocks of one expert fused up to the height of a tile, an
// expert's blocks dealt evenly over its chunks, chunks from the highest to the lowest. One thread block.
#include "abi.h"
#include "tile.cuh"

namespace moe {

/// The code is kept short, and called rather than inlined: it comes from memory each time, and that is most of its time.
constexpr u32 PLAN_THREADS = 512;
constexpr u32 WARPS = PLAN_THREADS / 32;
constexpr u32 CLASSES = 4;

/// Copies the expert ids to shared memory, loads of four rounds at once.
__device__ __forceinline__ void loadIds(const MoePlanArgs& args, int* ids) {
    constexpr u32 ROUNDS = 4;
#pragma unroll 1
    for (u32 base = threadIdx.x; base < args.numBlocks; base += ROUNDS * PLAN_THREADS) {
        int loaded[ROUNDS];
#pragma unroll
        for (u32 round = 0; round < ROUNDS; ++round) {
            const u32 block = base + round * PLAN_THREADS;
            if (block < args.numBlocks) loaded[round] = args.expertIds[block];
        }
#pragma unroll
        for (u32 round = 0; round < ROUNDS; ++round) {
            const u32 block = base + round * PLAN_THREADS;
            if (block < args.numBlocks) ids[block] = loaded[round];
        }
    }
}

/// Four counts of 16 bits, one a class of heights.
using Counts = u64;

/// Sum over the threads before this one; `total` is that over all. `partial` is shared memory of WARPS words.
__device__ __noinline__ Counts scanThreads(Counts value, Counts* partial, Counts& total) {
    const u32 warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    const auto scanWarp = [lane](Counts sum) {
#pragma unroll 1
        for (u32 distance = 1; distance < 32; distance *= 2) {
            const Counts other = __shfl_up_sync(~0u, sum, distance);
            if (lane >= distance) sum += other;
        }
        return sum;
    };
    const Counts inclusive = scanWarp(value);
    if (lane == 31) partial[warp] = inclusive;
    __syncthreads();
    const Counts sums = scanWarp(lane < WARPS ? partial[lane] : 0);
    total = __shfl_sync(~0u, sums, WARPS - 1);
    const Counts before = __shfl_sync(~0u, sums, (warp + WARPS - 1) % WARPS);
    __syncthreads();
    return (warp == 0 ? 0 : before) + inclusive - value;
}

/// Writes the first block of every run of equal expert ids, in order, and the number of blocks after the last.
__device__ __forceinline__ u32 listRuns(const MoePlanArgs& args, const int* ids, u32* starts, Counts* partial) {
    const u32 each = (args.numBlocks + PLAN_THREADS - 1) / PLAN_THREADS;
    const u32 first = threadIdx.x * each;
    const u32 end = min(first + each, args.numBlocks);
    const auto isStart = [ids](u32 block) { return block == 0 || ids[block] != ids[block - 1]; };
    u32 count = 0;
#pragma unroll 1
    for (u32 block = first; block < end; ++block) count += isStart(block);
    Counts runs;
    u32 position = static_cast<u32>(scanThreads(count, partial, runs));
#pragma unroll 1
    for (u32 block = first; block < end; ++block)
        if (isStart(block)) starts[position++] = block;
    if (threadIdx.x == 0) starts[runs] = args.numBlocks;
    __syncthreads();
    return static_cast<u32>(runs);
}

/// An expert's blocks in chunks: `high` of `small + 1` blocks, then the others of `small`.
struct Run {
    u32 firstBlock = 0;
    u32 expert = 0;
    u32 chunks = 0;
    u32 small = 0;
    u32 high = 0;
    /// 0 for the highest chunks.
    u32 heightClass = 0;

    __device__ __forceinline__ Run(const MoePlanArgs& args, const int* ids, const u32* starts, u32 run, u32 runs) {
        if (run >= runs) return;
        firstBlock = starts[run];
        expert = static_cast<u32>(ids[firstBlock]);
        if (expert >= args.numExperts) return;
        const u32 blocks = starts[run + 1] - firstBlock;
        const u32 most = blocksPerChunk(args.blockM);
        chunks = (blocks + most - 1) / most;
        small = blocks / chunks;
        high = blocks % chunks;
        heightClass = (most - small) * CLASSES / most;
    }

    __device__ __forceinline__ Counts counts() const { return static_cast<Counts>(chunks) << 16 * heightClass; }

    __device__ __forceinline__ void place(MoeChunk* to) const {
        u32 from = firstBlock;
#pragma unroll 1
        for (u32 i = 0; i < chunks; ++i) {
            const u32 height = i < high ? small + 1 : small;
            to[i] = MoeChunk{from, expert << 8 | height};
            from += height;
        }
    }
};

__device__ __forceinline__ void plan(const MoePlanArgs& args) {
    extern __shared__ char dynamicShared[];
    __shared__ Counts partial[WARPS];
    int* const ids = reinterpret_cast<int*>(dynamicShared);
    u32* const starts = reinterpret_cast<u32*>(ids + args.numBlocks);
    MoePlanHeader* header = static_cast<MoePlanHeader*>(args.plan);
    MoeChunk* chunks = reinterpret_cast<MoeChunk*>(header + 1);
    loadIds(args, ids);
    __syncthreads();
    const u32 runs = listRuns(args, ids, starts, partial);
    // Where the next chunk of each class goes; known once all are counted.
    Counts next = 0;
#pragma unroll 1
    for (int pass = 0; pass < 2; ++pass) {
#pragma unroll 1
        for (u32 base = 0; base < runs; base += PLAN_THREADS) {
            const Run run(args, ids, starts, base + threadIdx.x, runs);
            Counts total;
            const Counts before = next + scanThreads(run.counts(), partial, total);
            if (pass == 1) run.place(chunks + (before >> 16 * run.heightClass & 0xFFFF));
            next += total;
        }
        // Exclusive sums: class 0 first.
        const u64 counted = next;
        next = (counted << 16) + (counted << 32) + (counted << 48);
        if (pass == 0 && threadIdx.x == 0) *header = MoePlanHeader{static_cast<u32>((next + counted) >> 48), 0, 0, {0, 0}};
    }
}

}  // namespace moe

extern "C" __global__ void __launch_bounds__(moe::PLAN_THREADS) moe_plan(const __grid_constant__ MoePlanArgs args) {
    // The GEMM may take its place on the multiprocessors; it waits for the end of this kernel before it reads the plan.
    moe::allowNextKernel();
    moe::waitForPreviousKernel();
    moe::plan(args);
}
