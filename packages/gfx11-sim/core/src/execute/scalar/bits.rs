//! Logic, shifts, bit fields and counts.

use super::operands::{
    binary, binary_test, binary64_test, mixed64_test, narrowing, narrowing_test, pair, target, unary, unary_test,
    unary64, unary64_test, word,
};
use crate::execute::handlers::plain_handlers;
use crate::execute::step::{Flow, Outcome, Step};
use crate::execute::wave::Wave;

plain_handlers! {
    handler:
    binary_test {
        s_and_b32 => |a, b| a & b;
        s_or_b32 => |a, b| a | b;
        s_xor_b32 => |a, b| a ^ b;
        s_nand_b32 => |a, b| !(a & b);
        s_nor_b32 => |a, b| !(a | b);
        s_xnor_b32 => |a, b| !(a ^ b);
        s_and_not1_b32 => |a, b| a & !b;
        s_or_not1_b32 => |a, b| a | !b;
        s_lshl_b32 => |a, b| a << (b & 31);
        s_lshr_b32 => |a, b| a >> (b & 31);
        s_ashr_i32 => |a, b| (a as i32 >> (b & 31)) as u32;
        s_bfe_u32 => |a, b| extract(a.into(), b & 31, b, 32, false) as u32;
        s_bfe_i32 => |a, b| extract(i64::from(a as i32) as u64, b & 31, b, 32, true) as u32;
    }
    binary64_test {
        s_and_b64 => |a, b| a & b;
        s_or_b64 => |a, b| a | b;
        s_xor_b64 => |a, b| a ^ b;
        s_nand_b64 => |a, b| !(a & b);
        s_nor_b64 => |a, b| !(a | b);
        s_xnor_b64 => |a, b| !(a ^ b);
        s_and_not1_b64 => |a, b| a & !b;
        s_or_not1_b64 => |a, b| a | !b;
    }
    mixed64_test {
        s_lshl_b64 => |a, b| a << (b & 63);
        s_lshr_b64 => |a, b| a >> (b & 63);
        s_ashr_i64 => |a, b| (a as i64 >> (b & 63)) as u64;
        s_bfe_u64 => |a, b| extract(a, b & 63, b, 64, false);
        s_bfe_i64 => |a, b| extract(a, b & 63, b, 64, true);
    }
    binary {
        s_bfm_b32 => |a, b| ((1 << (a & 31)) - 1) << (b & 31);
        s_pack_ll_b32_b16 => |a, b| a & 0xffff | b << 16;
        s_pack_lh_b32_b16 => |a, b| a & 0xffff | b & 0xffff_0000;
        s_pack_hh_b32_b16 => |a, b| a >> 16 | b & 0xffff_0000;
        s_pack_hl_b32_b16 => |a, b| a >> 16 | b << 16;
    }
    unary {
        s_brev_b32 => u32::reverse_bits;
        s_ctz_i32_b32 => |a| if a == 0 { u32::MAX } else { a.trailing_zeros() };
        s_clz_i32_u32 => |a| if a == 0 { u32::MAX } else { a.leading_zeros() };
        s_cls_i32 => crate::execute::integer::leading_signs;
        s_sext_i32_i8 => |a| a as i8 as u32;
        s_sext_i32_i16 => |a| a as i16 as u32;
    }
    unary64 {
        s_brev_b64 => u64::reverse_bits;
    }
    unary_test {
        s_not_b32 => |a| !a;
        s_bcnt0_i32_b32 => u32::count_zeros;
        s_bcnt1_i32_b32 => u32::count_ones;
        s_quadmask_b32 => |a| quads(a.into()) as u32;
        s_wqm_b32 => |a| whole_quads(a.into()) as u32;
    }
    unary64_test {
        s_not_b64 => |a| !a;
        s_quadmask_b64 => quads;
        s_wqm_b64 => whole_quads;
    }
    narrowing {
        s_ctz_i32_b64 => |a| if a == 0 { u32::MAX } else { a.trailing_zeros() };
        s_clz_i32_u64 => |a| if a == 0 { u32::MAX } else { a.leading_zeros() };
        s_cls_i32_i64 => |a| leading_signs64(a as i64);
    }
    narrowing_test {
        s_bcnt0_i32_b64 => u64::count_zeros;
        s_bcnt1_i32_b64 => u64::count_ones;
    }
    mask64 { s_bfm_b64 => (); }
    replicate { s_bitreplicate_b64_b32 => (); }
    set_bit { s_bitset0_b32 => false; s_bitset1_b32 => true; }
    set_bit64 { s_bitset0_b64 => false; s_bitset1_b64 => true; }
    test_bit { s_bitcmp0_b32 => false; s_bitcmp1_b32 => true; }
    test_bit64 { s_bitcmp0_b64 => false; s_bitcmp1_b64 => true; }
}

/// The bits from `low` on whose number is in bits 16 to 22 of `field`, at most `bits`.
fn extract(value: u64, low: u32, field: u32, bits: u32, signed: bool) -> u64 {
    let width = (field >> 16 & 0x7f).min(bits);
    if width == 0 {
        return 0;
    }
    let unused = 64 - width;
    if signed { ((value as i64 >> low) << unused >> unused) as u64 } else { value >> low << unused >> unused }
}

/// Equal bits from the highest on, or -1 when all are.
fn leading_signs64(value: i64) -> u32 {
    let differing = value ^ value >> 63;
    if differing == 0 { u32::MAX } else { differing.leading_zeros() }
}

/// A bit for each four, set if one of them is.
fn quads(value: u64) -> u64 {
    (0..16).fold(0, |mask, quad| mask | u64::from(value >> (4 * quad) & 15 != 0) << quad)
}

/// All four bits where one of them is set.
fn whole_quads(value: u64) -> u64 {
    (0..16).fold(0, |mask, quad| if value >> (4 * quad) & 15 != 0 { mask | 15 << (4 * quad) } else { mask })
}

fn mask64(wave: &mut Wave, step: &Step, (): ()) -> Outcome {
    let (width, low) = (word(wave, step, 0)? & 63, word(wave, step, 1)? & 63);
    wave.set_scalar64(target(step), ((1 << width) - 1) << low)?;
    Ok(Flow::Next)
}

/// Every bit twice.
fn replicate(wave: &mut Wave, step: &Step, (): ()) -> Outcome {
    let bits = word(wave, step, 0)?;
    let doubled = (0..32).fold(0, |doubled, bit| doubled | (u64::from(bits >> bit & 1) * 3) << (2 * bit));
    wave.set_scalar64(target(step), doubled)?;
    Ok(Flow::Next)
}

fn set_bit(wave: &mut Wave, step: &Step, set: bool) -> Outcome {
    let bit = 1 << (word(wave, step, 0)? & 31);
    let old = wave.scalar(target(step))?;
    wave.set_scalar(target(step), if set { old | bit } else { old & !bit })?;
    Ok(Flow::Next)
}

fn set_bit64(wave: &mut Wave, step: &Step, set: bool) -> Outcome {
    let bit = 1 << (word(wave, step, 0)? & 63);
    let old = wave.scalar64(target(step))?;
    wave.set_scalar64(target(step), if set { old | bit } else { old & !bit })?;
    Ok(Flow::Next)
}

fn test_bit(wave: &mut Wave, step: &Step, set: bool) -> Outcome {
    wave.scc = (word(wave, step, 0)? >> (word(wave, step, 1)? & 31) & 1 != 0) == set;
    Ok(Flow::Next)
}

fn test_bit64(wave: &mut Wave, step: &Step, set: bool) -> Outcome {
    wave.scc = (pair(wave, step, 0)? >> (word(wave, step, 1)? & 63) & 1 != 0) == set;
    Ok(Flow::Next)
}
