//! Integer comparisons, and those of any type that are always or never true: a mask, or EXEC.

use super::fault::Fault;
use super::handlers::{lane_handlers, plain_handlers};
use super::lane_mask::lane_mask;
use super::lanes::source;
use super::step::{Flow, Outcome, Step};
use super::wave::Wave;
use crate::isa::slot::Field;

lane_handlers! {
    narrow {
        v_cmp_lt_u32 | v_cmpx_lt_u32 => |a, b| a < b;
        v_cmp_le_u32 | v_cmpx_le_u32 => |a, b| a <= b;
        v_cmp_eq_u32 | v_cmpx_eq_u32 => |a, b| a == b;
        v_cmp_ne_u32 | v_cmpx_ne_u32 => |a, b| a != b;
        v_cmp_ge_u32 | v_cmpx_ge_u32 => |a, b| a >= b;
        v_cmp_gt_u32 | v_cmpx_gt_u32 => |a, b| a > b;
        v_cmp_lt_i32 | v_cmpx_lt_i32 => |a, b| (a as i32) < b as i32;
        v_cmp_le_i32 | v_cmpx_le_i32 => |a, b| (a as i32) <= b as i32;
        v_cmp_eq_i32 | v_cmpx_eq_i32 => |a, b| (a as i32) == b as i32;
        v_cmp_ne_i32 | v_cmpx_ne_i32 => |a, b| (a as i32) != b as i32;
        v_cmp_ge_i32 | v_cmpx_ge_i32 => |a, b| (a as i32) >= b as i32;
        v_cmp_gt_i32 | v_cmpx_gt_i32 => |a, b| (a as i32) > b as i32;
    }
}

plain_handlers! {
    rare:
    always {
        v_cmp_f_f16 | v_cmpx_f_f16 | v_cmp_f_f32 | v_cmpx_f_f32
            | v_cmp_f_f64 | v_cmpx_f_f64 | v_cmp_f_i32 | v_cmpx_f_i32
            | v_cmp_f_u32 | v_cmpx_f_u32 | v_cmp_f_i64 | v_cmpx_f_i64
            | v_cmp_f_u64 | v_cmpx_f_u64 => false;
        v_cmp_t_f16 | v_cmpx_t_f16 | v_cmp_t_f32 | v_cmpx_t_f32
            | v_cmp_t_f64 | v_cmpx_t_f64 | v_cmp_t_i32 | v_cmpx_t_i32
            | v_cmp_t_u32 | v_cmpx_t_u32 | v_cmp_t_i64 | v_cmpx_t_i64
            | v_cmp_t_u64 | v_cmpx_t_u64 => true;
    }
    wide {
        v_cmp_lt_u64 | v_cmpx_lt_u64 => |a, b| a < b;
        v_cmp_le_u64 | v_cmpx_le_u64 => |a, b| a <= b;
        v_cmp_eq_u64 | v_cmpx_eq_u64 => |a, b| a == b;
        v_cmp_ne_u64 | v_cmpx_ne_u64 => |a, b| a != b;
        v_cmp_ge_u64 | v_cmpx_ge_u64 => |a, b| a >= b;
        v_cmp_gt_u64 | v_cmpx_gt_u64 => |a, b| a > b;
        v_cmp_lt_i64 | v_cmpx_lt_i64 => |a, b| (a as i64) < b as i64;
        v_cmp_le_i64 | v_cmpx_le_i64 => |a, b| (a as i64) <= b as i64;
        v_cmp_eq_i64 | v_cmpx_eq_i64 => |a, b| (a as i64) == b as i64;
        v_cmp_ne_i64 | v_cmpx_ne_i64 => |a, b| (a as i64) != b as i64;
        v_cmp_ge_i64 | v_cmpx_ge_i64 => |a, b| (a as i64) >= b as i64;
        v_cmp_gt_i64 | v_cmpx_gt_i64 => |a, b| (a as i64) > b as i64;
    }
}

#[inline(always)]
fn narrow(wave: &mut Wave, step: &Step, holds: impl Fn(u32, u32) -> bool) -> Outcome {
    let a = source(wave, step, 0)?;
    let b = source(wave, step, 1)?;
    let mask = lane_mask(
        #[inline(always)]
        |lane| holds(a[lane], b[lane]),
    );
    write_condition(wave, step, mask)
}

#[inline(always)]
fn wide(wave: &mut Wave, step: &Step, holds: impl Fn(u64, u64) -> bool) -> Outcome {
    if step.modified {
        return Err(Box::new(Fault::Unimplemented));
    }
    let (a, b) = (wave.wide_lanes(step.sources[0])?, wave.wide_lanes(step.sources[1])?);
    let mask = lane_mask(|lane| holds(a[lane], b[lane]));
    write_condition(wave, step, mask)
}

/// A comparison whose result does not depend on its sources.
fn always(wave: &mut Wave, step: &Step, holds: bool) -> Outcome {
    write_condition(wave, step, if holds { u32::MAX } else { 0 })
}

/// Writes the mask of a comparison to its scalar destination, or to EXEC where it has none.
#[inline(always)]
pub(super) fn write_condition(wave: &mut Wave, step: &Step, mask: u32) -> Outcome {
    wave.require_defined(step)?;
    let instruction = &step.instruction;
    if instruction.opcode.row().slots.first().is_some_and(|slot| slot.field == Field::Carry) {
        wave.write_mask(instruction.operands[0], mask)?;
    } else {
        wave.matrix_result = None;
        wave.set_exec(mask & wave.exec());
    }
    Ok(Flow::Next)
}
