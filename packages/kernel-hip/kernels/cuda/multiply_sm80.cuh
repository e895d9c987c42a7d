// Loads, decodes weights into fragments, multiplies, stores. A warp owns 32 columns of C: of a tile two blocks wide for all of
// its rows, of one that is one block wide for the rows of its group, which are half of them.
#pragma once

#include "load_sm80.cuh"

namespace moe {

constexpr int STEPS = STAGE_K / 16;

/// A stage's weights on their way into fragments.
template <class Element, int GroupSize, bool Zeros>
struct Decoder {
    using Map = SharedMap<GroupSize, Zeros>;
    uint4 words[2];
    /// Of both fragments, rows `lane / 4` and 8 more in the halves of a register.
    uint2 scales[Map::GROUPS], offsets[Map::GROUPS];

    /// Starts to load what `decode` needs of a block.
    __device__ __forceinline__ void fetch(u32 block, const Lane& at) {
#pragma unroll
        for (int f = 0; f < 2; ++f) words[f] = loadShared16(block + f * BLOCK_WEIGHT_BYTES / 4 + 16 * at.thread());
        const u32 table = block + BLOCK_WEIGHT_BYTES / 2 + tableOffset(at.warp, at.lane / 4, 0, 0);
#pragma unroll
        for (int group = 0; group < Map::GROUPS; ++group) {
            scales[group] = loadShared8(table + group * GROUP_TABLE_BYTES);
            if (Zeros) offsets[group] = loadShared8(table + (Map::GROUPS + group) * GROUP_TABLE_BYTES);
        }
    }

    __device__ __forceinline__ void decode(int step, u32 (&weights)[2][4]) const {
        const int group = step / Map::STEPS_PER_GROUP;
#pragma unroll
        for (int f = 0; f < 2; ++f)
            decodeFragment<Element, Zeros>(wordOf(words[f], step), f ? offsets[group].y : offsets[group].x,
                                           f ? scales[group].y : scales[group].x, weights[f]);
    }
};

/// Waits for the next stage, and has a later one take the place of the one before it. Returns where it is.
template <class Loader>
__device__ __forceinline__ u32 nextStage(const Context& ctx, Loader& loader, Ring& ring) {
    copyWait<STAGES - 2>();
    syncThreads<MULTIPLIERS>();
    loader.step();
    const u32 stage = ctx.stages + ring.slot<STAGES>() * Loader::Map::STAGE;
    ++ring.count;
    return stage;
}

template <class Element, int GroupSize, bool Zeros, int Rows>
__device__ __forceinline__ void computeTile(const MoeGemmArgs& args, const Context& ctx, const Tile& tile, Lane at,
                                            Loader<GroupSize, Zeros>& loader, Ring& ring) {
    using Map = SharedMap<GroupSize, Zeros>;
    // Opaque, or addresses of every case are computed before the switch and take the registers of this one.
    keep(at.lane);
    keep(at.warp);
    const int block = tile.blocks == 2 ? at.group : 0;
    const int firstRow = tile.blocks == 2 ? 0 : at.group * Rows;
    // Lanes 0 to 15 give the rows of eight tokens, each twice: for k 0 to 7 of a step and for the others.
    const u32 ownRow = (firstRow + at.lane / 16 * 8 + at.lane % 8) * ROW_BYTES + 16 * (at.lane / 8 % 2 ^ at.lane % 8);
    const u32 ownBlock = STAGE_A_BYTES + block * Map::STAGE_BLOCK;

    float acc[2][Rows / 2] = {};
    Decoder<Element, GroupSize, Zeros> decoder;
    // While one step multiplies, the next is loaded and decoded, also across stages.
    Operands<Rows> operands[2];
    const auto load = [&](u32 stage, int step) {
        loadTokens<Rows>(stage + ownRow, step, operands[step % 2].tokens);
        decoder.decode(step, operands[step % 2].weights);
    };
    u32 stage = nextStage(ctx, loader, ring);
    decoder.fetch(stage + ownBlock, at);
    load(stage, 0);
    for (int left = ctx.kStages; left > 0; --left) {
#pragma unroll
        for (int step = 0; step + 1 < STEPS; ++step) {
            load(stage, step + 1);
            multiplyStep<Element, Rows>(acc, operands[step % 2]);
        }
        // After the last stage its first step is loaded once more, in vain: there is no branch around what follows.
        if (left > 1) stage = nextStage(ctx, loader, ring);
        decoder.fetch(stage + ownBlock, at);
        load(stage, 0);
        multiplyStep<Element, Rows>(acc, operands[(STEPS - 1) % 2]);
    }
    const int column = (tile.column + block) * BLOCK_N + 32 * at.warp + 8 * (at.lane % 4);
    storeTile<Element, Rows, 2>(args, column, at, acc,
                                [&](int eight) { return tile.target[firstRow + (8 * eight + at.lane / 4)]; });
}

/// Finds the height of a warp's part by bisection, in units of 8.
template <class Element, int GroupSize, bool Zeros, int First, int Last>
__device__ __forceinline__ void chooseRows(const MoeGemmArgs& args, const Context& ctx, const Tile& tile, int rows,
                                           const Lane& at, Loader<GroupSize, Zeros>& loader, Ring& ring) {
    if constexpr (First == Last) {
        computeTile<Element, GroupSize, Zeros, 8 * First>(args, ctx, tile, at, loader, ring);
    } else {
        constexpr int MIDDLE = (First + Last) / 2;
        if (rows <= 8 * MIDDLE)
            chooseRows<Element, GroupSize, Zeros, First, MIDDLE>(args, ctx, tile, rows, at, loader, ring);
        else
            chooseRows<Element, GroupSize, Zeros, MIDDLE + 1, Last>(args, ctx, tile, rows, at, loader, ring);
    }
}

/// A multiplier's whole life.
template <class Element, int GroupSize, bool Zeros>
__device__ __forceinline__ void multiply(const MoeGemmArgs& args, const Context& ctx, const Lane& at) {
    Loader<GroupSize, Zeros> loader(args, ctx, at);
    for (int stage = 0; stage < STAGES - 1; ++stage) loader.step();
    Ring ring;
    for (Ring tiles;; ++tiles.count) {
        const u32 slot = tiles.slot<TILE_SLOTS>();
        // The loader has waited for it.
        const Tile& tile = ctx.tiles[slot];
        if (tile.rows == 0) return;
        const int rows = tile.blocks == 2 ? tile.rows : tile.rows / 2;
        chooseRows<Element, GroupSize, Zeros, 1, TILE_ROWS / 8>(args, ctx, tile, rows, at, loader, ring);
        barrierArrive(ctx.tileEmpty + 8 * slot);
    }
}

}  // namespace moe
