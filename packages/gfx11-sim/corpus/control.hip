// Branches, loops, calls and the scalar unit.
#include "prelude.h"

extern "C" __global__ void collatz(u32 *out, const u32 *in) {
  u32 value = in[global_id()], steps = 0;
  while (value > 1 && steps < 1000) {
    value = value & 1 ? 3 * value + 1 : value / 2;
    ++steps;
  }
  out[global_id()] = steps;
}

extern "C" __global__ void nested_branches(u32 *out, const u32 *in) {
  u32 x = in[global_id()], y = 0;
  if (x & 1) {
    if (x & 2) y = x * 3;
    else if (x & 4) y = x ^ 0x55;
    else y = 7;
  } else {
    for (u32 i = 0; i < (x & 15); ++i) {
      if (i == 11) break;
      if (i & 1) continue;
      y += i * x;
    }
  }
  out[global_id()] = y;
}

extern "C" __global__ void cases(u32 *out, const u32 *in) {
  u32 x = in[global_id()];
  switch (x % 9) {
  case 0: x += 1; break;
  case 1: x *= 5; break;
  case 2: x ^= x >> 3; [[fallthrough]];
  case 3: x -= 9; break;
  case 5: x = ~x; break;
  case 8: x = __builtin_popcount(x); break;
  default: x = 0;
  }
  out[global_id()] = x;
}

static __device__ __attribute__((noinline)) u32 mix(u32 a, u32 b) {
  for (u32 i = 0; i < (b & 7); ++i) a = a * 1664525u + 1013904223u;
  return a ^ b;
}

extern "C" __global__ void calls(u32 *out, const u32 *in) { out[global_id()] = mix(in[global_id()], mix(global_id(), 3)); }

extern "C" __global__ void scalar_loop(u32 *out, u32 seed, u32 count) {
  u32 value = seed;
  u64 wide = seed;
  for (u32 i = 0; i < count; ++i) {
    value = (value << 7 | value >> 25) ^ (value + i);
    wide = wide * 6364136223846793005ull + value;
    if (value & 0x100) value = __builtin_bitreverse32(value) + __builtin_popcountll(wide);
  }
  out[global_id()] = value + (u32)(wide >> 32) + __builtin_clz(value | 1) + __builtin_ctzll(wide | 1);
}

extern "C" __global__ void three_dimensions(u32 *out) {
  u32 x = __builtin_amdgcn_workitem_id_x(), y = __builtin_amdgcn_workitem_id_y(), z = __builtin_amdgcn_workitem_id_z();
  u32 bx = __builtin_amdgcn_workgroup_id_x(), by = __builtin_amdgcn_workgroup_id_y(), bz = __builtin_amdgcn_workgroup_id_z();
  u32 block = (bz * __builtin_amdgcn_grid_size_y() / __builtin_amdgcn_workgroup_size_y() + by) *
                  (__builtin_amdgcn_grid_size_x() / __builtin_amdgcn_workgroup_size_x()) + bx;
  u32 threads = __builtin_amdgcn_workgroup_size_x() * __builtin_amdgcn_workgroup_size_y() * __builtin_amdgcn_workgroup_size_z();
  u32 thread = (z * __builtin_amdgcn_workgroup_size_y() + y) * __builtin_amdgcn_workgroup_size_x() + x;
  out[block * threads + thread] = x | y << 8 | z << 16 | bx << 24;
}

extern "C" __global__ __launch_bounds__(64) void many_registers(f32 *out, const f32 *in) {
  f32 sums[48];
  for (u32 i = 0; i < 48; ++i) sums[i] = in[i * 64 + thread_id()];
  for (u32 k = 0; k < 8; ++k)
    for (u32 i = 0; i < 48; ++i) sums[i] = __builtin_fmaf(sums[(i + k) % 48], 0.5f, sums[i]);
  for (u32 i = 0; i < 48; ++i) out[i * 64 + thread_id()] = sums[i];
}
