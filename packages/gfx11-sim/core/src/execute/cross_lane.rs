//! Operations that move values between lanes or between lanes and scalar registers.

use super::fault::Fault;
use super::group::Group;
use super::handlers::lane_handlers;
use super::lanes::{refuse_result_modifiers, source};
use super::moves::Moves;
use super::step::{Flow, Handler, Outcome, Source, Step};
use super::wave::{LANES, Lanes, Wave};
use crate::execute::array::from_fn;
use crate::isa::{Instruction, Opcode};

/// The handler of an operation that no lane loop is compiled for.
pub(super) fn single_lane(instruction: &Instruction) -> Option<Handler> {
    Some(match instruction.opcode {
        Opcode::v_readlane_b32 => read_lane,
        Opcode::v_readfirstlane_b32 => read_first_lane,
        Opcode::v_writelane_b32 => write_lane,
        Opcode::v_permlane16_b32 => |wave, _, step| permute_rows(wave, step, 0),
        Opcode::v_permlanex16_b32 => |wave, _, step| permute_rows(wave, step, ROW),
        // The other half of a wave64 does not exist; RDNA3.5 ISA: a wave32 does nothing.
        Opcode::v_permlane64_b32 => |wave, _, _| {
            wave.matrix_result = None;
            Ok(Flow::Next)
        },
        _ => return None,
    })
}

const ROW: usize = 16;

/// A lane that holds no value reads as 0. Compilers keep scalars in lanes and read back those that they never wrote: masks
/// whose bits of inactive lanes do not matter.
fn read_lane(wave: &mut Wave, _: &mut Group<'_>, step: &Step) -> Outcome {
    let lane = wave.uniform(step.sources[1], false)? as u32 % LANES as u32;
    match step.sources[0] {
        Source::Vector(register) if wave.ready[usize::from(register)] >> lane & 1 == 0 => {
            wave.waits.check_vector(register)?;
            set_scalar(wave, step, 0)
        }
        _ => copy_to_scalar(wave, step, lane),
    }
}

/// Without an active lane, lane 0 is read.
fn read_first_lane(wave: &mut Wave, _: &mut Group<'_>, step: &Step) -> Outcome {
    let lane = wave.exec().trailing_zeros() % LANES as u32;
    copy_to_scalar(wave, step, lane)
}

fn copy_to_scalar(wave: &mut Wave, step: &Step, lane: u32) -> Outcome {
    let value = match step.sources[0] {
        Source::Vector(register) => {
            wave.check_ready(register, 1 << lane)?;
            wave.vectors[usize::from(register)].0[lane as usize]
        }
        other => wave.uniform(other, false)? as u32,
    };
    set_scalar(wave, step, value)
}

fn set_scalar(wave: &mut Wave, step: &Step, value: u32) -> Outcome {
    wave.matrix_result = None;
    wave.set_scalar(step.instruction.operands[0].code().into(), value)?;
    Ok(Flow::Next)
}

fn write_lane(wave: &mut Wave, _: &mut Group<'_>, step: &Step) -> Outcome {
    let value = wave.uniform(step.sources[0], false)? as u32;
    let lane = wave.uniform(step.sources[1], false)? as u32 % LANES as u32;
    wave.matrix_result = None;
    wave.before_write(step.dst)?;
    wave.vectors[usize::from(step.dst)].0[lane as usize] = value;
    wave.ready[usize::from(step.dst)] |= 1 << lane;
    Ok(Flow::Next)
}

/// Each lane takes the lane of its row, or of the other row of 16 where `other` is 16, that its nibble of the 64-bit
/// selector names. `op_sel` bit 0: inactive lanes are read too; bit 1: they give 0 where they are not, else the lane is
/// not written.
fn permute_rows(wave: &mut Wave, step: &Step, other: usize) -> Outcome {
    let Source::Vector(register) = step.sources[0] else { return Err(Box::new(Fault::Unimplemented)) };
    let selectors = wave.uniform(step.sources[1], false)? & 0xffff_ffff | wave.uniform(step.sources[2], false)? << 32;
    let op_sel = step.instruction.modifiers.op_sel;
    let (fetch_inactive, bound_control) = (op_sel & 1 != 0, op_sel & 2 != 0);
    let from = from_fn(|lane| (lane & ROW ^ other) as u32 + (selectors >> (4 * (lane % ROW)) & 15) as u32);
    let mut moves = Moves::any(from, u32::MAX);
    (moves.bound_control, moves.fetch_inactive) = (bound_control, fetch_inactive);
    let (exec, ready) = (wave.exec(), wave.ready[usize::from(register)]);
    let reading = moves.reading(exec);
    let written = exec & moves.written(reading);
    if ready != u32::MAX {
        wave.read(register, moves.fetched(written & reading))?;
        wave.undefined.set(written & reading & !moves.moved_mask(ready));
    }
    let moved = moves.gather(&wave.vectors[usize::from(register)].0, reading);
    write_lanes(wave, step.dst, &moved, written)
}

/// Writes some of the active lanes.
fn write_lanes(wave: &mut Wave, register: u8, values: &Lanes, written: u32) -> Outcome {
    let exec = wave.exec();
    wave.set_exec(written);
    let outcome = wave.write(register, values);
    wave.set_exec(exec);
    outcome.map(|()| Flow::Next)
}

lane_handlers! {
    count_below {
        v_mbcnt_lo_u32_b32 => |mask, lane| (mask & ((1 << lane) - 1)).count_ones();
        // The upper half of the mask is of lanes that a wave32 does not have.
        v_mbcnt_hi_u32_b32 => |_, _| 0;
    }
}

/// Counts mask bits of lower lanes, plus the second source.
#[inline(always)]
fn count_below(wave: &mut Wave, step: &Step, count: impl Fn(u32, u32) -> u32) -> Outcome {
    refuse_result_modifiers(step)?;
    let mask = source(wave, step, 0)?;
    let base = source(wave, step, 1)?;
    let values = from_fn(|lane| count(mask[lane], lane as u32).wrapping_add(base[lane]));
    wave.write(step.dst, &values)?;
    Ok(Flow::Next)
}
