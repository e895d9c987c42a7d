//! Global, flat, scratch and buffer instructions: each family's loads, stores and atomics.

use super::host_isa::{Level, Portable};
use super::mubuf::Buffers;
use super::place::{Flat, Global, GlobalByLane, Scratch, Target};
use super::step::{Flow, Handler};
use super::{atomic, transfer};
use crate::isa::{Instruction, Opcode};

/// The handler of a global, flat, scratch, buffer or cache instruction.
pub(super) fn handler<L: Level>(instruction: &Instruction) -> Option<Handler> {
    use Opcode::*;
    match instruction.opcode {
        // Caches are not modelled: what was stored is seen at once.
        buffer_gl0_inv | buffer_gl1_inv => return Some(|_, _, _| Ok(Flow::Next)),
        global_load_addtid_b32 | global_store_addtid_b32 => {
            return transfer::handler::<Portable, GlobalByLane>(instruction.opcode.row().name.strip_prefix("global_")?);
        }
        _ => {}
    }
    let (family, name) = instruction.opcode.row().name.split_once('_')?;
    match family {
        "global" => access::<L, Global>(name),
        // Rare: not worth a copy for each level of the host.
        "flat" => access::<Portable, Flat>(name),
        "scratch" => transfer::handler::<L, Scratch>(name),
        "buffer" => access::<Portable, Buffers>(name),
        _ => None,
    }
}

fn access<L: Level, T: Target>(name: &str) -> Option<Handler> {
    match name.strip_prefix("atomic_") {
        Some(operation) => atomic::handler::<L, T>(operation),
        None => transfer::handler::<L, T>(name),
    }
}
