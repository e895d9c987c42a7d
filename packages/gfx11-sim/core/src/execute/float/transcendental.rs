//! Exponential, logarithm, sine and cosine as the simulator defines them.
//!
//! The hardware approximates them to about one unit in the last place, in a way that AMD does not document. Here the value
//! is computed in f64 with an error below 2^-51 and rounded to the result's format: the nearest value but where the true
//! one lies within that error of a tie, about once in 2^26 arguments. The same source gives the same bits on every host.

use std::f64::consts::{LOG2_E, TAU};

/// `2^x`.
#[inline(always)]
pub(super) fn exp2(x: f64) -> f64 {
    let bounded = x.clamp(-1100.0, 1100.0);
    let whole = bounded.round_ties_even();
    let part = (bounded - whole) * std::f64::consts::LN_2;
    // Taylor's series of e^part, |part| < 0.347: the first term left out is below 2^-58.
    let series = (1..=14).rev().fold(1.0, |sum: f64, n| sum.mul_add(part / f64::from(n), 1.0));
    let half = (whole as i32) >> 1;
    let power = |exponent: i32| f64::from_bits(((exponent + 1023) as u64) << 52);
    let value = series * power(half) * power(whole as i32 - half);
    if x.is_nan() { x } else { value }
}

/// The logarithm to base 2; of zero minus infinity, of negative numbers NaN.
#[inline(always)]
pub(super) fn log2(x: f64) -> f64 {
    let bits = x.to_bits();
    // The mantissa is taken between sqrt(1/2) and sqrt(2).
    let shifted = bits.wrapping_sub(0x3fe6_a09e_667f_3bcd);
    let exponent = (shifted as i64 >> 52) as f64;
    let mantissa = f64::from_bits(bits.wrapping_sub((shifted >> 52) << 52));
    let ratio = (mantissa - 1.0) / (mantissa + 1.0);
    let square = ratio * ratio;
    // The series of atanh; ratio^2 < 0.0295: the first term left out is below 2^-60 of the first.
    let series = (0..=11).rev().fold(0.0, |sum: f64, n| sum.mul_add(square, 1.0 / f64::from(2 * n + 1)));
    let value = (2.0 * ratio * series).mul_add(LOG2_E, exponent);
    if x == 0.0 {
        f64::NEG_INFINITY
    } else if x > 0.0 && x < f64::INFINITY {
        value
    } else if x > 0.0 {
        x
    } else {
        f64::NAN
    }
}

/// The sine of `x` turns.
#[inline(always)]
pub(super) fn sin_turns(x: f64) -> f64 {
    let turn = x - x.round_ties_even();
    // A quarter turn at most; both differences are exact.
    let quarter = if turn.abs() > 0.25 { 0.5_f64.copysign(turn) - turn } else { turn };
    if turn == 0.0 { x * 0.0 } else { quarter_sine(quarter) }
}

/// The cosine of `x` turns.
#[inline(always)]
pub(super) fn cos_turns(x: f64) -> f64 {
    let turn = (x - x.round_ties_even()).abs();
    quarter_sine(0.25 - turn)
}

/// The sine of at most a quarter turn, by Taylor's series: the first term left out is below 2^-60.
#[inline(always)]
fn quarter_sine(turn: f64) -> f64 {
    let angle = turn * TAU;
    let square = angle * angle;
    let term = |n: i32| -square / f64::from((2 * n) * (2 * n + 1));
    (1..=11).rev().fold(1.0, |sum: f64, n| sum.mul_add(term(n), 1.0)) * angle
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) -> bool {
        found == expected || (found - expected).abs() <= expected.abs() * 2_f64.powi(-50)
    }

    #[test]
    fn values_agree_with_the_mathematical_library_of_the_host() {
        for step in -40_000..40_000 {
            let x = f64::from(step) / 271.0;
            assert!(close(exp2(x), x.exp2()), "2^{x}");
            let positive = x.exp2();
            // Near 1 the logarithm is small against its argument's own rounding.
            assert!(close(log2(positive), positive.log2()), "log2 {positive}");
            let turns = x - x.round();
            let angle = turns * TAU;
            assert!((sin_turns(x) - angle.sin()).abs() < 1e-15, "sin {x}");
            assert!((cos_turns(x) - angle.cos()).abs() < 1e-15, "cos {x}");
        }
    }

    #[test]
    fn whole_arguments_and_limits_are_exact() {
        for power in -1022_i32..=1023 {
            let value = f64::from_bits(((power + 1023) as u64) << 52);
            assert_eq!((exp2(power.into()), log2(value)), (value, f64::from(power)));
        }
        assert_eq!((exp2(f64::INFINITY), exp2(f64::NEG_INFINITY)), (f64::INFINITY, 0.0));
        assert_eq!((log2(f64::INFINITY), log2(0.0), log2(-0.0)), (f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY));
        assert!(log2(-1.0).is_nan() && sin_turns(f64::INFINITY).is_nan() && cos_turns(f64::INFINITY).is_nan());
        for quarter in -8_i32..8 {
            let x = f64::from(quarter) / 4.0;
            let expected = [0.0, 1.0, 0.0, -1.0][quarter.rem_euclid(4) as usize];
            assert_eq!((sin_turns(x), cos_turns(x - 0.25)), (expected, expected), "{x}");
        }
        assert!(sin_turns(-0.0).is_sign_negative());
    }
}
