// What the AMDGPU builtins of the corpus compute, for the host, after the RDNA3 ISA document.
#pragma once

static inline u32 byte_of(u32 word, u32 i) { return word >> (8 * i) & 255; }

static inline u32 host_perm(u32 a, u32 b, u32 selectors) {
  u64 source = (u64)a << 32 | b;
  u32 result = 0;
  for (u32 i = 0; i < 4; ++i) {
    u32 selector = byte_of(selectors, i), byte;
    if (selector >= 13) byte = 255;
    else if (selector == 12) byte = 0;
    else if (selector >= 8) byte = source >> (16 * (selector - 8) + 15) & 1 ? 255 : 0;
    else byte = (u32)(source >> (8 * selector)) & 255;
    result |= byte << (8 * i);
  }
  return result;
}

static inline u32 host_alignbyte(u32 a, u32 b, u32 bytes) { return (u32)(((u64)a << 32 | b) >> (8 * bytes)); }

static inline u32 difference(u32 a, u32 b) { return a > b ? a - b : b - a; }

static inline u32 host_sad_u8(u32 a, u32 b, u32 sum) {
  for (u32 i = 0; i < 4; ++i) sum += difference(byte_of(a, i), byte_of(b, i));
  return sum;
}

static inline u32 host_sad_u16(u32 a, u32 b, u32 sum) {
  return sum + difference(a & 0xffff, b & 0xffff) + difference(a >> 16, b >> 16);
}

static inline u32 host_lerp(u32 a, u32 b, u32 c) {
  u32 result = 0;
  for (u32 i = 0; i < 4; ++i) result |= ((byte_of(a, i) + byte_of(b, i) + (byte_of(c, i) & 1)) >> 1) << (8 * i);
  return result;
}

// Element `i` of `width` bits.
static inline i64 element(u32 word, u32 i, u32 width, bool is_signed) {
  u32 value = word >> (i * width) & ((1u << width) - 1);
  bool negative = is_signed && value >> (width - 1);
  return negative ? (i64)value - (1ll << width) : (i64)value;
}

static inline i64 dot(bool a_signed, u32 a, bool b_signed, u32 b, u32 width) {
  i64 sum = 0;
  for (u32 i = 0; i < 32 / width; ++i) sum += element(a, i, width, a_signed) * element(b, i, width, b_signed);
  return sum;
}

static inline i32 host_signed_dot(bool a_signed, u32 a, bool b_signed, u32 b, i32 c, bool clamp, u32 width) {
  i64 sum = dot(a_signed, a, b_signed, b, width) + c;
  if (clamp && sum > 0x7fffffffll) sum = 0x7fffffffll;
  if (clamp && sum < -0x80000000ll) sum = -0x80000000ll;
  return (i32)sum;
}

static inline u32 host_unsigned_dot(u32 a, u32 b, u32 c, bool clamp, u32 width) {
  i64 sum = dot(false, a, false, b, width) + (i64)c;
  return clamp && sum > 0xffffffffll ? 0xffffffffu : (u32)sum;
}

#define __builtin_amdgcn_perm host_perm
#define __builtin_amdgcn_alignbyte host_alignbyte
#define __builtin_amdgcn_sad_u8 host_sad_u8
#define __builtin_amdgcn_sad_u16 host_sad_u16
#define __builtin_amdgcn_lerp host_lerp
#define __builtin_amdgcn_sudot4(sa, a, sb, b, c, clamp) host_signed_dot(sa, a, sb, b, c, clamp, 8)
#define __builtin_amdgcn_sudot8(sa, a, sb, b, c, clamp) host_signed_dot(sa, a, sb, b, c, clamp, 4)
#define __builtin_amdgcn_udot4(a, b, c, clamp) host_unsigned_dot(a, b, c, clamp, 8)
#define __builtin_amdgcn_udot8(a, b, c, clamp) host_unsigned_dot(a, b, c, clamp, 4)
