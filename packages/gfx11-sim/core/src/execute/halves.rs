//! Operands of 16 bits: a half of a register in, a half of a register out.
//!
//! In 64-bit encodings `op_sel` names the halves, its bit 3 that of the destination. In 32-bit encodings v128 to v255 name
//! the upper halves of v0 to v127. The other half of a destination stays.

use super::fault::Fault;
use super::step::{Flow, Outcome, Step};
use super::wave::{LANES, Lanes, VECTORS, Wave};
use crate::execute::array::{Each, from_fn};
use crate::isa::{Form, Instruction, Opcode};
use std::ops::Deref;

/// 16 bits in the low bits of every lane. Aligned, because a result that may be a fault is copied: in whole vectors then.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(super) struct Halves(Lanes);

impl Deref for Halves {
    type Target = Lanes;

    #[inline(always)]
    fn deref(&self) -> &Lanes {
        &self.0
    }
}

/// A 16-bit source, with `neg` and `abs` of an f16.
#[inline(always)]
pub(super) fn half_source(wave: &Wave, step: &Step, index: usize) -> Result<Halves, Box<Fault>> {
    let in_register = step.instruction.form == Form::E32;
    match usize::from(step.registers[index]) {
        register @ 128..VECTORS if in_register => {
            wave.read(register - 128, wave.exec())?;
            Ok(Halves(wave.vectors[register - 128].0.each(|value| value >> 16)))
        }
        register if register < wave.vectors.len() => {
            wave.read(register, wave.exec())?;
            Ok(Halves(wave.vectors[register].0.each(|value| value & 0xffff)))
        }
        _ => selected_source(wave, step, index),
    }
}

/// A source whose half `op_sel` names.
#[inline(never)]
fn selected_source(wave: &Wave, step: &Step, index: usize) -> Result<Halves, Box<Fault>> {
    let mut scratch = [0; LANES];
    let values = wave.lanes(step.sources[index], &mut scratch)?;
    let m = &step.instruction.modifiers;
    let shift = if m.op_sel >> index & 1 != 0 { 16 } else { 0 };
    let clear = if m.abs >> index & 1 != 0 { 0x7fff } else { 0xffff };
    let flip = if m.neg >> index & 1 != 0 { 0x8000 } else { 0 };
    Ok(Halves(values.each(|value| value >> shift & clear ^ flip)))
}

/// Writes the low 16 bits of every lane into the half that the instruction names.
#[inline(always)]
pub(super) fn write_half(wave: &mut Wave, step: &Step, values: &Lanes) -> Outcome {
    merge_half(wave, step, values, writes_high_half(&step.instruction))
}

fn writes_high_half(instruction: &Instruction) -> bool {
    let in_register = instruction.opcode == Opcode::v_mov_b16 && instruction.form == Form::E32;
    let number = instruction.operands[0].as_vector().unwrap_or(0);
    if in_register { number >= 128 } else { instruction.modifiers.op_sel & 8 != 0 }
}

/// Writes one half of the destination.
#[inline(always)]
pub(super) fn merge_half(wave: &mut Wave, step: &Step, values: &Lanes, high: bool) -> Outcome {
    let register = if step.instruction.opcode == Opcode::v_mov_b16 { step.dst & 127 } else { step.dst };
    let old = &wave.vectors[usize::from(register)].0;
    let (keep, shift) = if high { (0x0000_ffff, 16) } else { (0xffff_0000, 0) };
    let merged = from_fn(|lane| old[lane] & keep | (values[lane] & 0xffff) << shift);
    wave.write(register, &merged)?;
    Ok(Flow::Next)
}
