//! Lane by lane execution: one closure, run as a loop over the 32 lanes.

use super::fault::Fault;
use super::step::{Flow, Outcome, Step};
use super::wave::{Lanes, Wave};
use crate::execute::array::from_fn;

/// A fault when the result is to be scaled or clamped, which the operation does not do.
#[inline(always)]
pub(super) fn refuse_result_modifiers(step: &Step) -> Result<(), Box<Fault>> {
    let m = &step.instruction.modifiers;
    if step.modified && (m.clamp || m.omod != 0) { Err(Box::new(Fault::Unimplemented)) } else { Ok(()) }
}

/// One 32-bit source.
#[inline(always)]
pub(super) fn unary(wave: &mut Wave, step: &Step, operation: impl Fn(u32) -> u32) -> Outcome {
    refuse_result_modifiers(step)?;
    let a = source(wave, step, 0)?;
    let values = from_fn(
        #[inline(always)]
        |lane| operation(a[lane]),
    );
    wave.write(step.dst, &values)?;
    Ok(Flow::Next)
}

/// Two 32-bit sources.
#[inline(always)]
pub(super) fn binary(wave: &mut Wave, step: &Step, operation: impl Fn(u32, u32) -> u32) -> Outcome {
    refuse_result_modifiers(step)?;
    let a = source(wave, step, 0)?;
    let b = source(wave, step, 1)?;
    let values = from_fn(
        #[inline(always)]
        |lane| operation(a[lane], b[lane]),
    );
    wave.write(step.dst, &values)?;
    Ok(Flow::Next)
}

/// Three 32-bit sources.
#[inline(always)]
pub(super) fn ternary(wave: &mut Wave, step: &Step, operation: impl Fn(u32, u32, u32) -> u32) -> Outcome {
    refuse_result_modifiers(step)?;
    let a = source(wave, step, 0)?;
    let b = source(wave, step, 1)?;
    let c = source(wave, step, 2)?;
    let values = from_fn(
        #[inline(always)]
        |lane| operation(a[lane], b[lane], c[lane]),
    );
    wave.write(step.dst, &values)?;
    Ok(Flow::Next)
}

/// A prepared 32-bit source: with `neg` and `abs` of a float, and DPP if it is the first.
#[inline(always)]
pub(super) fn source<'a>(wave: &'a Wave, step: &Step, index: usize) -> Result<&'a Lanes, Box<Fault>> {
    let register = usize::from(step.registers[index]);
    let Some(values) = wave.vectors.get(register) else { return Err(Box::new(Fault::Unimplemented)) };
    wave.read(register, wave.exec())?;
    Ok(&values.0)
}
