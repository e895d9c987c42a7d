// Tiles: what the schedulers of both GEMM kernels hand over to those who load and multiply.
#pragma once

#include "layout.cuh"

namespace moe {

// MOE_KERNEL comes from the build: 90 for the Hopper kernel, 80 for that of sm_80 and later; the plan is made for one.

/// Hopper: a little more than 128, as an expert of about 128 rows on average has more than 128 half of the time. Others: what
/// leaves room for five stages.
constexpr int TILE_ROWS = MOE_KERNEL == 90 ? 144 : 64;
/// Others: one for every stage, as each may begin a tile.
constexpr int TILE_SLOTS = MOE_KERNEL == 90 ? 4 : 8;

/// Most rows of a block.
constexpr int BLOCK_ROWS = 128;

/// Blocks that are fused into one chunk.
__device__ __forceinline__ u32 blocksPerChunk(u32 blockM) {
    const u32 fitting = TILE_ROWS / blockM;
    return TILE_ROWS >= BLOCK_ROWS || fitting > 0 ? fitting : 1;
}

/// Tiles down a chunk: more than one where a block alone is higher than a tile.
__device__ __forceinline__ u32 tilesPerChunk(u32 blockM) {
    return TILE_ROWS >= BLOCK_ROWS ? 1 : (blockM + TILE_ROWS - 1) / TILE_ROWS;
}

constexpr u32 NO_TARGET = ~0u;

/// Tiles are multiplied in heights that are multiples of this. Narrow tiles are few: they need no finer steps.
constexpr __host__ __device__ int heightUnit(int blocks) { return blocks == 2 ? 8 : 16; }

/// A tile as the scheduler hands it over. `rows` 0 means that no tile follows.
struct Tile {
    /// Rows to multiply, a multiple of `heightUnit`.
    int rows;
    int expert;
    /// First block of 128 columns, and how many: one or two.
    int column;
    int blocks;
    /// Row of A in units of 16 bytes from its start; any row where there is no route.
    u32 source[TILE_ROWS];
    /// Row of C likewise, or NO_TARGET.
    u32 target[TILE_ROWS];
};

/// Position in a ring: index and parity of the current round.
struct Ring {
    u32 count = 0;

    template <int Size>
    __device__ __forceinline__ u32 slot() const {
        return count % Size;
    }
    template <int Size>
    __device__ __forceinline__ u32 parity() const {
        return count / Size & 1;
    }
};

/// Where the tiles are, and the barriers around them.
struct TileContext {
    Tile* tiles;
    u32 tileFull;
    u32 tileEmpty;
    /// Loading of a tile began: the scheduler may claim one more.
    u32 started;
    int columnBlocks;
    int kBlocks;
};

}  // namespace moe
