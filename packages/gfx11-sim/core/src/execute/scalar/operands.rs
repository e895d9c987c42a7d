//! Sources and results of scalar instructions, and one closure per opcode between them.

use crate::execute::fault::Fault;
use crate::execute::step::{Flow, Outcome, Step};
use crate::execute::wave::Wave;

#[inline(always)]
pub(super) fn word(wave: &Wave, step: &Step, index: usize) -> Result<u32, Box<Fault>> {
    Ok(wave.uniform(step.sources[index], false)? as u32)
}

#[inline(always)]
pub(super) fn pair(wave: &Wave, step: &Step, index: usize) -> Result<u64, Box<Fault>> {
    wave.uniform(step.sources[index], true)
}

/// The register written.
#[inline(always)]
pub(super) fn target(step: &Step) -> usize {
    step.instruction.operands[0].code().into()
}

/// The immediate of `s_*k_*` with its sign.
#[inline(always)]
pub(super) fn constant(step: &Step) -> i32 {
    (step.instruction.immediate as i16).into()
}

/// One source; SCC stays.
#[inline(always)]
pub(super) fn unary(wave: &mut Wave, step: &Step, operation: impl Fn(u32) -> u32) -> Outcome {
    let value = operation(word(wave, step, 0)?);
    wave.set_scalar(target(step), value)?;
    Ok(Flow::Next)
}

/// One source; SCC tells whether the result is not zero.
#[inline(always)]
pub(super) fn unary_test(wave: &mut Wave, step: &Step, operation: impl Fn(u32) -> u32) -> Outcome {
    let value = operation(word(wave, step, 0)?);
    wave.set_scalar(target(step), value)?;
    wave.scc = value != 0;
    Ok(Flow::Next)
}

#[inline(always)]
pub(super) fn unary64(wave: &mut Wave, step: &Step, operation: impl Fn(u64) -> u64) -> Outcome {
    let value = operation(pair(wave, step, 0)?);
    wave.set_scalar64(target(step), value)?;
    Ok(Flow::Next)
}

#[inline(always)]
pub(super) fn unary64_test(wave: &mut Wave, step: &Step, operation: impl Fn(u64) -> u64) -> Outcome {
    let value = operation(pair(wave, step, 0)?);
    wave.set_scalar64(target(step), value)?;
    wave.scc = value != 0;
    Ok(Flow::Next)
}

/// 64 bits in, 32 out.
#[inline(always)]
pub(super) fn narrowing(wave: &mut Wave, step: &Step, operation: impl Fn(u64) -> u32) -> Outcome {
    let value = operation(pair(wave, step, 0)?);
    wave.set_scalar(target(step), value)?;
    Ok(Flow::Next)
}

#[inline(always)]
pub(super) fn narrowing_test(wave: &mut Wave, step: &Step, operation: impl Fn(u64) -> u32) -> Outcome {
    let value = operation(pair(wave, step, 0)?);
    wave.set_scalar(target(step), value)?;
    wave.scc = value != 0;
    Ok(Flow::Next)
}

/// Two sources; SCC stays.
#[inline(always)]
pub(super) fn binary(wave: &mut Wave, step: &Step, operation: impl Fn(u32, u32) -> u32) -> Outcome {
    let value = operation(word(wave, step, 0)?, word(wave, step, 1)?);
    wave.set_scalar(target(step), value)?;
    Ok(Flow::Next)
}

/// Two sources; SCC tells whether the result is not zero.
#[inline(always)]
pub(super) fn binary_test(wave: &mut Wave, step: &Step, operation: impl Fn(u32, u32) -> u32) -> Outcome {
    let value = operation(word(wave, step, 0)?, word(wave, step, 1)?);
    wave.set_scalar(target(step), value)?;
    wave.scc = value != 0;
    Ok(Flow::Next)
}

#[inline(always)]
pub(super) fn binary64_test(wave: &mut Wave, step: &Step, operation: impl Fn(u64, u64) -> u64) -> Outcome {
    let value = operation(pair(wave, step, 0)?, pair(wave, step, 1)?);
    wave.set_scalar64(target(step), value)?;
    wave.scc = value != 0;
    Ok(Flow::Next)
}

/// A 64-bit and a 32-bit source.
#[inline(always)]
pub(super) fn mixed64_test(wave: &mut Wave, step: &Step, operation: impl Fn(u64, u32) -> u64) -> Outcome {
    let value = operation(pair(wave, step, 0)?, word(wave, step, 1)?);
    wave.set_scalar64(target(step), value)?;
    wave.scc = value != 0;
    Ok(Flow::Next)
}

/// Two sources and SCC; the closure gives the new SCC too.
#[inline(always)]
pub(super) fn carrying(wave: &mut Wave, step: &Step, operation: impl Fn(u32, u32, bool) -> (u32, bool)) -> Outcome {
    let (value, scc) = operation(word(wave, step, 0)?, word(wave, step, 1)?, wave.scc);
    wave.set_scalar(target(step), value)?;
    wave.scc = scc;
    Ok(Flow::Next)
}
