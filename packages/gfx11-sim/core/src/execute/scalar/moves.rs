//! Copies, selections, and registers addressed by M0.

use super::operands::{constant, pair, target, unary, unary64, word};
use crate::execute::fault::Fault;
use crate::execute::handlers::plain_handlers;
use crate::execute::step::{Flow, Outcome, Step};
use crate::execute::wave::Wave;

const M0: usize = 125;
/// s0 to s105.
const REGISTERS: u32 = 106;

plain_handlers! {
    handler:
    unary { s_mov_b32 => |a| a; }
    unary64 { s_mov_b64 => |a| a; }
    move_constant { s_movk_i32 => (); }
    move_constant_if { s_cmovk_i32 => (); }
    move_if { s_cmov_b32 => (); }
    move_if64 { s_cmov_b64 => (); }
    select { s_cselect_b32 => (); }
    select64 { s_cselect_b64 => (); }
    relative_source { s_movrels_b32 => (); }
    relative_source64 { s_movrels_b64 => (); }
    relative_target { s_movreld_b32 => (); }
    relative_target64 { s_movreld_b64 => (); }
    relative_both { s_movrelsd_2_b32 => (); }
}

fn move_constant(wave: &mut Wave, step: &Step, (): ()) -> Outcome {
    wave.set_scalar(target(step), constant(step) as u32)?;
    Ok(Flow::Next)
}

fn move_constant_if(wave: &mut Wave, step: &Step, (): ()) -> Outcome {
    if wave.scc { move_constant(wave, step, ()) } else { Ok(Flow::Next) }
}

fn move_if(wave: &mut Wave, step: &Step, (): ()) -> Outcome {
    if wave.scc { unary(wave, step, |a| a) } else { Ok(Flow::Next) }
}

fn move_if64(wave: &mut Wave, step: &Step, (): ()) -> Outcome {
    if wave.scc { unary64(wave, step, |a| a) } else { Ok(Flow::Next) }
}

#[inline(always)]
fn select(wave: &mut Wave, step: &Step, (): ()) -> Outcome {
    let value = word(wave, step, usize::from(!wave.scc))?;
    wave.set_scalar(target(step), value)?;
    Ok(Flow::Next)
}

#[inline(always)]
fn select64(wave: &mut Wave, step: &Step, (): ()) -> Outcome {
    let value = pair(wave, step, usize::from(!wave.scc))?;
    wave.set_scalar64(target(step), value)?;
    Ok(Flow::Next)
}

/// The register so many behind an operand; one past the general ones, which the hardware does not check, is refused.
fn relative(first: u16, offset: u32, count: u32) -> Result<usize, Box<Fault>> {
    let register = u32::from(first).checked_add(offset).filter(|register| *register <= REGISTERS - count);
    register.map(|register| register as usize).ok_or(Box::new(Fault::Unimplemented))
}

fn relative_source(wave: &mut Wave, step: &Step, (): ()) -> Outcome {
    let source = relative(step.instruction.operands[1].code(), wave.scalar(M0)?, 1)?;
    wave.set_scalar(target(step), wave.scalar(source)?)?;
    Ok(Flow::Next)
}

fn relative_source64(wave: &mut Wave, step: &Step, (): ()) -> Outcome {
    let source = relative(step.instruction.operands[1].code(), wave.scalar(M0)?, 2)?;
    wave.set_scalar64(target(step), wave.scalar64(source)?)?;
    Ok(Flow::Next)
}

fn relative_target(wave: &mut Wave, step: &Step, (): ()) -> Outcome {
    let value = word(wave, step, 0)?;
    let target = relative(step.instruction.operands[0].code(), wave.scalar(M0)?, 1)?;
    wave.set_scalar(target, value)?;
    Ok(Flow::Next)
}

fn relative_target64(wave: &mut Wave, step: &Step, (): ()) -> Outcome {
    let value = pair(wave, step, 0)?;
    let target = relative(step.instruction.operands[0].code(), wave.scalar(M0)?, 2)?;
    wave.set_scalar64(target, value)?;
    Ok(Flow::Next)
}

/// Bits 0 to 9 of M0 move the source, bits 16 to 25 the destination.
fn relative_both(wave: &mut Wave, step: &Step, (): ()) -> Outcome {
    let offsets = wave.scalar(M0)?;
    let source = relative(step.instruction.operands[1].code(), offsets & 0x3ff, 1)?;
    let target = relative(step.instruction.operands[0].code(), offsets >> 16 & 0x3ff, 1)?;
    wave.set_scalar(target, wave.scalar(source)?)?;
    Ok(Flow::Next)
}
