// Which rows and columns a workgroup works on.
#pragma once
#include "../common/args.h"

constexpr u32 TILE_COLS = 256;
constexpr u32 TILE_ROWS = 64;
constexpr u32 WINDOW = 32; // blocks among which blocks of one expert are fused: the grid's x

struct Tile { // uniform
  u32 expert;
  u32 first_col;
  const GLOBAL i32 *flats; // of the rows
  u32 rows;                // slots, not all of them routed
  u32 top_k_inverse;
};

// False where another workgroup does this block, or nobody has to. Blocks of one expert that follow each other in a
// window form a run; every block of a run whose place in it is a multiple of TILE_ROWS / block_m leads a tile.
DEVICE bool find_tile(const GemmArgs &args, Tile &tile) {
  const u32 window = args.first_block + __builtin_amdgcn_workgroup_id_z() * WINDOW;
  const u32 place = __builtin_amdgcn_workgroup_id_x();
  if (window + place >= args.num_blocks) return false;
  const GLOBAL u32 *experts = (const GLOBAL u32 *)args.experts + window;
  tile.expert = experts[place];
  if (tile.expert >= args.num_experts) return false;
  const u32 blocks = args.num_blocks - window;
  const bool same = lane_id() < blocks && experts[lane_id()] == tile.expert;
  const u32 others = ~vote(same);
  const u32 before = others & ((1u << place) - 1);
  const u32 run_start = before == 0 ? 0 : 32 - __builtin_clz(before);
  const u32 fuse = TILE_ROWS / args.block_m;
  if (((place - run_start) & (fuse - 1)) != 0) return false;
  const u32 after = others >> place;
  const u32 run = after == 0 ? WINDOW - place : __builtin_ctz(after);
  const u32 first_slot = (window + place) * args.block_m;
  const u32 rows = (run < fuse ? run : fuse) * args.block_m;
  const u32 left = first_slot < args.num_sorted ? args.num_sorted - first_slot : 0;
  tile.first_col = __builtin_amdgcn_workgroup_id_y() * TILE_COLS;
  tile.flats = (const GLOBAL i32 *)args.sorted + first_slot;
  tile.rows = rows < left ? rows : left;
  tile.top_k_inverse = ~0u / args.top_k;
  return true;
}

// Flat index of a row of the tile; num_valid where there is none.
DEVICE u32 flat_of(const GemmArgs &args, const Tile &tile, u32 row) {
  const u32 flat = row < tile.rows ? tile.flats[row] : args.num_valid;
  return flat < args.num_valid ? flat : args.num_valid;
}

// Row of A: flat / top_k. Row 0 stands in for padding, whose results are never stored.
// flat * inverse / 2^32 is the quotient or one less, as flat < 2^31.
DEVICE u32 a_row(const GemmArgs &args, const Tile &tile, u32 flat) {
  const u32 real = flat < args.num_valid ? flat : 0;
  const u32 low = u32(u64(real) * tile.top_k_inverse >> 32);
  return low + (real - low * args.top_k >= args.top_k ? 1 : 0);
}

// Column of W for a column of the tile. Columns past the end repeat the last one; they are never stored.
DEVICE u32 clamp_column(const GemmArgs &args, const Tile &tile, u32 col) {
  const u32 last = args.cols - 1;
  return tile.first_col + col < last ? tile.first_col + col : last;
}
