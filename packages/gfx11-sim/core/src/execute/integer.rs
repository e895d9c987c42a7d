//! 32-bit and 16-bit integer operations of the vector unit.

use super::handlers::{lane_handlers, plain_handlers};
use super::lanes::{binary, refuse_result_modifiers, source, ternary, unary};
use super::step::{Flow, Outcome, Step};
use super::wave::Wave;
use crate::execute::array::from_fn;

fn low24(value: u32) -> u32 {
    value & 0xff_ffff
}

/// A 24-bit signed number.
fn signed24(value: u32) -> i32 {
    (value << 8) as i32 >> 8
}

lane_handlers! {
    unary {
        v_mov_b32 => |a| a;
        v_not_b32 => |a| !a;
        v_bfrev_b32 => |a| a.reverse_bits();
        v_clz_i32_u32 => |a| if a == 0 { u32::MAX } else { a.leading_zeros() };
        v_ctz_i32_b32 => |a| if a == 0 { u32::MAX } else { a.trailing_zeros() };
    }
    binary {
        v_and_b32 => |a, b| a & b;
        v_or_b32 => |a, b| a | b;
        v_xor_b32 => |a, b| a ^ b;
        v_xnor_b32 => |a, b| !(a ^ b);
        v_lshlrev_b32 => |a, b| b << (a & 31);
        v_lshrrev_b32 => |a, b| b >> (a & 31);
        v_ashrrev_i32 => |a, b| (b as i32 >> (a & 31)) as u32;
        v_bcnt_u32_b32 => |a, b| a.count_ones().wrapping_add(b);
        v_subrev_nc_u32 => |a, b| b.wrapping_sub(a);
        v_mul_lo_u32 => |a, b| a.wrapping_mul(b);
        v_mul_hi_u32 => |a, b| ((u64::from(a) * u64::from(b)) >> 32) as u32;
        v_mul_hi_i32 => |a, b| ((i64::from(a as i32) * i64::from(b as i32)) >> 32) as u32;
        v_mul_u32_u24 => |a, b| low24(a).wrapping_mul(low24(b));
        v_min_u32 => |a, b| a.min(b);
        v_max_u32 => |a, b| a.max(b);
        v_min_i32 => |a, b| (a as i32).min(b as i32) as u32;
        v_max_i32 => |a, b| (a as i32).max(b as i32) as u32;
    }
    ternary {
        v_and_or_b32 => |a, b, c| a & b | c;
        v_or3_b32 => |a, b, c| a | b | c;
        v_xor3_b32 => |a, b, c| a ^ b ^ c;
        v_xad_u32 => |a, b, c| (a ^ b).wrapping_add(c);
        v_bfi_b32 => |a, b, c| a & b | !a & c;
        v_bfe_u32 => |a, b, c| (a >> (b & 31)) & ((1 << (c & 31)) - 1);
        v_bfe_i32 => |a, b, c| extract_signed(a, b & 31, c & 31);
        v_lshl_add_u32 => |a, b, c| (a << (b & 31)).wrapping_add(c);
        v_lshl_or_b32 => |a, b, c| a << (b & 31) | c;
        v_add_lshl_u32 => |a, b, c| a.wrapping_add(b) << (c & 31);
        v_add3_u32 => |a, b, c| a.wrapping_add(b).wrapping_add(c);
        v_mad_u32_u24 => |a, b, c| low24(a).wrapping_mul(low24(b)).wrapping_add(c);
        v_alignbit_b32 => |a, b, c| ((u64::from(a) << 32 | u64::from(b)) >> (c & 31)) as u32;
        v_perm_b32 => permute_bytes;
    }
    saturating {
        v_add_nc_u32 => (u32::wrapping_add, u32::saturating_add);
        v_sub_nc_u32 => (u32::wrapping_sub, u32::saturating_sub);
        v_add_nc_i32 => (u32::wrapping_add, |a, b| (a as i32).saturating_add(b as i32) as u32);
        v_sub_nc_i32 => (u32::wrapping_sub, |a, b| (a as i32).saturating_sub(b as i32) as u32);
    }
    select {
        v_cndmask_b32 => ();
    }
}

plain_handlers! {
    rare:
    nothing {
        // There are no pipelines to flush.
        v_nop | v_pipeflush => ();
    }
    unary {
        v_cls_i32 => leading_signs;
    }
    binary {
        v_bfm_b32 => |a, b| ((1 << (a & 31)) - 1) << (b & 31);
        v_mul_i32_i24 => |a, b| signed24(a).wrapping_mul(signed24(b)) as u32;
        v_mul_hi_u32_u24 => |a, b| ((u64::from(low24(a)) * u64::from(low24(b))) >> 32) as u32;
        v_mul_hi_i32_i24 => |a, b| ((i64::from(signed24(a)) * i64::from(signed24(b))) >> 32) as u32;
    }
    ternary {
        v_mad_i32_i24 => |a, b, c| (signed24(a).wrapping_mul(signed24(b)) as u32).wrapping_add(c);
        v_min3_u32 => |a, b, c| a.min(b).min(c);
        v_max3_u32 => |a, b, c| a.max(b).max(c);
        v_med3_u32 => |a, b, c| a.max(b).min(a.min(b).max(c));
        v_min3_i32 => |a, b, c| (a as i32).min(b as i32).min(c as i32) as u32;
        v_max3_i32 => |a, b, c| (a as i32).max(b as i32).max(c as i32) as u32;
        v_med3_i32 => |a, b, c| {
            let (a, b, c) = (a as i32, b as i32, c as i32);
            a.max(b).min(a.min(b).max(c)) as u32
        };
        v_maxmin_u32 => |a, b, c| a.max(b).min(c);
        v_minmax_u32 => |a, b, c| a.min(b).max(c);
        v_maxmin_i32 => |a, b, c| (a as i32).max(b as i32).min(c as i32) as u32;
        v_minmax_i32 => |a, b, c| (a as i32).min(b as i32).max(c as i32) as u32;
        v_alignbyte_b32 => |a, b, c| ((u64::from(a) << 32 | u64::from(b)) >> (8 * (c & 3))) as u32;
        v_lerp_u8 => average_bytes;
    }
}

#[inline(always)]
fn nothing(wave: &mut Wave, _: &Step, (): ()) -> Outcome {
    wave.matrix_result = None;
    Ok(Flow::Next)
}

/// A pair of operations: without and with `clamp`.
#[inline(always)]
fn saturating(
    wave: &mut Wave,
    step: &Step,
    (wrapping, clamped): (impl Fn(u32, u32) -> u32, impl Fn(u32, u32) -> u32),
) -> Outcome {
    let a = source(wave, step, 0)?;
    let b = source(wave, step, 1)?;
    let values = if step.instruction.modifiers.clamp {
        from_fn(|lane| clamped(a[lane], b[lane]))
    } else {
        from_fn(|lane| wrapping(a[lane], b[lane]))
    };
    wave.write(step.dst, &values)?;
    Ok(Flow::Next)
}

/// The second source where the mask's bit is set, else the first.
#[inline(always)]
fn select(wave: &mut Wave, step: &Step, (): ()) -> Outcome {
    refuse_result_modifiers(step)?;
    let a = source(wave, step, 0)?;
    let b = source(wave, step, 1)?;
    let mask = wave.scalar(step.instruction.operands[3].code().into())?;
    let values = from_fn(|lane| if mask >> lane & 1 != 0 { b[lane] } else { a[lane] });
    wave.write(step.dst, &values)?;
    Ok(Flow::Next)
}

/// Equal bits after the sign bit, or -1 when all are.
pub(super) fn leading_signs(a: u32) -> u32 {
    let differing = a ^ (a as i32 >> 31) as u32;
    if differing == 0 { u32::MAX } else { differing.leading_zeros() }
}

/// The `width` bits from `low` on, sign-extended; 0 when there are none.
fn extract_signed(value: u32, low: u32, width: u32) -> u32 {
    let unused = (32 - width) & 31;
    if width == 0 { 0 } else { ((value as i32 >> low) << unused >> unused) as u32 }
}

/// The average of each byte, rounded up where the third source's byte is odd.
fn average_bytes(a: u32, b: u32, c: u32) -> u32 {
    let (a, b, c) = (a.to_le_bytes(), b.to_le_bytes(), c.to_le_bytes());
    let average = |byte: usize| (u16::from(a[byte]) + u16::from(b[byte]) + u16::from(c[byte] & 1)) >> 1;
    u32::from_le_bytes(from_fn(|byte| average(byte) as u8))
}

/// Each selector byte takes a byte of `{a, b}`, a sign, or a constant. Free of branches, so that it becomes vector code.
#[inline(always)]
fn permute_bytes(a: u32, b: u32, selectors: u32) -> u32 {
    let byte = |at: u32| {
        let selector = selectors >> at & 0xff;
        let word = if selector & 4 != 0 { a } else { b };
        // 8 to 11: the signs of the four halves, from the lowest on.
        let pair = if selector & 2 != 0 { a } else { b };
        let sign = if pair << (16 - 16 * (selector & 1)) & 0x8000_0000 != 0 { 0xff } else { 0 };
        let constant = if selector == 12 { 0 } else { 0xff };
        let special = if selector < 12 { sign } else { constant };
        (if selector < 8 { word >> (8 * (selector & 3)) & 0xff } else { special }) << at
    };
    byte(0) | byte(8) | byte(16) | byte(24)
}
