//! Moves and swaps of vector registers, also of registers whose number M0 shifts.

use super::fault::Fault;
use super::group::Group;
use super::step::{Flow, Handler, Outcome, Source, Step};
use super::wave::{LANES, Wave};
use crate::isa::{Instruction, Opcode, Operand};

/// The handler of a swap or a move with M0.
pub(super) fn handler(instruction: &Instruction) -> Option<Handler> {
    Some(match instruction.opcode {
        Opcode::v_movreld_b32 => |wave, group, step| move_to(wave, group, step, |m0| (0, m0)),
        Opcode::v_movrels_b32 => |wave, group, step| move_to(wave, group, step, |m0| (m0, 0)),
        Opcode::v_movrelsd_b32 => |wave, group, step| move_to(wave, group, step, |m0| (m0, m0)),
        Opcode::v_movrelsd_2_b32 => |wave, group, step| move_to(wave, group, step, both),
        Opcode::v_swap_b32 => |wave, group, step| swap(wave, group, step, |_| (0, 0)),
        Opcode::v_swaprel_b32 => |wave, group, step| swap(wave, group, step, both),
        _ => return None,
    })
}

/// Offsets of source and destination in one M0.
fn both(m0: u32) -> (u32, u32) {
    (m0 & 0x3ff, m0 >> 16 & 0x3ff)
}

/// The register that many behind another; a fault past the last that the kernel may use.
fn shifted(group: &Group<'_>, register: u8, offset: u32) -> Result<u8, Box<Fault>> {
    let (register, allowed) = (u32::from(register).saturating_add(offset), group.program.vgprs());
    if register < allowed { Ok(register as u8) } else { Err(Box::new(Fault::Register { register, allowed })) }
}

fn offsets(wave: &Wave, split: impl Fn(u32) -> (u32, u32)) -> Result<(u32, u32), Box<Fault>> {
    Ok(split(wave.scalar(Operand::M0.code().into())?))
}

fn move_to(wave: &mut Wave, group: &Group<'_>, step: &Step, split: impl Fn(u32) -> (u32, u32)) -> Outcome {
    let (from, to) = offsets(wave, split)?;
    let place = match step.sources[0] {
        Source::Vector(register) => Source::Vector(shifted(group, register, from)?),
        place if from == 0 => place,
        _ => return Err(Box::new(Fault::Unimplemented)),
    };
    let mut scratch = [0; LANES];
    let values = *wave.lanes(place, &mut scratch)?;
    wave.write(shifted(group, step.dst, to)?, &values)?;
    Ok(Flow::Next)
}

fn swap(wave: &mut Wave, group: &Group<'_>, step: &Step, split: impl Fn(u32) -> (u32, u32)) -> Outcome {
    let (from, to) = offsets(wave, split)?;
    let Source::Vector(source) = step.sources[0] else { return Err(Box::new(Fault::Unimplemented)) };
    let registers = [shifted(group, source, from)?, shifted(group, step.dst, to)?];
    let exec = wave.exec();
    let old = registers.map(|register| wave.vectors[usize::from(register)].0);
    let mut undefined = [0; 2];
    for (undefined, register) in undefined.iter_mut().zip(registers) {
        wave.undefined.set(0);
        wave.read(register, exec)?;
        *undefined = wave.undefined.get();
    }
    for (register, other) in registers.into_iter().zip([1, 0]) {
        wave.undefined.set(undefined[other]);
        wave.write(register, &old[other])?;
    }
    Ok(Flow::Next)
}
