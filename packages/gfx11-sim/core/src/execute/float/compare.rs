//! Float comparisons and classes: a mask, or EXEC.

#![expect(
    clippy::neg_cmp_op_on_partial_ord,
    clippy::double_comparisons,
    reason = "the relations are about unordered values"
)]

use super::lanes64::wide_source;
use super::soft::Soft;
use crate::execute::compare::write_condition;
use crate::execute::half::f32_from_f16;
use crate::execute::halves::half_source;
use crate::execute::handlers::{lane_handlers, plain_handlers};
use crate::execute::lane_mask::lane_mask;
use crate::execute::lanes::source;
use crate::execute::step::{Outcome, Step};
use crate::execute::wave::Wave;

lane_handlers! {
    single {
        v_cmp_lt_f32 | v_cmpx_lt_f32 => |a, b| a < b;
        v_cmp_eq_f32 | v_cmpx_eq_f32 => |a, b| a == b;
        v_cmp_le_f32 | v_cmpx_le_f32 => |a, b| a <= b;
        v_cmp_gt_f32 | v_cmpx_gt_f32 => |a, b| a > b;
        v_cmp_lg_f32 | v_cmpx_lg_f32 => |a, b| a < b || a > b;
        v_cmp_ge_f32 | v_cmpx_ge_f32 => |a, b| a >= b;
        v_cmp_o_f32 | v_cmpx_o_f32 => ordered;
        v_cmp_u_f32 | v_cmpx_u_f32 => |a, b| !ordered(a, b);
        v_cmp_nge_f32 | v_cmpx_nge_f32 => |a, b| !(a >= b);
        v_cmp_nlg_f32 | v_cmpx_nlg_f32 => |a, b| !(a < b || a > b);
        v_cmp_ngt_f32 | v_cmpx_ngt_f32 => |a, b| !(a > b);
        v_cmp_nle_f32 | v_cmpx_nle_f32 => |a, b| !(a <= b);
        v_cmp_neq_f32 | v_cmpx_neq_f32 => |a, b| a != b;
        v_cmp_nlt_f32 | v_cmpx_nlt_f32 => |a, b| !(a < b);
    }
}

plain_handlers! {
    rare:
    double {
        v_cmp_lt_f64 | v_cmpx_lt_f64 => |a, b| a < b;
        v_cmp_eq_f64 | v_cmpx_eq_f64 => |a, b| a == b;
        v_cmp_le_f64 | v_cmpx_le_f64 => |a, b| a <= b;
        v_cmp_gt_f64 | v_cmpx_gt_f64 => |a, b| a > b;
        v_cmp_lg_f64 | v_cmpx_lg_f64 => |a, b| a < b || a > b;
        v_cmp_ge_f64 | v_cmpx_ge_f64 => |a, b| a >= b;
        v_cmp_o_f64 | v_cmpx_o_f64 => ordered;
        v_cmp_u_f64 | v_cmpx_u_f64 => |a, b| !ordered(a, b);
        v_cmp_nge_f64 | v_cmpx_nge_f64 => |a, b| !(a >= b);
        v_cmp_nlg_f64 | v_cmpx_nlg_f64 => |a, b| !(a < b || a > b);
        v_cmp_ngt_f64 | v_cmpx_ngt_f64 => |a, b| !(a > b);
        v_cmp_nle_f64 | v_cmpx_nle_f64 => |a, b| !(a <= b);
        v_cmp_neq_f64 | v_cmpx_neq_f64 => |a, b| a != b;
        v_cmp_nlt_f64 | v_cmpx_nlt_f64 => |a, b| !(a < b);
    }
    half {
        v_cmp_lt_f16 | v_cmpx_lt_f16 => |a, b| a < b;
        v_cmp_eq_f16 | v_cmpx_eq_f16 => |a, b| a == b;
        v_cmp_le_f16 | v_cmpx_le_f16 => |a, b| a <= b;
        v_cmp_gt_f16 | v_cmpx_gt_f16 => |a, b| a > b;
        v_cmp_lg_f16 | v_cmpx_lg_f16 => |a, b| a < b || a > b;
        v_cmp_ge_f16 | v_cmpx_ge_f16 => |a, b| a >= b;
        v_cmp_o_f16 | v_cmpx_o_f16 => ordered;
        v_cmp_u_f16 | v_cmpx_u_f16 => |a, b| !ordered(a, b);
        v_cmp_nge_f16 | v_cmpx_nge_f16 => |a, b| !(a >= b);
        v_cmp_nlg_f16 | v_cmpx_nlg_f16 => |a, b| !(a < b || a > b);
        v_cmp_ngt_f16 | v_cmpx_ngt_f16 => |a, b| !(a > b);
        v_cmp_nle_f16 | v_cmpx_nle_f16 => |a, b| !(a <= b);
        v_cmp_neq_f16 | v_cmpx_neq_f16 => |a, b| a != b;
        v_cmp_nlt_f16 | v_cmpx_nlt_f16 => |a, b| !(a < b);
    }
    class_single {
        v_cmp_class_f32 | v_cmpx_class_f32 => ();
    }
    class_double {
        v_cmp_class_f64 | v_cmpx_class_f64 => ();
    }
    class_half {
        v_cmp_class_f16 | v_cmpx_class_f16 => ();
    }
}

/// Whether neither is a NaN.
#[inline(always)]
fn ordered<T: PartialOrd>(a: T, b: T) -> bool {
    a.partial_cmp(&b).is_some()
}

#[inline(always)]
fn single(wave: &mut Wave, step: &Step, holds: impl Fn(f32, f32) -> bool) -> Outcome {
    let a = source(wave, step, 0)?;
    let b = source(wave, step, 1)?;
    let mask = if wave.usual_mode {
        lane_mask(
            #[inline(always)]
            |lane| holds(f32::from_bits(a[lane]), f32::from_bits(b[lane])),
        )
    } else {
        let soft = Soft::f32(&wave.mode);
        let value = |bits: u32| f32::from_bits(soft.input(bits.into()) as u32);
        lane_mask(|lane| holds(value(a[lane]), value(b[lane])))
    };
    write_condition(wave, step, mask)
}

#[inline(always)]
fn double(wave: &mut Wave, step: &Step, holds: impl Fn(f64, f64) -> bool) -> Outcome {
    let (a, b) = (wide_source(wave, step, 0)?, wide_source(wave, step, 1)?);
    let mask = if wave.usual_mode {
        lane_mask(|lane| holds(f64::from_bits(a[lane]), f64::from_bits(b[lane])))
    } else {
        let soft = Soft::f64(&wave.mode);
        let value = |bits: u64| f64::from_bits(soft.input(bits));
        lane_mask(|lane| holds(value(a[lane]), value(b[lane])))
    };
    write_condition(wave, step, mask)
}

#[inline(always)]
fn half(wave: &mut Wave, step: &Step, holds: impl Fn(f32, f32) -> bool) -> Outcome {
    let (a, b) = (half_source(wave, step, 0)?, half_source(wave, step, 1)?);
    let mask = if wave.usual_mode {
        lane_mask(|lane| holds(f32_from_f16(a[lane] as u16), f32_from_f16(b[lane] as u16)))
    } else {
        let soft = Soft::f16(&wave.mode);
        let value = |bits: u32| f32_from_f16(soft.input(bits.into()) as u16);
        lane_mask(|lane| holds(value(a[lane]), value(b[lane])))
    };
    write_condition(wave, step, mask)
}

/// The second source's bits name the classes; denormals are a class whatever the mode.
#[inline(always)]
fn class_single(wave: &mut Wave, step: &Step, (): ()) -> Outcome {
    let a = source(wave, step, 0)?;
    let classes = source(wave, step, 1)?;
    let soft = Soft::f32(&wave.mode);
    let mask = lane_mask(|lane| soft.class(a[lane].into()) & classes[lane] != 0);
    write_condition(wave, step, mask)
}

#[inline(always)]
fn class_double(wave: &mut Wave, step: &Step, (): ()) -> Outcome {
    let a = wide_source(wave, step, 0)?;
    let classes = source(wave, step, 1)?;
    let soft = Soft::f64(&wave.mode);
    let mask = lane_mask(|lane| soft.class(a[lane]) & classes[lane] != 0);
    write_condition(wave, step, mask)
}

#[inline(always)]
fn class_half(wave: &mut Wave, step: &Step, (): ()) -> Outcome {
    let a = half_source(wave, step, 0)?;
    let classes = half_source(wave, step, 1)?;
    let soft = Soft::f16(&wave.mode);
    let mask = lane_mask(|lane| soft.class(a[lane].into()) & classes[lane] != 0);
    write_condition(wave, step, mask)
}
