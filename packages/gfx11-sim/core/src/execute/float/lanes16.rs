//! Lane loops over f16, computed in f32.

use super::fallback::{Exact1, Exact2, Exact3, exact1, exact2, exact3, modified};
use super::lanes::{is_active_nan, results};
use super::soft::Soft;
use crate::execute::array::Each;
use crate::execute::half_lanes::{narrow, widen};
use crate::execute::halves::{half_source, write_half};
use crate::execute::host_isa::Level;
use crate::execute::step::{Outcome, Step};
use crate::execute::wave::{Lanes, Wave};

/// Writes f16 results into the half that the instruction names.
#[inline(always)]
pub(super) fn finish16(wave: &mut Wave, step: &Step, values: Lanes) -> Outcome {
    let values = modified(wave, step, Soft::f16, values);
    write_half(wave, step, &values)
}

#[inline(always)]
fn float(bits: u32) -> f32 {
    f32::from_bits(bits)
}

#[inline(always)]
pub(super) fn unary16<L: Level>(wave: &mut Wave, step: &Step, (fast, exact): (impl Fn(f32) -> f32, Exact1)) -> Outcome {
    let a = half_source(wave, step, 0)?;
    let wide = widen::<L>(&a);
    let (singles, nan) = results(
        #[inline(always)]
        |lane| fast(float(wide[lane])),
    );
    if !wave.usual_mode || nan && is_active_nan(&singles, wave) {
        let values = exact1(wave, Soft::f16, &a, exact);
        return finish16(wave, step, values);
    }
    finish16(wave, step, narrow::<L>(&singles))
}

#[inline(always)]
pub(super) fn binary16<L: Level>(
    wave: &mut Wave,
    step: &Step,
    (fast, exact): (impl Fn(f32, f32) -> f32, Exact2),
) -> Outcome {
    let (a, b) = (half_source(wave, step, 0)?, half_source(wave, step, 1)?);
    let (wide_a, wide_b) = (widen::<L>(&a), widen::<L>(&b));
    let (singles, nan) = results(
        #[inline(always)]
        |lane| fast(float(wide_a[lane]), float(wide_b[lane])),
    );
    if !wave.usual_mode || nan && is_active_nan(&singles, wave) {
        let values = exact2(wave, Soft::f16, [&a, &b], exact);
        return finish16(wave, step, values);
    }
    finish16(wave, step, narrow::<L>(&singles))
}

#[inline(always)]
pub(super) fn ternary16<L: Level>(
    wave: &mut Wave,
    step: &Step,
    pair: (impl Fn(f32, f32, f32) -> f32, Exact3),
) -> Outcome {
    let [a, b, c] = [half_source(wave, step, 0)?, half_source(wave, step, 1)?, half_source(wave, step, 2)?];
    three16::<L>(wave, step, [&a, &b, &c], pair)
}

/// The third operand is the destination's old value, in the half that is written.
#[inline(always)]
pub(super) fn accumulate16<L: Level>(
    wave: &mut Wave,
    step: &Step,
    pair: (impl Fn(f32, f32, f32) -> f32, Exact3),
) -> Outcome {
    let (a, b) = (half_source(wave, step, 0)?, half_source(wave, step, 1)?);
    wave.read(step.dst, wave.exec())?;
    let shift = if step.instruction.modifiers.op_sel & 8 != 0 { 16 } else { 0 };
    let c = wave.vectors[usize::from(step.dst)].0.each(|bits| bits >> shift & 0xffff);
    three16::<L>(wave, step, [&a, &b, &c], pair)
}

#[inline(always)]
fn three16<L: Level>(
    wave: &mut Wave,
    step: &Step,
    [a, b, c]: [&Lanes; 3],
    (fast, exact): (impl Fn(f32, f32, f32) -> f32, Exact3),
) -> Outcome {
    let [wide_a, wide_b, wide_c] = [widen::<L>(a), widen::<L>(b), widen::<L>(c)];
    let (singles, nan) = results(
        #[inline(always)]
        |lane| fast(float(wide_a[lane]), float(wide_b[lane]), float(wide_c[lane])),
    );
    if !wave.usual_mode || nan && is_active_nan(&singles, wave) {
        let values = exact3(wave, Soft::f16, [a, b, c], exact);
        return finish16(wave, step, values);
    }
    finish16(wave, step, narrow::<L>(&singles))
}
