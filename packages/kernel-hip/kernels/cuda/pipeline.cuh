// Shared memory of the Hopper kernel and the barriers between its roles.
//
//   scheduler (1 warp) -- tile slots --> gatherers (3 warps) -- stages --> multipliers (2 warpgroups)
//
// A stage holds 128 of K: up to 144 gathered rows of activations and the weights of two blocks of 128 columns. The ring
// runs on across tiles, so the next tile loads while this one multiplies and stores.
#pragma once

#include "layout.cuh"

namespace moe {

constexpr int TILE_SLOTS = 4;
/// A little more than 128, as an expert of about 128 rows on average has more than 128 half of the time.
constexpr int TILE_ROWS = 144;
constexpr int GATHER_WARPS = 3;
constexpr int MULTIPLIER_WARPS = 8;
constexpr int THREADS = (MULTIPLIER_WARPS + 1 + GATHER_WARPS) * 32;

/// 64 of K are 128 bytes: one row of the swizzle.
constexpr int SWIZZLE_BYTES = TILE_ROWS * 128;
constexpr int STAGE_A_BYTES = 2 * SWIZZLE_BYTES;

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

constexpr int MOST_STAGES = 4;

struct Barriers {
    u64 full[MOST_STAGES];
    u64 empty[MOST_STAGES];
    u64 tileFull[TILE_SLOTS];
    u64 tileEmpty[TILE_SLOTS];
    /// The gatherers began a tile: the scheduler may claim one more.
    u64 started;
};

/// Most that a thread block can have.
constexpr int SHARED_BYTES = 232448;

constexpr __host__ __device__ int bytesForStages(int stages, int weightBlock) {
    // 1024 more than used: the base of dynamic shared memory is aligned to 16 only.
    return stages * (STAGE_A_BYTES + 2 * weightBlock) + TILE_SLOTS * sizeof(Tile) + sizeof(Barriers) + 1024;
}

/// Dynamic shared memory, from a base aligned to 1024 bytes.
template <int GroupSize, bool Zeros>
struct SharedMap {
    static constexpr int WEIGHT_BLOCK = blockBytes(GroupSize, Zeros);
    static constexpr int STAGES = bytesForStages(MOST_STAGES, WEIGHT_BLOCK) <= SHARED_BYTES ? MOST_STAGES : MOST_STAGES - 1;
    static constexpr int STAGE_WEIGHT_BYTES = 2 * WEIGHT_BLOCK;
    static constexpr int WEIGHTS = STAGES * STAGE_A_BYTES;
    static constexpr int TILES = WEIGHTS + STAGES * STAGE_WEIGHT_BYTES;
    static constexpr int BARRIERS = TILES + TILE_SLOTS * sizeof(Tile);
    static_assert(bytesForStages(STAGES, WEIGHT_BLOCK) <= SHARED_BYTES);
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

/// What all roles share.
struct Context {
    u32 activations;
    u32 weights;
    Tile* tiles;
    u32 full;
    u32 empty;
    u32 tileFull;
    u32 tileEmpty;
    u32 started;
    int columnBlocks;
    int kBlocks;
};

}  // namespace moe
