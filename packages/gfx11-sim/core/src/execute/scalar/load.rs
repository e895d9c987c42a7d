//! Scalar loads.

use crate::execute::fault::{Fault, Space};
use crate::execute::group::Group;
use crate::execute::mubuf::Resource;
use crate::execute::step::{Flow, Handler, Outcome, Step};
use crate::execute::waits::Load;
use crate::execute::wave::Wave;
use crate::isa::{Opcode, Operand};

/// The handler of a scalar load or cache operation.
pub(super) fn handler(opcode: Opcode) -> Option<Handler> {
    use Opcode::*;
    Some(match opcode {
        s_load_b32 | s_load_b64 | s_load_b128 | s_load_b256 | s_load_b512 => load,
        s_buffer_load_b32 | s_buffer_load_b64 | s_buffer_load_b128 | s_buffer_load_b256 | s_buffer_load_b512 => {
            load_from_buffer
        }
        s_dcache_inv | s_gl1_inv => |_, _, _| Ok(Flow::Next),
        _ => return None,
    })
}

fn load(wave: &mut Wave, group: &mut Group<'_>, step: &Step) -> Outcome {
    let base = wave.scalar64(step.instruction.operands[1].code().into())?;
    read_words(wave, group, step, base, u64::MAX)
}

/// What lies past the end that the descriptor tells is 0 and no fault.
fn load_from_buffer(wave: &mut Wave, group: &mut Group<'_>, step: &Step) -> Outcome {
    let resource = Resource::read(wave, step.instruction.operands[1])?;
    read_words(wave, group, step, resource.base, resource.bytes())
}

/// Loads what is at an offset from `base`, of the first `size` bytes. The hardware ignores the two lowest bits of the
/// address; here they are a fault.
fn read_words(wave: &mut Wave, group: &mut Group<'_>, step: &Step, base: u64, size: u64) -> Outcome {
    let i = &step.instruction;
    let [data, _, offset] = [i.operands[0], i.operands[1], i.operands[2]];
    let register = if offset == Operand::NULL { 0 } else { u64::from(wave.scalar(offset.code().into())?) };
    let within = register.wrapping_add_signed(i.offset.into());
    let start = base.wrapping_add(within);
    if group.checks.alignment && start % 4 != 0 {
        return Err(Box::new(Fault::Alignment { space: Space::Global, lane: None, address: start, needed: 4 }));
    }
    let first = usize::from(data.code());
    let dwords = i.opcode.row().slots[0].dwords;
    for dword in 0..u64::from(dwords) {
        let address = (start & !3).wrapping_add(dword * 4);
        let held = size == u64::MAX || within.checked_add(dword * 4 + 4).is_some_and(|end| end <= size);
        let value = if held { read_word(group, address)? } else { 0 };
        wave.set_scalar(first + dword as usize, value)?;
    }
    if group.checks.waits {
        wave.waits.issue_scalar(Load { register: first as u8, count: dwords, lanes: [0; 4], pc: wave.at });
    }
    Ok(Flow::Next)
}

fn read_word(group: &Group<'_>, address: u64) -> Result<u32, Box<Fault>> {
    let (space, lane, bytes) = (Space::Global, None, 4_u32);
    let place = group.memory.find(address).and_then(|buffer| Some((buffer, buffer.offset(address, bytes)?)));
    match place {
        Some((buffer, offset)) if group.checks.poison && !buffer.is_written(offset, bytes.into()) => {
            Err(Box::new(Fault::Poison { space, lane, address, bytes }))
        }
        Some((buffer, offset)) => Ok(buffer.load(offset, bytes)),
        None if group.checks.bounds => Err(Box::new(Fault::Bounds { space, lane, address, bytes })),
        None => Ok(0),
    }
}
