// Tiled matrix products: global memory to LDS, LDS to registers, WMMA, and the result as its type.
#include "prelude.h"

// How a GEMM reads its elements: `Row` are 16 of a row, as a matrix operand holds them.
struct F16 {
  typedef f16 Element;
  typedef f16x16 Row;
  typedef f32 Sum;
  typedef f32x8 Sums;
  static __device__ Sums multiply(Row a, Row b, Sums c) { return __builtin_amdgcn_wmma_f32_16x16x16_f16_w32(a, b, c); }
};

struct Bf16 {
  typedef i16 Element;
  typedef i16x16 Row;
  typedef f32 Sum;
  typedef f32x8 Sums;
  static __device__ Sums multiply(Row a, Row b, Sums c) { return __builtin_amdgcn_wmma_f32_16x16x16_bf16_w32(a, b, c); }
};

struct I8 {
  typedef i8 Element;
  typedef i32x4 Row;
  typedef i32 Sum;
  typedef i32x8 Sums;
  static __device__ Sums multiply(Row a, Row b, Sums c) {
    return __builtin_amdgcn_wmma_i32_16x16x16_iu8_w32(true, a, true, b, c, false);
  }
};

// C = A Bᵀ with A [M, K], B [N, K], C [M, N]; a workgroup of 128 threads computes 64 x 64 elements, a wave 32 x 32.
// M and N are multiples of 64, K of 32.
template <class Type> static inline __device__ void gemm(typename Type::Sum *c, const typename Type::Element *a,
                                                        const typename Type::Element *b, u32 n, u32 k) {
  typedef typename Type::Element Element;
  typedef typename Type::Row Row;
  enum { TILE = 64, STEP = 32, PAD = 16 / sizeof(Element), CHUNK = 16 / sizeof(Element) };
  __shared__ Element tiles[2][2][TILE][STEP + PAD] __attribute__((aligned(16)));
  u32 t = thread_id(), lane = lane_id(), wave = t / 32;
  a += (u64)__builtin_amdgcn_workgroup_id_y() * TILE * k;
  b += (u64)__builtin_amdgcn_workgroup_id_x() * TILE * k;
  typename Type::Sums sums[2][2] = {};
  for (u32 step = 0; step < k; step += STEP) {
    u32 buffer = step / STEP & 1;
    for (u32 i = t; i < TILE * STEP / CHUNK; i += 128) {
      u32 row = i / (STEP / CHUNK), column = i % (STEP / CHUNK) * CHUNK;
      *(u32x4 *)&tiles[buffer][0][row][column] = *(const u32x4 *)&a[row * k + step + column];
      *(u32x4 *)&tiles[buffer][1][row][column] = *(const u32x4 *)&b[row * k + step + column];
    }
    barrier();
    for (u32 part = 0; part < STEP; part += 16) {
      Row rows[2], columns[2];
      for (u32 i = 0; i < 2; ++i) {
        __builtin_memcpy(&rows[i], &tiles[buffer][0][wave / 2 * 32 + i * 16 + lane % 16][part], sizeof(Row));
        __builtin_memcpy(&columns[i], &tiles[buffer][1][wave % 2 * 32 + i * 16 + lane % 16][part], sizeof(Row));
      }
      for (u32 i = 0; i < 2; ++i)
        for (u32 j = 0; j < 2; ++j) sums[i][j] = Type::multiply(rows[i], columns[j], sums[i][j]);
    }
  }
  u32 top = __builtin_amdgcn_workgroup_id_y() * TILE + wave / 2 * 32 + lane / 16;
  u32 left = __builtin_amdgcn_workgroup_id_x() * TILE + wave % 2 * 32 + lane % 16;
  for (u32 i = 0; i < 2; ++i)
    for (u32 j = 0; j < 2; ++j)
      for (u32 element = 0; element < 8; ++element)
        c[(u64)(top + i * 16 + 2 * element) * n + left + j * 16] = sums[i][j][element];
}

extern "C" __global__ __launch_bounds__(128) void gemm_f16(f32 *c, const f16 *a, const f16 *b, u32 n, u32 k) {
  gemm<F16>(c, a, b, n, k);
}

extern "C" __global__ __launch_bounds__(128) void gemm_bf16(f32 *c, const i16 *a, const i16 *b, u32 n, u32 k) {
  gemm<Bf16>(c, a, b, n, k);
}

extern "C" __global__ __launch_bounds__(128) void gemm_i8(i32 *c, const i8 *a, const i8 *b, u32 n, u32 k) {
  gemm<I8>(c, a, b, n, k);
}

// Eight nibbles of k = 0, 2, 4, 6, 1, 3, 5, 7 as bf16 pairs of (nibble - 8): 128 + nibble has the nibble in its lowest bits.
static inline __device__ u32 pair(u32 word, u32 i) {
  u32 biased = (word >> (4 * i) & 0x000f000f) | 0x43004300;
  f32 low = __builtin_bit_cast(f32, biased << 16) - 136.0f, high = __builtin_bit_cast(f32, biased & 0xffff0000) - 136.0f;
  return __builtin_bit_cast(u32, low) >> 16 | (__builtin_bit_cast(u32, high) & 0xffff0000);
}

// C = A Wᵀ with A [16 * grid.y, K] bf16, W [N, K / 8] words of nibbles, scales [N, K / 32] f32; a wave computes 16 x 16.
extern "C" __global__ __launch_bounds__(32) void gemm_w4a16(u16 *c, const i16 *a, const u32 *weights, const f32 *scales, u32 n, u32 k) {
  u32 lane = lane_id(), row = __builtin_amdgcn_workgroup_id_y() * 16 + lane % 16;
  u32 column = __builtin_amdgcn_workgroup_id_x() * 16 + lane % 16;
  f32x8 sums = {};
  for (u32 group = 0; group < k / 32; ++group) {
    f32x8 part = {};
    for (u32 half = 0; half < 2; ++half) {
      u32 first = group * 32 + half * 16;
      i16x16 x;
      u32 words[8];
      __builtin_memcpy(&x, &a[row * k + first], sizeof(x));
      for (u32 word = 0; word < 2; ++word)
        for (u32 i = 0; i < 4; ++i) words[word * 4 + i] = pair(weights[column * (k / 8) + first / 8 + word], i);
      i16x16 w;
      __builtin_memcpy(&w, words, sizeof(w));
      part = __builtin_amdgcn_wmma_f32_16x16x16_bf16_w32(x, w, part);
    }
    f32 scale = scales[column * (k / 32) + group];
    for (u32 i = 0; i < 8; ++i) sums[i] = __builtin_fmaf(part[i], scale, sums[i]);
  }
  for (u32 i = 0; i < 8; ++i) {
    u32 bits = __builtin_bit_cast(u32, sums[i]);
    c[(__builtin_amdgcn_workgroup_id_y() * 16 + 2 * i + lane / 16) * n + column] = (u16)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
  }
}
