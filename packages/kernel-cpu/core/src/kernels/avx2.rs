//! AVX2 with FMA: 6 × 16 tiles of f32.

use super::unpack::{NIBBLE_K, SYMMETRIC_ZERO};
use super::{MicroKernel, PackedPanel, Target, TileArgs, portable, scatter_rows};
use std::arch::x86_64::*;

pub struct Avx2;

/// Vectors of 8 columns in a panel.
const VECTORS: usize = 2;
const NR: usize = 8 * VECTORS;
/// 6 × 2 accumulators + 2 of B + 1 of A = 15 of the 16 registers.
const MR: usize = 6;

// SAFETY: the functions below keep to the sizes in their arguments; callers check the instruction set.
unsafe impl MicroKernel for Avx2 {
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
        // SPLIT independent sums per accumulator hide the latency of the multiply-add where rows are few.
        // SAFETY: forwarded.
        unsafe {
            match rows {
                1 => tile::<1, 4>(args),
                2 => tile::<2, 2>(args),
                3 => tile::<3, 2>(args),
                4 => tile::<4, 1>(args),
                5 => tile::<5, 1>(args),
                6 => tile::<6, 1>(args),
                _ => unreachable!("a tile has 1 to {MR} rows, not {rows}"),
            }
        }
    }

    unsafe fn scatter(acc: *const f32, routes: &[u32], out: &Target) {
        // SAFETY: forwarded.
        unsafe { scatter(acc, routes, out) }
    }
}

#[target_feature(enable = "avx2")]
unsafe fn pack_a(rows: &[*const u16], k: usize, dst: *mut f32) {
    // SAFETY: forwarded.
    unsafe { portable::pack_a(rows, k, dst) }
}

/// Transposes 8 × 8 dwords.
#[inline]
#[target_feature(enable = "avx2")]
fn transpose(rows: [__m256i; 8]) -> [__m256i; 8] {
    let mut pairs = rows;
    for i in (0..8).step_by(2) {
        pairs[i] = _mm256_unpacklo_epi32(rows[i], rows[i + 1]);
        pairs[i + 1] = _mm256_unpackhi_epi32(rows[i], rows[i + 1]);
    }
    let mut columns = pairs;
    for (i, (from, high)) in [(0, false), (0, true), (1, false), (1, true)].into_iter().enumerate() {
        let quad = |base: usize| {
            let (a, b) = (pairs[base + from], pairs[base + from + 2]);
            if high { _mm256_unpackhi_epi64(a, b) } else { _mm256_unpacklo_epi64(a, b) }
        };
        let (low, upper) = (quad(0), quad(4));
        columns[i] = _mm256_permute2x128_si256::<0x20>(low, upper);
        columns[i + 4] = _mm256_permute2x128_si256::<0x31>(low, upper);
    }
    columns
}

/// Up to 8 words of each of 8 columns, transposed; missing ones are 0.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn load_transposed(columns: &[*const u32], offset: usize, count: usize) -> [__m256i; 8] {
    let lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    let mask = _mm256_cmpgt_epi32(_mm256_set1_epi32(count as i32), lane);
    let mut rows = [_mm256_setzero_si256(); 8];
    for (row, column) in rows.iter_mut().zip(columns) {
        // SAFETY: each column is valid for `offset + count` reads.
        *row = unsafe { _mm256_maskload_epi32(column.add(offset).cast(), mask) };
    }
    transpose(rows)
}

/// `[k][NR]` f32 of one vector of columns.
#[target_feature(enable = "avx2")]
unsafe fn decode(panel: &PackedPanel, vector: usize, dst: *mut f32) {
    let columns = &panel.columns[8 * vector..][..8];
    for first in (0..panel.words).step_by(8) {
        let here = (panel.words - first).min(8);
        // SAFETY: each column holds the chunk's words.
        let words = unsafe { load_transposed(columns, panel.first_word + first, here) };
        for (i, word) in words.into_iter().enumerate().take(here) {
            let group = (first + i) / panel.words_per_zero;
            let zeros = match panel.zeros {
                None => _mm256_set1_epi32(i32::from(SYMMETRIC_ZERO)),
                Some(zeros) => load_zeros(&zeros[group * NR + 8 * vector..]),
            };
            // SAFETY: `dst` holds 8 · words × NR floats, so the eight stores of this word fit.
            unsafe { store_word(word, zeros, dst.add(8 * (first + i) * NR + 8 * vector)) };
        }
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn load_zeros(zeros: &[u8]) -> __m256i {
    let zeros: &[u8; 8] = zeros.first_chunk().expect("8 columns");
    // SAFETY: 8 bytes.
    _mm256_cvtepu8_epi32(unsafe { _mm_loadl_epi64(zeros.as_ptr().cast()) })
}

#[inline]
#[target_feature(enable = "avx2")]
unsafe fn store_word(word: __m256i, zeros: __m256i, out: *mut f32) {
    let mut word = word;
    for k in NIBBLE_K {
        let nibble = _mm256_and_si256(word, _mm256_set1_epi32(15));
        // SAFETY: eight vectors, NR apart.
        unsafe { _mm256_store_ps(out.add(k * NR), _mm256_cvtepi32_ps(_mm256_sub_epi32(nibble, zeros))) };
        word = _mm256_srli_epi32::<4>(word);
    }
}

#[target_feature(enable = "avx2,fma")]
unsafe fn tile<const ROWS: usize, const SPLIT: usize>(args: &TileArgs) {
    let mut a = args.a.cast::<f32>();
    let mut b = args.b.cast::<f32>();
    for group in 0..args.groups {
        let mut sums = [[[_mm256_setzero_ps(); VECTORS]; ROWS]; SPLIT];
        // group_k is a multiple of 8, so of SPLIT.
        for _ in 0..args.group_k / SPLIT {
            for sum in &mut sums {
                // SAFETY: one k of A and of the panel.
                unsafe { add_one(sum, a, b) };
                (a, b) = (a.wrapping_add(ROWS), b.wrapping_add(NR));
            }
        }
        // SAFETY: scales and acc hold NR columns per group and per row.
        unsafe { accumulate(&sums, args, group) };
    }
}

#[inline]
#[target_feature(enable = "avx2,fma")]
unsafe fn add_one<const ROWS: usize>(sum: &mut [[__m256; VECTORS]; ROWS], a: *const f32, b: *const f32) {
    // SAFETY: the caller's a holds ROWS, its b NR floats.
    let columns = [0, 1].map(|v| unsafe { _mm256_load_ps(b.add(8 * v)) });
    for (row, sums) in sum.iter_mut().enumerate() {
        // SAFETY: row < ROWS.
        let value = unsafe { _mm256_broadcast_ss(&*a.add(row)) };
        for (sum, column) in sums.iter_mut().zip(columns) {
            *sum = _mm256_fmadd_ps(value, column, *sum);
        }
    }
}

/// `acc += scale · Σ sums` of one group; the first group of all overwrites.
#[inline]
#[target_feature(enable = "avx2,fma")]
unsafe fn accumulate<const ROWS: usize, const SPLIT: usize>(
    sums: &[[[__m256; VECTORS]; ROWS]; SPLIT],
    args: &TileArgs,
    group: usize,
) {
    let first = args.first && group == 0;
    for row in 0..ROWS {
        for v in 0..VECTORS {
            let total = sums[1..].iter().fold(sums[0][row][v], |total, sum| _mm256_add_ps(total, sum[row][v]));
            // SAFETY: NR scales a group, ROWS × NR accumulators.
            unsafe {
                let out = args.acc.add(row * NR + 8 * v);
                let before = if first { _mm256_setzero_ps() } else { _mm256_load_ps(out) };
                let scale = _mm256_load_ps(args.scales.add(group * NR + 8 * v));
                _mm256_store_ps(out, _mm256_fmadd_ps(total, scale, before));
            }
        }
    }
}

#[target_feature(enable = "avx2")]
unsafe fn scatter(acc: *const f32, routes: &[u32], out: &Target) {
    // SAFETY: forwarded.
    unsafe { scatter_rows::<NR>(acc, routes, out) }
}
