//! Which code executes an instruction.

use super::dual::{self, Pair};
#[cfg(target_arch = "x86_64")]
use super::host_isa::{Avx2, Avx512};
use super::host_isa::{HostIsa, Level, Portable};
use super::prepare::{prepare, prepare_moved};
use super::step::{Handler, Step};
use super::{
    carry, compare, cross_lane, differences, exchange, float, global, integer, integer16, lds, matrix, packed,
    relative, scalar, wide,
};
use crate::isa::{Dpp, Family, Instruction, Opcode};

/// The handler of an instruction, compiled for a level of the host; `None` when it is not implemented.
pub(super) fn handler(instruction: &Instruction, isa: HostIsa) -> Option<Handler> {
    match isa {
        #[cfg(target_arch = "x86_64")]
        HostIsa::Avx512 => find::<Avx512>(instruction),
        #[cfg(target_arch = "x86_64")]
        HostIsa::Avx2 => find::<Avx2>(instruction),
        _ => find::<Portable>(instruction),
    }
}

/// Whether [`launch`](super::launch) executes an instruction; one that it does not ends a launch with `E_UNIMPLEMENTED`.
///
/// Some uses of an implemented instruction are not: modifiers that compilers never give to it.
pub fn is_implemented(instruction: &Instruction) -> bool {
    handler(instruction, HostIsa::Portable).is_some()
}

/// The step with the preparation of its sources before it.
pub(super) fn prepared(step: Step, isa: HostIsa) -> Step {
    if step.instruction.dual.is_some() {
        return Step { pair: Pair::new(&step.instruction, isa).map(Box::new), ..step };
    }
    let moved = step.instruction.modifiers.dpp != Dpp::None;
    if !moved && !step.preparation.is_needed() {
        return step;
    }
    let run: Handler = match isa {
        #[cfg(target_arch = "x86_64")]
        HostIsa::Avx512 if moved => prepare_moved::<Avx512>,
        #[cfg(target_arch = "x86_64")]
        HostIsa::Avx512 => prepare::<Avx512>,
        #[cfg(target_arch = "x86_64")]
        HostIsa::Avx2 if moved => prepare_moved::<Avx2>,
        #[cfg(target_arch = "x86_64")]
        HostIsa::Avx2 => prepare::<Avx2>,
        _ if moved => prepare_moved::<Portable>,
        _ => prepare::<Portable>,
    };
    Step { run, ..step }
}

fn find<L: Level>(instruction: &Instruction) -> Option<Handler> {
    let opcode = instruction.opcode;
    match opcode.row().family {
        Family::Sop1 | Family::Sop2 | Family::Sopc | Family::Sopk | Family::Sopp | Family::Smem => {
            scalar::handler(opcode)
        }
        Family::Global | Family::Flat | Family::Scratch | Family::Mubuf => global::handler::<L>(instruction),
        Family::Ds => exchange::handler(instruction).or_else(|| lds::handler::<L>(instruction)),
        _ if instruction.dual.is_some() => Some(dual::execute),
        _ => cross_lane::single_lane(instruction)
            .or_else(|| relative::handler(instruction))
            .or_else(|| packed::handler::<L>(opcode))
            .or_else(|| cross_lane::handler::<L>(opcode))
            .or_else(|| matrix::handler::<L>(opcode))
            .or_else(|| integer::handler::<L>(opcode))
            .or_else(|| wide::handler::<L>(opcode))
            .or_else(|| carry::handler::<L>(opcode))
            .or_else(|| compare::handler::<L>(opcode))
            .or_else(|| float::handler::<L>(opcode))
            .or_else(|| rare(opcode)),
    }
}

/// The handler of a vector operation that is compiled once.
fn rare(opcode: Opcode) -> Option<Handler> {
    integer::rare(opcode)
        .or_else(|| differences::rare(opcode))
        .or_else(|| integer16::rare(opcode))
        .or_else(|| compare::rare(opcode))
        .or_else(|| float::rare(opcode))
}
