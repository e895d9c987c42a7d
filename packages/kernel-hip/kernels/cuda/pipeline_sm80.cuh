// Shared memory of the kernel for sm_80 and later.
//
//   scheduler (1 warp) -- tile slots --> multipliers (8 warps), which also load the stages
//
// A stage holds 64 of K: up to 64 gathered rows of activations, and halves of the weights of two blocks of 128 columns. The
// ring runs on across tiles, so the next tile loads while this one multiplies and stores.
#pragma once

#include "step.cuh"
#include "tile.cuh"

namespace moe {

constexpr int MULTIPLIER_WARPS = 8;
constexpr int MULTIPLIERS = MULTIPLIER_WARPS * 32;
constexpr int THREADS = MULTIPLIERS + 32;

constexpr int STAGE_K = 64;
constexpr int STAGES = 5;
static_assert(TILE_SLOTS >= STAGES, "each stage may begin a tile, and no slot is free before its tile was multiplied");

static_assert(2 * STAGE_K == ROW_BYTES);
constexpr int STAGE_A_BYTES = TILE_ROWS * ROW_BYTES;

struct Barriers {
    u64 tileFull[TILE_SLOTS];
    u64 tileEmpty[TILE_SLOTS];
    u64 started;
};

/// Most that a thread block can have on every processor of the family: 99 KiB on sm_86, sm_89 and sm_120.
constexpr int SHARED_BYTES = 101376;

/// Dynamic shared memory, from a base aligned to 128 bytes.
template <int GroupSize, bool Zeros>
struct SharedMap {
    static constexpr int WEIGHT_BLOCK = blockBytes(GroupSize, Zeros);
    static constexpr int STEPS_PER_GROUP = GroupSize / 16;
    /// Of a stage; one may reach on into the next.
    static constexpr int GROUPS = GroupSize < STAGE_K ? STAGE_K / GroupSize : 1;
    /// Scales of each group, then zero points.
    static constexpr int TABLES = Zeros ? 2 * GROUPS : GROUPS;
    static constexpr int STAGE_BLOCK = BLOCK_WEIGHT_BYTES / 2 + TABLES * GROUP_TABLE_BYTES;
    static constexpr int STAGE = STAGE_A_BYTES + 2 * STAGE_BLOCK;
    static constexpr int TILES = STAGES * STAGE;
    static constexpr int BARRIERS = TILES + TILE_SLOTS * sizeof(Tile);
    // 128 more than used: the base of dynamic shared memory is aligned to 16 only.
    static_assert(BARRIERS + sizeof(Barriers) + 128 <= SHARED_BYTES);
};

struct Context : TileContext {
    u32 stages;
    /// Of a tile.
    int kStages;
};

}  // namespace moe
