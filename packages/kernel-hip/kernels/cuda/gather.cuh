// Fills the stages: weights by bulk copies (a block is contiguous after repacking), rows of activations by 16-byte copies,
// which place each piece where the 128-byte swizzle wants it.
#pragma once

#include "abi.h"
#include "pipeline.cuh"

namespace moe {

/// The rows that a thread copies: of every third group of eight rows, rows `lane / 8` and `lane / 8 + 4`, 16 bytes of each
/// 128. Where they come from stays in registers for the whole tile.
struct Rows {
    static constexpr int GROUPS = (TILE_ROWS / 8 + GATHER_WARPS - 1) / GATHER_WARPS;
    const char* columns;
    u32 source[GROUPS][2];
    u32 k;
    u32 destination;
    int groups;

    /// Of a tile's rows and where they come from, which null leaves open.
    __device__ __forceinline__ Rows(const MoeGemmArgs& args, int rows, const u32* from, int warp, int lane) {
        k = 8 * (lane % 8);
        columns = static_cast<const char*>(args.a) + 2 * k;
        const int row = 8 * warp + lane / 8;
        destination = 128 * row + 16 * ((lane % 8) ^ (lane / 8));
        groups = (rows / 8 - warp + GATHER_WARPS - 1) / GATHER_WARPS;
#pragma unroll
        for (int group = 0; group < GROUPS; ++group)
#pragma unroll
            for (int upper = 0; upper < 2; ++upper)
                source[group][upper] =
                    group < groups && from != nullptr ? from[row + 8 * GATHER_WARPS * group + 4 * upper] : 0;
    }

    __device__ __forceinline__ void copy(const MoeGemmArgs& args, u32 stage, u32 kOffset) const {
        const char* from = columns + 2ull * kOffset;
        // What lies past K is zero: its weights have scale 0, and 0 times anything must stay 0.
        const u32 low = kOffset + k < args.k ? 16 : 0;
        const u32 high = kOffset + k + 64 < args.k ? 16 : 0;
#pragma unroll
        for (int group = 0; group < GROUPS; ++group) {
            if (group >= groups) break;
#pragma unroll
            for (int upper = 0; upper < 2; ++upper) {
                const u32 to = stage + (upper ? (destination ^ 64) + 512 : destination) + group * GATHER_WARPS * 1024;
                const char* row = from + 16ull * source[group][upper];
                copyAsync16(to, row, low);
                copyAsync16(to + SWIZZLE_BYTES, row + 128, high);
            }
        }
    }
};

/// Where a tile's weights come from.
template <int GroupSize, bool Zeros>
struct WeightSource {
    using Map = SharedMap<GroupSize, Zeros>;
    const char* from[2];
    int blocks;

    __device__ __forceinline__ WeightSource(const MoeGemmArgs& args, const Context& ctx, u32 expert, int first, int blocks)
        : blocks(blocks) {
#pragma unroll
        for (int block = 0; block < 2; ++block) {
            // A tile may reach past the last block; it then reads that block twice and stores nothing of the copy.
            const int column = min(first + block, ctx.columnBlocks - 1);
            const u64 index = (static_cast<u64>(expert) * ctx.columnBlocks + column) * ctx.kBlocks;
            from[block] = static_cast<const char*>(args.weights) + index * Map::WEIGHT_BLOCK;
        }
    }

    /// Copies the blocks of 128 of K; one thread.
    __device__ __forceinline__ void copy(const Context& ctx, u32 stage, u32 kBlock) const {
        const u32 barrier = ctx.full + 8 * stage;
        const u32 to = ctx.weights + stage * Map::STAGE_WEIGHT_BYTES;
        const u32 offset = kBlock * Map::WEIGHT_BLOCK;
        barrierExpect(barrier, blocks * Map::WEIGHT_BLOCK);
        copyBulk(to, from[0] + offset, Map::WEIGHT_BLOCK, barrier);
        if (blocks == 2) copyBulk(to + Map::WEIGHT_BLOCK, from[1] + offset, Map::WEIGHT_BLOCK, barrier);
    }
};

/// Stages of the first tile whose weights are asked for before its rows are known: all but the one that multipliers give away
/// late.
template <int GroupSize, bool Zeros>
__device__ __forceinline__ u32 earlyStages(const Context& ctx) {
    return min(SharedMap<GroupSize, Zeros>::STAGES - 1, ctx.kBlocks);
}

/// Asks for the first tile's weights; one thread.
template <int GroupSize, bool Zeros>
__device__ __forceinline__ void loadEarly(const MoeGemmArgs& args, const Context& ctx, u32 expert, int column, int blocks) {
    const WeightSource<GroupSize, Zeros> weights(args, ctx, expert, column, blocks);
    for (u32 stage = 0; stage < earlyStages<GroupSize, Zeros>(ctx); ++stage) {
        barrierWait(ctx.empty + 8 * stage, 0);
        weights.copy(ctx, stage, stage);
    }
}

/// A gatherer's whole life; `warp` 0..GATHER_WARPS-1. It waits for space only: what it copied reports itself.
template <int GroupSize, bool Zeros>
__device__ __forceinline__ void gather(const MoeGemmArgs& args, const Context& ctx, int warp, int lane) {
    constexpr int STAGES = SharedMap<GroupSize, Zeros>::STAGES;
    const u32 early = earlyStages<GroupSize, Zeros>(ctx);
    Ring ring, tiles;
    // At first copies of nothing, into a stage that nobody reads yet: see `Rehearsal`.
    for (int rehearses = 1;; rehearses = 0) {
        // Opaque, or the first round becomes code of its own.
        keep(rehearses);
        const u32 slot = tiles.slot<TILE_SLOTS>();
        const Tile& tile = ctx.tiles[slot];
        if (!rehearses) {
            barrierWait(ctx.tileFull + 8 * slot, tiles.parity<TILE_SLOTS>());
            if (tile.rows == 0) break;
            if (warp == 0 && lane == 0) barrierArrive(ctx.started);
        }
        const WeightSource<GroupSize, Zeros> weights(args, ctx, rehearses ? 0 : tile.expert, rehearses ? 0 : tile.column,
                                                     rehearses ? 1 : tile.blocks);
        const Rows rows(args, rehearses ? 8 * GATHER_WARPS : tile.rows, rehearses ? nullptr : tile.source, warp, lane);
        for (int kBlock = rehearses ? ctx.kBlocks - 1 : 0; kBlock < ctx.kBlocks; ++kBlock) {
            const u32 stage = ring.slot<STAGES>();
            if (!rehearses) {
                barrierWait(ctx.empty + 8 * stage, ring.parity<STAGES>());
                if (warp == 0 && lane == 0 && ring.count >= early) weights.copy(ctx, stage, kBlock);
            }
            rows.copy(args, ctx.activations + stage * STAGE_A_BYTES, rehearses ? args.k : kBlock * BLOCK_K);
            if (rehearses) {
                copyAsyncWait();
            } else {
                copyAsyncArrive(ctx.full + 8 * stage);
                ++ring.count;
            }
        }
        if (!rehearses) {
            barrierArrive(ctx.tileEmpty + 8 * slot);
            ++tiles.count;
        }
    }
}

}  // namespace moe
