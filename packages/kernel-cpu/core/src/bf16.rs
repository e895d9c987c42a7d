//! bf16 is the upper half of an f32; rounding is to nearest even and NaN stays NaN.

/// Exact.
#[inline(always)]
pub fn to_f32(bits: u16) -> f32 {
    f32::from_bits(u32::from(bits) << 16)
}

/// Rounds to nearest even, keeps subnormals, turns every NaN into a quiet NaN of the same sign.
#[inline(always)]
pub fn from_f32(value: f32) -> u16 {
    let bits = value.to_bits();
    let rounded = bits.wrapping_add(0x7fff + ((bits >> 16) & 1)) >> 16;
    let quiet_nan = (bits >> 16) | 0x0040;
    (if value.is_nan() { quiet_nan } else { rounded }) as u16
}

/// `dst[i] = from_f32(src[i])`; inlined into the callers so that it takes their vector width.
#[inline(always)]
pub fn store(src: &[f32], dst: &mut [u16]) {
    for (out, &value) in dst.iter_mut().zip(src) {
        *out = from_f32(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_to_nearest_even_and_keeps_nan_infinity_and_subnormals() {
        assert_eq!(from_f32(f32::from_bits(0x3f80_8000)), 0x3f80, "tie to even, down");
        assert_eq!(from_f32(f32::from_bits(0x3f81_8000)), 0x3f82, "tie to even, up");
        assert_eq!(from_f32(f32::from_bits(0x3f80_8001)), 0x3f81);
        assert_eq!(from_f32(f32::MAX), 0x7f80);
        assert_eq!(from_f32(f32::NEG_INFINITY), 0xff80);
        assert_eq!(from_f32(f32::from_bits(0x7f80_0001)), 0x7fc0, "a NaN whose payload is cut off");
        assert_eq!(from_f32(f32::from_bits(0x0001_0000)), 0x0001);
    }

    #[test]
    fn every_bf16_value_survives_the_round_trip() {
        for bits in 0..=u16::MAX {
            let value = to_f32(bits);
            assert!(from_f32(value) == bits || (value.is_nan() && to_f32(from_f32(value)).is_nan()), "{bits:#x}");
        }
    }
}
