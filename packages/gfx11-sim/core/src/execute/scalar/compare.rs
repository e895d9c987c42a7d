//! Integer comparisons: SCC.

use super::operands::{constant, pair, target, word};
use crate::execute::handlers::plain_handlers;
use crate::execute::step::{Flow, Outcome, Step};
use crate::execute::wave::Wave;

plain_handlers! {
    handler:
    narrow {
        s_cmp_eq_i32 => |a, b| a == b;
        s_cmp_lg_i32 => |a, b| a != b;
        s_cmp_gt_i32 => |a, b| a as i32 > b as i32;
        s_cmp_ge_i32 => |a, b| a as i32 >= b as i32;
        s_cmp_lt_i32 => |a, b| (a as i32) < b as i32;
        s_cmp_le_i32 => |a, b| a as i32 <= b as i32;
        s_cmp_eq_u32 => |a, b| a == b;
        s_cmp_lg_u32 => |a, b| a != b;
        s_cmp_gt_u32 => |a, b| a > b;
        s_cmp_ge_u32 => |a, b| a >= b;
        s_cmp_lt_u32 => |a, b| a < b;
        s_cmp_le_u32 => |a, b| a <= b;
    }
    wide {
        s_cmp_eq_u64 => |a, b| a == b;
        s_cmp_lg_u64 => |a, b| a != b;
    }
    with_signed {
        s_cmpk_eq_i32 => |a, b| a == b;
        s_cmpk_lg_i32 => |a, b| a != b;
        s_cmpk_gt_i32 => |a, b| a > b;
        s_cmpk_ge_i32 => |a, b| a >= b;
        s_cmpk_lt_i32 => |a, b| a < b;
        s_cmpk_le_i32 => |a, b| a <= b;
    }
    with_unsigned {
        s_cmpk_eq_u32 => |a, b| a == b;
        s_cmpk_lg_u32 => |a, b| a != b;
        s_cmpk_gt_u32 => |a, b| a > b;
        s_cmpk_ge_u32 => |a, b| a >= b;
        s_cmpk_lt_u32 => |a, b| a < b;
        s_cmpk_le_u32 => |a, b| a <= b;
    }
}

#[inline(always)]
fn narrow(wave: &mut Wave, step: &Step, holds: impl Fn(u32, u32) -> bool) -> Outcome {
    wave.scc = holds(word(wave, step, 0)?, word(wave, step, 1)?);
    Ok(Flow::Next)
}

#[inline(always)]
fn wide(wave: &mut Wave, step: &Step, holds: impl Fn(u64, u64) -> bool) -> Outcome {
    wave.scc = holds(pair(wave, step, 0)?, pair(wave, step, 1)?);
    Ok(Flow::Next)
}

/// A register and a constant of 16 bits.
#[inline(always)]
fn with_signed(wave: &mut Wave, step: &Step, holds: impl Fn(i32, i32) -> bool) -> Outcome {
    wave.scc = holds(wave.scalar(target(step))? as i32, constant(step));
    Ok(Flow::Next)
}

#[inline(always)]
fn with_unsigned(wave: &mut Wave, step: &Step, holds: impl Fn(u32, u32) -> bool) -> Outcome {
    wave.scc = holds(wave.scalar(target(step))?, step.instruction.immediate.into());
    Ok(Flow::Next)
}
