// Matrix operations of one wave: D = A * B + C over 16 x 16 tiles.
#include "prelude.h"

extern "C" __global__ void wmma_f32_f16(f32x8 *out, const f16x16 *a, const f16x16 *b, const f32x8 *c) {
  u32 i = thread_id();
  out[i] = __builtin_amdgcn_wmma_f32_16x16x16_f16_w32(a[i], b[i], c[i]);
}

extern "C" __global__ void wmma_f32_bf16(f32x8 *out, const i16x16 *a, const i16x16 *b, const f32x8 *c) {
  u32 i = thread_id();
  out[i] = __builtin_amdgcn_wmma_f32_16x16x16_bf16_w32(a[i], b[i], c[i]);
}

extern "C" __global__ void wmma_f16_f16(f16x16 *out, const f16x16 *a, const f16x16 *b, const f16x16 *c) {
  u32 i = thread_id();
  f16x16 low = __builtin_amdgcn_wmma_f16_16x16x16_f16_tied_w32(a[i], b[i], c[i], false);
  out[i] = __builtin_amdgcn_wmma_f16_16x16x16_f16_tied_w32(a[i], b[i], low, true);
}

extern "C" __global__ void wmma_bf16_bf16(i16x16 *out, const i16x16 *a, const i16x16 *b, const i16x16 *c) {
  u32 i = thread_id();
  i16x16 low = __builtin_amdgcn_wmma_bf16_16x16x16_bf16_tied_w32(a[i], b[i], c[i], false);
  out[i] = __builtin_amdgcn_wmma_bf16_16x16x16_bf16_tied_w32(b[i], a[i], low, true);
}

extern "C" __global__ void wmma_i32_iu8(i32x8 *out, const i32x4 *a, const i32x4 *b, const i32x8 *c) {
  u32 i = thread_id();
  i32x8 sum = __builtin_amdgcn_wmma_i32_16x16x16_iu8_w32(true, a[i], true, b[i], c[i], false);
  out[i] = __builtin_amdgcn_wmma_i32_16x16x16_iu8_w32(false, a[i], true, b[i], sum, true);
}

extern "C" __global__ void wmma_i32_iu4(i32x8 *out, const i32x2 *a, const i32x2 *b, const i32x8 *c) {
  u32 i = thread_id();
  out[i] = __builtin_amdgcn_wmma_i32_16x16x16_iu4_w32(true, a[i], false, b[i], c[i], false);
}

extern "C" __global__ void wmma_chain(f32x8 *out, const f16x16 *a, const f16x16 *b, u32 steps) {
  u32 i = thread_id();
  f32x8 sum = {};
  for (u32 k = 0; k < steps; ++k) sum = __builtin_amdgcn_wmma_f32_16x16x16_f16_w32(a[k * 32 + i], b[k * 32 + i], sum);
  out[i] = sum;
}

extern "C" __global__ void wmma_constants(f32x8 *out, const f16x16 *a, const f16x16 *b) {
  u32 i = thread_id();
  f32x8 zero = {}, one = {1, 1, 1, 1, 1, 1, 1, 1};
  out[i] = __builtin_amdgcn_wmma_f32_16x16x16_f16_w32(a[i], b[i], zero);
  out[i + 32] = __builtin_amdgcn_wmma_f32_16x16x16_f16_w32(b[i], a[i], one);
}

extern "C" __global__ void wmma_half_constants(f16x16 *out, i16x16 *out_bf16, const f16x16 *a, const i16x16 *b) {
  u32 i = thread_id();
  f16x16 half = {};
  i16x16 bf16 = {};
  for (u32 e = 0; e < 16; ++e) half[e] = -2, bf16[e] = 0x3f80;
  out[i] = __builtin_amdgcn_wmma_f16_16x16x16_f16_tied_w32(a[i], a[i], half, false);
  out_bf16[i] = __builtin_amdgcn_wmma_bf16_16x16x16_bf16_tied_w32(b[i], b[i], bf16, false);
}

extern "C" __global__ void wmma_signs(i32x8 *out, const i32x4 *a, const i32x4 *b, const i32x8 *c) {
  u32 i = thread_id();
  out[i] = __builtin_amdgcn_wmma_i32_16x16x16_iu8_w32(false, a[i], false, b[i], c[i], false);
  out[i + 32] = __builtin_amdgcn_wmma_i32_16x16x16_iu8_w32(true, a[i], false, b[i], c[i], true);
  i32x2 short_a = {a[i][0], a[i][1]}, short_b = {b[i][2], b[i][3]};
  out[i + 64] = __builtin_amdgcn_wmma_i32_16x16x16_iu4_w32(true, short_a, true, short_b, c[i], true);
  out[i + 96] = __builtin_amdgcn_wmma_i32_16x16x16_iu4_w32(false, short_a, false, short_b, c[i], false);
}
