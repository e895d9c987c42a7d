//! The operands of a memory instruction, found once: a search for each execution takes longer than the access.

use crate::isa::slot::Field;
use crate::isa::{Instruction, Operand};

/// First vector registers, and the scalar base with its dwords; `None` where the instruction has none.
#[derive(Clone, Copy, Debug)]
pub(super) struct MemoryOperands {
    address: Option<u8>,
    data: Option<u8>,
    second_data: Option<u8>,
    loaded: Option<u8>,
    pub base: Option<(Operand, u8)>,
}

impl MemoryOperands {
    pub fn new(instruction: &Instruction) -> MemoryOperands {
        let slots = instruction.opcode.row().slots;
        let find = |fields: &[Field]| {
            let index = slots.iter().position(|slot| fields.contains(&slot.field))?;
            Some((instruction.operands[index], slots[index].dwords)).filter(|(operand, _)| operand.is_some())
        };
        let vector = |fields: &[Field]| find(fields)?.0.as_vector();
        MemoryOperands {
            address: vector(&[Field::LdsAddress, Field::FlatAddress]),
            data: vector(&[Field::LdsData0, Field::FlatData, Field::BufferData]),
            second_data: vector(&[Field::LdsData1]),
            loaded: vector(&[Field::LdsDst, Field::FlatDst]),
            base: find(&[Field::FlatBase]),
        }
    }

    /// The vector register in a field of a memory instruction.
    #[inline(always)]
    pub fn vector(&self, field: Field) -> Option<u8> {
        match field {
            Field::LdsAddress | Field::FlatAddress => self.address,
            Field::LdsData0 | Field::FlatData | Field::BufferData => self.data,
            Field::LdsData1 => self.second_data,
            Field::LdsDst | Field::FlatDst => self.loaded,
            _ => None,
        }
    }
}
