// moe_align_block_size: see align/align.h. `count` and `scatter` run ceil(n / chunk) workgroups, the others one.
#include "align/align.h"

#ifdef __GFX11__

KERNEL(ALIGN_THREADS, 1) moe_align_count(AlignArgs args) {
  LDS(lds, ALIGN_LDS);
  const u32 chunk = __builtin_amdgcn_workgroup_id_x();
  const u32 chunks = (args.n + args.chunk - 1) / args.chunk;
  fill(args, chunk * ALIGN_THREADS + thread_id(), chunks * ALIGN_THREADS);
  SHARED u32 *next = (SHARED u32 *)lds;
  count_waves(args, chunk, next);
  for (u32 expert = thread_id(); expert < args.num_experts; expert += ALIGN_THREADS) {
    u32 sum = 0;
    for (u32 wave = 0; wave < ALIGN_WAVES; wave++) sum += next[wave * MAX_EXPERTS + expert];
    args.counts[u64(chunk) * args.num_experts + expert] = sum;
  }
}

KERNEL(ALIGN_THREADS, 1) moe_align_scan(AlignArgs args) {
  LDS(lds, ALIGN_WAVES * 4);
  const u32 chunks = (args.n + args.chunk - 1) / args.chunk;
  u32 *starts = args.counts + u64(chunks) * args.num_experts;
  scan_experts(args, starts, args.num_experts, (SHARED u32 *)lds, [&](u32 expert) {
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

KERNEL(ALIGN_THREADS, 1) moe_align_scatter(AlignArgs args) {
  LDS(lds, ALIGN_LDS);
  const u32 chunk = __builtin_amdgcn_workgroup_id_x();
  const u32 chunks = (args.n + args.chunk - 1) / args.chunk;
  const u32 *starts = args.counts + u64(chunks) * args.num_experts;
  const u32 *before = args.counts + u64(chunk) * args.num_experts;
  SHARED u32 *next = (SHARED u32 *)lds;
  count_waves(args, chunk, next);
  start_waves(args, next, [&](u32 expert) { return starts[expert] + before[expert]; });
  scatter_waves(args, chunk, next);
  write_experts(args, chunk * ALIGN_THREADS + thread_id(), chunks * ALIGN_THREADS, *args.post_padded,
                [&](u32 expert) { return starts[expert]; });
}

KERNEL(ALIGN_THREADS, 1) moe_align_single(AlignArgs args) {
  LDS(lds, ALIGN_LDS);
  SHARED u32 *next = (SHARED u32 *)lds;
  SHARED u32 *starts = next + ALIGN_WAVES * MAX_EXPERTS;
  fill(args, thread_id(), ALIGN_THREADS);
  count_waves(args, 0, next);
  scan_experts(args, starts, MAX_EXPERTS, starts, [&](u32 expert) {
    u32 sum = 0;
    for (u32 wave = 0; wave < ALIGN_WAVES; wave++) sum += next[wave * MAX_EXPERTS + expert];
    return sum;
  });
  // What `fill` and the last thread of the scan wrote is read or written by other waves below.
  __builtin_amdgcn_fence(__ATOMIC_RELEASE, "workgroup");
  __builtin_amdgcn_s_barrier();
  __builtin_amdgcn_fence(__ATOMIC_ACQUIRE, "workgroup");
  start_waves(args, next, [&](u32 expert) { return starts[expert]; });
  scatter_waves(args, 0, next);
  write_experts(args, thread_id(), ALIGN_THREADS, *args.post_padded, [&](u32 expert) { return starts[expert]; });
}

#else

KERNEL(ALIGN_THREADS, 1) moe_align_count(AlignArgs) { __builtin_trap(); }
KERNEL(ALIGN_THREADS, 1) moe_align_scan(AlignArgs) { __builtin_trap(); }
KERNEL(ALIGN_THREADS, 1) moe_align_scatter(AlignArgs) { __builtin_trap(); }
KERNEL(ALIGN_THREADS, 1) moe_align_single(AlignArgs) { __builtin_trap(); }

#endif
