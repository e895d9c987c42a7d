//! Puts sources that are no plain vector registers where a lane loop finds them: constants and scalars into every lane,
//! moved lanes (DPP), signs changed. What does not depend on the wave is found when the instruction is decoded.

use super::fault::Fault;
use super::group::Group;
use super::host_isa::Level;
use super::moves::Moves;
use super::step::{MAX_SOURCES, Outcome, Source, Step, source};
use super::wave::{LANES, Lanes, VECTORS, Wave};
use crate::execute::array::Each;
use crate::isa::slot::{Field, Number};
use crate::isa::{Family, Form, Instruction};

/// [`Step::registers`] of a source that only its handler knows how to read.
const UNPREPARED: u16 = u16::MAX;

/// What the sources of a step need before it executes.
#[derive(Clone, Debug, Default)]
pub(super) struct Preparation {
    places: Box<[Place]>,
    moved: Option<Box<Moved>>,
}

/// A source that is prepared in a register of its own.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// [`VECTORS`] and the number of the source.
    register: u16,
    source: Source,
    /// `abs` clears and `neg` flips the sign.
    keep: u32,
    flip: u32,
}

/// A first source that is read by other lanes.
#[derive(Clone, Debug)]
struct Moved {
    register: u8,
    /// 16 where the source is the upper half of the register.
    shift: u32,
    moves: Moves,
    /// `v_cmpx_*`.
    writes_exec: bool,
}

impl Preparation {
    pub fn new(
        instruction: &Instruction,
        sources: &[Source; MAX_SOURCES],
        registers: &[u16; MAX_SOURCES],
    ) -> Preparation {
        if matches!(instruction.form, Form::Plain | Form::Dual) || has_scalar_result(instruction) {
            return Preparation::default();
        }
        let indices = (0..MAX_SOURCES).filter(|index| usize::from(registers[*index]) == VECTORS + index);
        let place = |index: usize| {
            let (keep, flip) = signs(instruction, index);
            Place { register: registers[index], source: sources[index], keep, flip }
        };
        Preparation { places: indices.map(place).collect(), moved: moved(instruction).map(Box::new) }
    }

    pub fn is_needed(&self) -> bool {
        !self.places.is_empty()
    }
}

/// Where the lanes of each 32-bit source are once it is prepared: a register's number, or [`VECTORS`] and up.
pub(super) fn registers(
    instruction: &Instruction,
    sources: &[Source; MAX_SOURCES],
    is_modified: bool,
) -> [u16; MAX_SOURCES] {
    let m = &instruction.modifiers;
    let own_modifiers = m.op_sel != 0 || instruction.form == Form::Packed && is_modified;
    crate::execute::array::from_fn(|index| match sources[index] {
        _ if own_modifiers => UNPREPARED,
        Source::Vector(register) if (m.neg | m.abs) >> index & 1 == 0 => register.into(),
        Source::None => UNPREPARED,
        _ => (VECTORS + index) as u16,
    })
}

/// Prepares the sources, then executes.
pub(super) fn prepare<L: Level>(wave: &mut Wave, group: &mut Group<'_>, step: &Step) -> Outcome {
    L::run(
        #[inline(always)]
        || prepare_sources(wave, &step.preparation),
    )?;
    (step.execute)(wave, group, step)
}

/// Moves the lanes of the first source, then prepares and executes with EXEC restricted to the lanes that are written.
pub(super) fn prepare_moved<L: Level>(wave: &mut Wave, group: &mut Group<'_>, step: &Step) -> Outcome {
    let exec = wave.exec();
    let Some(moved) = &step.preparation.moved else { return Err(Box::new(Fault::Unimplemented)) };
    let written = L::run(
        #[inline(always)]
        || move_lanes::<L>(wave, moved),
    )?;
    wave.set_exec(exec & written);
    let outcome = prepare::<L>(wave, group, step);
    if !moved.writes_exec {
        wave.set_exec(exec);
    }
    outcome
}

/// Moves the lanes; the lanes that are written.
#[inline(always)]
fn move_lanes<L: Level>(wave: &mut Wave, moved: &Moved) -> Result<u32, Box<Fault>> {
    let (moves, register, exec) = (&moved.moves, usize::from(moved.register), wave.exec());
    let reading = moves.reading(exec);
    let written = moves.written(reading);
    let ready = wave.ready[register];
    if ready != u32::MAX {
        wave.read(register, moves.fetched(written & reading))?;
        wave.undefined.set(reading & !moves.moved_mask(ready) & written & exec);
    }
    let lanes = moves.apply::<L>(&wave.vectors[register].0, reading);
    wave.vectors[VECTORS].0 = if moved.shift == 0 { lanes } else { changed(&lanes, moved.shift, u32::MAX, 0) };
    Ok(written)
}

#[inline(always)]
fn prepare_sources(wave: &mut Wave, preparation: &Preparation) -> Result<(), Box<Fault>> {
    for &Place { register, source, keep, flip } in &preparation.places {
        let lanes = match source {
            Source::Vector(register) => {
                wave.read(register, wave.exec())?;
                changed(&wave.vectors[usize::from(register)].0, 0, keep, flip)
            }
            Source::VectorHigh(register) => {
                wave.read(register, wave.exec())?;
                changed(&wave.vectors[usize::from(register)].0, 16, keep, flip)
            }
            // The lanes are there.
            Source::Moved if (keep, flip) == (u32::MAX, 0) => continue,
            Source::Moved => changed(&wave.vectors[VECTORS].0, 0, keep, flip),
            Source::Constant(value) => [value as u32 & keep ^ flip; LANES],
            _ => [wave.uniform(source, false)? as u32 & keep ^ flip; LANES],
        };
        if let Some(place) = wave.vectors.get_mut(usize::from(register)) {
            place.0 = lanes;
        }
    }
    Ok(())
}

#[inline(always)]
fn changed(lanes: &Lanes, shift: u32, keep: u32, flip: u32) -> Lanes {
    lanes.each(
        #[inline(always)]
        |value| value >> shift & keep ^ flip,
    )
}

/// The bits of a source that stay, and those that are flipped.
fn signs(instruction: &Instruction, index: usize) -> (u32, u32) {
    let m = &instruction.modifiers;
    let mut sources = instruction.opcode.row().slots.iter().filter(|slot| slot.field == Field::Source);
    let is_half = sources.nth(index).is_some_and(|slot| matches!(slot.number, Number::HalfFloat | Number::HalfBits));
    let sign = if is_half { 0x8000 } else { 0x8000_0000 };
    let of = |bits: u8| if bits >> index & 1 != 0 { sign } else { 0 };
    (!of(m.abs), of(m.neg))
}

fn moved(instruction: &Instruction) -> Option<Moved> {
    let slots = instruction.opcode.row().slots;
    let index = slots.iter().position(|slot| slot.field == Field::Source)?;
    let (register, shift) = match source(instruction.operands[index], &slots[index], instruction.literal) {
        Source::Vector(register) if slots[index].dwords == 1 => (register, 0),
        Source::VectorHigh(register) => (register, 16),
        _ => return None,
    };
    let moves = Moves::new(instruction.modifiers.dpp)?;
    Some(Moved { register, shift, moves, writes_exec: writes_exec(instruction) })
}

/// `v_cmpx_*`.
fn writes_exec(instruction: &Instruction) -> bool {
    let row = instruction.opcode.row();
    row.family == Family::Vopc && row.slots.first().is_none_or(|slot| slot.field != Field::Carry)
}

fn has_scalar_result(instruction: &Instruction) -> bool {
    let slots = instruction.opcode.row().slots.iter().zip(&instruction.operands);
    slots.filter(|(slot, _)| slot.field == Field::ScalarDst).any(|(_, operand)| operand.is_some())
}
