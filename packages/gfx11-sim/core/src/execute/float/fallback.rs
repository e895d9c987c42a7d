//! What lane loops fall back on: the exact operation in each active lane, and the modifiers of results.

use super::soft::Soft;
use crate::execute::array::from_fn;
use crate::execute::step::Step;
use crate::execute::wave::{LANES, Mode, Wave};

pub(super) type Exact1 = fn(&Soft, u64) -> u64;
pub(super) type Exact2 = fn(&Soft, u64, u64) -> u64;
pub(super) type Exact3 = fn(&Soft, u64, u64, u64) -> u64;

/// The arithmetic of a format in a mode.
pub(super) type Kind = fn(&Mode) -> Soft;

/// The bit pattern of a float, in as many bits as its lanes have.
pub(super) trait Bits: Copy + Default + Into<u64> {
    fn low(bits: u64) -> Self;
}

impl Bits for u32 {
    fn low(bits: u64) -> u32 {
        bits as u32
    }
}

impl Bits for u64 {
    fn low(bits: u64) -> u64 {
        bits
    }
}

#[cold]
#[inline(never)]
pub(super) fn exact1<T: Bits>(wave: &Wave, kind: Kind, a: &[T; LANES], operation: Exact1) -> [T; LANES] {
    active(wave, kind, |soft, lane| operation(soft, a[lane].into()))
}

#[cold]
#[inline(never)]
pub(super) fn exact2<T: Bits>(wave: &Wave, kind: Kind, [a, b]: [&[T; LANES]; 2], operation: Exact2) -> [T; LANES] {
    active(wave, kind, |soft, lane| operation(soft, a[lane].into(), b[lane].into()))
}

#[cold]
#[inline(never)]
pub(super) fn exact3<T: Bits>(wave: &Wave, kind: Kind, [a, b, c]: [&[T; LANES]; 3], operation: Exact3) -> [T; LANES] {
    active(wave, kind, |soft, lane| operation(soft, a[lane].into(), b[lane].into(), c[lane].into()))
}

fn active<T: Bits>(wave: &Wave, kind: Kind, value: impl Fn(&Soft, usize) -> u64) -> [T; LANES] {
    let (soft, exec) = (kind(&wave.mode), wave.exec());
    from_fn(|lane| T::low(if exec >> lane & 1 != 0 { value(&soft, lane) } else { 0 }))
}

/// Results, scaled and clamped as the instruction asks.
#[inline(always)]
pub(super) fn modified<T: Bits>(wave: &Wave, step: &Step, kind: Kind, values: [T; LANES]) -> [T; LANES] {
    if changes_result(step) { scaled_and_clamped(wave, step, kind, &values) } else { values }
}

/// Whether results are scaled or clamped.
#[inline(always)]
pub(super) fn changes_result(step: &Step) -> bool {
    let m = &step.instruction.modifiers;
    step.modified && (m.clamp || m.omod != 0)
}

#[cold]
#[inline(never)]
fn scaled_and_clamped<T: Bits>(wave: &Wave, step: &Step, kind: Kind, values: &[T; LANES]) -> [T; LANES] {
    let m = &step.instruction.modifiers;
    let soft = kind(&wave.mode);
    values.map(|value| {
        let scaled = soft.scaled(value.into(), m.omod);
        T::low(if m.clamp { soft.clamped(scaled, wave.mode.dx10_clamp) } else { scaled })
    })
}
