//! Additions and subtractions with a carry mask, and multiply-add to 64 bits.

use super::fault::Fault;
use super::handlers::lane_handlers;
use super::lane_mask::lane_mask;
use super::lanes::{refuse_result_modifiers, source};
use super::step::{Flow, Outcome, Source, Step};
use super::wave::{LANES, Wave};
use crate::execute::array::{Each, from_fn};

lane_handlers! {
    with_carry {
        v_add_co_u32 => (false, |a, b, _| a + b);
        v_sub_co_u32 => (false, |a: u64, b, _| a.wrapping_sub(b));
        v_subrev_co_u32 => (false, |a, b: u64, _| b.wrapping_sub(a));
        v_add_co_ci_u32 => (true, |a, b, carry| a + b + carry);
        v_sub_co_ci_u32 => (true, |a: u64, b, carry| a.wrapping_sub(b + carry));
        v_subrev_co_ci_u32 => (true, |a, b: u64, carry| b.wrapping_sub(a + carry));
    }
    multiply_add {
        v_mad_u64_u32 => |a, b, c| (u64::from(a) * u64::from(b)).overflowing_add(c);
        v_mad_i64_i32 => |a, b, c| {
            let product = i64::from(a as i32) * i64::from(b as i32);
            let (sum, overflow) = product.overflowing_add(c as i64);
            (sum as u64, overflow)
        };
    }
}

/// Whether a mask is added, and the sum whose bit 32 is the new mask.
#[inline(always)]
fn with_carry(wave: &mut Wave, step: &Step, (takes_mask, sum): (bool, impl Fn(u64, u64, u64) -> u64)) -> Outcome {
    refuse_result_modifiers(step)?;
    let operands = &step.instruction.operands;
    let carried = if takes_mask { wave.scalar(operands[4].code().into())? } else { 0 };
    let a = source(wave, step, 0)?;
    let b = source(wave, step, 1)?;
    let exact: [u64; LANES] = from_fn(|lane| sum(a[lane].into(), b[lane].into(), u64::from(carried >> lane & 1)));
    let mask = lane_mask(|lane| exact[lane] >> 32 != 0);
    wave.write(step.dst, &exact.each(|value| value as u32))?;
    wave.write_mask(operands[1], mask)?;
    Ok(Flow::Next)
}

#[inline(always)]
fn multiply_add(wave: &mut Wave, step: &Step, operation: impl Fn(u32, u32, u64) -> (u64, bool)) -> Outcome {
    refuse_result_modifiers(step)?;
    let a = source(wave, step, 0)?;
    let b = source(wave, step, 1)?;
    let c = wave.wide_lanes(step.sources[2])?;
    let results: [(u64, bool); LANES] = from_fn(|lane| operation(a[lane], b[lane], c[lane]));
    let mask = lane_mask(|lane| results[lane].1);
    write_sum(wave, step, &results.each(|(value, _)| value))?;
    wave.write_mask(step.instruction.operands[1], mask)?;
    Ok(Flow::Next)
}

/// The low half of the sum does not depend on the high half of the addend, which compilers leave undefined.
#[inline(always)]
fn write_sum(wave: &mut Wave, step: &Step, sums: &[u64; LANES]) -> Result<(), Box<Fault>> {
    let undefined = wave.undefined.get();
    if let (true, Source::Vector(addend)) = (undefined != 0, step.sources[2]) {
        let factors = step.sources[..2].iter().fold(0, |missing, factor| match factor {
            Source::Vector(register) => missing | !wave.ready[usize::from(*register)],
            _ => missing,
        });
        wave.undefined.set(undefined & (factors | !wave.ready[usize::from(addend)]));
    }
    let high = step.dst.checked_add(1).ok_or(Box::new(Fault::Unimplemented))?;
    wave.write(step.dst, &sums.each(|sum| sum as u32))?;
    wave.undefined.set(undefined);
    wave.write(high, &sums.each(|sum| (sum >> 32) as u32))
}
