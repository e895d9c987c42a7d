//! 16-bit integer operations of the vector unit, and those that extend 16 bits to 32.

use super::compare::write_condition;
use super::halves::{half_source, write_half};
use super::handlers::plain_handlers;
use super::lane_mask::lane_mask;
use super::step::{Flow, Outcome, Step};
use super::wave::{LANES, Lanes, Wave};
use crate::execute::array::{Each, from_fn};

plain_handlers! {
    rare:
    unary {
        v_not_b16 => |a| !a;
        v_mov_b16 => |a| a;
    }
    binary {
        v_mul_lo_u16 => u16::wrapping_mul;
        v_and_b16 => |a, b| a & b;
        v_or_b16 => |a, b| a | b;
        v_xor_b16 => |a, b| a ^ b;
        v_lshlrev_b16 => |a, b| b << (a & 15);
        v_lshrrev_b16 => |a, b| b >> (a & 15);
        v_ashrrev_i16 => |a, b| (b as i16 >> (a & 15)) as u16;
        v_min_u16 => |a, b| a.min(b);
        v_max_u16 => |a, b| a.max(b);
        v_min_i16 => |a, b| (a as i16).min(b as i16) as u16;
        v_max_i16 => |a, b| (a as i16).max(b as i16) as u16;
    }
    saturating {
        v_add_nc_u16 => (u16::wrapping_add, u16::saturating_add);
        v_sub_nc_u16 => (u16::wrapping_sub, u16::saturating_sub);
        v_add_nc_i16 => (u16::wrapping_add, |a, b| (a as i16).saturating_add(b as i16) as u16);
        v_sub_nc_i16 => (u16::wrapping_sub, |a, b| (a as i16).saturating_sub(b as i16) as u16);
    }
    ternary {
        v_min3_u16 => |a, b, c| a.min(b).min(c);
        v_max3_u16 => |a, b, c| a.max(b).max(c);
        v_med3_u16 => |a, b, c| a.max(b).min(a.min(b).max(c));
        v_min3_i16 => |a, b, c| (a as i16).min(b as i16).min(c as i16) as u16;
        v_max3_i16 => |a, b, c| (a as i16).max(b as i16).max(c as i16) as u16;
        v_med3_i16 => |a, b, c| {
            let (a, b, c) = (a as i16, b as i16, c as i16);
            a.max(b).min(a.min(b).max(c)) as u16
        };
    }
    multiply_add {
        v_mad_u16 => (|a, b, c| i64::from(a) * i64::from(b) + i64::from(c), (0, 0xffff));
        v_mad_i16 => (
            |a, b, c| i64::from(a as i16) * i64::from(b as i16) + i64::from(c as i16),
            (-0x8000, 0x7fff),
        );
    }
    widening_multiply_add {
        v_mad_u32_u16 => (|a, b, c| i64::from(a) * i64::from(b) + i64::from(c), (0, 0xffff_ffff));
        v_mad_i32_i16 => (
            |a, b, c| i64::from(a as i16) * i64::from(b as i16) + i64::from(c as i32),
            (-0x8000_0000, 0x7fff_ffff),
        );
    }
    select {
        v_cndmask_b16 => ();
    }
    compare {
        v_cmp_lt_u16 | v_cmpx_lt_u16 => |a, b| a < b;
        v_cmp_le_u16 | v_cmpx_le_u16 => |a, b| a <= b;
        v_cmp_eq_u16 | v_cmpx_eq_u16 => |a, b| a == b;
        v_cmp_ne_u16 | v_cmpx_ne_u16 => |a, b| a != b;
        v_cmp_ge_u16 | v_cmpx_ge_u16 => |a, b| a >= b;
        v_cmp_gt_u16 | v_cmpx_gt_u16 => |a, b| a > b;
        v_cmp_lt_i16 | v_cmpx_lt_i16 => |a, b| (a as i16) < b as i16;
        v_cmp_le_i16 | v_cmpx_le_i16 => |a, b| (a as i16) <= b as i16;
        v_cmp_eq_i16 | v_cmpx_eq_i16 => |a, b| a == b;
        v_cmp_ne_i16 | v_cmpx_ne_i16 => |a, b| a != b;
        v_cmp_ge_i16 | v_cmpx_ge_i16 => |a, b| (a as i16) >= b as i16;
        v_cmp_gt_i16 | v_cmpx_gt_i16 => |a, b| (a as i16) > b as i16;
    }
}

#[inline(always)]
fn unary(wave: &mut Wave, step: &Step, operation: impl Fn(u16) -> u16) -> Outcome {
    let values = half_source(wave, step, 0)?.each(|a| operation(a as u16).into());
    write_half(wave, step, &values)
}

#[inline(always)]
fn binary(wave: &mut Wave, step: &Step, operation: impl Fn(u16, u16) -> u16) -> Outcome {
    let (a, b) = (half_source(wave, step, 0)?, half_source(wave, step, 1)?);
    let values = from_fn(|lane| operation(a[lane] as u16, b[lane] as u16).into());
    write_half(wave, step, &values)
}

/// A pair of operations: without and with `clamp`.
#[inline(always)]
fn saturating(
    wave: &mut Wave,
    step: &Step,
    (wrapping, clamped): (impl Fn(u16, u16) -> u16, impl Fn(u16, u16) -> u16),
) -> Outcome {
    if step.instruction.modifiers.clamp { binary(wave, step, clamped) } else { binary(wave, step, wrapping) }
}

#[inline(always)]
fn ternary(wave: &mut Wave, step: &Step, operation: impl Fn(u16, u16, u16) -> u16) -> Outcome {
    let [a, b, c] = [half_source(wave, step, 0)?, half_source(wave, step, 1)?, half_source(wave, step, 2)?];
    let values = from_fn(|lane| operation(a[lane] as u16, b[lane] as u16, c[lane] as u16).into());
    write_half(wave, step, &values)
}

/// The exact result, and its range for `clamp`.
#[inline(always)]
fn multiply_add(
    wave: &mut Wave,
    step: &Step,
    (exact, (least, greatest)): (impl Fn(u16, u16, u16) -> i64, (i64, i64)),
) -> Outcome {
    let clamp = step.instruction.modifiers.clamp;
    ternary(wave, step, |a, b, c| {
        let value = exact(a, b, c);
        (if clamp { value.clamp(least, greatest) } else { value }) as u16
    })
}

/// As [`multiply_add`], the third source and the result of 32 bits.
#[inline(always)]
fn widening_multiply_add(
    wave: &mut Wave,
    step: &Step,
    (exact, (least, greatest)): (impl Fn(u16, u16, u32) -> i64, (i64, i64)),
) -> Outcome {
    let (a, b) = (half_source(wave, step, 0)?, half_source(wave, step, 1)?);
    let mut scratch = [0; LANES];
    let c = *wave.lanes(step.sources[2], &mut scratch)?;
    let clamp = step.instruction.modifiers.clamp;
    let values: Lanes = from_fn(|lane| {
        let value = exact(a[lane] as u16, b[lane] as u16, c[lane]);
        (if clamp { value.clamp(least, greatest) } else { value }) as u32
    });
    wave.write(step.dst, &values)?;
    Ok(Flow::Next)
}

/// The second source where the mask's bit is set, else the first.
#[inline(always)]
fn select(wave: &mut Wave, step: &Step, (): ()) -> Outcome {
    let (a, b) = (half_source(wave, step, 0)?, half_source(wave, step, 1)?);
    let mask = wave.scalar(step.instruction.operands[3].code().into())?;
    let values = from_fn(|lane| if mask >> lane & 1 != 0 { b[lane] } else { a[lane] });
    write_half(wave, step, &values)
}

#[inline(always)]
fn compare(wave: &mut Wave, step: &Step, holds: impl Fn(u16, u16) -> bool) -> Outcome {
    let (a, b) = (half_source(wave, step, 0)?, half_source(wave, step, 1)?);
    let mask = lane_mask(|lane| holds(a[lane] as u16, b[lane] as u16));
    write_condition(wave, step, mask)
}
