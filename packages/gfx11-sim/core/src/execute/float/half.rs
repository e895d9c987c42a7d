//! f16 operations of the vector unit.
//!
//! They are computed in f32 and rounded to f16, which is what one rounding would give (f32 has more than twice the bits
//! of f16, and two to spare); a sum of a product is first rounded to odd.

use super::host;
use super::lanes16::{accumulate16, binary16, finish16, ternary16, unary16};
use super::single::approximate;
use super::soft::Soft;
use super::transcendental::{cos_turns, exp2, log2, sin_turns};
use crate::execute::array::from_fn;
use crate::execute::half::{fused_for_f16, round_to_odd};
use crate::execute::halves::half_source;
use crate::execute::handlers::{lane_handlers, plain_handlers};
use crate::execute::host_isa::Portable;
use crate::execute::step::{Outcome, Step};
use crate::execute::wave::Wave;

lane_handlers! {
    binary16::<L> {
        v_add_f16 => (|a, b| a + b, Soft::add);
        v_sub_f16 => (|a, b| a - b, Soft::sub);
        v_subrev_f16 => (|a, b| b - a, |s, a, b| s.sub(b, a));
        v_mul_f16 => (|a, b| a * b, Soft::mul);
        v_min_f16 => (host::min, Soft::min);
        v_max_f16 => (host::max, Soft::max);
    }
    ternary16::<L> {
        v_fma_f16 => (fused_for_f16, Soft::fma);
    }
    accumulate16::<L> {
        v_fmac_f16 => (fused_for_f16, Soft::fma);
    }
}

plain_handlers! {
    rare:
    unary16::<Portable> {
        v_trunc_f16 => (f32::trunc, Soft::trunc);
        v_floor_f16 => (f32::floor, Soft::floor);
        v_ceil_f16 => (f32::ceil, Soft::ceil);
        v_rndne_f16 => (f32::round_ties_even, Soft::rndne);
        v_fract_f16 => (|_| f32::NAN, Soft::fract);
        v_rcp_f16 => (|a| 1.0 / a, |s, a| s.div(s.format.one(), a));
        v_sqrt_f16 => (f32::sqrt, Soft::sqrt);
        v_rsq_f16 => (|a| round_to_odd(1.0 / f64::from(a).sqrt()), Soft::reciprocal_root);
        v_exp_f16 => (|a| round_to_odd(exp2(a.into())), |s, a| approximate(s, a, exp2));
        v_log_f16 => (|a| round_to_odd(log2(a.into())), |s, a| approximate(s, a, log2));
        v_sin_f16 => (|a| round_to_odd(sin_turns(a.into())), |s, a| approximate(s, a, sin_turns));
        v_cos_f16 => (|a| round_to_odd(cos_turns(a.into())), |s, a| approximate(s, a, cos_turns));
        v_frexp_mant_f16 => (|_| f32::NAN, Soft::frexp_mant);
    }
    ternary16::<Portable> {
        v_fmaak_f16 => (fused_for_f16, Soft::fma);
        v_fmamk_f16 => (fused_for_f16, Soft::fma);
        v_min3_f16 => (|a, b, c| host::min(host::min(a, b), c), Soft::min3);
        v_max3_f16 => (|a, b, c| host::max(host::max(a, b), c), Soft::max3);
        v_minmax_f16 => (|a, b, c| host::max(host::min(a, b), c), Soft::minmax);
        v_maxmin_f16 => (|a, b, c| host::min(host::max(a, b), c), Soft::maxmin);
        v_med3_f16 => (host::med3, Soft::med3);
        v_div_fixup_f16 => (|_, _, _| f32::NAN, Soft::div_fixup);
    }
    scale_by {
        v_ldexp_f16 => ();
    }
}

#[inline(always)]
fn scale_by(wave: &mut Wave, step: &Step, (): ()) -> Outcome {
    let (a, powers) = (half_source(wave, step, 0)?, half_source(wave, step, 1)?);
    let soft = Soft::f16(&wave.mode);
    let values = from_fn(|lane| soft.ldexp(a[lane].into(), (powers[lane] as i16).into()) as u32);
    finish16(wave, step, values)
}
