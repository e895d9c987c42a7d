//! 16-bit floats: f16 and bf16, to and from f32.
//!
//! All functions are free of branches, so that loops over lanes become vector code. Signalling NaN become quiet.

/// The f16 nearest to a value, ties to even.
#[inline(always)]
pub(super) fn f16_from_f64(value: f64) -> u16 {
    f16_from_f32(round_to_odd(value))
}

/// Rounds to the f32 next to the value whose last bit is set unless it is exact; a second, coarser rounding to nearest
/// then gives what rounding once would.
#[inline(always)]
pub(super) fn round_to_odd(value: f64) -> f32 {
    let near = value as f32;
    let error = value - f64::from(near);
    let even = near.to_bits() & 1 == 0;
    let away = (error > 0.0) == (near > 0.0);
    let step = if away { 1 } else { u32::MAX };
    let inexact = error != 0.0 && near.is_finite();
    f32::from_bits(if inexact && even { near.to_bits().wrapping_add(step) } else { near.to_bits() })
}

/// The value of an f16.
#[inline(always)]
pub(super) fn f32_from_f16(half: u16) -> f32 {
    let sign = u32::from(half & 0x8000) << 16;
    let magnitude = u32::from(half & 0x7fff) << 13;
    // Moving the exponent's bias by a product normalizes denormals on the way.
    let finite = (f32::from_bits(magnitude) * f32::from_bits((254 - 15) << 23)).to_bits();
    let quiet = if magnitude > 0x0f80_0000 { 0x0040_0000 } else { 0 };
    let special = magnitude | 0x7f80_0000 | quiet;
    f32::from_bits(sign | if magnitude < 0x0f80_0000 { finite } else { special })
}

/// The f16 nearest to a value, ties to even.
#[inline(always)]
pub(super) fn f16_from_f32(value: f32) -> u16 {
    const INFINITE: u32 = 0x7f80_0000;
    let bits = value.to_bits();
    let sign = bits >> 16 & 0x8000;
    let magnitude = bits & 0x7fff_ffff;
    // 2^-14 is the smallest normal f16; adding 1/2 leaves below it the multiples of 2^-24 in the lowest bits.
    let denormal = (f32::from_bits(magnitude) + 0.5).to_bits().wrapping_sub(0x3f00_0000);
    let rounded = magnitude.wrapping_add(0xfff + (magnitude >> 13 & 1)).wrapping_sub((127 - 15) << 23) >> 13;
    let finite = if magnitude < (127 - 14) << 23 { denormal } else { rounded };
    let special = if magnitude > INFINITE { 0x7e00 | magnitude >> 13 & 0x3ff } else { 0x7c00 };
    (sign | if magnitude < 0x4780_0000 { finite } else { special }) as u16
}

/// As [`f16_from_f32`], toward zero: what does not fit becomes the largest finite value.
#[inline(always)]
pub(super) fn f16_toward_zero(value: f32) -> u16 {
    const INFINITE: u32 = 0x7f80_0000;
    let bits = value.to_bits();
    let sign = bits >> 16 & 0x8000;
    let magnitude = bits & 0x7fff_ffff;
    let normal = magnitude.wrapping_sub((127 - 15) << 23) >> 13;
    let denormal = (f32::from_bits(magnitude) * f32::from_bits((127 + 24) << 23)) as u32;
    let finite = if magnitude < (127 - 14) << 23 { denormal } else { normal.min(0x7bff) };
    let special = if magnitude > INFINITE { 0x7e00 | magnitude >> 13 & 0x3ff } else { 0x7c00 };
    (sign | if magnitude < INFINITE { finite } else { special }) as u16
}

/// The value of a bf16.
#[inline(always)]
pub(super) fn f32_from_bf16(half: u16) -> f32 {
    f32::from_bits(u32::from(half) << 16)
}

/// The bf16 nearest to a value, ties to even.
#[inline(always)]
pub(super) fn bf16_from_f32(value: f32) -> u16 {
    let bits = value.to_bits();
    let rounded = bits.wrapping_add(0x7fff + (bits >> 16 & 1)) >> 16;
    (if bits & 0x7fff_ffff > 0x7f80_0000 { bits >> 16 | 0x40 } else { rounded }) as u16
}

/// `a * b + c` of f16 values, rounded once when the result is rounded to f16.
///
/// The product is exact in an f32; the sum's error, found by the two-sum of Knuth, decides its last bit.
#[inline(always)]
pub(super) fn fused_for_f16(a: f32, b: f32, c: f32) -> f32 {
    let product = a * b;
    let sum = product + c;
    let part = sum - product;
    let error = (product - (sum - part)) + (c - part);
    let away = (error > 0.0) == (sum > 0.0);
    let step = if away { 1 } else { u32::MAX };
    let bits = sum.to_bits();
    // An infinite or NaN sum has no error that compares.
    let inexact = error.abs() > 0.0;
    f32::from_bits(if inexact && bits & 1 == 0 { bits.wrapping_add(step) } else { bits })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The value of a 16-bit pattern with `fraction` bits of fraction, by the definition; NaN for NaN.
    fn value(half: u16, fraction: i32) -> f64 {
        let exponents = 1 << (15 - fraction);
        let exponent = i32::from(half & 0x7fff) >> fraction;
        let mantissa = f64::from(i32::from(half) & ((1 << fraction) - 1));
        let bias = exponents / 2 - 1;
        let magnitude = match exponent {
            0 => mantissa * 2_f64.powi(1 - bias - fraction),
            _ if exponent == exponents - 1 && mantissa == 0.0 => f64::INFINITY,
            _ if exponent == exponents - 1 => f64::NAN,
            _ => (mantissa + 2_f64.powi(fraction)) * 2_f64.powi(exponent - bias - fraction),
        };
        if half & 0x8000 != 0 { -magnitude } else { magnitude }
    }

    /// The nearest of all finite positive patterns, ties to even, by bisection; past the last one's half, infinity.
    fn nearest(value_of: impl Fn(u16) -> f64, infinity: u16, target: f64) -> u16 {
        let sign = if target.is_sign_negative() { 0x8000 } else { 0 };
        let target = target.abs();
        let (mut low, mut high) = (0, infinity);
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if value_of(middle) <= target { low = middle } else { high = middle }
        }
        // Infinity stands where the next finite value would be.
        let below = value_of(low);
        let above = if high == infinity { below + (below - value_of(low - 1)) } else { value_of(high) };
        let chosen = match (target - below).partial_cmp(&(above - target)) {
            Some(std::cmp::Ordering::Less) => low,
            Some(std::cmp::Ordering::Equal) => low + (low & 1),
            _ => high,
        };
        sign | chosen
    }

    #[test]
    fn every_f16_and_bf16_has_the_value_of_its_definition() {
        for half in 0..=u16::MAX {
            for (found, expected) in [(f32_from_f16(half), value(half, 10)), (f32_from_bf16(half), value(half, 7))] {
                assert_eq!(found.is_nan(), expected.is_nan(), "{half:#x}");
                assert!(expected.is_nan() || f64::from(found).to_bits() == expected.to_bits(), "{half:#x}");
            }
        }
    }

    #[test]
    fn every_f16_and_bf16_comes_back_from_f32_and_nan_become_quiet() {
        for half in 0..=u16::MAX {
            let quiet = |fraction: i32| if value(half, fraction).is_nan() { half | 1 << (fraction - 1) } else { half };
            assert_eq!(f16_from_f32(f32_from_f16(half)), quiet(10), "{half:#x}");
            assert_eq!(f16_from_f64(f32_from_f16(half).into()), quiet(10), "{half:#x}");
            assert_eq!(f16_toward_zero(f32_from_f16(half)), quiet(10), "{half:#x}");
            assert_eq!(bf16_from_f32(f32_from_bf16(half)), quiet(7), "{half:#x}");
        }
    }

    #[test]
    fn f32_round_to_the_nearest_16_bit_float_at_every_tie_and_around_it() {
        let check = |bits: u32| {
            let number = f32::from_bits(bits);
            let wide = f64::from(number);
            assert_eq!(f16_from_f32(number), nearest(|half| value(half, 10), 0x7c00, wide), "{bits:#x}");
            assert_eq!(bf16_from_f32(number), nearest(|half| value(half, 7), 0x7f80, wide), "{bits:#x}");
            let toward_zero = value(f16_toward_zero(number) & 0x7fff, 10);
            assert!(toward_zero <= wide.abs(), "{bits:#x}");
            assert!(value((f16_toward_zero(number) & 0x7fff) + 1, 10) > wide.abs() || toward_zero == 65504.0);
        };
        for half in 0..0x7c00_u16 {
            let tie = (value(half, 10) + value(half + 1, 10)) / 2.0;
            let tie = if half == 0x7bff { 65520.0 } else { tie as f32 };
            for near in [tie.to_bits() - 1, tie.to_bits(), tie.to_bits() + 1] {
                check(near);
                check(near | 0x8000_0000);
            }
        }
        for high in 0..0x7f80_u32 {
            for low in [0x7fff, 0x8000, 0x8001, 0xffff] {
                check(high << 16 | low);
            }
        }
    }

    #[test]
    fn a_fused_f16_multiply_add_is_rounded_once() {
        let mut state = 0x1234_5678_9abc_def1_u64;
        let mut differing = 0;
        let scaled: Vec<u128> = (0..0x7c00).map(|half| (value(half, 10) * 2_f64.powi(48)) as u128).collect();
        for _ in 0..400_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let half = |shift: u32| (state >> shift) as u16;
            let (a, b, c) = (half(16), half(32), half(48));
            let [x, y, z] = [a, b, c].map(f32_from_f16);
            if !(x.is_finite() && y.is_finite() && z.is_finite()) {
                continue;
            }
            // Multiples of 2^-48 below 2^33 fit a 128-bit integer.
            let integer = |number: f32, scale: i32| (f64::from(number) * 2_f64.powi(scale)) as i128;
            let exact = integer(x, 24) * integer(y, 24) + (integer(z, 24) << 24);
            let found = f16_from_f32(fused_for_f16(x, y, z));
            if exact == 0 {
                assert_eq!(found & 0x7fff, 0);
                continue;
            }
            let magnitude = exact.unsigned_abs();
            let mut expected = scaled.partition_point(|&value| value <= magnitude) - 1;
            let next = scaled.get(expected + 1).copied().unwrap_or(65536 << 48);
            expected += usize::from(match (2 * magnitude).cmp(&(scaled[expected] + next)) {
                std::cmp::Ordering::Less => false,
                std::cmp::Ordering::Equal => expected & 1 != 0,
                std::cmp::Ordering::Greater => true,
            });
            let expected = expected as u16;
            assert_eq!(found & 0x7fff, expected, "{a:#x} {b:#x} {c:#x}");
            differing += u32::from(f16_from_f32(x * y + z) & 0x7fff != expected);
        }
        assert!(differing > 0, "no case needed the single rounding");
    }
}
