//! Integer arithmetic.

use super::operands::{binary, binary_test, carrying, constant, target, unary_test};
use crate::execute::handlers::plain_handlers;
use crate::execute::step::{Flow, Outcome, Step};
use crate::execute::wave::Wave;

plain_handlers! {
    handler:
    carrying {
        s_add_u32 => |a, b, _| a.overflowing_add(b);
        s_sub_u32 => |a, b, _| a.overflowing_sub(b);
        s_add_i32 => |a, b, _| signed((a as i32).overflowing_add(b as i32));
        s_sub_i32 => |a, b, _| signed((a as i32).overflowing_sub(b as i32));
        s_addc_u32 => |a, b, carry| halves(u64::from(a) + u64::from(b) + u64::from(carry));
        s_subb_u32 => |a, b, carry| halves(u64::from(a).wrapping_sub(u64::from(b) + u64::from(carry)));
        s_lshl1_add_u32 => |a, b, _| halves((u64::from(a) << 1) + u64::from(b));
        s_lshl2_add_u32 => |a, b, _| halves((u64::from(a) << 2) + u64::from(b));
        s_lshl3_add_u32 => |a, b, _| halves((u64::from(a) << 3) + u64::from(b));
        s_lshl4_add_u32 => |a, b, _| halves((u64::from(a) << 4) + u64::from(b));
        s_min_u32 => |a, b, _| (a.min(b), a < b);
        s_max_u32 => |a, b, _| (a.max(b), a >= b);
        s_min_i32 => |a, b, _| ((a as i32).min(b as i32) as u32, (a as i32) < b as i32);
        s_max_i32 => |a, b, _| ((a as i32).max(b as i32) as u32, a as i32 >= b as i32);
    }
    binary {
        s_mul_i32 => u32::wrapping_mul;
        s_mul_hi_u32 => |a, b| ((u64::from(a) * u64::from(b)) >> 32) as u32;
        s_mul_hi_i32 => |a, b| ((i64::from(a as i32) * i64::from(b as i32)) >> 32) as u32;
    }
    binary_test {
        s_absdiff_i32 => |a, b| (a as i32).wrapping_sub(b as i32).unsigned_abs();
    }
    unary_test {
        s_abs_i32 => |a| (a as i32).unsigned_abs();
    }
    add_constant { s_addk_i32 => (); }
    multiply_constant { s_mulk_i32 => (); }
}

fn signed((value, overflow): (i32, bool)) -> (u32, bool) {
    (value as u32, overflow)
}

/// The sum and whether it has more than 32 bits.
fn halves(exact: u64) -> (u32, bool) {
    (exact as u32, exact >> 32 != 0)
}

fn add_constant(wave: &mut Wave, step: &Step, (): ()) -> Outcome {
    let (sum, overflow) = (wave.scalar(target(step))? as i32).overflowing_add(constant(step));
    wave.set_scalar(target(step), sum as u32)?;
    wave.scc = overflow;
    Ok(Flow::Next)
}

fn multiply_constant(wave: &mut Wave, step: &Step, (): ()) -> Outcome {
    let product = wave.scalar(target(step))?.wrapping_mul(constant(step) as u32);
    wave.set_scalar(target(step), product)?;
    Ok(Flow::Next)
}
