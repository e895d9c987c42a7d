// Which thread block computes which tile. The plan lists chunks from the highest to the lowest. Even thread blocks take tiles
// from the front of the list, odd ones from its end: high tiles are bound by arithmetic, low ones by memory, and together
// they use both all the time. What is left at the end is of middle height, so nobody waits long.
#pragma once

#include "abi.h"
#include "tile.cuh"

namespace moe {

/// Tiles of the launch, a chunk being what one is high: first `wide` of two blocks, then `narrow` of one block, which are what two blocks wide would leave
/// for a last round that only half of the multiprocessors or fewer take part in.
struct Shares {
    u32 wideColumns;
    u32 columnBlocks;
    u32 wide;
    u32 narrow;

    __device__ __forceinline__ Shares(u32 chunks, u32 columnBlocks)
        : wideColumns((columnBlocks + 1) / 2), columnBlocks(columnBlocks) {
        // In whole chunks, so that a chunk's columns stay one kind.
        const u32 total = chunks * wideColumns;
        const u32 left = (total % gridDim.x + wideColumns - 1) / wideColumns;
        const bool split = total < MOST_ROUNDS * gridDim.x && left * columnBlocks <= gridDim.x && left <= chunks;
        const u32 narrowChunks = split ? left : 0;
        wide = (chunks - narrowChunks) * wideColumns;
        narrow = narrowChunks * columnBlocks;
    }

    /// With more rounds than these the last one does not matter.
    static constexpr u32 MOST_ROUNDS = 16;

    __device__ __forceinline__ u32 total() const { return wide + narrow; }
    __device__ __forceinline__ bool isWide(u32 tile) const { return tile < wide; }
    __device__ __forceinline__ u32 chunk(u32 tile) const {
        return isWide(tile) ? tile / wideColumns : (wide / wideColumns) + (tile - wide) / columnBlocks;
    }
    __device__ __forceinline__ u32 column(u32 tile) const {
        return isWide(tile) ? tile % wideColumns * 2 : (tile - wide) % columnBlocks;
    }
};

/// Hands out tiles 0..total-1, each once: the wide ones from both ends, then the narrow ones. The first tile of every thread
/// block needs no atomic.
struct Claims {
    MoePlanHeader* header;
    u32 wide;
    u32 total;
    bool first;

    /// The tile of a thread block that comes after `fromFront` and `fromEnd` others.
    __device__ __forceinline__ u32 tile(u32 fromFront, u32 fromEnd, bool front) const {
        const u32 before = fromFront + fromEnd;
        if (before >= wide) return before < total ? before : total;
        return front ? fromFront : wide - 1 - fromEnd;
    }

    /// Index of the next tile, or `total`.
    __device__ __forceinline__ u32 next() {
        const bool front = blockIdx.x % 2 == 0;
        if (first) {
            first = false;
            return tile((blockIdx.x + 1) / 2, blockIdx.x / 2, front);
        }
        const u64 claimed = atomicAdd(reinterpret_cast<u64*>(&header->claimed), front ? 1ull : 1ull << 32);
        return tile(static_cast<u32>(claimed) + (gridDim.x + 1) / 2, static_cast<u32>(claimed >> 32) + gridDim.x / 2,
                    front);
    }
};

/// Fills `tile` with the rows of a chunk from `firstRow` on; one warp. Returns the rows to multiply, 0 if no row is a route.
__device__ __forceinline__ int fillTile(const MoeGemmArgs& args, MoeChunk chunk, u32 firstRow, int column, int blocks,
                                        Tile& tile, int lane) {
    const u32 chunkRows = (chunk.blocksAndExpert & 255) * args.blockM - firstRow;
    // All loads first: one latency, not one for every 32 rows.
    constexpr int PARTS = (TILE_ROWS + 31) / 32;
    u32 flats[PARTS];
#pragma unroll
    for (int part = 0; part < PARTS; ++part) {
        const u32 row = 32 * part + lane;
        const u64 slot = static_cast<u64>(chunk.firstBlock) * args.blockM + firstRow + row;
        const bool inside = row < chunkRows && slot < args.numSlots;
        flats[part] = inside ? static_cast<u32>(args.sortedTokenIds[slot]) : args.numValid;
    }
    int used = 0;
#pragma unroll
    for (int part = 0; part < PARTS; ++part) {
        const u32 row = 32 * part + lane;
        const u32 flat = flats[part];
        const bool route = flat < args.numValid;
        const u32 routes = __ballot_sync(~0u, route);
        if (routes != 0) used = 32 * part + 32 - __clz(routes);
        if (row >= TILE_ROWS) continue;
        tile.source[row] = route ? flat / args.topK * static_cast<u32>(args.lda / 8) : 0;
        tile.target[row] = route ? flat * static_cast<u32>(args.ldc / 8) : NO_TARGET;
    }
    const int unit = heightUnit(blocks);
    used = (used + unit - 1) / unit * unit;
    if (lane == 0) {
        tile.rows = used;
        tile.expert = static_cast<int>(chunk.blocksAndExpert >> 8);
        tile.column = column;
        tile.blocks = blocks;
    }
    return used;
}

/// The scheduler's whole life; one warp.
__device__ __forceinline__ void schedule(const MoeGemmArgs& args, const TileContext& ctx, int lane) {
    MoePlanHeader* header = static_cast<MoePlanHeader*>(args.plan);
    const MoeChunk* chunks = reinterpret_cast<const MoeChunk*>(header + 1);
    const u32 down = tilesPerChunk(args.blockM);
    const Shares shares(header->numChunks * down, ctx.columnBlocks);
    Claims claims{header, shares.wide, shares.total(), true};
    Ring ring;
    for (;; ++ring.count) {
        const u32 slot = ring.slot<TILE_SLOTS>();
        if (ring.count > 0) barrierWait(ctx.started, (ring.count - 1) & 1);
        barrierWait(ctx.tileEmpty + 8 * slot, ring.parity<TILE_SLOTS>() ^ 1);
        Tile& tile = ctx.tiles[slot];
        u32 index;
        do {
            index = lane == 0 ? claims.next() : 0;
            index = __shfl_sync(~0u, index, 0);
        } while (index < claims.total &&
                 fillTile(args, chunks[shares.chunk(index) / down], shares.chunk(index) % down * TILE_ROWS,
                          shares.column(index), shares.isWide(index) ? 2 : 1, tile, lane) == 0);
        const bool last = index >= claims.total;
        if (last && lane == 0) tile.rows = 0;
        barrierArrive(ctx.tileFull + 8 * slot);
        if (last) break;
    }
    // The last thread block of the grid leaves the header as the plan kernel made it.
    if (lane == 0) {
        __threadfence();
        if (atomicAdd(&header->finished, 1u) == gridDim.x - 1) {
            header->finished = 0;
            header->claimed = 0;
        }
    }
}

}  // namespace moe
