//! Lane loops over f32: the host's arithmetic in the usual mode, [`Soft`] in every other and where a NaN comes out.
//!
//! Each operation is a pair: a closure on the host's floats, and the exact one. The closure has to give either the exact
//! result or a NaN, which asks for the exact one. Loops over f16 and f64 are built in the same way.

use super::fallback::{Exact1, Exact2, Exact3, changes_result, exact1, exact2, exact3, modified};
use super::soft::Soft;
use crate::execute::lane_mask::holds_for_any;
use crate::execute::lanes::source;
use crate::execute::step::{Flow, Outcome, Step};
use crate::execute::wave::{LANES, Lanes, Wave};

fn float(bits: u32) -> f32 {
    f32::from_bits(bits)
}

/// Whether an active lane holds an f32 NaN.
#[inline(always)]
pub(super) fn has_nan(values: &Lanes, exec: u32) -> bool {
    holds_for_any(exec, |lane| values[lane] & 0x7fff_ffff > 0x7f80_0000)
}

/// What is returned for each lane, and whether one of them is a NaN. In one loop: two are unrolled each, and put together
/// again lane by lane.
#[inline(always)]
pub(super) fn results(value: impl Fn(usize) -> f32) -> (Lanes, bool) {
    let (mut values, mut largest) = ([0; LANES], 0);
    for (lane, place) in values.iter_mut().enumerate() {
        *place = value(lane).to_bits();
        largest = largest.max(*place as i32 & i32::MAX);
    }
    (values, largest > 0x7f80_0000)
}

/// As [`has_nan`], where there is one in any lane.
#[cold]
#[inline(never)]
pub(super) fn is_active_nan(values: &Lanes, wave: &Wave) -> bool {
    has_nan(values, wave.exec())
}

/// Writes f32 results, scaled and clamped as the instruction asks.
#[inline(always)]
pub(super) fn finish32(wave: &mut Wave, step: &Step, values: &Lanes) -> Outcome {
    if changes_result(step) {
        return finish_changed(wave, step, values);
    }
    wave.write(step.dst, values)?;
    Ok(Flow::Next)
}

// Results that two paths give would be taken apart and put together again: the rare paths finish by themselves.
#[cold]
#[inline(never)]
fn finish_changed(wave: &mut Wave, step: &Step, values: &Lanes) -> Outcome {
    let values = modified(wave, step, Soft::f32, *values);
    wave.write(step.dst, &values)?;
    Ok(Flow::Next)
}

#[inline(always)]
pub(super) fn unary32(wave: &mut Wave, step: &Step, (fast, exact): (impl Fn(f32) -> f32, Exact1)) -> Outcome {
    let a = source(wave, step, 0)?;
    let (values, nan) = results(
        #[inline(always)]
        |lane| fast(float(a[lane])),
    );
    if !wave.usual_mode || nan && is_active_nan(&values, wave) {
        let values = exact1(wave, Soft::f32, a, exact);
        return finish_changed(wave, step, &values);
    }
    finish32(wave, step, &values)
}

#[inline(always)]
pub(super) fn binary32(wave: &mut Wave, step: &Step, (fast, exact): (impl Fn(f32, f32) -> f32, Exact2)) -> Outcome {
    let a = source(wave, step, 0)?;
    let b = source(wave, step, 1)?;
    let (values, nan) = results(
        #[inline(always)]
        |lane| fast(float(a[lane]), float(b[lane])),
    );
    if !wave.usual_mode || nan && is_active_nan(&values, wave) {
        let values = exact2(wave, Soft::f32, [a, b], exact);
        return finish_changed(wave, step, &values);
    }
    finish32(wave, step, &values)
}

#[inline(always)]
pub(super) fn ternary32(wave: &mut Wave, step: &Step, pair: (impl Fn(f32, f32, f32) -> f32, Exact3)) -> Outcome {
    let register = usize::from(step.registers[2]);
    source(wave, step, 2)?;
    three32(wave, step, register, pair)
}

/// The third operand is the destination's old value.
#[inline(always)]
pub(super) fn accumulate32(wave: &mut Wave, step: &Step, pair: (impl Fn(f32, f32, f32) -> f32, Exact3)) -> Outcome {
    wave.read(step.dst, wave.exec())?;
    three32(wave, step, step.dst.into(), pair)
}

/// The third operand is in a register that was read.
#[inline(always)]
fn three32(
    wave: &mut Wave,
    step: &Step,
    third: usize,
    (fast, exact): (impl Fn(f32, f32, f32) -> f32, Exact3),
) -> Outcome {
    let a = source(wave, step, 0)?;
    let b = source(wave, step, 1)?;
    let c = &wave.vectors[third].0;
    let (values, nan) = results(
        #[inline(always)]
        |lane| fast(float(a[lane]), float(b[lane]), float(c[lane])),
    );
    if !wave.usual_mode || nan && is_active_nan(&values, wave) {
        let values = exact3(wave, Soft::f32, [a, b, c], exact);
        return finish_changed(wave, step, &values);
    }
    finish32(wave, step, &values)
}
