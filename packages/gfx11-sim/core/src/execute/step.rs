//! One instruction, decoded and bound to the code that executes it.

use super::dual::Pair;
use super::fault::Fault;
use super::group::Group;
use super::memory_operands::MemoryOperands;
use super::prepare::{self, Preparation};
use super::wave::Wave;
use crate::isa::slot::{Field, Number, Set, Slot};
use crate::isa::{Dpp, Form, Instruction, Operand};

/// What a wave does after an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// The next one; branches have set `Wave::pc`.
    Next,
    /// Waits until all waves of the workgroup are at a barrier.
    Barrier,
    End,
}

pub(super) type Outcome = Result<Flow, Box<Fault>>;
pub(super) type Handler = fn(&mut Wave, &mut Group<'_>, &Step) -> Outcome;

pub(super) const MAX_SOURCES: usize = 3;

/// Where a source comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    None,
    /// A vector register, or the first of several.
    Vector(u8),
    /// The upper 16 bits of a vector register.
    VectorHigh(u8),
    /// A scalar register by its code, 0 to 127.
    Scalar(u8),
    /// An inline constant or literal, converted to the type of its place.
    Constant(u64),
    /// A vector register whose lanes were moved (DPP) before the instruction executes.
    Moved,
    /// What is neither a register nor a constant, by its operand code: apertures (235 to 238), vccz, execz, scc.
    Special(u16),
}

/// A decoded instruction that can be executed many times.
#[derive(Clone, Debug)]
pub(super) struct Step {
    /// Prepares the sources if there is something to prepare, and executes.
    pub run: Handler,
    /// Executes, once the sources are prepared.
    pub execute: Handler,
    /// Length in 32-bit words.
    pub words: u32,
    /// The sources and trailing literals in the order of the text.
    pub sources: [Source; MAX_SOURCES],
    /// Where the lanes of each 32-bit source are once it is prepared: a register's number, or [`VECTORS`](super::wave::VECTORS) and up.
    pub registers: [u16; MAX_SOURCES],
    /// The first vector register written, or that of a comparison's or scalar result's first operand if it is none.
    pub dst: u8,
    /// Whether any modifier is set: neg, abs, clamp, omod, op_sel (packed: other than the usual), DPP.
    pub modified: bool,
    /// The operations of a dual instruction.
    pub pair: Option<Box<Pair>>,
    /// What [`Step::run`] does before [`Step::execute`].
    pub preparation: Preparation,
    /// Of a memory instruction.
    pub memory: MemoryOperands,
    pub instruction: Instruction,
}

impl Step {
    pub fn new(instruction: Instruction, run: Handler) -> Step {
        let sources = sources(&instruction);
        let modified = is_modified(&instruction);
        let registers = prepare::registers(&instruction, &sources, modified);
        Step {
            run,
            execute: run,
            words: u32::from(instruction.size_bytes) / 4,
            sources,
            registers,
            dst: instruction.operands[0].as_vector().unwrap_or(0),
            modified,
            pair: None,
            preparation: Preparation::new(&instruction, &sources, &registers),
            memory: MemoryOperands::new(&instruction),
            instruction,
        }
    }

    /// Registers that each source takes.
    pub fn source_widths(&self) -> impl Iterator<Item = u8> {
        self.instruction.opcode.row().slots.iter().filter(|slot| is_source(slot)).map(|slot| slot.dwords)
    }

    /// The operand of a field and its width in registers.
    pub fn operand(&self, field: Field) -> Option<(Operand, u8)> {
        let slots = self.instruction.opcode.row().slots;
        let index = slots.iter().position(|slot| slot.field == field)?;
        Some((self.instruction.operands[index], slots[index].dwords)).filter(|(operand, _)| operand.is_some())
    }
}

fn sources(instruction: &Instruction) -> [Source; MAX_SOURCES] {
    let mut sources = [Source::None; MAX_SOURCES];
    let operands = &instruction.operands;
    let places = instruction.opcode.row().slots.iter().zip(operands).filter(|(slot, _)| is_source(slot));
    for (place, (slot, operand)) in sources.iter_mut().zip(places) {
        *place = source(*operand, slot, instruction.literal);
    }
    let is_moved = instruction.modifiers.dpp != Dpp::None;
    if let (true, Source::Vector(_) | Source::VectorHigh(_)) = (is_moved, sources[0]) {
        sources[0] = Source::Moved;
    }
    sources
}

fn is_source(slot: &Slot) -> bool {
    matches!(slot.field, Field::Source | Field::Literal)
}

fn is_modified(instruction: &Instruction) -> bool {
    let m = &instruction.modifiers;
    let selects = match instruction.form {
        Form::Packed => m.op_sel != 0 || m.op_sel_hi != 0b111,
        _ => m.op_sel != 0,
    };
    m.neg != 0 || m.abs != 0 || m.omod != 0 || m.clamp || selects || m.dpp != Dpp::None
}

/// Resolves an operand for a slot.
pub(super) fn source(operand: Operand, slot: &Slot, literal: u32) -> Source {
    let code = operand.code();
    match code {
        _ if !operand.is_some() => Source::None,
        256..=511 if slot.set == Set::Half && code & 0x80 != 0 => Source::VectorHigh(code as u8 & 0x7f),
        256..=511 => Source::Vector((code - 256) as u8),
        124 => Source::Constant(0),
        0..=127 => Source::Scalar(code as u8),
        _ => constant(operand, slot.number, literal).map_or(Source::Special(code), Source::Constant),
    }
}

fn constant(operand: Operand, number: Number, literal: u32) -> Option<u64> {
    let wide = matches!(number, Number::WideInt | Number::WideFloat);
    if operand == Operand::LITERAL {
        return Some(if number == Number::WideFloat { u64::from(literal) << 32 } else { literal.into() });
    }
    if let Some(value) = operand.as_inline_integer() {
        return Some(if wide { i64::from(value) as u64 } else { u64::from(value as u32) });
    }
    let value = operand.as_inline_float()?;
    Some(match number {
        Number::Word | Number::Raw => (value as f32).to_bits().into(),
        Number::WideInt | Number::WideFloat => value.to_bits(),
        Number::HalfFloat | Number::HalfBits | Number::PackedHalf => super::half::f16_from_f64(value).into(),
        Number::PackedBf16 => u64::from((value as f32).to_bits() >> 16),
    })
}
