//! Packed 16-bit integers (`v_pk_*`), and dot products of bytes and nibbles.

use super::fault::Fault;
use super::handlers::lane_handlers;
use super::lanes::source;
use super::step::{Flow, Outcome, Step};
use super::wave::{LANES, Lanes, Wave};
use crate::execute::array::{Each, from_fn};

lane_handlers! {
    signed {
        v_pk_mad_i16 => |a, b, c| a * b + c;
        v_pk_add_i16 => |a, b, _| a + b;
        v_pk_sub_i16 => |a, b, _| a - b;
        v_pk_ashrrev_i16 => |a, b, _| b >> (a & 15);
        v_pk_max_i16 => |a: i32, b, _| a.max(b);
        v_pk_min_i16 => |a: i32, b, _| a.min(b);
    }
    unsigned {
        v_pk_mad_u16 => |a, b, c| a * b + c;
        v_pk_mul_lo_u16 => |a, b, _| a * b;
        v_pk_add_u16 => |a, b, _| a + b;
        v_pk_sub_u16 => |a: u32, b, _| a.wrapping_sub(b);
        v_pk_lshlrev_b16 => |a, b, _| (b << (a & 15)) & 0xffff;
        v_pk_lshrrev_b16 => |a, b, _| b >> (a & 15);
        v_pk_max_u16 => |a: u32, b, _| a.max(b);
        v_pk_min_u16 => |a: u32, b, _| a.min(b);
    }
    dot {
        v_dot4_i32_iu8 => (8, true);
        v_dot8_i32_iu4 => (4, true);
        v_dot4_u32_u8 => (8, false);
        v_dot8_u32_u4 => (4, false);
    }
}

/// The halves of a source that the low and the high operation take.
#[inline(always)]
fn halves(wave: &Wave, step: &Step, index: usize) -> Result<(Lanes, Lanes), Box<Fault>> {
    if !step.modified {
        let lanes = source(wave, step, index)?;
        return Ok((lanes.each(|lane| lane & 0xffff), lanes.each(|lane| lane >> 16)));
    }
    let m = &step.instruction.modifiers;
    if m.neg != 0 || m.abs != 0 {
        return Err(Box::new(Fault::Unimplemented));
    }
    let mut scratch = [0; LANES];
    let lanes = wave.lanes(step.sources[index], &mut scratch)?;
    let select = |bits: u8| {
        let shift = if bits >> index & 1 != 0 { 16 } else { 0 };
        lanes.each(|lane| lane >> shift & 0xffff)
    };
    Ok((select(m.op_sel), select(m.op_sel_hi)))
}

#[inline(always)]
fn third(wave: &Wave, step: &Step) -> Result<(Lanes, Lanes), Box<Fault>> {
    if step.instruction.operands[3].is_some() { halves(wave, step, 2) } else { Ok(([0; LANES], [0; LANES])) }
}

/// `clamp` saturates the exact result, which fits i32.
#[inline(always)]
fn signed(wave: &mut Wave, step: &Step, operation: impl Fn(i32, i32, i32) -> i32) -> Outcome {
    let (a, b, c) = (halves(wave, step, 0)?, halves(wave, step, 1)?, third(wave, step)?);
    let extend = |bits: u32| i32::from(bits as i16);
    let exact = |a: &Lanes, b: &Lanes, c: &Lanes| -> [i32; LANES] {
        from_fn(|lane| operation(extend(a[lane]), extend(b[lane]), extend(c[lane])))
    };
    let (mut low, mut high) = (exact(&a.0, &b.0, &c.0), exact(&a.1, &b.1, &c.1));
    if step.instruction.modifiers.clamp {
        let saturate = |value: i32| value.clamp(i16::MIN.into(), i16::MAX.into());
        (low, high) = (low.each(saturate), high.each(saturate));
    }
    let values = from_fn(|lane| low[lane] as u32 & 0xffff | (high[lane] as u32) << 16);
    wave.write(step.dst, &values)?;
    Ok(Flow::Next)
}

/// `clamp` saturates the exact result: it fits u32, or is negative and wraps past all that do.
#[inline(always)]
fn unsigned(wave: &mut Wave, step: &Step, operation: impl Fn(u32, u32, u32) -> u32) -> Outcome {
    let (a, b, c) = (halves(wave, step, 0)?, halves(wave, step, 1)?, third(wave, step)?);
    let exact = |a: &Lanes, b: &Lanes, c: &Lanes| -> Lanes { from_fn(|lane| operation(a[lane], b[lane], c[lane])) };
    let (mut low, mut high) = (exact(&a.0, &b.0, &c.0), exact(&a.1, &b.1, &c.1));
    if step.instruction.modifiers.clamp {
        let saturate = |value: u32| if value > LARGEST { 0 } else { value.min(0xffff) };
        (low, high) = (low.each(saturate), high.each(saturate));
    }
    let values = from_fn(|lane| low[lane] & 0xffff | high[lane] << 16);
    wave.write(step.dst, &values)?;
    Ok(Flow::Next)
}

/// 65535 * 65535 + 65535; a difference below zero wraps to more.
const LARGEST: u32 = 0xffff_0000;

/// Adds products of parts of `width` bits to the third source. Where `neg` counts, it says that a source is signed; the
/// sum is then a signed number, and `clamp` saturates it as such.
#[inline(always)]
fn dot(wave: &mut Wave, step: &Step, (width, selects): (u32, bool)) -> Outcome {
    let m = &step.instruction.modifiers;
    if m.abs != 0 || m.neg & 4 != 0 || !selects && m.neg != 0 {
        return Err(Box::new(Fault::Unimplemented));
    }
    let mut scratch = [[0; LANES]; 3];
    let [scratch_a, scratch_b, scratch_c] = &mut scratch;
    let a = wave.lanes(step.sources[0], scratch_a)?;
    let b = wave.lanes(step.sources[1], scratch_b)?;
    let c = wave.lanes(step.sources[2], scratch_c)?;
    let mask = (1 << width) - 1;
    // Extending a sign: flipped, and its weight taken off again.
    let sign = |source: u8| if m.neg >> source & 1 != 0 { 1 << (width - 1) } else { 0_u32 };
    let (sign_a, sign_b) = (sign(0), sign(1));
    let mut products = [0_u32; LANES];
    for lane in 0..LANES {
        for at in 0..32 / width {
            let part_a = ((a[lane] >> (at * width) & mask) ^ sign_a).wrapping_sub(sign_a);
            let part_b = ((b[lane] >> (at * width) & mask) ^ sign_b).wrapping_sub(sign_b);
            products[lane] = products[lane].wrapping_add(part_a.wrapping_mul(part_b));
        }
    }
    let values = match (m.clamp, selects) {
        (false, _) => from_fn(|lane| c[lane].wrapping_add(products[lane])),
        (true, true) => from_fn(|lane| (c[lane] as i32).saturating_add(products[lane] as i32) as u32),
        (true, false) => from_fn(|lane| c[lane].saturating_add(products[lane])),
    };
    wave.write(step.dst, &values)?;
    Ok(Flow::Next)
}
