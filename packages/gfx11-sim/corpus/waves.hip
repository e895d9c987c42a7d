// Operations between the lanes of a wave.
#include "prelude.h"

#define LANES(name, expression)                                                                    \
  extern "C" __global__ void name(u32 *out, const u32 *in) {                                       \
    u32 a = in[global_id()], lane = lane_id();                                                     \
    (void)lane;                                                                                    \
    out[global_id()] = expression;                                                                 \
  }

LANES(read_lane, __builtin_amdgcn_readlane(a, 7))
LANES(read_first_lane, __builtin_amdgcn_readfirstlane(a))
LANES(bpermute, __builtin_amdgcn_ds_bpermute((lane * 5 + 1) * 4, a))
LANES(permute, __builtin_amdgcn_ds_permute((lane * 5 + 1) * 4, a))
LANES(swizzle_swap, __builtin_amdgcn_ds_swizzle(a, 0x401f))
LANES(swizzle_quad, __builtin_amdgcn_ds_swizzle(a, 0x8055))
LANES(permlane16, __builtin_amdgcn_permlane16(a, a, 0x76543210, 0xfedcba98, false, false))
LANES(permlanex16, __builtin_amdgcn_permlanex16(a, a, 0x76543210, 0xfedcba98, true, false))
LANES(dpp_quad, __builtin_amdgcn_update_dpp(0, a, 0x1b, 0xf, 0xf, false))
LANES(dpp_shift, __builtin_amdgcn_update_dpp(a, a, 0x111, 0xf, 0xf, true))
LANES(dpp_rotate, __builtin_amdgcn_update_dpp(0, a, 0x124, 0xf, 0xf, false))
LANES(dpp_mirror, __builtin_amdgcn_update_dpp(0, a, 0x140, 0xf, 0xf, false) + a)
LANES(dpp_half_mirror, __builtin_amdgcn_update_dpp(0, a, 0x141, 0x5, 0xf, false))
LANES(dpp_share, __builtin_amdgcn_update_dpp(0, a, 0x153, 0xf, 0xf, false) ^ a)
LANES(dpp_xmask, __builtin_amdgcn_update_dpp(0, a, 0x161, 0xf, 0xf, false) + a)
LANES(dpp8_reverse, __builtin_amdgcn_mov_dpp8(a, 0x53977))
LANES(dpp_bound, __builtin_amdgcn_update_dpp(lane, a, 0x10f, 0x2, 0xb, true))
LANES(dpp_kept, __builtin_amdgcn_update_dpp(lane, a, 0x118, 0xf, 0xe, false))
LANES(swizzle_broadcast, __builtin_amdgcn_ds_swizzle(a, 0x00f3))
LANES(swizzle_rotate, __builtin_amdgcn_ds_swizzle(a, 0xc0a8))
LANES(swizzle_rotate_back, __builtin_amdgcn_ds_swizzle(a, 0xc4e0))
LANES(swizzle_fft, __builtin_amdgcn_ds_swizzle(a, 0xe000))
LANES(swizzle_fft_part, __builtin_amdgcn_ds_swizzle(a, 0xe018))

// Where every third lane is idle.
#define DIVERGENT(name, expression)                                                                \
  extern "C" __global__ void name(u32 *out, const u32 *in) {                                       \
    u32 a = in[global_id()], lane = lane_id(), result = 7;                                         \
    if (lane % 3 != 0) result = expression;                                                        \
    out[global_id()] = result;                                                                     \
  }

DIVERGENT(idle_bpermute, __builtin_amdgcn_ds_bpermute((lane * 5 + 1) * 4, a))
DIVERGENT(idle_permute, __builtin_amdgcn_ds_permute((lane / 2) * 4, a))
DIVERGENT(idle_swizzle, __builtin_amdgcn_ds_swizzle(a, 0x041f))
DIVERGENT(idle_dpp, __builtin_amdgcn_update_dpp(lane, a, 0x111, 0xf, 0xf, false))
DIVERGENT(idle_dpp_bound, __builtin_amdgcn_update_dpp(lane, a, 0x161, 0xf, 0xf, true))
DIVERGENT(idle_dpp8, __builtin_amdgcn_mov_dpp8(a, 0x53977))
DIVERGENT(idle_permlane, __builtin_amdgcn_permlane16(lane, a, 0x01234567, 0x89abcdef, false, false))
DIVERGENT(idle_permlanex, __builtin_amdgcn_permlanex16(lane, a, 0x01234567, 0x89abcdef, false, true))
DIVERGENT(idle_first_lane, __builtin_amdgcn_readfirstlane(a) + lane)
LANES(ballot, __builtin_amdgcn_ballot_w32(a & 1))
LANES(lane_number, lane_id() + __builtin_amdgcn_mbcnt_hi(~0u, a))

extern "C" __global__ void butterfly_sum(f32 *out, const f32 *in) {
  f32 a = in[global_id()];
  for (u32 mask = 16; mask > 0; mask >>= 1)
    a += __builtin_bit_cast(f32, __builtin_amdgcn_ds_bpermute((lane_id() ^ mask) * 4, __builtin_bit_cast(u32, a)));
  out[global_id()] = a;
}

extern "C" __global__ void dpp_sum(f32 *out, const f32 *in) {
  u32 bits = __builtin_bit_cast(u32, in[global_id()]);
  f32 a = in[global_id()];
  a += __builtin_bit_cast(f32, __builtin_amdgcn_update_dpp(0, bits, 0xb1, 0xf, 0xf, true));
  a += __builtin_bit_cast(f32, __builtin_amdgcn_update_dpp(0, __builtin_bit_cast(u32, a), 0x4e, 0xf, 0xf, true));
  a += __builtin_bit_cast(f32, __builtin_amdgcn_update_dpp(0, __builtin_bit_cast(u32, a), 0x141, 0xf, 0xf, true));
  out[global_id()] = a;
}

extern "C" __global__ void broadcast_loop(u32 *out, const u32 *in) {
  u32 a = in[global_id()], sum = 0;
  for (u32 lane = 0; lane < 32; ++lane) sum = sum * 3 + __builtin_amdgcn_readlane(a, lane);
  out[global_id()] = sum;
}

extern "C" __global__ void waterfall(u32 *out, const u32 *in, const u32 *table) {
  u32 key = in[global_id()] & 3, result = 0;
  bool done = false;
  while (!done) {
    u32 first = __builtin_amdgcn_readfirstlane(key);
    if (key == first) {
      result = table[first] + first;
      done = true;
    }
  }
  out[global_id()] = result;
}
