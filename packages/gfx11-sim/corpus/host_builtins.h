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

template <class T, class Bits> struct Float {
  static Bits bits(T x) { return __builtin_bit_cast(Bits, x); }
  static const Bits sign = (Bits)1 << (8 * sizeof(T) - 1);
  static bool nan(T x) { return x != x; }
  // Whether a comes before b, -0 before +0.
  static bool before(T a, T b) { return a < b || (a == b && (bits(a) & sign) > (bits(b) & sign)); }
  static T min(T a, T b) { return nan(b) ? a : nan(a) ? b : before(a, b) ? a : b; }
  static T max(T a, T b) { return nan(b) ? a : nan(a) ? b : before(b, a) ? a : b; }
  // In IEEE mode a signalling NaN wins.
  static T ieee_min(T a, T b, Bits quiet) {
    bool signaling = (nan(a) && !(bits(a) & quiet)) || (nan(b) && !(bits(b) & quiet));
    return signaling ? (T)__builtin_nanf("") : min(a, b);
  }
};
typedef Float<f16, u16> HostF16;
typedef Float<f32, u32> HostF32;
typedef Float<f64, u64> HostF64;

static inline f32 host_med3(f32 a, f32 b, f32 c) {
  const u32 quiet = 1 << 22;
  if (a != a || b != b || c != c) return HostF32::ieee_min(HostF32::ieee_min(a, b, quiet), c, quiet);
  f32 largest = HostF32::max(HostF32::max(a, b), c);
  return largest == a ? HostF32::max(b, c) : largest == b ? HostF32::max(a, c) : HostF32::max(a, b);
}

static inline f16 host_min(f16 a, f16 b) { return HostF16::min(a, b); }
static inline f16 host_max(f16 a, f16 b) { return HostF16::max(a, b); }
static inline f16x2 elementwise_min(f16x2 a, f16x2 b) { return (f16x2){host_min(a.x, b.x), host_min(a.y, b.y)}; }
static inline f16x2 elementwise_max(f16x2 a, f16x2 b) { return (f16x2){host_max(a.x, b.x), host_max(a.y, b.y)}; }

// Exact in 113 bits, then rounded once.
static inline f16 host_fma(f16 a, f16 b, f16 c) { return (f16)((__float128)a * b + c); }
static inline f16x2 host_fma(f16x2 a, f16x2 b, f16x2 c) {
  return (f16x2){host_fma(a.x, b.x, c.x), host_fma(a.y, b.y, c.y)};
}

// What the compiler calls to round to bf16, nearest even; older runtime libraries do not have it.
extern "C" bf16 __truncsfbf2(f32 x) {
  u32 bits = __builtin_bit_cast(u32, x);
  u16 rounded = x != x ? bits >> 16 | 0x40 : (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
  return __builtin_bit_cast(bf16, rounded);
}

// The approximating unit knows no denormals.
static inline f32 flush(f32 x) { return __builtin_fabsf(x) < 0x1p-126f ? __builtin_copysignf(0, x) : x; }
static inline f32 host_fract(f32 x) {
  f32 part = x - __builtin_floorf(x);
  return part >= 1 ? 0x1.fffffep-1f : part;
}
// The sine of x turns: at most an eighth of a turn from a quarter's multiple, where library functions are accurate.
static inline f64 sine(f64 x, i32 quarters_ahead) {
  f64 quarters = __builtin_rint(4 * (x - __builtin_rint(x)));
  f64 angle = (x - __builtin_rint(x) - quarters / 4) * (2 * __builtin_acos(-1.0));
  switch (((i32)quarters + quarters_ahead) & 3) {
  case 0: return __builtin_sin(angle);
  case 1: return __builtin_cos(angle);
  case 2: return -__builtin_sin(angle);
  default: return -__builtin_cos(angle);
  }
}
static inline f32 host_frexp_mant(f32 x) {
  int power;
  return x - x == 0 ? __builtin_frexpf(x, &power) : x;
}
static inline i32 host_frexp_exp(f32 x) {
  int power = 0;
  if (x - x == 0) __builtin_frexpf(x, &power);
  return power;
}
static inline bool host_class(f32 x, u32 classes) {
  u32 bits = __builtin_bit_cast(u32, x), magnitude = bits & 0x7fffffff, negative = bits >> 31, bit;
  if (magnitude > 0x7f800000) bit = bits >> 22 & 1;
  else if (magnitude == 0x7f800000) bit = negative ? 2 : 9;
  else if (magnitude >= 0x00800000) bit = negative ? 3 : 8;
  else if (magnitude) bit = negative ? 4 : 7;
  else bit = negative ? 5 : 6;
  return classes >> bit & 1;
}
static inline i64 saturate(f64 x, f64 least, f64 greatest) {
  return x != x ? 0 : (i64)(x < least ? least : x > greatest ? greatest : x);
}
static inline i16 saturating_i16(f64 x) { return saturate(x, -32768, 32767); }
static inline u16 saturating_u16(f64 x) { return saturate(x, 0, 65535); }
static inline i32 saturating_i32(f64 x) { return saturate(x, -2147483648.0, 2147483647.0); }
static inline u32 saturating_u32(f64 x) { return saturate(x, 0, 4294967295.0); }

// Toward zero: the rounded value, one step back if it is too large.
static inline u16 half_toward_zero(f32 x) {
  u16 bits = __builtin_bit_cast(u16, (f16)x);
  return __builtin_fabsf((f32)(f16)x) > __builtin_fabsf(x) ? bits - 1 : bits;
}
static inline u32 host_pkrtz(f32 a, f32 b) { return half_toward_zero(a) | (u32)half_toward_zero(b) << 16; }
static inline u32 fraction(f32 x, f64 scale, f64 least) {
  f64 bounded = x != x ? 0 : x < least ? least : x > 1 ? 1 : x;
  return (u32)(i32)__builtin_rint(bounded * scale) & 0xffff;
}
static inline u32 host_pknorm_i16(f32 a, f32 b) { return fraction(a, 32767, -1) | fraction(b, 32767, -1) << 16; }
static inline u32 host_pknorm_u16(f32 a, f32 b) { return fraction(a, 65535, 0) | fraction(b, 65535, 0) << 16; }
static inline f32 host_fdot2(f16x2 a, f16x2 b, f32 c) {
  return __builtin_fmaf((f32)a.y, (f32)b.y, __builtin_fmaf((f32)a.x, (f32)b.x, c));
}
static inline f16 host_fdot2_f16(f16x2 a, f16x2 b, f16 c) { return host_fma(a.y, b.y, host_fma(a.x, b.x, c)); }

#define __builtin_fminf HostF32::min
#define __builtin_fmaxf HostF32::max
#define __builtin_fmin HostF64::min
#define __builtin_fmax HostF64::max
#define __builtin_fminf16 host_min
#define __builtin_fmaxf16 host_max
#define __builtin_sqrtf16(x) ((f16)__builtin_sqrtf((f32)(x)))
#define __builtin_fmaf16 host_fma
#define __builtin_elementwise_fma host_fma
#define __builtin_amdgcn_fmed3f host_med3
#define __builtin_amdgcn_fractf host_fract
#define __builtin_amdgcn_frexp_mantf host_frexp_mant
#define __builtin_amdgcn_frexp_expf host_frexp_exp
#define __builtin_amdgcn_classf host_class
#define __builtin_amdgcn_exp2f(x) flush((f32)__builtin_exp2((f64)flush(x)))
#define __builtin_amdgcn_logf(x) ((f32)__builtin_log2((f64)flush(x)))
#define __builtin_amdgcn_rcpf(x) flush(1.0f / flush(x))
#define __builtin_amdgcn_rsqf(x) ((f32)(1.0 / __builtin_sqrt((f64)flush(x))))
#define __builtin_amdgcn_sinf(x) ((f32)sine(x, 0))
#define __builtin_amdgcn_cosf(x) ((f32)sine(x, 1))
#define __builtin_amdgcn_cvt_pkrtz host_pkrtz
#define __builtin_amdgcn_cvt_pknorm_i16 host_pknorm_i16
#define __builtin_amdgcn_cvt_pknorm_u16 host_pknorm_u16
#define __builtin_amdgcn_fdot2(a, b, c, clamp) host_fdot2(a, b, c)
#define __builtin_amdgcn_fdot2_f16_f16 host_fdot2_f16
#define __builtin_amdgcn_perm host_perm
#define __builtin_amdgcn_alignbyte host_alignbyte
#define __builtin_amdgcn_sad_u8 host_sad_u8
#define __builtin_amdgcn_sad_u16 host_sad_u16
#define __builtin_amdgcn_lerp host_lerp
#define __builtin_amdgcn_sudot4(sa, a, sb, b, c, clamp) host_signed_dot(sa, a, sb, b, c, clamp, 8)
#define __builtin_amdgcn_sudot8(sa, a, sb, b, c, clamp) host_signed_dot(sa, a, sb, b, c, clamp, 4)
#define __builtin_amdgcn_udot4(a, b, c, clamp) host_unsigned_dot(a, b, c, clamp, 8)
#define __builtin_amdgcn_udot8(a, b, c, clamp) host_unsigned_dot(a, b, c, clamp, 4)

#define __builtin_amdgcn_workitem_id_x() host_current->id[0]
#define __builtin_amdgcn_workitem_id_y() host_current->id[1]
#define __builtin_amdgcn_workitem_id_z() host_current->id[2]
#define __builtin_amdgcn_workgroup_id_x() host_group.id[0]
#define __builtin_amdgcn_workgroup_id_y() host_group.id[1]
#define __builtin_amdgcn_workgroup_id_z() host_group.id[2]
#define __builtin_amdgcn_workgroup_size_x() host_group.block[0]
#define __builtin_amdgcn_workgroup_size_y() host_group.block[1]
#define __builtin_amdgcn_workgroup_size_z() host_group.block[2]
#define __builtin_amdgcn_grid_size_x() (host_group.grid[0] * host_group.block[0])
#define __builtin_amdgcn_grid_size_y() (host_group.grid[1] * host_group.block[1])
#define __builtin_amdgcn_s_barrier host_barrier
// One thread runs at a time.
#define __builtin_amdgcn_fence(order, scope)
