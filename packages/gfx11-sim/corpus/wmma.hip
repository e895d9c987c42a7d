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
  f16x16 low = __builtin_amdgcn_wmma_f16_16x16x16_f16_w32(a[i], b[i], c[i], false);
  out[i] = __builtin_amdgcn_wmma_f16_16x16x16_f16_w32(a[i], b[i], low, true);
}

extern "C" __global__ void wmma_bf16_bf16(i16x16 *out, const i16x16 *a, const i16x16 *b, const i16x16 *c) {
  u32 i = thread_id();
  out[i] = __builtin_amdgcn_wmma_bf16_16x16x16_bf16_w32(a[i], b[i], c[i], false);
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
