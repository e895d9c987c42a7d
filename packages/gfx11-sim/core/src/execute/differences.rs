//! Sums of absolute differences of bytes and words (`v_sad_*`, `v_msad_*`, `v_qsad_*`, `v_mqsad_*`).

use super::fault::Fault;
use super::handlers::plain_handlers;
use super::lanes::{refuse_result_modifiers, source, ternary};
use super::step::{Flow, Outcome, Source, Step};
use super::wave::{Lanes, Wave};
use crate::execute::array::from_fn;

plain_handlers! {
    rare:
    ternary {
        v_sad_u8 => |a, b, c| of_bytes(a, b).wrapping_add(c);
        v_sad_hi_u8 => |a, b, c| (of_bytes(a, b) << 16).wrapping_add(c);
        v_sad_u16 => |a, b, c| {
            (a & 0xffff).abs_diff(b & 0xffff).wrapping_add((a >> 16).abs_diff(b >> 16)).wrapping_add(c)
        };
        v_sad_u32 => |a, b, c| a.abs_diff(b).wrapping_add(c);
        v_msad_u8 => |a, b, c| of_masked_bytes(a, b).wrapping_add(c);
    }
    four_to_halves {
        v_qsad_pk_u16_u8 => of_bytes;
        v_mqsad_pk_u16_u8 => of_masked_bytes;
    }
    four_to_words {
        v_mqsad_u32_u8 => of_masked_bytes;
    }
}

/// Results of an operation on four windows.
const WINDOWS: usize = 4;

fn of_bytes(a: u32, b: u32) -> u32 {
    let (a, b) = (a.to_le_bytes(), b.to_le_bytes());
    (0..4).map(|byte| u32::from(a[byte].abs_diff(b[byte]))).sum()
}

/// As [`of_bytes`], without the bytes that are 0 in `b`.
fn of_masked_bytes(a: u32, b: u32) -> u32 {
    let (a, b) = (a.to_le_bytes(), b.to_le_bytes());
    (0..4).filter(|&byte| b[byte] != 0).map(|byte| u32::from(a[byte].abs_diff(b[byte]))).sum()
}

/// For each window, the four bytes that begin one byte after those of the one before, its sum against the second source.
fn windows(wave: &Wave, step: &Step, sum: impl Fn(u32, u32) -> u32) -> Result<[Lanes; WINDOWS], Box<Fault>> {
    refuse_result_modifiers(step)?;
    let bytes = wave.wide_lanes(step.sources[0])?;
    let reference = source(wave, step, 1)?;
    Ok(from_fn(|window| from_fn(|lane| sum((bytes[lane] >> (8 * window)) as u32, reference[lane]))))
}

/// Adds each sum to the 16 bits of its window, which keep their carry to themselves.
fn four_to_halves(wave: &mut Wave, step: &Step, sum: impl Fn(u32, u32) -> u32) -> Outcome {
    let sums = windows(wave, step, sum)?;
    let addends = wave.wide_lanes(step.sources[2])?;
    let half = |lane: usize, window: usize| {
        u64::from(sums[window][lane].wrapping_add((addends[lane] >> (16 * window)) as u32) & 0xffff) << (16 * window)
    };
    wave.write_wide(step.dst, &from_fn(|lane| (0..WINDOWS).fold(0, |word, window| word | half(lane, window))))?;
    Ok(Flow::Next)
}

/// Adds each sum to the register of its window.
fn four_to_words(wave: &mut Wave, step: &Step, sum: impl Fn(u32, u32) -> u32) -> Outcome {
    let Source::Vector(first) = step.sources[2] else { return Err(Box::new(Fault::Unimplemented)) };
    let mut sums = windows(wave, step, sum)?;
    for (register, sums) in consecutive(first).zip(&mut sums) {
        wave.read(register, wave.exec())?;
        let addends = &wave.vectors[usize::from(register)].0;
        *sums = from_fn(|lane| sums[lane].wrapping_add(addends[lane]));
    }
    for (register, sums) in consecutive(step.dst).zip(&sums) {
        wave.write(register, sums)?;
    }
    Ok(Flow::Next)
}

/// Registers from one on; all are the kernel's, or the instruction would not have been bound.
fn consecutive(first: u8) -> impl Iterator<Item = u8> {
    (first..=u8::MAX).take(WINDOWS)
}
