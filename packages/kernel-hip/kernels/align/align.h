// moe_align_block_size on the device: sorts the flat indices of a routing by expert and pads every expert to whole
// blocks. Inside an expert the order is ascending, so the result does not depend on how waves are scheduled.
//
// count    how many of each chunk of routes an expert has; fills the outputs with padding
// scan     where each expert starts, and where each chunk does in it
// scatter  writes the flat indices and the experts of the blocks
// single   all three, for a routing that one workgroup sorts faster than three launches take
#pragma once
#include "../common/device.h"

constexpr u32 MAX_EXPERTS = 1024;
constexpr u32 ALIGN_THREADS = 256;
constexpr u32 ALIGN_WAVES = ALIGN_THREADS / WAVE;
constexpr u32 EXPERTS_PER_THREAD = MAX_EXPERTS / ALIGN_THREADS;
constexpr u32 ALIGN_LDS = (ALIGN_WAVES + 1) * MAX_EXPERTS * 4;

struct AlignArgs {
  const i32 *topk_ids; // [n] expert of each route; outside of 0..num_experts-1 is no route
  const i32 *map;      // [num_experts] or null: expert to local expert, negative = none here
  u32 *counts;         // workspace [chunks + 1, num_experts]; unused by `single`
  i32 *sorted;         // [num_sorted] flat index of each slot, n where there is none
  i32 *experts;        // [num_blocks] expert of each block, `tail` after the last
  i32 *post_padded;    // [1] slots in use
  u32 n;               // routes, below 2^31
  u32 num_experts;     // 1..1024
  u32 block_m;         // 1 or more
  u32 num_sorted;
  u32 num_blocks;
  u32 chunk;           // routes of a chunk, a multiple of 256; `single`: n or more
  i32 tail;
  u32 map_first;       // 1: routes to experts that the map lacks are none; 0: only `experts` is mapped, at the end
};

// Expert that a route counts for; MAX_EXPERTS where it counts for none.
DEVICE u32 expert_of(const AlignArgs &args, u32 flat, u32 end) {
  if (flat >= end) return MAX_EXPERTS;
  u32 expert = args.topk_ids[flat];
  if (expert >= args.num_experts) return MAX_EXPERTS;
  if (args.map_first != 0) expert = args.map[expert];
  return expert < args.num_experts ? expert : MAX_EXPERTS;
}

// Lanes of this wave that have the same expert as this one.
DEVICE u32 same_expert(u32 expert) {
  u32 same = ~0u;
  for (u32 bit = 1; bit <= MAX_EXPERTS; bit *= 2) {
    const bool set = (expert & bit) != 0;
    const u32 lanes = vote(set);
    same &= set ? lanes : ~lanes;
  }
  return same;
}

DEVICE void fill(const AlignArgs &args, u32 first, u32 step) {
  for (u64 slot = first; slot < args.num_sorted; slot += step) args.sorted[slot] = args.n;
  for (u64 block = first; block < args.num_blocks; block += step) args.experts[block] = args.tail;
}

// The routes of a chunk, a contiguous part for each wave; `visit` gets a route's expert and flat index.
template <class Visit> DEVICE void each_route(const AlignArgs &args, u32 chunk, Visit visit) {
  const u64 begin = u64(chunk) * args.chunk;
  const u32 end = begin + args.chunk < args.n ? u32(begin + args.chunk) : args.n;
  const u32 part = args.chunk / ALIGN_WAVES;
  for (u32 i = 0; i < part; i += WAVE) {
    const u32 flat = u32(begin) + wave_id() * part + i + lane_id();
    visit(expert_of(args, flat, end), flat);
  }
}

// next[wave][expert] = routes of that wave's part.
DEVICE void count_waves(const AlignArgs &args, u32 chunk, SHARED u32 *next) {
  for (u32 i = thread_id(); i < ALIGN_WAVES * MAX_EXPERTS; i += ALIGN_THREADS) next[i] = 0;
  lds_barrier((void *)next);
  SHARED u32 *mine = next + wave_id() * MAX_EXPERTS;
  each_route(args, chunk, [&](u32 expert, u32) {
    if (expert < MAX_EXPERTS) add_one(mine + expert);
  });
  lds_barrier((void *)next);
}

// The sum of `value` over the threads before this one; `lds` holds one number per wave.
DEVICE u32 scan_threads(u32 value, SHARED u32 *lds) {
  u32 sum = value; // of the lanes up to this one
  for (u32 step = 1; step < WAVE; step *= 2) {
    const u32 other = from_lane(sum, (lane_id() - step) % WAVE);
    sum += lane_id() >= step ? other : 0;
  }
  if (lane_id() == WAVE - 1) lds[wave_id()] = sum;
  lds_barrier((void *)lds);
  for (u32 wave = 0; wave < wave_id(); wave++) sum += lds[wave];
  lds_barrier((void *)lds);
  return sum - value;
}

// starts[expert] from `total(expert)`: the sum of the padded totals before it. `starts` has `length` entries, those past
// the experts get the end.
template <class Starts, class Total>
DEVICE void scan_experts(const AlignArgs &args, Starts starts, u32 length, SHARED u32 *lds, Total total) {
  u32 padded[EXPERTS_PER_THREAD];
  u32 sum = 0;
  for (u32 i = 0; i < EXPERTS_PER_THREAD; i++) {
    const u32 expert = thread_id() * EXPERTS_PER_THREAD + i;
    const u32 blocks = expert < args.num_experts ? (total(expert) + args.block_m - 1) / args.block_m : 0;
    padded[i] = blocks * args.block_m;
    sum += padded[i];
  }
  u32 start = scan_threads(sum, lds);
  for (u32 i = 0; i < EXPERTS_PER_THREAD; i++) {
    const u32 expert = thread_id() * EXPERTS_PER_THREAD + i;
    if (expert < length) starts[expert] = start;
    start += padded[i];
  }
  if (thread_id() == ALIGN_THREADS - 1) *args.post_padded = start;
}

// From counts of the waves' parts to the slot at which each part of an expert starts.
template <class Start> DEVICE void start_waves(const AlignArgs &args, SHARED u32 *next, Start start) {
  for (u32 expert = thread_id(); expert < args.num_experts; expert += ALIGN_THREADS) {
    u32 slot = start(expert);
    for (u32 wave = 0; wave < ALIGN_WAVES; wave++) {
      const u32 count = next[wave * MAX_EXPERTS + expert];
      next[wave * MAX_EXPERTS + expert] = slot;
      slot += count;
    }
  }
  lds_barrier((void *)next);
}

// In ascending order, as a wave takes its routes in order and lanes of one expert take slots in lane order.
DEVICE void scatter_waves(const AlignArgs &args, u32 chunk, volatile SHARED u32 *next) {
  volatile SHARED u32 *mine = next + wave_id() * MAX_EXPERTS;
  each_route(args, chunk, [&](u32 expert, u32 flat) {
    meet(~0u); // All have written where the routes before them end.
    const u32 same = same_expert(expert);
    if (expert >= MAX_EXPERTS) return;
    const u32 slot = mine[expert] + count_bits(same & ((1u << lane_id()) - 1));
    args.sorted[slot] = flat;
    meet(same); // All have read where theirs begin.
    if ((same >> lane_id()) == 1) mine[expert] = slot + 1;
  });
}

// Expert of each block: the last whose start is not after the block.
template <class Start> DEVICE void write_experts(const AlignArgs &args, u32 first, u32 step, u32 slots, Start start) {
  for (u32 block = first; block < slots / args.block_m; block += step) {
    const u32 slot = block * args.block_m;
    u32 low = 0;
    for (u32 jump = MAX_EXPERTS / 2; jump != 0; jump /= 2) {
      if (low + jump < args.num_experts && start(low + jump) <= slot) low += jump;
    }
    args.experts[block] = args.map != nullptr && args.map_first == 0 ? args.map[low] : i32(low);
  }
}
