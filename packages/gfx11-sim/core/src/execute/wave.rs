//! The registers of one wave, and how operands read and write them.

use crate::isa::slot::{Field, Mods, Number, Slot};
use crate::isa::{Instruction, Operand};

pub(super) const LANES: usize = 32;
/// One vector register.
pub(super) type Lanes = [u32; LANES];

const VCC: usize = 106;
const NULL: usize = 124;
const EXEC: usize = 126;

/// The state of a wave32.
pub(super) struct Wave {
    pub pc: u64,
    pub scc: bool,
    scalars: [u32; 128],
    pub vectors: Vec<Lanes>,
}

impl Wave {
    pub fn new(pc: u64, vgprs: u32) -> Wave {
        Wave { pc, scc: false, scalars: [0; 128], vectors: vec![[0; LANES]; vgprs as usize] }
    }

    pub fn exec(&self) -> u32 {
        self.scalars[EXEC]
    }

    pub fn set_exec(&mut self, mask: u32) {
        self.scalars[EXEC] = mask;
    }

    pub fn vcc(&self) -> u32 {
        self.scalars[VCC]
    }

    pub fn is_active(&self, lane: usize) -> bool {
        self.exec() >> lane & 1 != 0
    }

    /// A scalar register by its code, 0 to 127; `null` reads as zero.
    pub fn scalar(&self, code: usize) -> u32 {
        if code == NULL { 0 } else { self.scalars[code & 127] }
    }

    pub fn set_scalar(&mut self, code: usize, value: u32) {
        if code != NULL {
            self.scalars[code & 127] = value;
        }
    }

    pub fn set_scalar64(&mut self, code: usize, value: u64) {
        self.set_scalar(code, value as u32);
        if code != NULL {
            self.set_scalar(code + 1, (value >> 32) as u32);
        }
    }

    pub fn scalar64(&self, code: usize) -> u64 {
        if code == NULL { 0 } else { u64::from(self.scalar(code)) | u64::from(self.scalar(code + 1)) << 32 }
    }

    /// What an operand gives to all lanes; `None` for vector registers and what needs a GPU's address map.
    pub fn uniform(&self, operand: Operand, number: Number, literal: u32) -> Option<u64> {
        let wide = matches!(number, Number::WideInt | Number::WideFloat);
        let code = operand.code();
        Some(match code {
            0..=127 if wide => self.scalar64(code.into()),
            0..=127 => self.scalar(code.into()).into(),
            251 => u64::from(self.vcc() == 0),
            252 => u64::from(self.exec() == 0),
            253 => u64::from(self.scc),
            255 if number == Number::WideFloat => u64::from(literal) << 32,
            255 => literal.into(),
            _ => match (operand.as_inline_integer(), operand.as_inline_float()) {
                (Some(value), _) if wide => i64::from(value) as u64,
                (Some(value), _) => u64::from(value as u32),
                (_, Some(value)) if wide => value.to_bits(),
                (_, Some(value)) => match number {
                    Number::Word | Number::Raw => (value as f32).to_bits().into(),
                    _ => return None,
                },
                _ => return None,
            },
        })
    }

    /// A 32-bit operand in every lane.
    pub fn lanes(&self, operand: Operand, number: Number, literal: u32) -> Option<Lanes> {
        match operand.as_vector() {
            Some(register) => self.vectors.get(usize::from(register)).copied(),
            None => self.uniform(operand, number, literal).map(|value| [value as u32; LANES]),
        }
    }

    /// A 64-bit operand in every lane.
    pub fn wide_lanes(&self, operand: Operand, number: Number, literal: u32) -> Option<[u64; LANES]> {
        let Some(register) = operand.as_vector() else {
            return self.uniform(operand, number, literal).map(|value| [value; LANES]);
        };
        let low = self.vectors.get(usize::from(register))?;
        let high = self.vectors.get(usize::from(register) + 1)?;
        Some(std::array::from_fn(|lane| u64::from(low[lane]) | u64::from(high[lane]) << 32))
    }

    /// Writes the active lanes of a vector register.
    pub fn set_lanes(&mut self, operand: Operand, values: &Lanes) -> Option<()> {
        let exec = self.exec();
        let register = self.vectors.get_mut(usize::from(operand.as_vector()?))?;
        for (lane, value) in values.iter().enumerate().filter(|(lane, _)| exec >> lane & 1 != 0) {
            register[lane] = *value;
        }
        Some(())
    }

    pub fn set_wide_lanes(&mut self, operand: Operand, values: &[u64; LANES]) -> Option<()> {
        let high = Operand::vector(operand.as_vector()?.checked_add(1)?);
        self.set_lanes(operand, &values.map(|value| value as u32))?;
        self.set_lanes(high, &values.map(|value| (value >> 32) as u32))
    }
}

/// The sources of an instruction with their slots, in order.
pub(super) fn sources(instruction: &Instruction) -> impl Iterator<Item = (&'static Slot, Operand)> {
    let slots = instruction.opcode.row().slots.iter().zip(instruction.operands);
    slots.filter(|(slot, _)| matches!(slot.field, Field::Source | Field::Literal))
}

/// Source modifiers of an f32.
pub(super) fn modify(instruction: &Instruction, index: usize, slot: &Slot, values: Lanes) -> Lanes {
    if slot.mods != Mods::Float || slot.number != Number::Word {
        return values;
    }
    let clear = if instruction.modifiers.abs >> index & 1 != 0 { 0x7fff_ffff } else { u32::MAX };
    let flip = if instruction.modifiers.neg >> index & 1 != 0 { 0x8000_0000 } else { 0 };
    values.map(|value| value & clear ^ flip)
}
