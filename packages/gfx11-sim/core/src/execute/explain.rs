//! Turns what a wave did wrong into an error that names the place, the buffer and what to do.

use super::fault::{Fault, Space};
use super::memory::Memory;
use super::program::Program;
use crate::error::SimError;
use crate::place::{NearBuffer, Place};

/// The error of a fault at a place.
pub(super) fn explain(fault: Fault, place: Place, memory: &Memory, program: &Program<'_>) -> SimError {
    match fault {
        Fault::Unimplemented => SimError::Unimplemented { encoding: encoding(program, place.pc), place },
        Fault::Encoding(source) => SimError::Encoding { pc: place.pc, source },
        Fault::Outside { address } => SimError::Outside { place, address },
        Fault::Bounds { space, lane, address, bytes } => {
            let near = nearest(memory, space, address);
            SimError::Bounds { place, space, lane, address, bytes, near }
        }
        Fault::Alignment { space, lane, address, needed } => {
            let near = nearest(memory, space, address);
            SimError::Alignment { place, space, lane, address, needed, near }
        }
        Fault::Uninitialized { register, lane } => SimError::Uninitialized { place, register, lane },
        Fault::Poison { space, lane, address, bytes } => {
            let near = nearest(memory, space, address);
            SimError::Poison { place, space, lane, address, bytes, near }
        }
        Fault::InFlight { register, counter, pc } => {
            SimError::InFlight { place, register, counter, load: disassemble(program, pc) }
        }
        Fault::Race { space, lane, address, other_wave, other_pc, writes, other_writes } => SimError::Race {
            place,
            space,
            lane,
            address,
            writes,
            other_wave,
            other: disassemble(program, other_pc),
            other_writes,
            near: nearest(memory, space, address),
        },
        Fault::Barrier { reason } => SimError::Barrier { place, reason },
        Fault::MatrixHazard { register } => SimError::MatrixHazard { place, register },
        Fault::NotRepeated { register, lane } => SimError::MatrixLanes { place, register, lane },
        Fault::Register { register, allowed } => SimError::Register { place, register, allowed },
    }
}

fn encoding(program: &Program<'_>, pc: u64) -> String {
    let size = program.decode((pc / 4) as u32).map_or(4, |instruction| usize::from(instruction.size_bytes));
    let bytes = program.object.image.get(pc as usize..).unwrap_or_default();
    let words = bytes.chunks_exact(4).take(size / 4);
    words
        .map(|word| format!("{:08x}", u32::from_le_bytes([word[0], word[1], word[2], word[3]])))
        .collect::<Vec<_>>()
        .join(" ")
}

fn disassemble(program: &Program<'_>, word: u32) -> String {
    let text = program.decode(word).map_or_else(|_| "?".into(), |instruction| instruction.to_string());
    format!("{text} at {:#x}", u64::from(word) * 4)
}

/// The buffer that an address is in, behind, or before.
fn nearest(memory: &Memory, space: Space, address: u64) -> Option<Box<NearBuffer>> {
    if space != Space::Global {
        return None;
    }
    let buffer = memory.find(address).or_else(|| memory.buffers().first())?;
    let offset = address.wrapping_sub(buffer.address()) as i64;
    Some(Box::new(NearBuffer { name: buffer.name().to_owned(), bytes: buffer.len(), offset }))
}
