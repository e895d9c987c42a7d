// bf16 and f16 as bits: how each is read and rounded to.
#pragma once
#include "device.h"

struct Bf16Bits {
  static MEMBER f32 widen(u16 bits) { return widen_bf16(bits); }
  static MEMBER u16 round(f32 value) { return round_bf16(value); }
};

struct F16Bits {
  static MEMBER f32 widen(u16 bits) { return widen_f16(bits); }
  static MEMBER u16 round(f32 value) { return round_f16(value); }
};
