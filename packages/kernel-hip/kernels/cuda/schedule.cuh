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
    bool first = true;

    explicit __device__ __forceinline__ Claims(MoePlanHeader* header) : header(header) {}

    /// The tile of a thread block that comes after `fromFront` and `fromEnd` others.
    static __device__ __forceinline__ u32 tile(const Shares& shares, u32 fromFront, u32 fromEnd, bool front) {
        const u32 before = fromFront + fromEnd;
        if (before >= shares.wide) return min(before, shares.total());
        return front ? fromFront : shares.wide - 1 - fromEnd;
    }

    /// Index of the next tile, or the number of all.
    __device__ __forceinline__ u32 next(const Shares& shares) {
        const bool front = blockIdx.x % 2 == 0;
        if (first) {
            first = false;
            return tile(shares, (blockIdx.x + 1) / 2, blockIdx.x / 2, front);
        }
        const u64 claimed = atomicAdd(reinterpret_cast<u64*>(&header->claimed), front ? 1ull : 1ull << 32);
        return tile(shares, static_cast<u32>(claimed) + (gridDim.x + 1) / 2,
                    static_cast<u32>(claimed >> 32) + gridDim.x / 2, front);
    }
};

/// A part of a chunk: all that is known of a tile before its rows are.
struct Part {
    MoeChunk chunk;
    u32 firstRow;
    /// First block of columns, and how many.
    int column;
    int blocks;

    __device__ __forceinline__ u32 expert() const { return chunk.blocksAndExpert >> 8; }

    /// Without a list the first block, which need not belong to expert 0.
    __device__ __forceinline__ Part(const MoeGemmArgs& args, const MoeChunk* chunks, const Shares& shares, u32 tile) {
        const u32 down = tilesPerChunk(args.blockM), index = shares.chunk(tile);
        chunk = chunks == nullptr ? MoeChunk{0, 1} : chunks[index / down];
        firstRow = index % down * TILE_ROWS;
        column = shares.column(tile);
        blocks = shares.isWide(tile) ? 2 : 1;
    }
};

/// Route ids of a part, a lane's of every 32; one warp.
struct RouteIds {
    static constexpr int ROUNDS = (TILE_ROWS + 31) / 32;
    u32 flats[ROUNDS];
    /// Rows of the part, with padding.
    u32 rows;

    /// All loads at once: one latency, not one for every 32 rows.
    __device__ __forceinline__ RouteIds(const MoeGemmArgs& args, const Part& part, int lane)
        : rows((part.chunk.blocksAndExpert & 255) * args.blockM - part.firstRow) {
        const u64 first = static_cast<u64>(part.chunk.firstBlock) * args.blockM + part.firstRow;
#pragma unroll
        for (int round = 0; round < ROUNDS; ++round) {
            const u32 row = 32 * round + lane;
            const bool inside = row < rows && first + row < args.numSlots;
            flats[round] = inside ? static_cast<u32>(args.sortedTokenIds[first + row]) : args.numValid;
        }
    }
};

/// Fills `tile` with its rows, at least `least`; one warp. Returns the rows to multiply.
__device__ __forceinline__ int fillTile(const MoeGemmArgs& args, const Part& part, const RouteIds& ids, int least, Tile& tile,
                                        int lane) {
    int used = least;
#pragma unroll
    for (int round = 0; round < RouteIds::ROUNDS; ++round) {
        // No more than there are: somebody waits for the first tile.
        if (32 * round >= ids.rows) break;
        const u32 row = 32 * round + lane;
        const u32 flat = ids.flats[round];
        const bool route = flat < args.numValid;
        const u32 routes = __ballot_sync(~0u, route);
        if (routes != 0) used = 32 * round + 32 - __clz(routes);
        if (row >= TILE_ROWS) continue;
        tile.source[row] = route ? flat / args.topK * static_cast<u32>(args.lda / 8) : 0;
        tile.target[row] = route ? flat * static_cast<u32>(args.ldc / 8) : NO_TARGET;
    }
    const int unit = heightUnit(part.blocks);
    used = (used + unit - 1) / unit * unit;
    if (lane == 0) {
        tile.rows = used;
        tile.expert = static_cast<int>(part.expert());
        tile.column = part.column;
        tile.blocks = part.blocks;
    }
    return used;
}

/// The scheduler's whole life; one warp. `begin` may start to load the weights of the first tile, and says whether it did.
/// Who `Rehearses` first fills a tile that nobody sees: that brings the instructions into the caches while the plan kernel
/// still runs. It must not read the plan, of which an L1 line would stay as it was.
template <bool Rehearses, class Begin>
__device__ __forceinline__ void schedule(const MoeGemmArgs& args, const TileContext& ctx, int lane, Begin begin) {
    MoePlanHeader* const header = static_cast<MoePlanHeader*>(args.plan);
    const MoeChunk* const chunks = reinterpret_cast<const MoeChunk*>(header + 1);
    Claims claims(header);
    Ring ring;
    for (int rehearses = Rehearses;; rehearses = 0) {
        // Opaque, or the first round becomes code of its own.
        if (Rehearses) keep(rehearses);
        if (!rehearses) waitForPreviousKernel();
        const Shares shares((rehearses ? 1 : header->numChunks) * tilesPerChunk(args.blockM), ctx.columnBlocks);
        for (;; ++ring.count) {
            const u32 slot = ring.slot<TILE_SLOTS>();
            if (ring.count > 0) barrierWait(ctx.started, (ring.count - 1) & 1);
            barrierWait(ctx.tileEmpty + 8 * slot, ring.parity<TILE_SLOTS>() ^ 1);
            Tile& tile = ctx.tiles[slot];
            u32 index;
            for (int rows = 0; rows == 0;) {
                index = lane == 0 && !rehearses ? claims.next(shares) : 0;
                index = __shfl_sync(~0u, index, 0);
                if (index >= shares.total()) break;
                const Part part(args, rehearses ? nullptr : chunks, shares, index);
                const RouteIds ids(args, part, lane);
                // Weights that are on their way need a tile, be it one without a route.
                const bool begun = !rehearses && ring.count == 0 && begin(part);
                rows = fillTile(args, part, ids, rehearses || begun ? 1 : 0, tile, lane);
            }
            if (rehearses) break;
            const bool last = index >= shares.total();
            if (last && lane == 0) tile.rows = 0;
            barrierArrive(ctx.tileFull + 8 * slot);
            if (last) break;
        }
        if (!rehearses) break;
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
