// Shared memory of the Hopper kernel and the barriers between its roles.
//
//   scheduler (1 warp) -- tile slots --> gatherers (3 warps) -- stages --> multipliers (2 warpgroups)
//
// A stage holds 128 of K: up to 144 gathered rows of activations and the weights of two blocks of 128 columns. The ring
// runs on across tiles, so the next tile loads while this one multiplies and stores.
#pragma once

#include "tile.cuh"

namespace moe {

constexpr int GATHER_WARPS = 3;
constexpr int MULTIPLIER_WARPS = 8;
constexpr int THREADS = (MULTIPLIER_WARPS + 1 + GATHER_WARPS) * 32;

/// 64 of K are 128 bytes: one row of the swizzle.
constexpr int SWIZZLE_BYTES = TILE_ROWS * 128;
constexpr int STAGE_A_BYTES = 2 * SWIZZLE_BYTES;

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

/// What all roles share.
struct Context : TileContext {
    u32 activations;
    u32 weights;
    u32 full;
    u32 empty;
};

}  // namespace moe
