//! The division steps that read or write a mask.

use super::lanes::{finish32, has_nan};
use super::lanes64::{Wide, finish64, has_wide_nan, wide_source};
use super::soft::Soft;
use crate::execute::array::from_fn;
use crate::execute::handlers::plain_handlers;
use crate::execute::lane_mask::lane_mask;
use crate::execute::lanes::{refuse_result_modifiers, source};
use crate::execute::step::{Flow, Outcome, Step};
use crate::execute::wave::{LANES, Wave};

plain_handlers! {
    rare:
    scale32 {
        v_div_scale_f32 => ();
    }
    scale64 {
        v_div_scale_f64 => ();
    }
    multiply_add32 {
        v_div_fmas_f32 => ();
    }
    multiply_add64 {
        v_div_fmas_f64 => ();
    }
}

const VCC: usize = 106;

/// Whether a division needs no scaling: both exponents are far from the ends and near each other.
#[inline(always)]
fn is_ordinary(denominator: i32, numerator: i32, [least, greatest, distance]: [i32; 3]) -> bool {
    (denominator > 0) & (denominator < greatest) & (numerator > least) & ((numerator - denominator).abs() < distance)
}

#[inline(always)]
fn scale32(wave: &mut Wave, step: &Step, (): ()) -> Outcome {
    refuse_result_modifiers(step)?;
    let operand = source(wave, step, 0)?;
    let denominator = source(wave, step, 1)?;
    let numerator = source(wave, step, 2)?;
    let field = |bits: u32| (bits >> 23 & 0xff) as i32;
    let special = lane_mask(|lane| !is_ordinary(field(denominator[lane]), field(numerator[lane]), [23, 253, 96]));
    let (values, mask) = if special & wave.exec() == 0 {
        (*operand, 0)
    } else {
        let soft = Soft::f32(&wave.mode);
        let scaled =
            |lane: usize| soft.div_scale(operand[lane].into(), denominator[lane].into(), numerator[lane].into());
        let results: [(u64, bool); LANES] = from_fn(scaled);
        (results.map(|(value, _)| value as u32), mask_of(&results))
    };
    wave.write(step.dst, &values)?;
    wave.write_mask(step.instruction.operands[1], mask)?;
    Ok(Flow::Next)
}

#[inline(always)]
fn scale64(wave: &mut Wave, step: &Step, (): ()) -> Outcome {
    refuse_result_modifiers(step)?;
    let operand = wide_source(wave, step, 0)?;
    let (denominator, numerator) = (wide_source(wave, step, 1)?, wide_source(wave, step, 2)?);
    let soft = Soft::f64(&wave.mode);
    let field = |bits: u64| (bits >> 52 & 0x7ff) as i32;
    let results: [(u64, bool); LANES] = from_fn(|lane| {
        if is_ordinary(field(denominator[lane]), field(numerator[lane]), [53, 2045, 768]) {
            (operand[lane], false)
        } else {
            soft.div_scale(operand[lane], denominator[lane], numerator[lane])
        }
    });
    wave.write_wide(step.dst, &results.map(|(value, _)| value))?;
    wave.write_mask(step.instruction.operands[1], mask_of(&results))?;
    Ok(Flow::Next)
}

fn mask_of(results: &[(u64, bool); LANES]) -> u32 {
    lane_mask(|lane| results[lane].1)
}

#[inline(always)]
fn multiply_add32(wave: &mut Wave, step: &Step, (): ()) -> Outcome {
    let a = source(wave, step, 0)?;
    let b = source(wave, step, 1)?;
    let c = source(wave, step, 2)?;
    let scaled = wave.scalar(VCC)?;
    let float = |bits: u32| f32::from_bits(bits);
    let mut values = from_fn(|lane| float(a[lane]).mul_add(float(b[lane]), float(c[lane])).to_bits());
    if !wave.usual_mode || scaled & wave.exec() != 0 || has_nan(&values, wave.exec()) {
        let soft = Soft::f32(&wave.mode);
        let exact =
            |lane: usize| soft.div_fmas(a[lane].into(), b[lane].into(), c[lane].into(), scaled >> lane & 1 != 0) as u32;
        values = from_fn(exact);
    }
    finish32(wave, step, &values)
}

#[inline(always)]
fn multiply_add64(wave: &mut Wave, step: &Step, (): ()) -> Outcome {
    let [a, b, c] = [wide_source(wave, step, 0)?, wide_source(wave, step, 1)?, wide_source(wave, step, 2)?];
    let scaled = wave.scalar(VCC)?;
    let float = |bits: u64| f64::from_bits(bits);
    let mut values: Wide = from_fn(|lane| float(a[lane]).mul_add(float(b[lane]), float(c[lane])).to_bits());
    if !wave.usual_mode || scaled & wave.exec() != 0 || has_wide_nan(&values, wave.exec()) {
        let soft = Soft::f64(&wave.mode);
        values = from_fn(|lane| soft.div_fmas(a[lane], b[lane], c[lane], scaled >> lane & 1 != 0));
    }
    finish64(wave, step, values)
}
