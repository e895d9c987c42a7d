// C[flat, :] = A[flat / top_k, :] * dequantised(W[expert])^T over the blocks of moe_align.
//
// A workgroup of 8 waves makes up to 64 rows x 256 columns. It decodes weights once, into LDS, as exact small numbers
// MAGIC + n (common/types.h); each wave multiplies all rows with 32 columns. A scale group is summed in accumulators of
// its own, which start from the row sums; one multiply-add per element adds it, scaled, to the main accumulators.
//
//   group g        | chunk 0 | chunk 1 | ... of 32 k, two WMMA deep
//   global loads   |         when the last words of g have been decoded, those of g + 1
//   decode to LDS  | chunk 1 | chunk 2 | ... one chunk ahead, into the other of two buffers
//   WMMA           | chunk 0 | chunk 1 | ...
//
// A chunk need not be 32 consecutive k: A and W only have to agree. It takes the same words of every lane's 16-byte
// load, so that a load covers the whole group of a row, and every lane has as much to decode for every chunk.
#pragma once
#include "../common/types.h"
#include "weights.h"

// TILES: 16-row tiles that have routes. EXACT: decode to n - zero, for rows that have no row sums.
template <class T, u32 GROUP, bool ZEROS, u32 TILES, bool EXACT> struct Gemm {
  static constexpr u32 CHUNKS = GROUP / 32;
  static constexpr u32 LANES = Weights<GROUP>::LANES;
  static constexpr u32 PASSES = Weights<GROUP>::PASSES;
  static constexpr u32 WORDS = Weights<GROUP>::WORDS;
  static constexpr u32 KINDS = ZEROS ? 2 : 1;
  typedef f32x8 Accumulators[TILES][COL_TILES];

  const GemmArgs &args;
  const Tile &tile;
  u8 *lds;
  Weights<GROUP> weights;
  u32 wave;
  u32 groups;

  // Where this thread reads next; bases are uniform, offsets are in bytes.
  Bytes a_at;
  Bytes sums_at;
  Bytes scale_base;
  u32 scale_offset[COL_TILES];
  Bytes zero_base;
  u32 zero_offset[COL_TILES];
  u32 w_zero_offset[PASSES];

  // What has been loaded of the next group.
  u32x4 a_planes[CHUNKS];
  f32 sums[KINDS];
  u8 zeros[COL_TILES];
  u8 w_zeros[PASSES];

  Accumulators main;

  MEMBER Gemm(const GemmArgs &a, const Tile &t, const Weights<GROUP> &w, u8 *l)
      : args(a), tile(t), lds(l), weights(w), wave(wave_id()), groups(a.k / GROUP) {
    const u32 thread = thread_id();
    const u64 first = u64(tile.expert) * args.cols; // row of W
    scale_base = (Bytes)(args.scales + first * groups);
    zero_base = (Bytes)(args.zeros + first * groups);
    for (u32 pass = 0; pass < PASSES; pass++) w_zero_offset[pass] = weights.column(args, tile, pass) * groups;
    for (u32 j = 0; j < COL_TILES; j++) {
      zero_offset[j] = clamp_column(args, tile, wave * WAVE_COLS + j * 16 + thread % 16) * groups;
      scale_offset[j] = zero_offset[j] * 2;
    }
    if (stages_a()) {
      const u32 plane = thread % PLANES;
      const u32 row = a_row(args, tile, flat_of(args, tile, thread / PLANES));
      a_at = (Bytes)args.a + u64(row) * (args.a_stride * 2) + (plane / WORDS * 4 + plane % WORDS) * 16;
    }
    if (stages_sums()) {
      const u32 row = a_row(args, tile, flat_of(args, tile, thread));
      sums_at = (Bytes)args.row_sums + u64(row) * (groups * KINDS * 4);
    }
  }

  MEMBER bool stages_a() { return TILES * 2 >= GEMM_WAVES || opaque(wave) < TILES * 2; }
  MEMBER bool stages_sums() { return !EXACT && opaque(wave) * 2 < TILES; }

  MEMBER void load_rows() {
    if (stages_a()) {
      for (u32 chunk = 0; chunk < CHUNKS; chunk++) a_planes[chunk] = load16(a_at + chunk * WORDS * 16);
    }
    if (stages_sums()) {
      for (u32 kind = 0; kind < KINDS; kind++) sums[kind] = ((const GLOBAL f32 *)sums_at)[kind];
    }
    if (ZEROS) load_zeros();
    a_at += GROUP * 2;
    sums_at += KINDS * 4;
  }

  MEMBER void load_zeros() {
    if (EXACT) {
      for (u32 pass = 0; pass < PASSES; pass++) w_zeros[pass] = zero_base[w_zero_offset[pass]];
    } else {
      for (u32 j = 0; j < COL_TILES; j++) {
        zero_offset[j] = opaque_lane(zero_offset[j]);
        zeros[j] = zero_base[zero_offset[j]];
      }
    }
    zero_base = opaque(zero_base + 1);
  }

  MEMBER u32x4 decode(u32 word, u32 pass) {
    u32x4 pairs = T::decode(word);
    if (EXACT) {
      const f32 zero = ZEROS ? f32(w_zeros[pass]) : 8;
      for (u32 i = 0; i < PAIRS; i++) pairs[i] = T::subtract(pairs[i], i, zero);
    }
    return pairs;
  }

  // Decodes this thread's words of a chunk, and passes its piece of A on.
  MEMBER void store_chunk(u32 chunk, u32 buffer) {
    const u32 thread = thread_id();
    u8 *w = lds + W_AT + buffer * W_CHUNK + thread % LANES * WORDS * W_PLANE + thread / LANES * 16;
    for (u32 pass = 0; pass < PASSES; pass++) {
      for (u32 word = 0; word < WORDS; word++) {
        const u32x4 pairs = decode(weights.words[pass][chunk * WORDS + word], pass);
        *(u32x4 *)(w + word * W_PLANE + pass * weights.PASS_COLS * 16) = pairs;
      }
    }
    if (stages_a()) {
      *(u32x4 *)(lds + A_AT + buffer * A_CHUNK + thread % PLANES * A_PLANE + thread / PLANES * 16) = a_planes[chunk];
    }
  }

  // Row 2i + half of a row tile goes to place 8 * half + i: the order of an accumulator's registers.
  MEMBER void store_sums(u32 buffer) {
    if (!stages_sums()) return;
    const u32 row = thread_id();
    const u32 place = (row & ~15u) + (row & 1) * 8 + row % 16 / 2;
    for (u32 kind = 0; kind < KINDS; kind++) {
      *(f32 *)(lds + SUMS_AT + (buffer * KINDS + kind) * SUMS + place * 4) = sums[kind];
    }
  }

  MEMBER void start_group(Accumulators &group, u32 buffer) {
    const u8 *at = lds + SUMS_AT + buffer * KINDS * SUMS + lane_id() / 16 * 32;
    for (u32 i = 0; i < TILES; i++) {
      const f32x8 start = EXACT ? f32x8{} : *(const f32x8 *)(at + i * 64);
      for (u32 j = 0; j < COL_TILES; j++) {
        group[i][j] = start;
        if (ZEROS && !EXACT) group[i][j] += *(const f32x8 *)(at + SUMS + i * 64) * f32(zeros[j]);
      }
    }
  }

  MEMBER u32x8 fragment(const u8 *at, u32 plane_bytes) {
    const u32x4 low = *(const u32x4 *)at;
    const u32x4 high = *(const u32x4 *)(at + plane_bytes);
    return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
  }

  static MEMBER void keep_accumulator(u32 index, f32x8 &sums) {
    switch (index) {
    case 0: KEEP_IN("v[1:8]", sums); break;
    case 1: KEEP_IN("v[9:16]", sums); break;
    case 2: KEEP_IN("v[17:24]", sums); break;
    case 3: KEEP_IN("v[25:32]", sums); break;
    case 4: KEEP_IN("v[33:40]", sums); break;
    case 5: KEEP_IN("v[41:48]", sums); break;
    case 6: KEEP_IN("v[49:56]", sums); break;
    default: KEEP_IN("v[57:64]", sums);
    }
  }

  // The next rows are read while these are multiplied. More reads ahead would need more registers than there are.
  // A WMMA takes 34 cycles instead of 32 unless its three operands start in different banks: accumulators in bank 1,
  // weights in 2, rows in 3.
  MEMBER void multiply_chunk(Accumulators &group, u32 buffer) {
    const u32 lane = lane_id() % 16;
    for (u32 step = 0; step < 2; step++) {
      const u8 *a = lds + A_AT + buffer * A_CHUNK + step * 2 * A_PLANE + lane * 16;
      const u8 *w = lds + W_AT + buffer * W_CHUNK + step * 2 * W_PLANE + (wave * WAVE_COLS + lane) * 16;
      u32x8 b[COL_TILES];
      for (u32 j = 0; j < COL_TILES; j++) b[j] = fragment(w + j * 256, W_PLANE);
      u32x8 next = fragment(a, A_PLANE);
      KEEP_IN("v[194:201]", b[0]);
      KEEP_IN("v[202:209]", b[1]);
      for (u32 i = 0; i < TILES; i++) {
        u32x8 rows = next;
        if (i + 1 < TILES) next = fragment(a + (i + 1) * 256, A_PLANE);
        schedule_fence();
        if (i % 2 == 0) {
          KEEP_IN("v[211:218]", rows);
        } else {
          KEEP_IN("v[219:226]", rows);
        }
        for (u32 j = 0; j < COL_TILES; j++) {
          group[i][j] = T::multiply(rows, b[j], group[i][j]);
          keep_accumulator(i * COL_TILES + j, group[i][j]);
        }
        schedule_fence();
      }
    }
  }

  // Two such additions issue as one (VOPD) where the registers of the two scales differ in bank: 2 and 3 here.
  MEMBER void add_group(const Accumulators &group, const u16 (&scale)[COL_TILES]) {
    f32 s[COL_TILES];
    for (u32 j = 0; j < COL_TILES; j++) s[j] = T::widen(scale[j]);
    KEEP_IN("v210", s[0]);
    KEEP_IN("v227", s[1]);
    for (u32 i = 0; i < TILES; i++)
      for (u32 r = 0; r < 8; r++)
        for (u32 j = 0; j < COL_TILES; j++) {
          main[i][j][r] = __builtin_fmaf(group[i][j][r], s[j], main[i][j][r]);
        }
  }

  MEMBER void load_scales(u16 (&scale)[COL_TILES]) {
    for (u32 j = 0; j < COL_TILES; j++) {
      scale_offset[j] = opaque_lane(scale_offset[j]);
      scale[j] = *(const GLOBAL u16 *)(scale_base + scale_offset[j]);
    }
    scale_base = opaque(scale_base + 2);
  }

  MEMBER void run() {
    for (u32 i = 0; i < TILES; i++)
      for (u32 j = 0; j < COL_TILES; j++) main[i][j] = f32x8{};
    load_rows();
    store_chunk(0, 0);
    store_sums(0);
    u32 parity = 0; // of groups
    for (u32 g = 0; g < groups; g++) {
      const bool more = g + 1 < groups;
      Accumulators group;
      u16 scale[COL_TILES];
      load_scales(scale);
#pragma unroll
      for (u32 chunk = 0; chunk < CHUNKS; chunk++) {
        const u32 buffer = CHUNKS == 1 ? parity : chunk % 2;
        lds_barrier(lds);
        if (chunk == 0) start_group(group, parity);
        if (chunk + 1 < CHUNKS) store_chunk(chunk + 1, buffer ^ 1);
        if (chunk + 2 == CHUNKS || CHUNKS == 1) {
          schedule_fence();
          if (more) {
            weights.load_group();
            load_rows();
          }
        }
        multiply_chunk(group, buffer);
        if (chunk + 1 == CHUNKS) {
          add_group(group, scale);
          schedule_fence();
          if (more) {
            store_chunk(0, buffer ^ 1);
            store_sums(parity ^ 1);
          }
        }
      }
      parity ^= 1;
    }
    store_tile();
  }

  // Through LDS, as a lane holds one column but should store 16 bytes of a row.
  MEMBER void store_tile() {
    const u32 lane = lane_id();
    u8 *mine = lds + wave * (TILE_ROWS * WAVE_COLS * 2);
    lds_barrier(lds);
    for (u32 i = 0; i < TILES; i++)
      for (u32 j = 0; j < COL_TILES; j++)
        for (u32 r = 0; r < 8; r++) {
          const u32 row = i * 16 + r * 2 + lane / 16;
          *(u16 *)(mine + row * (WAVE_COLS * 2) + (j * 16 + lane % 16) * 2) = T::round(main[i][j][r]);
        }
    const u32 col = tile.first_col + wave * WAVE_COLS + lane % 4 * 8;
    if (col >= args.cols) return;
    const u64 c = u64(args.c) + col * 2;
    for (u32 pass = 0; pass < TILES * 2; pass++) {
      const u32 flat = flat_of(args, tile, pass * 8 + lane / 4);
      if (flat < args.num_valid) {
        *(GLOBAL u32x4 *)(c + u64(flat) * (args.cols * 2)) = *(const u32x4 *)(mine + pass * 512 + lane * 16);
      }
    }
  }
};

template <class T, u32 GROUP, bool ZEROS, bool EXACT>
DEVICE void gemm_rows(const GemmArgs &args, const Tile &tile, const Weights<GROUP> &weights, u32 tiles, u8 *lds) {
  switch (tiles) {
  case 1: return Gemm<T, GROUP, ZEROS, 1, EXACT>(args, tile, weights, lds).run();
  case 2: return Gemm<T, GROUP, ZEROS, 2, EXACT>(args, tile, weights, lds).run();
  case 3: return Gemm<T, GROUP, ZEROS, 3, EXACT>(args, tile, weights, lds).run();
  default: return Gemm<T, GROUP, ZEROS, 4, EXACT>(args, tile, weights, lds).run();
  }
}

template <class T, u32 GROUP, bool ZEROS> DEVICE void gemm(const GemmArgs &args, u8 *lds) {
  Tile tile;
  if (!find_tile(args, tile)) return;
  Weights<GROUP> weights(args, tile);
  weights.load_group(); // first of all: they are the farthest away
  u32 tiles = 0;        // up to the last row that is routed
  u32 without_sums = 0; // rows
  for (u32 half = 0; half < 2; half++) {
    const u32 flat = flat_of(args, tile, half * WAVE + lane_id());
    const u32 routed = vote(flat < args.num_valid);
    if (routed != 0) tiles = half * 2 + 2 - __builtin_clz(routed) / 16;
    if (T::ROW_SUMS) {
      const f32 sum = args.row_sums[u64(a_row(args, tile, flat)) * (args.k / GROUP * (ZEROS ? 2 : 1))];
      without_sums |= vote(sum != sum) & routed;
    }
  }
  if (tiles == 0) return;
  if (!T::ROW_SUMS) return gemm_rows<T, GROUP, ZEROS, true>(args, tile, weights, tiles, lds);
  if (without_sums == 0) return gemm_rows<T, GROUP, ZEROS, false>(args, tile, weights, tiles, lds);
  Gemm<T, GROUP, ZEROS, ROW_TILES, true>(args, tile, weights, lds).run();
}
