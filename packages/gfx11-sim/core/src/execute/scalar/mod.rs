//! The scalar unit.

mod arithmetic;
mod bits;
mod compare;
mod control;
mod float;
mod load;
mod masks;
mod mode;
mod moves;
mod operands;

use super::step::Handler;
use crate::isa::Opcode;

/// The handler of a scalar instruction.
pub(super) fn handler(opcode: Opcode) -> Option<Handler> {
    control::handler(opcode)
        .or_else(|| arithmetic::handler(opcode))
        .or_else(|| bits::handler(opcode))
        .or_else(|| compare::handler(opcode))
        .or_else(|| masks::handler(opcode))
        .or_else(|| moves::handler(opcode))
        .or_else(|| load::handler(opcode))
        .or_else(|| mode::handler(opcode))
        .or_else(|| float::handler(opcode))
}
