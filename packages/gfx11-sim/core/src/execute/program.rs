//! The executable words of a code object, decoded page by page when a wave first gets there.

use super::fault::Fault;
use super::group::Group;
use super::host_isa::HostIsa;
use super::step::{Handler, Outcome, Step};
use super::wave::{VECTORS, Wave};
use super::{dispatch, wave};
use crate::code_object::CodeObject;
use crate::isa::slot::{Field, Set};
use crate::isa::{DecodeError, Form, Instruction, Operand};
use std::sync::OnceLock;

pub(super) const PAGE_WORDS: usize = 256;

/// The steps that begin at the words of a page; words inside of an instruction are decoded like any other.
pub(super) type Page = Box<[Step]>;

pub(super) struct Program<'a> {
    pub object: &'a CodeObject,
    /// Where kernels see the image.
    pub base: u64,
    /// Vector registers that the kernel may use.
    vgprs: u32,
    isa: HostIsa,
    pages: Vec<OnceLock<Page>>,
}

impl<'a> Program<'a> {
    pub fn new(object: &'a CodeObject, base: u64, vgprs: u32, isa: HostIsa) -> Program<'a> {
        let pages = (object.image.len() / 4).div_ceil(PAGE_WORDS);
        Program { object, base, vgprs, isa, pages: (0..pages).map(|_| OnceLock::new()).collect() }
    }

    /// Vector registers that the kernel may use, at most 256.
    pub fn vgprs(&self) -> u32 {
        self.vgprs.min(VECTORS as u32)
    }

    /// Words of the image.
    pub fn words(&self) -> u32 {
        (self.object.image.len() / 4) as u32
    }

    /// The page of a word offset.
    pub fn page(&self, number: usize) -> Option<&Page> {
        Some(self.pages.get(number)?.get_or_init(|| self.decode_page(number)))
    }

    fn decode_page(&self, number: usize) -> Page {
        let first = number * PAGE_WORDS;
        let last = (first + PAGE_WORDS).min(self.words() as usize);
        (first..last).map(|word| self.step(word as u32)).collect()
    }

    fn step(&self, word: u32) -> Step {
        match self.decode(word) {
            Ok(instruction) if !self.is_executable(word) => Step::new(instruction, outside),
            Ok(instruction) => dispatch::prepared(Step::new(instruction, self.handler(&instruction)), self.isa),
            Err(_) => Step::new(Instruction::nop(), undecodable),
        }
    }

    fn handler(&self, instruction: &Instruction) -> Handler {
        if highest_vector(instruction) >= self.vgprs() {
            return too_many_registers;
        }
        dispatch::handler(instruction, self.isa).unwrap_or(wave::unimplemented)
    }

    /// Decodes the instruction at a word offset of the image.
    pub fn decode(&self, word: u32) -> Result<Instruction, DecodeError> {
        self.object.instruction(u64::from(word) * 4)
    }

    fn is_executable(&self, word: u32) -> bool {
        let at = u64::from(word) * 4;
        let mut segments = self.object.segments.iter().filter(|segment| segment.executable);
        segments.any(|segment| at >= segment.address && at - segment.address < segment.size_bytes)
    }
}

/// The highest vector register that an instruction names, or 0.
fn highest_vector(instruction: &Instruction) -> u32 {
    let slots = instruction.opcode.row().slots;
    let base = slots.iter().position(|slot| slot.field == Field::FlatBase);
    let has_base = base.is_some_and(|index| instruction.operands[index].is_some());
    let last = |(index, operand): (usize, &Operand)| {
        let first = u32::from(operand.as_vector()?);
        match slots.get(index) {
            _ if instruction.form == Form::Dual => Some(first),
            // With a scalar base, the register is an offset of 32 bits.
            Some(slot) if slot.field == Field::FlatAddress && has_base => Some(first),
            // Bit 7 selects a half of the register.
            Some(slot) if slot.set == Set::Half || slot.field == Field::HalfDst => Some(first & 127),
            slot => Some(first + slot.map_or(1, |slot| u32::from(slot.dwords).max(1)) - 1),
        }
    };
    instruction.operands.iter().enumerate().filter_map(last).max().unwrap_or(0)
}

fn outside(wave: &mut Wave, group: &mut Group<'_>, _: &Step) -> Outcome {
    Err(Box::new(Fault::Outside { address: group.program.base + u64::from(wave.at) * 4 }))
}

fn undecodable(wave: &mut Wave, group: &mut Group<'_>, step: &Step) -> Outcome {
    match group.program.decode(wave.at) {
        Err(error) => Err(Box::new(Fault::Encoding(error))),
        Ok(_) => wave::unimplemented(wave, group, step),
    }
}

fn too_many_registers(_: &mut Wave, group: &mut Group<'_>, step: &Step) -> Outcome {
    let register = highest_vector(&step.instruction);
    Err(Box::new(Fault::Register { register, allowed: group.program.vgprs }))
}
