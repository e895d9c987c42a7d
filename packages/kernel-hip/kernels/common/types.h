// bf16 and f16: how each decodes int4 weights and multiplies. One class of static functions per type.
//
// A nibble n is put into the significand of a constant 2^e whose unit there is 1, which makes the value 2^e + n exactly
// and without arithmetic. f16 then has a packed subtraction that leaves n - zero. bf16 has none: its constant and zero
// point leave through the row sums (row_sums.h) instead,
//   sum a * (n - zero) = sum a * (2^e + n) - sum a * (2^e + zero).
// Each of a word's four nibble pairs has the smallest e that its place after the shift allows: it costs accuracy.
#pragma once
#include "element.h"

constexpr u32 PAIRS = 4; // of a word: pair i is k = 2i and 2i + 1, nibbles i and i + 4 (ExLlama order)

struct Bf16 : Bf16Bits {
  static constexpr u32 MAGIC[PAIRS] = {128, 16, 16, 16};
  static constexpr bool ROW_SUMS = true;

  // The four pairs as MAGIC + n: 7 VALU.
  static MEMBER u32x4 decode(u32 word) {
    return u32x4{(word & 0x000f000fu) | 0x43004300u, ((word >> 1) & 0x00780078u) | 0x41804180u,
                 ((word >> 5) & 0x00780078u) | 0x41804180u, ((word >> 9) & 0x00780078u) | 0x41804180u};
  }

  // MAGIC[i] + n to n - zero, exactly: 5 VALU, for rows that have no row sums.
  static MEMBER u32 subtract(u32 pair, u32 i, f32 zero) {
    const f32 offset = f32(MAGIC[i]) + zero;
    const u32 low = bits_as<u32>(bits_as<f32>(pair << 16) - offset);
    const u32 high = bits_as<u32>(bits_as<f32>(pair & 0xffff0000u) - offset);
    return __builtin_amdgcn_perm(high, low, 0x07060302u);
  }

  static MEMBER f32x8 multiply(u32x8 a, u32x8 b, f32x8 c) {
    return __builtin_amdgcn_wmma_f32_16x16x16_bf16_w32(bits_as<bf16x16>(a), bits_as<bf16x16>(b), c);
  }

  // a.x * b.x + a.y * b.y + sum
  static MEMBER f32 dot(u32 a, u32 b, f32 sum) {
    return __builtin_amdgcn_fdot2_f32_bf16(bits_as<bf16x2>(a), bits_as<bf16x2>(b), sum, false);
  }

  // A pair of the same value, which bf16 has to hold exactly.
  static constexpr u32 both(f32 value) { return __builtin_bit_cast(u32, value) / 0x10000u * 0x10001u; }
};

struct F16 : F16Bits {
  static constexpr u32 MAGIC[PAIRS] = {256, 16, 256, 16};
  static constexpr bool ROW_SUMS = false;

  // The four pairs as MAGIC + n: 6 VALU, as 10 bits of significand hold a nibble at two places. With 1024 and
  // 64 the first shift would go, but four constants take too many registers where each column has its zero point.
  static MEMBER u32x4 decode(u32 word) {
    const u32 low = word << 2;
    const u32 high = word >> 6;
    return u32x4{(low & 0x003c003cu) | 0x5c005c00u, (low & 0x03c003c0u) | 0x4c004c00u,
                 (high & 0x003c003cu) | 0x5c005c00u, (high & 0x03c003c0u) | 0x4c004c00u};
  }

  // MAGIC[i] + n to n - zero, exactly: 1 VALU.
  static MEMBER u32 subtract(u32 pair, u32 i, f32 zero) {
    const _Float16 offset = _Float16(MAGIC[i]) + _Float16(zero);
    return bits_as<u32>(bits_as<f16x2>(pair) - f16x2{offset, offset});
  }

  static MEMBER f32x8 multiply(u32x8 a, u32x8 b, f32x8 c) {
    return __builtin_amdgcn_wmma_f32_16x16x16_f16_w32(bits_as<f16x16>(a), bits_as<f16x16>(b), c);
  }
};
