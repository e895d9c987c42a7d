// Kernel arguments, the one place that fixes their order and sizes. All pointers are device pointers, aligned
// to 16 bytes.
#pragma once
#include "gfx11.h"

// One grouped GEMM. E experts, n = num_valid routes, G = the instantiation's group size, T = its 16-bit float.
struct GemmArgs {
  const u16 *a;         // T [ceil(n / top_k), a_stride]
  const u32 *packed;    // [E, cols, row_stride] 8 nibbles a word in ExLlama order
  const u16 *scales;    // T [E, cols, k / G]
  const u8 *zeros;      // [E, cols, k / G] 0..16; null where the instantiation has no zero points
  const f32 *row_sums;  // what the row-sum kernel wrote for `a`
  const i32 *sorted;    // [num_sorted] flat index of each slot; n or more, or negative, is padding
  const i32 *experts;   // [num_blocks] expert of each block; outside of 0..E-1 is skipped
  u16 *c;               // T [n, cols]
  u32 num_sorted;       // slots past it are padding
  u32 num_valid;        // n, at most 2^31 - 1
  u32 num_blocks;       // may be an upper bound
  u32 first_block;      // block of the grid's origin, a multiple of 32
  u32 num_experts;      // E
  u32 cols;             // N, a multiple of 16
  u32 k;                // K, a multiple of G
  u32 a_stride;         // elements from one row of a to the next, K or more, a multiple of 8
  u32 row_stride;       // words from one row of packed to the next, K / 8 or more, a multiple of 4
  u32 top_k;            // routes that share a row of a, 1 or more
  u32 block_m;          // 16, 32 or 64
};

struct RowSumArgs {
  const u16 *a;   // T [rows, a_stride]
  f32 *row_sums;  // [rows, k / G] or, with zero points, [rows, k / G, 2]
  u32 rows;
  u32 k;
  u32 a_stride;
};
