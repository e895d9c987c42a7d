//! Floats of the vector unit.
//!
//! [`soft`] defines every operation exactly and in every mode; lane loops ([`lanes`]) compute the usual mode with the
//! host's arithmetic and agree with it.

mod compare;
mod convert;
mod convert64;
mod convert_half;
mod divide;
mod division;
mod double;
mod exact;
mod fallback;
mod format;
mod half;
pub(super) mod host;
mod lanes;
mod lanes16;
mod lanes64;
mod modes;
mod order;
mod packed;
mod pairs;
mod single;
pub(super) mod soft;
#[cfg(test)]
mod tests;
mod transcendental;

use super::host_isa::Level;
use super::step::Handler;
use crate::isa::Opcode;

/// The handler of a float operation.
pub(super) fn handler<L: Level>(opcode: Opcode) -> Option<Handler> {
    single::handler::<L>(opcode)
        .or_else(|| half::handler::<L>(opcode))
        .or_else(|| convert::handler::<L>(opcode))
        .or_else(|| convert_half::handler::<L>(opcode))
        .or_else(|| compare::handler::<L>(opcode))
        .or_else(|| pairs::handler::<L>(opcode))
        .or_else(|| packed::handler::<L>(opcode))
}

/// The handler of a float operation that is compiled once.
pub(super) fn rare(opcode: Opcode) -> Option<Handler> {
    single::rare(opcode)
        .or_else(|| half::rare(opcode))
        .or_else(|| double::rare(opcode))
        .or_else(|| convert::rare(opcode))
        .or_else(|| convert_half::rare(opcode))
        .or_else(|| convert64::rare(opcode))
        .or_else(|| compare::rare(opcode))
        .or_else(|| divide::rare(opcode))
        .or_else(|| packed::rare(opcode))
}
