//! 64-bit integer operations of the vector unit.

use super::handlers::lane_handlers;
use super::lanes::{refuse_result_modifiers, source};
use super::step::{Flow, Outcome, Step};
use super::wave::Wave;
use crate::execute::array::from_fn;

lane_handlers! {
    shift {
        v_lshlrev_b64 => |value, amount| value << amount;
        v_lshrrev_b64 => |value, amount| value >> amount;
        v_ashrrev_i64 => |value, amount| (value as i64 >> amount) as u64;
    }
}

#[inline(always)]
fn shift(wave: &mut Wave, step: &Step, operation: impl Fn(u64, u32) -> u64) -> Outcome {
    refuse_result_modifiers(step)?;
    let amounts = source(wave, step, 0)?;
    let values = wave.wide_lanes(step.sources[1])?;
    let shifted = from_fn(|lane| operation(values[lane], amounts[lane] & 63));
    wave.write_wide(step.dst, &shifted)?;
    Ok(Flow::Next)
}
