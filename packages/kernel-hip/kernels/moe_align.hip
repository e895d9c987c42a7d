// moe_align_block_size: see align/align.h. `count` and `scatter` run ceil(n / chunk) workgroups, the others one.
#include "align/align.h"

DEVICE void count(const AlignArgs &args, SHARED u32 *next) {
  const u32 chunk = group_x();
  const u32 chunks = (args.n + args.chunk - 1) / args.chunk;
  fill(args, chunk * ALIGN_THREADS + thread_id(), chunks * ALIGN_THREADS);
  count_waves(args, chunk, next);
  for (u32 expert = thread_id(); expert < args.num_experts; expert += ALIGN_THREADS) {
    u32 sum = 0;
    for (u32 wave = 0; wave < ALIGN_WAVES; wave++) sum += next[wave * MAX_EXPERTS + expert];
    args.counts[u64(chunk) * args.num_experts + expert] = sum;
  }
}

DEVICE void scan(const AlignArgs &args, SHARED u32 *lds) {
  const u32 chunks = (args.n + args.chunk - 1) / args.chunk;
  u32 *starts = args.counts + u64(chunks) * args.num_experts;
  scan_experts(args, starts, args.num_experts, lds, [&](u32 expert) {
    u32 sum = 0;
    for (u32 chunk = 0; chunk < chunks; chunk++) {
      u32 &count = args.counts[u64(chunk) * args.num_experts + expert];
      const u32 own = count;
      count = sum;
      sum += own;
    }
    return sum;
  });
}

DEVICE void scatter(const AlignArgs &args, SHARED u32 *next) {
  const u32 chunk = group_x();
  const u32 chunks = (args.n + args.chunk - 1) / args.chunk;
  const u32 *starts = args.counts + u64(chunks) * args.num_experts;
  const u32 *before = args.counts + u64(chunk) * args.num_experts;
  count_waves(args, chunk, next);
  start_waves(args, next, [&](u32 expert) { return starts[expert] + before[expert]; });
  scatter_waves(args, chunk, next);
  write_experts(args, chunk * ALIGN_THREADS + thread_id(), chunks * ALIGN_THREADS, *args.post_padded,
                [&](u32 expert) { return starts[expert]; });
}

DEVICE void single(const AlignArgs &args, SHARED u32 *next) {
  SHARED u32 *starts = next + ALIGN_WAVES * MAX_EXPERTS;
  fill(args, thread_id(), ALIGN_THREADS);
  count_waves(args, 0, next);
  scan_experts(args, starts, MAX_EXPERTS, starts, [&](u32 expert) {
    u32 sum = 0;
    for (u32 wave = 0; wave < ALIGN_WAVES; wave++) sum += next[wave * MAX_EXPERTS + expert];
    return sum;
  });
  // What `fill` and the last thread of the scan wrote is read or written by other waves below.
  group_barrier();
  start_waves(args, next, [&](u32 expert) { return starts[expert]; });
  scatter_waves(args, 0, next);
  write_experts(args, thread_id(), ALIGN_THREADS, *args.post_padded, [&](u32 expert) { return starts[expert]; });
}

#define DEFINE(name, bytes)                                                                                            \
  KERNEL(ALIGN_THREADS, 1) moe_align_##name(AlignArgs args) {                                                          \
    LDS(lds, bytes);                                                                                                   \
    ON_TARGET(name(args, (SHARED u32 *)lds));                                                                          \
  }
DEFINE(count, ALIGN_LDS)
DEFINE(scan, ALIGN_WAVES * 4)
DEFINE(scatter, ALIGN_LDS)
DEFINE(single, ALIGN_LDS)
