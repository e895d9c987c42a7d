//! Moves data between memory and lanes: a lane's dwords lie side by side in memory, the lanes of a dword in a register.

use super::buffer::Buffer;
use super::cells::{Data, Reach};
use super::fault::Space;
use super::lane_mask::lanes;
use super::located::Located;
use super::wave::LANES;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// Loads into the active lanes. Where those are all that get data, the others get any values.
#[inline(always)]
pub(super) fn copy_in(buffer: &Buffer, located: &Located, reach: &Reach<'_>, out: &mut Data) {
    if !located.is_aligned {
        return copy_bytes_in(buffer, located, out);
    }
    let words = buffer.words(0);
    let is_all = reach.is_all && located.exec == reach.exec;
    match located.bytes / 4 {
        1 => dwords_in::<1>(words, located, is_all, out),
        2 => dwords_in::<2>(words, located, is_all, out),
        3 => dwords_in::<3>(words, located, is_all, out),
        // The LDS is its thread's alone, and can be read by plain loads.
        _ if is_all && reach.space == Space::Lds => quads_in(words, located, out),
        _ => dwords_in::<4>(words, located, is_all, out),
    }
}

/// Stores the data of the active lanes, those of higher lanes last.
#[inline(always)]
pub(super) fn copy_out(buffer: &Buffer, located: &Located, reach: &Reach<'_>, data: &Data) {
    if !located.is_aligned {
        return copy_bytes_out(buffer, located, data);
    }
    let words = buffer.words(0);
    match located.bytes / 4 {
        1 => dwords_out::<1>(words, located, data),
        2 => dwords_out::<2>(words, located, data),
        3 => dwords_out::<3>(words, located, data),
        _ if reach.space == Space::Lds && located.exec == u32::MAX => quads_out(words, located, data),
        _ => dwords_out::<4>(words, located, data),
    }
}

#[inline(always)]
fn dwords_in<const N: usize>(words: &[AtomicU32], located: &Located, is_all: bool, out: &mut Data) {
    for lane in 0..LANES {
        // Idle lanes repeat an active one.
        let words = &words[(located.offsets[lane] / 4) as usize..][..N];
        if is_all || located.exec >> lane & 1 != 0 {
            for dword in 0..N {
                out[dword][lane] = words[dword].load(Relaxed);
            }
        }
    }
}

#[inline(always)]
fn dwords_out<const N: usize>(words: &[AtomicU32], located: &Located, data: &Data) {
    for lane in 0..LANES {
        if located.exec >> lane & 1 != 0 {
            let words = &words[(located.offsets[lane] / 4) as usize..][..N];
            for dword in 0..N {
                words[dword].store(data[dword][lane], Relaxed);
            }
        }
    }
}

#[inline(never)]
fn copy_bytes_in(buffer: &Buffer, located: &Located, out: &mut Data) {
    let bytes = located.bytes;
    for lane in lanes(located.exec) {
        for (dword, out) in out.iter_mut().enumerate().take(bytes.div_ceil(4) as usize) {
            out[lane] = buffer.load(located.offsets[lane] + 4 * dword as u64, bytes.min(4));
        }
    }
}

#[inline(never)]
fn copy_bytes_out(buffer: &Buffer, located: &Located, data: &Data) {
    let bytes = located.bytes;
    for lane in lanes(located.exec) {
        for (dword, data) in data.iter().enumerate().take(bytes.div_ceil(4) as usize) {
            buffer.store(located.offsets[lane] + 4 * dword as u64, bytes.min(4), data[lane]);
        }
    }
}

#[cfg(not(target_arch = "x86_64"))]
use portable::{quads_in, quads_out};
#[cfg(target_arch = "x86_64")]
use sse2::{quads_in, quads_out};

#[cfg(not(target_arch = "x86_64"))]
mod portable {
    use super::*;

    pub fn quads_in(words: &[AtomicU32], located: &Located, out: &mut Data) {
        dwords_in::<4>(words, located, true, out);
    }

    pub fn quads_out(words: &[AtomicU32], located: &Located, data: &Data) {
        dwords_out::<4>(words, located, data);
    }
}

/// Four dwords of four lanes at once, which every x86-64 processor can.
#[cfg(target_arch = "x86_64")]
mod sse2 {
    use super::*;
    use crate::execute::located::HALF;
    use std::arch::x86_64::{
        __m128i, _mm_loadu_si128, _mm_storeu_si128, _mm_unpackhi_epi32, _mm_unpackhi_epi64, _mm_unpacklo_epi32,
        _mm_unpacklo_epi64,
    };

    /// Exchanges rows and columns.
    #[inline(always)]
    fn transposed([a, b, c, d]: [__m128i; 4]) -> [__m128i; 4] {
        // SAFETY: SSE2 is part of x86-64.
        unsafe {
            let (ab_low, ab_high) = (_mm_unpacklo_epi32(a, b), _mm_unpackhi_epi32(a, b));
            let (cd_low, cd_high) = (_mm_unpacklo_epi32(c, d), _mm_unpackhi_epi32(c, d));
            [
                _mm_unpacklo_epi64(ab_low, cd_low),
                _mm_unpackhi_epi64(ab_low, cd_low),
                _mm_unpacklo_epi64(ab_high, cd_high),
                _mm_unpackhi_epi64(ab_high, cd_high),
            ]
        }
    }

    /// Where each lane's dwords are; all of them are in the words.
    #[inline(always)]
    fn pointers(words: &[AtomicU32], located: &Located, first: usize) -> [*mut __m128i; 4] {
        let start = words.as_ptr().cast_mut().cast::<u8>();
        let mut pointers = [start.cast(); 4];
        for (pointer, &offset) in pointers.iter_mut().zip(&located.offsets[first..]) {
            *pointer = start.wrapping_add(offset as usize).cast();
        }
        pointers
    }

    /// Loads 16 bytes of all lanes from the LDS.
    #[inline(always)]
    pub fn quads_in(words: &[AtomicU32], located: &Located, out: &mut Data) {
        assert!(located.last <= words.len() as u64 * 4, "all lanes are inside");
        let different = if located.repeats { HALF } else { LANES };
        for first in (0..different).step_by(4) {
            let [a, b, c, d] = pointers(words, located, first);
            // SAFETY: each lane's 16 bytes end before `last`, which is inside of the words. No other thread has the LDS.
            let rows = unsafe { [_mm_loadu_si128(a), _mm_loadu_si128(b), _mm_loadu_si128(c), _mm_loadu_si128(d)] };
            let columns = transposed(rows);
            for dword in 0..4 {
                // SAFETY: four lanes from `first` on are in a register's 32.
                unsafe { _mm_storeu_si128(out[dword].as_mut_ptr().add(first).cast(), columns[dword]) };
            }
        }
        if located.repeats {
            out.iter_mut().for_each(|lanes| lanes.copy_within(..HALF, HALF));
        }
    }

    /// Stores 16 bytes of all lanes to the LDS, those of higher lanes last.
    #[inline(always)]
    pub fn quads_out(words: &[AtomicU32], located: &Located, data: &Data) {
        assert!(located.last <= words.len() as u64 * 4, "all lanes are inside");
        for first in (0..LANES).step_by(4) {
            // SAFETY: four lanes from `first` on are in a register's 32.
            let column = |dword: usize| unsafe { _mm_loadu_si128(data[dword].as_ptr().add(first).cast()) };
            let rows = transposed([column(0), column(1), column(2), column(3)]);
            let pointers = pointers(words, located, first);
            for lane in 0..4 {
                // SAFETY: each lane's 16 bytes end before `last`, which is inside of the words. No other thread has the
                // LDS, and what is atomic may be written through a shared reference.
                unsafe { _mm_storeu_si128(pointers[lane], rows[lane]) };
            }
        }
    }
}
