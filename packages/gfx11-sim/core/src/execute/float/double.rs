//! f64 operations of the vector unit.

use super::lanes64::{binary64, finish64, ternary64, unary64, wide_source};
use super::soft::Soft;
use crate::execute::array::from_fn;
use crate::execute::handlers::plain_handlers;
use crate::execute::lanes::source;
use crate::execute::step::{Outcome, Step};
use crate::execute::wave::Wave;

plain_handlers! {
    rare:
    unary64 {
        v_trunc_f64 => (f64::trunc, Soft::trunc);
        v_floor_f64 => (f64::floor, Soft::floor);
        v_ceil_f64 => (f64::ceil, Soft::ceil);
        v_rndne_f64 => (f64::round_ties_even, Soft::rndne);
        v_fract_f64 => (|a| if a - a.floor() < 1.0 { a - a.floor() } else { f64::NAN }, Soft::fract);
        // The hardware gives fewer bits; the divisions and roots that compilers build refine them.
        v_rcp_f64 => (|a| 1.0 / a, |s, a| s.div(s.format.one(), a));
        v_rsq_f64 => (|_| f64::NAN, Soft::reciprocal_root);
        v_sqrt_f64 => (f64::sqrt, Soft::sqrt);
        v_frexp_mant_f64 => (|_| f64::NAN, Soft::frexp_mant);
    }
    binary64 {
        v_add_f64 => (|a, b| a + b, Soft::add);
        v_mul_f64 => (|a, b| a * b, Soft::mul);
        v_min_f64 => (min, Soft::min);
        v_max_f64 => (max, Soft::max);
    }
    ternary64 {
        v_fma_f64 => (f64::mul_add, Soft::fma);
        v_div_fixup_f64 => (ordinary_fixup, Soft::div_fixup);
    }
    scale_by {
        v_ldexp_f64 => ();
    }
    trigonometric_bits {
        v_trig_preop_f64 => ();
    }
}

/// A number that orders all values that are no NaN, -0 before +0.
#[inline(always)]
fn key(value: f64) -> i64 {
    let bits = value.to_bits() as i64;
    bits ^ ((bits >> 63) as u64 >> 1) as i64
}

#[inline(always)]
fn min(a: f64, b: f64) -> f64 {
    let smaller = if key(a) < key(b) { a } else { b };
    if a.is_nan() | b.is_nan() { f64::NAN } else { smaller }
}

#[inline(always)]
fn max(a: f64, b: f64) -> f64 {
    let larger = if key(a) > key(b) { a } else { b };
    if a.is_nan() | b.is_nan() { f64::NAN } else { larger }
}

/// The quotient with its sign, where neither operand is special and nothing underflows.
fn ordinary_fixup(quotient: f64, denominator: f64, numerator: f64) -> f64 {
    let field = |value: f64| (value.to_bits() >> 52 & 0x7ff) as i32;
    let (above, below) = (field(numerator), field(denominator));
    let ordinary = above > 0 && above < 2047 && below > 0 && below < 2047 && above - below >= -1075;
    let sign = (denominator.to_bits() ^ numerator.to_bits()) & 1 << 63;
    let signed = f64::from_bits(quotient.to_bits() & !(1 << 63) | sign);
    if ordinary { signed } else { f64::NAN }
}

#[inline(always)]
fn scale_by(wave: &mut Wave, step: &Step, (): ()) -> Outcome {
    let a = wide_source(wave, step, 0)?;
    let powers = source(wave, step, 1)?;
    let soft = Soft::f64(&wave.mode);
    let values = from_fn(|lane| soft.ldexp(a[lane], powers[lane] as i32));
    finish64(wave, step, values)
}

/// Bits 1 to 1200 after the binary point of 2/pi, in words from the most significant on.
const TWO_OVER_PI: [u64; 20] = [
    0xa2f9_836e_4e44_1529,
    0xfc27_57d1_f534_ddc0,
    0xdb62_9599_3c43_9041,
    0xfe51_63ab_debb_c561,
    0xb724_6e3a_424d_d2e0,
    0x0649_2eea_09d1_921c,
    0xfe1d_eb1c_b129_a73e,
    0xe882_35f5_2ebb_4484,
    0xe99c_7026_b45f_7e41,
    0x3991_d639_8353_39f4,
    0x9c84_5f8b_bdf9_283b,
    0x1ff8_97ff_de05_980f,
    0xef2f_118b_5a0a_6d1f,
    0x6d36_7ecf_27cb_09b7,
    0x4f46_3f66_9e5f_ea2d,
    0x7527_bac7_ebe5_f17b,
    0x3d07_39f7_8a52_92ea,
    0x6bfb_5fb1_1f8d_5d08,
    0x5603_3046_fc7b_6bab,
    0xf0cf_bc20_9af4_361d,
];

/// 53 bits of 2/pi from a bit on, as a whole number.
fn bits_of_two_over_pi(first: u32) -> u64 {
    let word = |index: u32| u128::from(TWO_OVER_PI.get(index as usize).copied().unwrap_or(0));
    let pair = word(first / 64) << 64 | word(first / 64 + 1);
    (pair << (first % 64) >> 75) as u64
}

/// The part of 2/pi that matters in reducing an argument: 53 bits, from a place that the operands choose.
#[inline(always)]
fn trigonometric_bits(wave: &mut Wave, step: &Step, (): ()) -> Outcome {
    let a = wide_source(wave, step, 0)?;
    let segments = source(wave, step, 1)?;
    let soft = Soft::f64(&wave.mode);
    let value = |lane: usize| {
        let exponent = (a[lane] >> 52 & 0x7ff) as i32;
        let shift = (segments[lane] & 31) as i32 * 53 + (exponent - 1077).max(0);
        let scale = -53 - shift + if exponent >= 1968 { 128 } else { 0 };
        soft.ldexp((bits_of_two_over_pi(shift as u32) as f64).to_bits(), scale)
    };
    let values = from_fn(value);
    finish64(wave, step, values)
}
