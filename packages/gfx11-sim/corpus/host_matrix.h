// Matrix operations of a wave, for the host: products are added in the order of ascending k, each with one rounding.
#pragma once

template <class Row, class Sum> struct HostTile {
  Row a[HOST_LANES], b[HOST_LANES];
  u32 column = host_lane() % 16, half = host_lane() / 16;

  HostTile(Row mine_a, Row mine_b, u64 site) {
    memcpy(a, host_all_lanes(mine_a, site), sizeof(a));
    memcpy(b, host_all_lanes(mine_b, site + 1), sizeof(b));
  }
  u32 row(u32 i) const { return 2 * i + half; }
};

static inline f32 host_float(f16 value) { return value; }
static inline f32 host_float(i16 bits) { return __builtin_bit_cast(f32, (u32)(u16)bits << 16); }
static inline f32 host_canonical(f32 value) { return value != value ? __builtin_bit_cast(f32, 0x7fc00000u) : value; }

template <class Row> static f32 host_float_sum(const HostTile<Row, f32> &tile, u32 i, f32 sum) {
  for (u32 k = 0; k < 16; ++k)
    sum = __builtin_fmaf(host_float(tile.a[tile.row(i)][k]), host_float(tile.b[tile.column][k]), sum);
  return host_canonical(sum);
}

template <class Row> static f32x8 host_wmma_f32(Row a, Row b, f32x8 c, u64 site = HOST_SITE) {
  HostTile<Row, f32> tile(a, b, site);
  for (u32 i = 0; i < 8; ++i) c[i] = host_float_sum(tile, i, c[i]);
  return c;
}

static f16x16 host_wmma_f16(f16x16 a, f16x16 b, f16x16 c, bool high, u64 site = HOST_SITE) {
  HostTile<f16x16, f32> tile(a, b, site);
  for (u32 i = 0; i < 8; ++i) c[2 * i + high] = (f16)host_float_sum(tile, i, c[2 * i + high]);
  return c;
}

static i16x16 host_wmma_bf16(i16x16 a, i16x16 b, i16x16 c, bool high, u64 site = HOST_SITE) {
  HostTile<i16x16, f32> tile(a, b, site);
  for (u32 i = 0; i < 8; ++i) {
    u32 bits = __builtin_bit_cast(u32, host_float_sum(tile, i, host_float((i16)c[2 * i + high])));
    c[2 * i + high] = (i16)(bits + 0x7fff + (bits >> 16 & 1) >> 16);
  }
  return c;
}

template <u32 BITS, class Row>
static i32x8 host_wmma_i32(bool a_signed, Row a, bool b_signed, Row b, i32x8 c, bool clamp, u64 site = HOST_SITE) {
  HostTile<Row, i32> tile(a, b, site);
  for (u32 i = 0; i < 8; ++i) {
    i64 sum = c[i];
    for (u32 word = 0; word < BITS / 2; ++word)
      sum += dot(a_signed, tile.a[tile.row(i)][word], b_signed, tile.b[tile.column][word], BITS);
    if (clamp && sum > 0x7fffffffll) sum = 0x7fffffffll;
    if (clamp && sum < -0x80000000ll) sum = -0x80000000ll;
    c[i] = (i32)sum;
  }
  return c;
}

#define __builtin_amdgcn_wmma_f32_16x16x16_f16_w32 host_wmma_f32<f16x16>
#define __builtin_amdgcn_wmma_f32_16x16x16_bf16_w32 host_wmma_f32<i16x16>
#define __builtin_amdgcn_wmma_f16_16x16x16_f16_tied_w32 host_wmma_f16
#define __builtin_amdgcn_wmma_bf16_16x16x16_bf16_tied_w32 host_wmma_bf16
#define __builtin_amdgcn_wmma_i32_16x16x16_iu8_w32 host_wmma_i32<8, i32x4>
#define __builtin_amdgcn_wmma_i32_16x16x16_iu4_w32 host_wmma_i32<4, i32x2>
