//! AVX-512 without BF16: the same tiles with f32 multiply-add.
//!
//! `vpermps` looks a nibble up in 16 floats and ignores the higher bits of its index: two instructions for 16 weights.

use super::avx512_common::{self, MR, NR, VECTORS, for_each_pair, lanes, load_scales, load_transposed, scatter};
use super::unpack::{NIBBLE_K, SYMMETRIC_ZERO};
use super::{MicroKernel, PackedPanel, Target, TileArgs};
use std::arch::x86_64::*;

pub struct Avx512;

// SAFETY: the functions below keep to the sizes in their arguments; callers check the instruction set.
unsafe impl MicroKernel for Avx512 {
    const NR: usize = NR;
    const MR: usize = MR;
    const ELEMENT: usize = 4;

    unsafe fn pack_a(rows: &[*const u16], k: usize, dst: *mut u8) {
        // SAFETY: forwarded.
        unsafe { pack_a(rows, k, dst.cast()) }
    }

    const DECODE_PARTS: usize = VECTORS;

    unsafe fn decode(panel: &PackedPanel, part: usize, dst: *mut u8) {
        // SAFETY: forwarded.
        unsafe { decode(panel, part, dst.cast()) }
    }

    unsafe fn tile(rows: usize, args: &TileArgs) {
        // SAFETY: forwarded.
        unsafe { dispatch_tile(rows, args) }
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

/// `[k][rows]` f32.
#[target_feature(enable = "avx512f,avx512bw")]
unsafe fn pack_a(rows: &[*const u16], k: usize, dst: *mut f32) {
    let count = rows.len();
    let store = |i: usize, pairs: __m512i| {
        let even = _mm512_slli_epi32::<16>(pairs);
        let odd = _mm512_and_si512(pairs, _mm512_set1_epi32(0xffff_0000_u32 as i32));
        // SAFETY: inside the tile's `k × rows` floats.
        unsafe {
            let out = dst.add(2 * i * count);
            _mm512_mask_storeu_epi32(out.cast(), lanes(count), even);
            _mm512_mask_storeu_epi32(out.add(count).cast(), lanes(count), odd);
        }
    };
    // SAFETY: each row holds k values.
    unsafe { for_each_pair(rows, k, store) };
}

/// `[k][NR]` f32 of one vector of columns.
#[target_feature(enable = "avx512f,avx512bw")]
unsafe fn decode(panel: &PackedPanel, vector: usize, dst: *mut f32) {
    let table: [f32; 16] = std::array::from_fn(|nibble| nibble as f32);
    // SAFETY: 64 bytes.
    let table = unsafe { _mm512_loadu_ps(table.as_ptr()) };
    let columns = &panel.columns[16 * vector..][..16];
    for first in (0..panel.words).step_by(16) {
        let here = (panel.words - first).min(16);
        // SAFETY: each column holds the chunk's words.
        let words = unsafe { load_transposed(columns, panel.first_word + first, here) };
        for (i, word) in words.into_iter().enumerate().take(here) {
            let group = (first + i) / panel.words_per_zero;
            let zeros = match panel.zeros {
                None => _mm512_set1_ps(f32::from(SYMMETRIC_ZERO)),
                Some(zeros) => load_zeros(&zeros[group * NR + 16 * vector..]),
            };
            // SAFETY: `dst` holds 8 · words × NR floats, so the eight stores of this word fit.
            unsafe { store_word(word, zeros, table, dst.add(8 * (first + i) * NR + 16 * vector)) };
        }
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load_zeros(zeros: &[u8]) -> __m512 {
    let zeros: &[u8; 16] = zeros.first_chunk().expect("16 columns");
    // SAFETY: 16 bytes.
    _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(unsafe { _mm_loadu_si128(zeros.as_ptr().cast()) }))
}

#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn store_word(word: __m512i, zeros: __m512, table: __m512, out: *mut f32) {
    let nibbles = [
        word,
        _mm512_srli_epi32::<4>(word),
        _mm512_srli_epi32::<8>(word),
        _mm512_srli_epi32::<12>(word),
        _mm512_srli_epi32::<16>(word),
        _mm512_srli_epi32::<20>(word),
        _mm512_srli_epi32::<24>(word),
        _mm512_srli_epi32::<28>(word),
    ];
    for (nibble, k) in nibbles.into_iter().zip(NIBBLE_K) {
        let value = _mm512_sub_ps(_mm512_permutexvar_ps(nibble, table), zeros);
        // SAFETY: eight vectors, NR apart.
        unsafe { _mm512_store_ps(out.add(k * NR), value) };
    }
}

avx512_common::define_tile!("avx512f,avx512bw", 1, add_one);

#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn add_one<const ROWS: usize>(sum: &mut [[__m512; VECTORS]; ROWS], a: *const f32, b: *const f32) {
    // SAFETY: the caller's a holds ROWS, its b NR floats.
    let columns = [0, 1].map(|v| unsafe { _mm512_load_ps(b.add(16 * v)) });
    for (row, sums) in sum.iter_mut().enumerate() {
        // SAFETY: row < ROWS.
        let value = _mm512_set1_ps(unsafe { *a.add(row) });
        for (sum, column) in sums.iter_mut().zip(columns) {
            *sum = _mm512_fmadd_ps(value, column, *sum);
        }
    }
}
