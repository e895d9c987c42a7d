//! The gfx11 instruction set: one table of opcodes, a decoder and a disassembler that both read it.

mod decode;
mod disassemble;
mod immediate;
mod instruction;
mod operand;
pub mod slot;
mod table;

pub use decode::{DecodeError, decode};
pub use instruction::{Cache, Dpp, Form, Instruction, Modifiers};
pub use operand::Operand;
pub use table::{Family, Opcode, Row};
