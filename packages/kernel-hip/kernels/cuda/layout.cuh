// Repacked weights. A block holds 128 rows of N and 128 of K: [E][ceil(N / 128)][ceil(K / 128)][block].
// In a block: 8192 bytes of int4 in fragment order, then the scales of its 128 / G groups (256 bytes each), then, with
// zero points, their tables (256 bytes each). What lies outside N or K has scale 0.
//
// A warpgroup multiplies one block as two fragments of 64 rows. Lane `l` of warp `w` holds rows `l / 4` and `l / 4 + 8` of
// its 16, and k = 2 (l % 4) + {0, 1, 8, 9} of 16. Rows are dealt out so that after the transposition of the accumulators
// each thread owns 8 consecutive columns of C: one 16-byte store.
#pragma once

#include "prelude.cuh"

namespace moe {

constexpr int BLOCK_N = 128;
constexpr int BLOCK_K = 128;
constexpr int BLOCK_WEIGHT_BYTES = BLOCK_N * BLOCK_K / 2;
constexpr int GROUP_TABLE_BYTES = BLOCK_N * 2;

constexpr __host__ __device__ int groupsPerBlock(int groupSize) { return BLOCK_K / groupSize; }

constexpr __host__ __device__ int blockBytes(int groupSize, bool zeros) {
    return BLOCK_WEIGHT_BYTES + groupsPerBlock(groupSize) * GROUP_TABLE_BYTES * (zeros ? 2 : 1);
}

/// Row of the block (0..127) that is row `row` (0..15) of warp `warp`'s part of fragment `half`.
constexpr __host__ __device__ int rowOfFragment(int warp, int half, int row) {
    return 32 * warp + 8 * (row % 8 / 2) + 4 * half + 2 * (row / 8) + row % 2;
}

/// Byte offset of the word of (fragment, k step of 16, thread): four k steps of a thread lie together.
constexpr __host__ __device__ int wordOffset(int half, int step, int thread) {
    return (((half * 2 + step / 4) * 128 + thread) * 4 + step % 4) * 4;
}

/// Byte offset inside a group's table of the entry for (warp, lane / 4, fragment, row / 8).
constexpr __host__ __device__ int tableOffset(int warp, int quad, int half, int upper) {
    return (((warp * 8 + quad) * 2 + half) * 2 + upper) * 2;
}

}  // namespace moe
