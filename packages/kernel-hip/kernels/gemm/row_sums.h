// bf16 only. Per row of A and scale group, what the GEMM's accumulators of that group start from: it takes the MAGIC of
// decoded weights (common/types.h) away again, and the zero point 8. With zero points there are two numbers:
//   no zero points  -sum a * (MAGIC + 8)
//   zero points     -sum a * MAGIC, -sum a    (the GEMM multiplies the second by its column's zero point)
// A row with an element of 2^64 or more in magnitude, an infinity or a NaN has NaN as its first number: the GEMM then
// decodes to n - zero, as MAGIC could make an infinity of a sum that has none, or a NaN of an infinity.
#pragma once
#include "../common/args.h"
#include "../common/types.h"

constexpr u32 ROW_SUM_THREADS = 256;
constexpr u32 QUAD = 4; // lanes that share a group of a row

// The sum over four neighbouring lanes, in each of them.
DEVICE f32 quad_sum(f32 x) {
  const u32 one = __builtin_amdgcn_update_dpp(0, bits_as<u32>(x), 0xb1, 0xf, 0xf, true); // lanes 1 0 3 2
  x += bits_as<f32>(one);
  const u32 two = __builtin_amdgcn_update_dpp(0, bits_as<u32>(x), 0x4e, 0xf, 0xf, true); // lanes 2 3 0 1
  return x + bits_as<f32>(two);
}

// A wave takes as many rows as it takes for their groups to fill its eight quads: 8 for 1 group, 4 for 2, 2 for 3 or 4,
// else 1. A workgroup has eight waves.
template <u32 GROUP, bool ZEROS> DEVICE void row_sums(const RowSumArgs &args) {
  constexpr u32 KINDS = ZEROS ? 2 : 1;
  const u32 groups = args.k / GROUP;
  const u32 rows_log2 = groups > 4 ? 0 : groups > 2 ? 1 : groups > 1 ? 2 : 3;
  const u32 quads_log2 = 3 - rows_log2; // quads per row
  const u32 quad = lane_id() / QUAD;
  const u32 wave = __builtin_amdgcn_workgroup_id_x() * (ROW_SUM_THREADS / WAVE) + wave_id();
  const u32 row = (wave << rows_log2) + (quad >> quads_log2);
  const u32 first = quad & ((1u << quads_log2) - 1);
  const bool inside = row < args.rows;
  const u64 at = inside ? row : 0;
  Bytes a = (Bytes)(args.a + at * args.a_stride) + lane_id() % QUAD * 16;
  f32 *out = args.row_sums + at * groups * KINDS;
  f32 squares = 0;
  for (u32 group = first; group < groups; group += 1u << quads_log2) {
    f32 sum = 0, plain = 0;
    for (u32 piece = 0; piece < GROUP / 32; piece++) {
      const u32x4 pairs = load16(a + u64(group) * (GROUP * 2) + piece * (QUAD * 16));
      for (u32 i = 0; i < PAIRS; i++) {
        sum = Bf16::dot(pairs[i], Bf16::both(-f32(Bf16::MAGIC[i]) - (ZEROS ? 0 : 8)), sum);
        if (ZEROS) plain = Bf16::dot(pairs[i], Bf16::both(-1), plain);
        squares = Bf16::dot(pairs[i], pairs[i], squares);
      }
    }
    sum = quad_sum(sum);
    if (ZEROS) plain = quad_sum(plain);
    if (inside && lane_id() % QUAD == 0) {
      out[group * KINDS] = sum;
      if (ZEROS) out[group * KINDS + 1] = plain;
    }
  }
  const u32 lanes = QUAD << quads_log2;
  const u32 large = vote(!(squares < __builtin_inff()));
  const u32 mine = (lanes == WAVE ? ~0u : (1u << lanes) - 1) << (quad >> quads_log2) * lanes % WAVE;
  if (inside && first == 0 && lane_id() % QUAD == 0 && (large & mine) != 0) out[0] = __builtin_nanf("");
}
