// How a workgroup reads packed weights: LANES neighbouring threads share a column, each takes 16 bytes of it per group.
#pragma once
#include "layout.h"

template <u32 GROUP> struct Weights {
  static constexpr u32 LANES = GROUP / 32;
  static constexpr u32 PASSES = GROUP / 32; // columns of a thread
  static constexpr u32 PASS_COLS = GEMM_THREADS / LANES;
  static constexpr u32 WORDS = 4 / LANES; // of a load, for one chunk

  Bytes base; // uniform
  u32 offset[PASSES];
  u32x4 words[PASSES]; // of the group that was loaded last

  MEMBER Weights(const GemmArgs &args, const Tile &tile) {
    base = (Bytes)(args.packed + u64(tile.expert) * args.cols * args.row_stride);
    for (u32 pass = 0; pass < PASSES; pass++) {
      offset[pass] = column(args, tile, pass) * args.row_stride * 4 + thread_id() % LANES * 16;
    }
  }

  static MEMBER u32 column(const GemmArgs &args, const Tile &tile, u32 pass) {
    return clamp_column(args, tile, thread_id() / LANES + pass * PASS_COLS);
  }

  MEMBER void load_group() {
    for (u32 pass = 0; pass < PASSES; pass++) {
      offset[pass] = opaque_lane(offset[pass]);
      words[pass] = load16(base + offset[pass]);
    }
    base = opaque(base + GROUP / 2);
  }
};
