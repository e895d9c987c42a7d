//! Lane loops over f64.

use super::fallback::{Exact1, Exact2, Exact3, exact1, exact2, exact3, modified};
use super::soft::Soft;
use crate::execute::array::{Each, from_fn};
use crate::execute::fault::Fault;
use crate::execute::lane_mask::holds_for_any;
use crate::execute::step::{Flow, Outcome, Step};
use crate::execute::wave::{LANES, Wave};

pub(super) type Wide = [u64; LANES];

/// Writes f64 results.
#[inline(always)]
pub(super) fn finish64(wave: &mut Wave, step: &Step, values: Wide) -> Outcome {
    let values = modified(wave, step, Soft::f64, values);
    wave.write_wide(step.dst, &values)?;
    Ok(Flow::Next)
}

#[inline(always)]
pub(super) fn has_wide_nan(values: &Wide, exec: u32) -> bool {
    holds_for_any(exec, |lane| f64::from_bits(values[lane]).is_nan())
}

/// A 64-bit source with `neg` and `abs` of an f64.
#[inline(always)]
pub(super) fn wide_source(wave: &Wave, step: &Step, index: usize) -> Result<Wide, Box<Fault>> {
    let values = wave.wide_lanes(step.sources[index])?;
    if !step.modified {
        return Ok(values);
    }
    let m = &step.instruction.modifiers;
    let clear = if m.abs >> index & 1 != 0 { !(1 << 63) } else { u64::MAX };
    let flip = if m.neg >> index & 1 != 0 { 1 << 63 } else { 0 };
    Ok(values.each(|value| value & clear ^ flip))
}

#[inline(always)]
pub(super) fn unary64(wave: &mut Wave, step: &Step, (fast, exact): (impl Fn(f64) -> f64, Exact1)) -> Outcome {
    let a = wide_source(wave, step, 0)?;
    let mut values = a.each(|a| fast(f64::from_bits(a)).to_bits());
    if !wave.usual_mode || has_wide_nan(&values, wave.exec()) {
        values = exact1(wave, Soft::f64, &a, exact);
    }
    finish64(wave, step, values)
}

#[inline(always)]
pub(super) fn binary64(wave: &mut Wave, step: &Step, (fast, exact): (impl Fn(f64, f64) -> f64, Exact2)) -> Outcome {
    let (a, b) = (wide_source(wave, step, 0)?, wide_source(wave, step, 1)?);
    let mut values = from_fn(|lane| fast(f64::from_bits(a[lane]), f64::from_bits(b[lane])).to_bits());
    if !wave.usual_mode || has_wide_nan(&values, wave.exec()) {
        values = exact2(wave, Soft::f64, [&a, &b], exact);
    }
    finish64(wave, step, values)
}

#[inline(always)]
pub(super) fn ternary64(
    wave: &mut Wave,
    step: &Step,
    (fast, exact): (impl Fn(f64, f64, f64) -> f64, Exact3),
) -> Outcome {
    let [a, b, c] = [wide_source(wave, step, 0)?, wide_source(wave, step, 1)?, wide_source(wave, step, 2)?];
    let value = |lane: usize| fast(f64::from_bits(a[lane]), f64::from_bits(b[lane]), f64::from_bits(c[lane]));
    let mut values = from_fn(|lane| value(lane).to_bits());
    if !wave.usual_mode || has_wide_nan(&values, wave.exec()) {
        values = exact3(wave, Soft::f64, [&a, &b, &c], exact);
    }
    finish64(wave, step, values)
}
