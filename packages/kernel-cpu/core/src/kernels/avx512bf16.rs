//! AVX-512 BF16: `vdpbf16ps` multiplies pairs of bf16 and adds both products to an f32.
//!
//! A decoded weight is `nibble − zero`, an integer of at most 5 bits, so it is exact in bf16. A packed word holds the
//! pair (k, k + 1) of nibbles 16 bits apart, so one shift brings a pair into place in both halves of a lane, and one
//! `vpermw` turns the 16 low and 16 high halves into bf16: two instructions for 32 weights.

use super::avx512_common::{self, MR, NR, VECTORS, lanes, load_transposed, store};
use super::unpack::SYMMETRIC_ZERO;
use super::{MicroKernel, PackedPanel, TileArgs};
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

    unsafe fn decode(panel: &PackedPanel, dst: *mut u8) {
        // SAFETY: forwarded.
        unsafe {
            match panel.zeros {
                None => decode::<false>(panel, &[], dst.cast()),
                Some(zeros) => decode::<true>(panel, zeros, dst.cast()),
            }
        }
    }

    unsafe fn tile(rows: usize, args: &TileArgs) {
        // SAFETY: forwarded.
        unsafe { dispatch_tile(rows, args) }
    }

    unsafe fn store(acc: *const f32, dst: *mut u16, columns: usize) {
        // SAFETY: forwarded.
        unsafe { store(acc, dst, columns) }
    }
}

/// `[k / 2][rows]` pairs of k.
#[target_feature(enable = "avx512f,avx512bw")]
unsafe fn pack_a(rows: &[*const u16], k: usize, dst: *mut u32) {
    let (pairs, count) = (k / 2, rows.len());
    let mut pointers = [std::ptr::null::<u32>(); 16];
    for (pointer, row) in pointers.iter_mut().zip(rows) {
        *pointer = row.cast();
    }
    for first in (0..pairs).step_by(16) {
        let here = (pairs - first).min(16);
        // SAFETY: each row holds `pairs` dwords.
        let columns = unsafe { load_transposed(&pointers[..count], first, here) };
        for (i, column) in columns.into_iter().enumerate().take(here) {
            // SAFETY: inside the tile's `pairs × rows` dwords.
            unsafe { _mm512_mask_storeu_epi32(dst.add((first + i) * count).cast(), lanes(count), column) };
        }
    }
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

/// `[k / 2][NR]` pairs of k.
#[target_feature(enable = "avx512f,avx512bw")]
unsafe fn decode<const ZEROS: bool>(panel: &PackedPanel, zeros: &[u8], dst: *mut u16) {
    let table = table(if ZEROS { 0 } else { SYMMETRIC_ZERO });
    // SAFETY: 64 bytes.
    let table = unsafe { _mm512_loadu_si512(table.as_ptr().cast()) };
    for vector in 0..VECTORS {
        let columns = &panel.columns[16 * vector..][..16];
        for first in (0..panel.words).step_by(16) {
            let here = (panel.words - first).min(16);
            // SAFETY: each column holds `words` words.
            let words = unsafe { load_transposed(columns, first, here) };
            for (i, word) in words.into_iter().enumerate().take(here) {
                let at = 4 * (first + i) * NR * 2 + 32 * vector;
                // SAFETY: `dst` holds 8 · words × NR elements, so the four stores of this word fit.
                unsafe {
                    let out = dst.add(at);
                    if ZEROS {
                        let group = (first + i) / panel.words_per_zero;
                        store_word_zeros(word, load_zeros(&zeros[group * NR + 16 * vector..]), table, out);
                    } else {
                        store_word(word, table, out);
                    }
                }
            }
        }
    }
}

/// 16 zero points, one in both halves of each lane.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
unsafe fn load_zeros(zeros: &[u8]) -> __m512i {
    let zeros: &[u8; 16] = zeros.first_chunk().expect("16 columns");
    // SAFETY: 16 bytes.
    let wide = _mm512_cvtepu8_epi32(unsafe { _mm_loadu_si128(zeros.as_ptr().cast()) });
    _mm512_or_si512(wide, _mm512_slli_epi32::<16>(wide))
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
unsafe fn store_word(word: __m512i, table: __m512i, out: *mut u16) {
    // The index has 5 bits and the nibble 4: the table is the same for both values of the neighbour's bit.
    // SAFETY: four vectors, NR pairs apart.
    unsafe {
        _mm512_store_si512(out.cast(), _mm512_permutexvar_epi16(word, table));
        _mm512_store_si512(out.add(2 * NR).cast(), _mm512_permutexvar_epi16(_mm512_srli_epi32::<4>(word), table));
        _mm512_store_si512(out.add(4 * NR).cast(), _mm512_permutexvar_epi16(_mm512_srli_epi32::<8>(word), table));
        _mm512_store_si512(out.add(6 * NR).cast(), _mm512_permutexvar_epi16(_mm512_srli_epi32::<12>(word), table));
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
unsafe fn store_word_zeros(word: __m512i, zeros: __m512i, table: __m512i, out: *mut u16) {
    let nibbles = _mm512_set1_epi32(0x000f_000f);
    let shifted = [
        word,
        _mm512_srli_epi32::<4>(word),
        _mm512_srli_epi32::<8>(word),
        _mm512_srli_epi32::<12>(word),
    ];
    for (pair, word) in shifted.into_iter().enumerate() {
        // nibble − zero lies in −16..15, so its low 5 bits are the whole of it.
        let index = _mm512_sub_epi16(_mm512_and_si512(word, nibbles), zeros);
        // SAFETY: four vectors, NR pairs apart.
        unsafe { _mm512_store_si512(out.add(2 * NR * pair).cast(), _mm512_permutexvar_epi16(index, table)) };
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bf16")]
fn dot(acc: __m512, a: __m512i, b: __m512i) -> __m512 {
    // SAFETY: three names of the same 64 bytes.
    let (a, b): (__m512bh, __m512bh) = unsafe { (std::mem::transmute(a), std::mem::transmute(b)) };
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
