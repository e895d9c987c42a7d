//! AVX-512 BF16: `vdpbf16ps` multiplies pairs of bf16 and adds both products to an f32.
//!
//! A decoded weight is `nibble − zero`, an integer of at most 5 bits, so it is exact in bf16. A packed word holds the
//! pair (k, k + 1) of nibbles 16 bits apart, so one shift brings a pair into place in both halves of a lane, and one
//! `vpermw` turns the 16 low and 16 high halves into bf16: two instructions for 32 weights.

use super::avx512_common::{self, MR, NR, VECTORS, for_each_pair, lanes, load_scales, load_transposed, scatter};
use super::unpack::SYMMETRIC_ZERO;
use super::{MicroKernel, PackedPanel, StreamedPanel, Target, TileArgs, avx512bf16_few};
use crate::bf16;
use std::arch::x86_64::*;

pub struct Avx512Bf16;

// SAFETY: the functions below keep to the sizes in their arguments; callers check the instruction set.
unsafe impl MicroKernel for Avx512Bf16 {
    const NR: usize = NR;
    const MR: usize = MR;
    const ELEMENT: usize = 2;

    unsafe fn pack_a(rows: &[*const u16], k: usize, dst: *mut u8) {
        // SAFETY: forwarded.
        unsafe { pack_a(rows, k, dst.cast()) }
    }

    const DECODE_PARTS: usize = VECTORS;

    unsafe fn decode(panel: &PackedPanel, part: usize, dst: *mut u8) {
        // SAFETY: forwarded.
        unsafe {
            match panel.zeros {
                None => decode::<false>(panel, part, dst.cast()),
                Some(_) => decode::<true>(panel, part, dst.cast()),
            }
        }
    }

    unsafe fn tile(rows: usize, args: &TileArgs) {
        // SAFETY: forwarded.
        unsafe { dispatch_tile(rows, args) }
    }

    const FEW_ROWS: usize = avx512bf16_few::ROWS;

    fn few_bytes(rows: usize, k: usize) -> usize {
        avx512bf16_few::bytes(rows, k)
    }

    unsafe fn pack_few(rows: &[*const u16], k: usize, dst: *mut u8) {
        // SAFETY: forwarded.
        unsafe { avx512bf16_few::pack(rows, k, dst) }
    }

    unsafe fn few_rows(rows: usize, a: *const u8, panel: &StreamedPanel, acc: *mut f32) {
        // SAFETY: forwarded.
        unsafe { avx512bf16_few::multiply(rows, a, panel, acc) }
    }

    unsafe fn load_scales(columns: &[*const u16], groups: usize, dst: *mut f32) {
        // SAFETY: forwarded.
        unsafe { load_scales(columns, groups, dst) }
    }

    unsafe fn scatter(acc: *const f32, routes: &[u32], out: &Target) {
        // SAFETY: forwarded.
        unsafe { scatter(acc, routes, out) }
    }
}

/// `[k / 2][rows]` pairs of k.
#[target_feature(enable = "avx512f,avx512bw")]
unsafe fn pack_a(rows: &[*const u16], k: usize, dst: *mut u32) {
    let count = rows.len();
    let store = |i: usize, pairs: __m512i| {
        // SAFETY: inside the tile's `k / 2 × rows` dwords.
        unsafe { _mm512_mask_storeu_epi32(dst.add(i * count).cast(), lanes(count), pairs) }
    };
    // SAFETY: each row holds k values.
    unsafe { for_each_pair(rows, k, store) };
}

/// bf16 of the signed 5-bit number `index − zero`, for every low-5-bit index.
#[inline(always)]
fn table(zero: u8) -> [u16; 32] {
    std::array::from_fn(|index| {
        let value = if zero == 0 {
            if index < 16 { index as i32 } else { index as i32 - 32 }
        } else {
            (index & 15) as i32 - i32::from(zero)
        };
        bf16::from_f32(value as f32)
    })
}

/// Calls `$work(i, word)` for the first `$count` of 16 words. Written out for all 16, so that they stay in registers.
macro_rules! for_each_word {
    ($words:ident, $count:ident, $work:ident) => {
        if $count == 16 {
            for_each_word!(@all $words, $work, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
        } else {
            $words.into_iter().enumerate().take($count).for_each(|(i, word)| $work(i, word));
        }
    };
    (@all $words:ident, $work:ident, $($i:literal)*) => { $($work($i, $words[$i]);)* };
}

/// The table that [`decode_word`] looks nibbles up in.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn load_table(zeros: bool) -> __m512i {
    let table = table(if zeros { 0 } else { SYMMETRIC_ZERO });
    // SAFETY: 64 bytes.
    unsafe { _mm512_loadu_si512(table.as_ptr().cast()) }
}

/// `[k / 2][NR]` pairs of k of one vector of columns.
#[target_feature(enable = "avx512f,avx512bw")]
unsafe fn decode<const ZEROS: bool>(panel: &PackedPanel, vector: usize, dst: *mut u16) {
    let table = load_table(ZEROS);
    for first in (0..panel.words).step_by(16) {
        let here = (panel.words - first).min(16);
        // SAFETY: each column holds the chunk's words.
        let words = unsafe { load_transposed(&panel.columns[16 * vector..][..16], panel.first_word + first, here) };
        let store = |i: usize, word: __m512i| {
            let zeros = if ZEROS { Some(load_zeros(panel, first + i, vector)) } else { None };
            for (pair, value) in decode_word(word, zeros, table).into_iter().enumerate() {
                // SAFETY: `dst` holds 8 · words × NR elements.
                unsafe { _mm512_store_si512(dst.add((4 * (first + i) + pair) * 2 * NR + 32 * vector).cast(), value) };
            }
        };
        for_each_word!(words, here, store);
    }
}

/// The zero points of a word's 16 columns, one in both halves of each lane.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn load_zeros(panel: &PackedPanel, word: usize, vector: usize) -> __m512i {
    let zeros = panel.zeros.expect("called for weights with zero points");
    let at = word / panel.words_per_zero * NR + 16 * vector;
    let zeros: &[u8; 16] = zeros[at..].first_chunk().expect("NR zero points a group");
    // SAFETY: 16 bytes.
    let wide = _mm512_cvtepu8_epi32(unsafe { _mm_loadu_si128(zeros.as_ptr().cast()) });
    _mm512_or_si512(wide, _mm512_slli_epi32::<16>(wide))
}

/// The four pairs of k of a word, as bf16; `zeros` has the zero point in both halves of each lane, or is `None` for 8.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn decode_word(word: __m512i, zeros: Option<__m512i>, table: __m512i) -> [__m512i; 4] {
    let pairs = [word, _mm512_srli_epi32::<4>(word), _mm512_srli_epi32::<8>(word), _mm512_srli_epi32::<12>(word)];
    pairs.map(|pair| {
        let index = match zeros {
            // The index has 5 bits and the nibble 4: the table is the same for both values of the neighbour's bit.
            None => pair,
            // nibble − zero lies in −16..15, so its low 5 bits are the whole of it.
            Some(zeros) => _mm512_sub_epi16(_mm512_and_si512(pair, _mm512_set1_epi32(0x000f_000f)), zeros),
        };
        _mm512_permutexvar_epi16(index, table)
    })
}

#[inline]
#[target_feature(enable = "avx512f,avx512bf16")]
pub(super) fn dot(acc: __m512, a: __m512i, b: __m512i) -> __m512 {
    // SAFETY: three names of the same 64 bytes.
    let [a, b] = unsafe { std::mem::transmute::<[__m512i; 2], [__m512bh; 2]>([a, b]) };
    _mm512_dpbf16_ps(acc, a, b)
}

avx512_common::define_tile!("avx512f,avx512bw,avx512vl,avx512bf16", 2, add_pair);

#[inline]
#[target_feature(enable = "avx512f,avx512bf16")]
unsafe fn add_pair<const ROWS: usize>(sum: &mut [[__m512; VECTORS]; ROWS], a: *const i32, b: *const i32) {
    // SAFETY: the caller's a holds ROWS, its b NR dwords.
    let columns = [0, 1].map(|v| unsafe { _mm512_load_si512(b.add(16 * v).cast()) });
    for (row, sums) in sum.iter_mut().enumerate() {
        // SAFETY: row < ROWS.
        let pair = _mm512_set1_epi32(unsafe { *a.add(row) });
        for (sum, column) in sums.iter_mut().zip(columns) {
            *sum = dot(*sum, pair, column);
        }
    }
}
