//! Floats of the scalar unit (RDNA3.5): the operations of the vector unit, one value at a time.

#![expect(
    clippy::neg_cmp_op_on_partial_ord,
    clippy::double_comparisons,
    reason = "the relations are about unordered values"
)]

use super::operands::{target, word};
use crate::descriptor::Rounding;
use crate::execute::float::soft::Soft;
use crate::execute::half::f32_from_f16;
use crate::execute::handlers::plain_handlers;
use crate::execute::step::{Flow, Outcome, Step};
use crate::execute::wave::{Mode, Wave};

plain_handlers! {
    handler:
    unary {
        s_ceil_f32 => |mode, a| Soft::f32(mode).ceil(a);
        s_floor_f32 => |mode, a| Soft::f32(mode).floor(a);
        s_trunc_f32 => |mode, a| Soft::f32(mode).trunc(a);
        s_rndne_f32 => |mode, a| Soft::f32(mode).rndne(a);
        s_ceil_f16 => |mode, a| Soft::f16(mode).ceil(a & 0xffff);
        s_floor_f16 => |mode, a| Soft::f16(mode).floor(a & 0xffff);
        s_trunc_f16 => |mode, a| Soft::f16(mode).trunc(a & 0xffff);
        s_rndne_f16 => |mode, a| Soft::f16(mode).rndne(a & 0xffff);
        s_cvt_f32_i32 => |mode, a| Soft::f32(mode).of_integer((a as i32).into());
        s_cvt_f32_u32 => |mode, a| Soft::f32(mode).of_integer(a as i64);
        s_cvt_i32_f32 => |mode, a| Soft::f32(mode).integer(a, i32::MIN.into(), i32::MAX.into()) as u32 as u64;
        s_cvt_u32_f32 => |mode, a| Soft::f32(mode).integer(a, 0, u32::MAX.into()) as u64;
        s_cvt_f16_f32 => |mode, a| Soft::f16(mode).convert(&Soft::f32(mode), a);
        s_cvt_f32_f16 => |mode, a| Soft::f32(mode).convert(&Soft::f16(mode), a & 0xffff);
        s_cvt_hi_f32_f16 => |mode, a| Soft::f32(mode).convert(&Soft::f16(mode), a >> 16);
    }
    binary {
        s_add_f32 => |mode, a, b| Soft::f32(mode).add(a, b);
        s_sub_f32 => |mode, a, b| Soft::f32(mode).sub(a, b);
        s_min_f32 => |mode, a, b| Soft::f32(mode).min(a, b);
        s_max_f32 => |mode, a, b| Soft::f32(mode).max(a, b);
        s_mul_f32 => |mode, a, b| Soft::f32(mode).mul(a, b);
        s_add_f16 => |mode, a, b| Soft::f16(mode).add(a & 0xffff, b & 0xffff);
        s_sub_f16 => |mode, a, b| Soft::f16(mode).sub(a & 0xffff, b & 0xffff);
        s_min_f16 => |mode, a, b| Soft::f16(mode).min(a & 0xffff, b & 0xffff);
        s_max_f16 => |mode, a, b| Soft::f16(mode).max(a & 0xffff, b & 0xffff);
        s_mul_f16 => |mode, a, b| Soft::f16(mode).mul(a & 0xffff, b & 0xffff);
        s_cvt_pk_rtz_f16_f32 => |mode, a, b| {
            let half = Soft { rounding: Rounding::TowardZero, ..Soft::f16(mode) };
            half.convert(&Soft::f32(mode), a) | half.convert(&Soft::f32(mode), b) << 16
        };
    }
    accumulate {
        s_fmac_f32 => |mode, a, b, old| Soft::f32(mode).fma(a, b, old);
        s_fmac_f16 => |mode, a, b, old| Soft::f16(mode).fma(a & 0xffff, b & 0xffff, old & 0xffff);
    }
    fused {
        s_fmaak_f32 => ();
        s_fmamk_f32 => ();
    }
    single {
        s_cmp_lt_f32 => |a, b| a < b;
        s_cmp_eq_f32 => |a, b| a == b;
        s_cmp_le_f32 => |a, b| a <= b;
        s_cmp_gt_f32 => |a, b| a > b;
        s_cmp_lg_f32 => |a, b| a < b || a > b;
        s_cmp_ge_f32 => |a, b| a >= b;
        s_cmp_o_f32 => |a, b| !a.is_nan() && !b.is_nan();
        s_cmp_u_f32 => |a, b| a.is_nan() || b.is_nan();
        s_cmp_nge_f32 => |a, b| !(a >= b);
        s_cmp_nlg_f32 => |a, b| !(a < b || a > b);
        s_cmp_ngt_f32 => |a, b| !(a > b);
        s_cmp_nle_f32 => |a, b| !(a <= b);
        s_cmp_neq_f32 => |a, b| a != b;
        s_cmp_nlt_f32 => |a, b| !(a < b);
    }
    half {
        s_cmp_lt_f16 => |a, b| a < b;
        s_cmp_eq_f16 => |a, b| a == b;
        s_cmp_le_f16 => |a, b| a <= b;
        s_cmp_gt_f16 => |a, b| a > b;
        s_cmp_lg_f16 => |a, b| a < b || a > b;
        s_cmp_ge_f16 => |a, b| a >= b;
        s_cmp_o_f16 => |a, b| !a.is_nan() && !b.is_nan();
        s_cmp_u_f16 => |a, b| a.is_nan() || b.is_nan();
        s_cmp_nge_f16 => |a, b| !(a >= b);
        s_cmp_nlg_f16 => |a, b| !(a < b || a > b);
        s_cmp_ngt_f16 => |a, b| !(a > b);
        s_cmp_nle_f16 => |a, b| !(a <= b);
        s_cmp_neq_f16 => |a, b| a != b;
        s_cmp_nlt_f16 => |a, b| !(a < b);
    }
}

fn source(wave: &Wave, step: &Step, index: usize) -> Result<u64, Box<crate::execute::fault::Fault>> {
    Ok(word(wave, step, index)?.into())
}

/// The upper half of the register of an f16 result becomes zero.
fn unary(wave: &mut Wave, step: &Step, operation: impl Fn(&Mode, u64) -> u64) -> Outcome {
    let value = operation(&wave.mode, source(wave, step, 0)?);
    wave.set_scalar(target(step), value as u32)?;
    Ok(Flow::Next)
}

fn binary(wave: &mut Wave, step: &Step, operation: impl Fn(&Mode, u64, u64) -> u64) -> Outcome {
    let value = operation(&wave.mode, source(wave, step, 0)?, source(wave, step, 1)?);
    wave.set_scalar(target(step), value as u32)?;
    Ok(Flow::Next)
}

fn accumulate(wave: &mut Wave, step: &Step, operation: impl Fn(&Mode, u64, u64, u64) -> u64) -> Outcome {
    let old = wave.scalar(target(step))?;
    binary(wave, step, |mode, a, b| operation(mode, a, b, old.into()))
}

/// The literal is the third or the second source.
fn fused(wave: &mut Wave, step: &Step, (): ()) -> Outcome {
    let c = source(wave, step, 2)?;
    binary(wave, step, |mode, a, b| Soft::f32(mode).fma(a, b, c))
}

fn single(wave: &mut Wave, step: &Step, holds: impl Fn(f32, f32) -> bool) -> Outcome {
    let soft = Soft::f32(&wave.mode);
    let value = |bits: u64| f32::from_bits(soft.input(bits) as u32);
    wave.scc = holds(value(source(wave, step, 0)?), value(source(wave, step, 1)?));
    Ok(Flow::Next)
}

fn half(wave: &mut Wave, step: &Step, holds: impl Fn(f32, f32) -> bool) -> Outcome {
    let soft = Soft::f16(&wave.mode);
    let value = |bits: u64| f32_from_f16(soft.input(bits & 0xffff) as u16);
    wave.scc = holds(value(source(wave, step, 0)?), value(source(wave, step, 1)?));
    Ok(Flow::Next)
}
