//! f32 operations of the vector unit.

use super::format::Format;
use super::host;
use super::lanes::{accumulate32, binary32, finish32, has_nan, ternary32, unary32};
use super::soft::Soft;
use super::transcendental::{cos_turns, exp2, log2, sin_turns};
use crate::descriptor::Denormals;
use crate::execute::array::from_fn;
use crate::execute::handlers::{lane_handlers, plain_handlers};
use crate::execute::lanes::source;
use crate::execute::step::{Outcome, Step};
use crate::execute::wave::Wave;

lane_handlers! {
    unary32 {
        v_rndne_f32 => (f32::round_ties_even, Soft::rndne);
        v_rcp_f32 => (|a| host::flush(1.0 / host::flush(a)), reciprocal);
        v_rcp_iflag_f32 => (|a| host::flush(1.0 / host::flush(a)), reciprocal);
        v_rsq_f32 => (|a| (1.0 / f64::from(host::flush(a)).sqrt()) as f32, |s, a| unit(s).reciprocal_root(a));
        v_sqrt_f32 => (|a| host::flush(a).sqrt(), |s, a| unit(s).sqrt(a));
        v_exp_f32 => (|a| host::flush(exp2(host::flush(a).into()) as f32), |s, a| approximate(&unit(s), a, exp2));
        v_log_f32 => (|a| log2(host::flush(a).into()) as f32, |s, a| approximate(&unit(s), a, log2));
    }
    binary32 {
        v_add_f32 => (|a, b| a + b, Soft::add);
        v_sub_f32 => (|a, b| a - b, Soft::sub);
        v_subrev_f32 => (|a, b| b - a, |s, a, b| s.sub(b, a));
        v_mul_f32 => (|a, b| a * b, Soft::mul);
        v_min_f32 => (host::min, Soft::min);
        v_max_f32 => (host::max, Soft::max);
    }
    ternary32 {
        v_fma_f32 => (host::fma, Soft::fma);
        v_fmaak_f32 => (host::fma, Soft::fma);
        v_fmamk_f32 => (host::fma, Soft::fma);
    }
    accumulate32 {
        v_fmac_f32 => (host::fma, Soft::fma);
    }
}

plain_handlers! {
    rare:
    unary32 {
        v_trunc_f32 => (f32::trunc, Soft::trunc);
        v_floor_f32 => (f32::floor, Soft::floor);
        v_ceil_f32 => (f32::ceil, Soft::ceil);
        v_fract_f32 => (host::fract, Soft::fract);
        v_sin_f32 => (|a| sin_turns(a.into()) as f32, |s, a| approximate(s, a, sin_turns));
        v_cos_f32 => (|a| cos_turns(a.into()) as f32, |s, a| approximate(s, a, cos_turns));
        v_frexp_mant_f32 => (|_| f32::NAN, Soft::frexp_mant);
    }
    binary32 {
        v_mul_dx9_zero_f32 => (host::mul_dx9_zero, mul_dx9_zero);
    }
    ternary32 {
        v_fma_dx9_zero_f32 => (host::fma_dx9_zero, fma_dx9_zero);
        v_min3_f32 => (|a, b, c| host::min(host::min(a, b), c), Soft::min3);
        v_max3_f32 => (|a, b, c| host::max(host::max(a, b), c), Soft::max3);
        v_minmax_f32 => (|a, b, c| host::max(host::min(a, b), c), Soft::minmax);
        v_maxmin_f32 => (|a, b, c| host::min(host::max(a, b), c), Soft::maxmin);
        v_med3_f32 => (host::med3, Soft::med3);
        v_div_fixup_f32 => (ordinary_fixup, Soft::div_fixup);
        v_cubeid_f32 => (|_, _, _| f32::NAN, |s, x, y, z| cube(s, x, y, z).face);
        v_cubesc_f32 => (|_, _, _| f32::NAN, |s, x, y, z| cube(s, x, y, z).s);
        v_cubetc_f32 => (|_, _, _| f32::NAN, |s, x, y, z| cube(s, x, y, z).t);
        v_cubema_f32 => (|_, _, _| f32::NAN, |s, x, y, z| cube(s, x, y, z).axis);
        v_mullit_f32 => (|_, _, _| f32::NAN, mullit);
    }
    accumulate32 {
        v_fmac_dx9_zero_f32 => (host::fma_dx9_zero, fma_dx9_zero);
    }
    scale_by {
        v_ldexp_f32 => ();
    }
}

/// The unit of reciprocals, roots, exponentials and logarithms flushes denormals in every mode: LLVM scales around it.
fn unit(soft: &Soft) -> Soft {
    Soft { denormals: Denormals { keep_inputs: false, keep_outputs: false }, ..*soft }
}

fn reciprocal(soft: &Soft, a: u64) -> u64 {
    let unit = unit(soft);
    unit.div(unit.format.one(), a)
}

/// A function of [`super::transcendental`], rounded as the mode asks.
pub(super) fn approximate(soft: &Soft, a: u64, function: impl Fn(f64) -> f64) -> u64 {
    let wide = Soft { format: Format::F64, denormals: Denormals { keep_inputs: true, keep_outputs: true }, ..*soft };
    let a = soft.input(a);
    let value = function(f64::from_bits(wide.convert(soft, a)));
    match soft.nan_of(&[a]) {
        Some(nan) => nan,
        None if value.is_nan() => soft.format.invalid(),
        None => soft.convert(&wide, value.to_bits()),
    }
}

fn is_zero(soft: &Soft, bits: u64) -> bool {
    soft.format.magnitude(soft.input(bits)) == 0
}

fn mul_dx9_zero(soft: &Soft, a: u64, b: u64) -> u64 {
    if is_zero(soft, a) || is_zero(soft, b) { 0 } else { soft.mul(a, b) }
}

fn fma_dx9_zero(soft: &Soft, a: u64, b: u64, c: u64) -> u64 {
    if is_zero(soft, a) || is_zero(soft, b) { soft.output(soft.input(c)) } else { soft.fma(a, b, c) }
}

/// The quotient with its sign, where neither operand is special and nothing underflows.
fn ordinary_fixup(quotient: f32, denominator: f32, numerator: f32) -> f32 {
    let field = |value: f32| (value.to_bits() >> 23 & 0xff) as i32;
    let (above, below) = (field(numerator), field(denominator));
    let ordinary = above > 0 && above < 255 && below > 0 && below < 255 && above - below >= -150;
    let sign = (denominator.to_bits() ^ numerator.to_bits()) & 0x8000_0000;
    let signed = f32::from_bits(quotient.to_bits() & 0x7fff_ffff | sign);
    if ordinary { signed } else { f32::NAN }
}

/// A direction's place on a cube map.
struct Cube {
    face: u64,
    s: u64,
    t: u64,
    axis: u64,
}

fn cube(soft: &Soft, x: u64, y: u64, z: u64) -> Cube {
    let [x, y, z] = [x, y, z].map(|bits| soft.input(bits));
    let magnitude = |bits: u64| soft.format.magnitude(bits);
    let at_least = |a: u64, b: u64| !soft.format.is_nan(a) && !soft.format.is_nan(b) && magnitude(a) >= magnitude(b);
    let below = |bits: u64| !soft.format.is_nan(bits) && soft.format.is_negative(bits) && magnitude(bits) != 0;
    let minus = |bits: u64| soft.negated(bits);
    let pick = |negative: bool, if_negative: u64, otherwise: u64| if negative { if_negative } else { otherwise };
    let (major, face, s, t) = if at_least(z, x) && at_least(z, y) {
        (z, 4, pick(below(z), minus(x), x), minus(y))
    } else if at_least(y, x) {
        (y, 2, x, pick(below(y), minus(z), z))
    } else {
        (x, 0, pick(below(x), z, minus(z)), minus(y))
    };
    Cube { face: soft.of_integer(face + i64::from(below(major))), s, t, axis: soft.ldexp(major, 1) }
}

/// The product of the first two for lighting, or the most negative number where the others forbid it.
fn mullit(soft: &Soft, a: u64, b: u64, c: u64) -> u64 {
    let format = soft.format;
    let least = format.sign() | (format.infinity() - 1);
    let (b, c) = (soft.input(b), soft.input(c));
    let not_positive = format.is_nan(c) || format.is_negative(c) || format.magnitude(c) == 0;
    let forbidden = format.is_nan(b) || format.is_negative(b) && format.magnitude(b) >= format.infinity() - 1;
    if not_positive || forbidden { least } else { soft.mul(a, b) }
}

#[inline(always)]
fn scale_by(wave: &mut Wave, step: &Step, (): ()) -> Outcome {
    let a = source(wave, step, 0)?;
    let powers = source(wave, step, 1)?;
    let mut values = from_fn(|lane| host::ldexp(f32::from_bits(a[lane]), powers[lane] as i32).to_bits());
    if !wave.usual_mode || has_nan(&values, wave.exec()) {
        let soft = Soft::f32(&wave.mode);
        values = from_fn(|lane| soft.ldexp(a[lane].into(), powers[lane] as i32) as u32);
    }
    finish32(wave, step, &values)
}
