// How a workgroup of the GEMM divides its work among waves, and its LDS among their data.
#pragma once
#include "tile.h"

constexpr u32 GEMM_WAVES = 8;
constexpr u32 GEMM_THREADS = GEMM_WAVES * WAVE;

// Three workgroups, 6 waves per SIMD, are what LDS holds. 1536 VGPRs hold 6 waves of 240, which is too few for whole
// groups of 128 with zero points: those run 4 waves, as everything does on processors with 1024 VGPRs.
#if defined(__gfx1100__) || defined(__gfx1101__) || defined(__gfx1151__)
constexpr u32 GEMM_WAVES_PER_SIMD(u32 group, bool zeros) { return group == 128 && zeros ? 4 : 6; }
#else
constexpr u32 GEMM_WAVES_PER_SIMD(u32, bool) { return 4; }
#endif
constexpr u32 WAVE_COLS = TILE_COLS / GEMM_WAVES;
constexpr u32 COL_TILES = WAVE_COLS / 16;
constexpr u32 ROW_TILES = TILE_ROWS / 16;

// LDS, in bytes. A plane holds 8 consecutive k (16 bytes) of every row or column; a fragment is two planes. 32 bytes
// between planes put the 8 lanes that are written at once into different banks.
constexpr u32 PLANES = 4; // of a chunk
constexpr u32 W_PLANE = TILE_COLS * 16 + 32;
constexpr u32 A_PLANE = TILE_ROWS * 16 + 32;
constexpr u32 W_CHUNK = PLANES * W_PLANE;
constexpr u32 A_CHUNK = PLANES * A_PLANE;
constexpr u32 SUMS = TILE_ROWS * 4; // one f32 per row
constexpr u32 W_AT = 0;
constexpr u32 A_AT = W_AT + 2 * W_CHUNK;
constexpr u32 SUMS_AT = A_AT + 2 * A_CHUNK;
constexpr u32 GEMM_LDS(bool zeros) { return SUMS_AT + (zeros ? 4 : 2) * SUMS; }
