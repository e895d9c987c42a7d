// Fills the stages by 16-byte copies: rows of activations to where the swizzle wants them, weights as they are.
#pragma once

#include "abi.h"
#include "mma.cuh"
#include "pipeline_sm80.cuh"
#include "store.cuh"

namespace moe {

/// A multiplier's part of all loads. It runs ahead of the multiplication, from tile to tile.
template <int GroupSize, bool Zeros>
struct Loader {
    using Map = SharedMap<GroupSize, Zeros>;
    /// Rows that all multipliers copy at once, eight threads each.
    static constexpr int ROWS_AT_ONCE = MULTIPLIERS / 8;
    static constexpr int PARTS = TILE_ROWS / ROWS_AT_ONCE;
    const MoeGemmArgs& args;
    const Context& ctx;
    const Lane& at;
    Ring tiles, ring;
    /// Stages of the tile that are left to load.
    u32 left = 0;
    int rows = 0, blocks = 0;
    /// This thread's first row, and k of the next stage.
    int row;
    u32 k = 0;
    u32 source[PARTS];
    const char* weights = nullptr;

    __device__ __forceinline__ Loader(const MoeGemmArgs& args, const Context& ctx, const Lane& at)
        : args(args), ctx(ctx), at(at), row((128 * at.group + at.thread()) / 8) {}

    /// Starts to load the next stage, nothing after the last; one group of copies.
    __device__ __forceinline__ void step() {
        if (left == 0) enterTile();
        const u32 stage = ctx.stages + ring.slot<STAGES>() * Map::STAGE;
        copyRows(stage);
        if (at.group < blocks) copyWeights(stage + STAGE_A_BYTES + at.group * Map::STAGE_BLOCK);
        copyCommit();
        k += STAGE_K;
        ++ring.count;
        --left;
    }

private:
    __device__ __forceinline__ void enterTile() {
        const u32 slot = tiles.slot<TILE_SLOTS>();
        barrierWait(ctx.tileFull + 8 * slot, tiles.parity<TILE_SLOTS>());
        // Warps go on as one: instructions of whole warps follow.
        __syncwarp();
        const Tile& tile = ctx.tiles[slot];
        rows = tile.rows;
        if (rows == 0) {
            left = ~0u;
            blocks = 0;
            return;
        }
        if (threadIdx.x == 0) barrierArrive(ctx.started);
        ++tiles.count;
        left = ctx.kStages;
        blocks = tile.blocks;
        k = 8 * (at.lane % 8);
#pragma unroll
        for (int part = 0; part < PARTS; ++part) source[part] = tile.source[row + ROWS_AT_ONCE * part];
        // A tile may reach past the last block; it then reads that block twice and stores nothing of the copy.
        const int column = min(tile.column + at.group, ctx.columnBlocks - 1);
        const u64 block = (static_cast<u64>(tile.expert) * ctx.columnBlocks + column) * ctx.kBlocks;
        weights = static_cast<const char*>(args.weights) + block * Map::WEIGHT_BLOCK;
    }

    __device__ __forceinline__ void copyRows(u32 stage) const {
        const u32 to = stage + ROW_BYTES * row + 16 * (at.lane % 8 ^ row % 8);
        // What lies past K is zero: its weights have scale 0, and 0 times anything must stay 0.
        const u32 bytes = k < args.k ? 16 : 0;
        const char* const from = static_cast<const char*>(args.a) + 2ull * k;
#pragma unroll
        for (int part = 0; part < PARTS; ++part)
            if (row + ROWS_AT_ONCE * part < rows)
                copyAsync16(to + part * ROWS_AT_ONCE * ROW_BYTES, from + 16ull * source[part], bytes);
    }

    /// The stage's half of a block: of both fragments the words that this very thread of a group decodes, then tables.
    __device__ __forceinline__ void copyWeights(u32 to) {
        const int thread = at.thread();
        const bool second = k / STAGE_K % 2 != 0;
        const char* const words = weights + wordOffset(0, second ? 4 : 0, thread);
        copyAsync16(to + 16 * thread, words, 16);
        copyAsync16(to + 2048 + 16 * thread, words + wordOffset(1, 0, 0), 16);
        constexpr int TABLE_THREADS = GROUP_TABLE_BYTES / 16;
        const int table = thread / TABLE_THREADS;
        if (table < Map::TABLES) {
            const int first = second && GroupSize < BLOCK_K ? Map::GROUPS : 0;
            const int group = first + (table < Map::GROUPS ? table : table - Map::GROUPS + groupsPerBlock(GroupSize));
            copyAsync16(to + BLOCK_WEIGHT_BYTES / 2 + 16 * thread,
                        weights + BLOCK_WEIGHT_BYTES + group * GROUP_TABLE_BYTES + thread % TABLE_THREADS * 16, 16);
        }
        if (second) weights += Map::WEIGHT_BLOCK;
    }
};

}  // namespace moe
