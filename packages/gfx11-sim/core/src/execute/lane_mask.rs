//! One bit for each lane.

use super::wave::LANES;

/// One byte for each lane: all ones or zero.
type Selected = [u8; LANES];

/// The lanes for which a condition holds. A plain loop: an iterator's closure is compiled apart from the vector
/// instructions of its caller. Its result goes through bytes because compilers turn them into masks of the vector unit;
/// a sum of bits becomes 32 conditional moves, each waiting for the one before.
#[inline(always)]
pub(super) fn lane_mask(holds: impl Fn(usize) -> bool) -> u32 {
    let mut selected = [0; LANES];
    for (lane, byte) in selected.iter_mut().enumerate() {
        *byte = if holds(lane) { u8::MAX } else { 0 };
    }
    gather(&selected)
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn gather(selected: &Selected) -> u32 {
    use std::arch::x86_64::{_mm_loadu_si128, _mm_movemask_epi8};
    let (halves, _) = selected.as_chunks::<16>();
    let mask = |half: &[u8; 16]| {
        // SAFETY: SSE2 is part of x86-64; a half has the 16 bytes that are loaded.
        unsafe { _mm_movemask_epi8(_mm_loadu_si128(half.as_ptr().cast())) as u32 }
    };
    mask(&halves[0]) | mask(&halves[1]) << 16
}

#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
fn gather(selected: &Selected) -> u32 {
    gather_words(selected)
}

/// Byte i of each word keeps bit i; the product adds all bytes in the highest one.
#[cfg(any(test, not(target_arch = "x86_64")))]
#[inline(always)]
fn gather_words(selected: &Selected) -> u32 {
    let mut mask = 0;
    for (index, bytes) in selected.as_chunks::<8>().0.iter().enumerate() {
        let bits = u64::from_le_bytes(*bytes) & 0x8040_2010_0804_0201;
        mask |= ((bits.wrapping_mul(0x0101_0101_0101_0101) >> 56) as u32) << (8 * index);
    }
    mask
}

/// Whether a condition holds for any of the lanes of a mask.
#[inline(always)]
pub(super) fn holds_for_any(exec: u32, holds: impl Fn(usize) -> bool) -> bool {
    lane_mask(holds) & exec != 0
}

/// The numbers of the lanes of a mask, ascending.
pub(super) fn lanes(mask: u32) -> impl Iterator<Item = usize> {
    let mut rest = mask;
    std::iter::from_fn(move || {
        let lane = rest.trailing_zeros();
        rest &= rest.wrapping_sub(1);
        (lane < 32).then_some(lane as usize)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_has_the_bit_of_each_lane_that_was_selected() {
        for mask in [0, 1, 1 << 31, u32::MAX, 0x8000_0001, 0x1234_5678, 0xdead_beef] {
            assert_eq!(lane_mask(|lane| mask >> lane & 1 != 0), mask, "{mask:#x}");
            let selected = std::array::from_fn(|lane| if mask >> lane & 1 != 0 { u8::MAX } else { 0 });
            assert_eq!(gather_words(&selected), mask, "{mask:#x}");
            assert_eq!(lanes(mask).fold(0, |all, lane| all | 1 << lane), mask, "{mask:#x}");
        }
    }
}
