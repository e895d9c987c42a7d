//! One decoded instruction, in the form that execution wants: opcode, operands, modifiers, no bit fields left.

use super::operand::Operand;
use super::table::Opcode;

/// The encoding that an instruction came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A family with one encoding only: scalar, memory, export.
    Plain,
    /// 32-bit vector encoding.
    E32,
    /// 64-bit vector encoding.
    E64,
    /// Packed (VOP3P).
    Packed,
    /// Two operations in one instruction (VOPD); the second is in [`Instruction::dual`] and `operands[3..]`.
    Dual,
}

/// Cross-lane read of the first source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dpp {
    None,
    /// Lane selectors of 8 lanes, 3 bits each.
    Lanes8 {
        selectors: u32,
        fetch_inactive: bool,
    },
    /// Control code and masks of DPP16.
    Lanes16 {
        control: u16,
        row_mask: u8,
        bank_mask: u8,
        bound_control: bool,
        fetch_inactive: bool,
    },
}

/// Modifiers of a vector instruction; bit i belongs to source i.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Modifiers {
    /// VOP3P: `neg_lo`.
    pub neg: u8,
    /// VOP3P other than `v_fma_mix*`: `neg_hi`.
    pub abs: u8,
    /// Bit 3 is the destination.
    pub op_sel: u8,
    pub op_sel_hi: u8,
    /// 0 none, 1 times 2, 2 times 4, 3 divided by 2.
    pub omod: u8,
    pub clamp: bool,
    pub dpp: Dpp,
}

/// Cache policy and addressing bits of a memory instruction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cache {
    pub glc: bool,
    pub slc: bool,
    pub dlc: bool,
    pub tfe: bool,
    pub gds: bool,
    pub offen: bool,
    pub idxen: bool,
}

/// One instruction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Instruction {
    pub opcode: Opcode,
    pub form: Form,
    /// Encoded length: 4, 8 or 12 bytes.
    pub size_bytes: u8,
    /// In the order of the opcode's slots; [`Operand::NONE`] where there is none.
    pub operands: [Operand; 6],
    /// The 32-bit constant that an operand or a slot refers to.
    pub literal: u32,
    /// The number of an immediate slot, the format of a typed buffer access, the target and flags of an export.
    pub immediate: u16,
    /// Memory: offset in bytes. With two 8-bit offsets: `offset0 | offset1 << 8`, unscaled.
    pub offset: i32,
    pub modifiers: Modifiers,
    pub cache: Cache,
    /// The second opcode of a dual instruction.
    pub dual: Option<Opcode>,
}

impl Instruction {
    /// `s_nop 0`, where an instruction is needed and there is none.
    pub(crate) fn nop() -> Instruction {
        Instruction::new(Opcode::s_nop, Form::Plain, 1)
    }

    pub(super) fn new(opcode: Opcode, form: Form, words: u8) -> Instruction {
        Instruction {
            opcode,
            form,
            size_bytes: words * 4,
            operands: [Operand::NONE; 6],
            literal: 0,
            immediate: 0,
            offset: 0,
            modifiers: Modifiers { neg: 0, abs: 0, op_sel: 0, op_sel_hi: 0, omod: 0, clamp: false, dpp: Dpp::None },
            cache: Cache::default(),
            dual: None,
        }
    }
}
