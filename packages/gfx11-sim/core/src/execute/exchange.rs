//! Lane exchanges that go through the LDS unit without touching its memory, and count in lgkmcnt.
//!
//! After the RDNA3.5 ISA, "DS_PERMUTE" and "DS_SWIZZLE": reading an inactive lane gives 0. Where several lanes push to
//! one, the highest wins.

use super::fault::Fault;
use super::group::Group;
use super::moves::Moves;
use super::step::{Flow, Handler, Outcome, Step};
use super::waits::{Counter, Load};
use super::wave::{LANES, Lanes, Wave};
use crate::execute::array::{Each, from_fn};
use crate::isa::{Instruction, Opcode};

/// The handler of a lane exchange.
pub(super) fn handler(instruction: &Instruction) -> Option<Handler> {
    Some(match instruction.opcode {
        Opcode::ds_bpermute_b32 => |wave, group, step| {
            let addresses = addresses(wave, step)?;
            exchange(wave, group, step, 2, &Moves::any(addresses, u32::MAX))
        },
        Opcode::ds_permute_b32 => |wave, group, step| {
            let (addresses, exec) = (addresses(wave, step)?, wave.exec());
            let (mut from, mut inside) = ([0; LANES], 0);
            for lane in (0..LANES).filter(|lane| exec >> lane & 1 != 0) {
                let target = addresses[lane] as usize % LANES;
                from[target] = lane as u32;
                inside |= 1 << target;
            }
            exchange(wave, group, step, 2, &Moves::any(from, inside))
        },
        Opcode::ds_swizzle_b32 => |wave, group, step| {
            let pattern = step.instruction.offset as u32;
            let from = from_fn(|lane| swizzled(pattern, lane) as u32);
            exchange(wave, group, step, 1, &Moves::any(from, u32::MAX))
        },
        _ => return None,
    })
}

/// The lane that each lane's byte address names.
fn addresses(wave: &Wave, step: &Step) -> Result<Lanes, Box<Fault>> {
    let register = step.instruction.operands[1].as_vector().ok_or(Box::new(Fault::Unimplemented))?;
    wave.check_ready(register, wave.exec())?;
    let offset = step.instruction.offset as u32;
    Ok(wave.vectors[usize::from(register)].0.each(|address| address.wrapping_add(offset) / 4 % LANES as u32))
}

/// The lane that a pattern of `ds_swizzle` makes a lane read.
fn swizzled(pattern: u32, lane: usize) -> usize {
    let field = |low: u32| (pattern >> low & 31) as usize;
    match pattern & 0xffff {
        // FFT: bits are exchanged in reverse order, those of the mask stay.
        0xe000.. => {
            let (mask, reversed) = (field(0), (lane as u32).reverse_bits() as usize >> 27);
            if mask == 31 { lane } else { lane & mask | reversed >> mask.count_ones() }
        }
        0xc000.. => {
            let (mask, count) = (field(0), field(5));
            let rotated = if pattern >> 10 & 1 == 0 { lane + count } else { lane + LANES - count };
            lane & mask | rotated & !mask & 31
        }
        0x8000.. => lane & !3 | (pattern >> (2 * (lane & 3)) & 3) as usize,
        _ => (lane & field(0) | field(5)) ^ field(10),
    }
}

/// Moves lanes of the operand at `data`, as a load that has arrived but was not waited for.
fn exchange(wave: &mut Wave, group: &mut Group<'_>, step: &Step, data: usize, moves: &Moves) -> Outcome {
    let register = step.instruction.operands[data].as_vector().ok_or(Box::new(Fault::Unimplemented))?;
    let (exec, ready) = (wave.exec(), wave.ready[usize::from(register)]);
    let reading = moves.reading(exec);
    let mut defined = exec;
    if ready != u32::MAX {
        wave.read(register, moves.fetched(exec & reading))?;
        defined &= !reading | moves.moved_mask(ready);
    }
    let moved = moves.gather(&wave.vectors[usize::from(register)].0, reading);
    wave.undefined.set(exec & !defined);
    let matrix_result = wave.matrix_result;
    wave.write(step.dst, &moved)?;
    wave.matrix_result = matrix_result;
    if group.checks.waits {
        wave.issue(Counter::Lds, Load { register: step.dst, count: 1, lanes: [defined; 4], pc: wave.at });
    }
    Ok(Flow::Next)
}

#[cfg(test)]
mod tests {
    use super::swizzled;

    #[test]
    fn each_kind_of_swizzle_names_the_right_lane() {
        let lanes = |pattern: u32| (0..32).map(|lane| swizzled(pattern, lane)).collect::<Vec<_>>();
        assert_eq!(lanes(0x001f), (0..32).collect::<Vec<_>>());
        assert_eq!(lanes(0x401f)[..4], [16, 17, 18, 19]);
        assert_eq!(lanes(0x0018)[5..10], [0, 0, 0, 8, 8]);
        assert_eq!(lanes(0x00b0)[..2], [5, 5]);
        assert_eq!(lanes(0x801b)[4..8], [7, 6, 5, 4]);
        // Rotations: by 3 to lower lanes, to higher ones, and inside of groups of 8.
        assert_eq!((lanes(0xc060)[0], lanes(0xc460)[0], lanes(0xc078)[6]), (3, 29, 1));
    }
}
