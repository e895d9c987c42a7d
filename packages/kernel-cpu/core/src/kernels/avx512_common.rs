//! What both AVX-512 paths share: tile shape, transposes, the tile loop, rounding.

use super::{Target, scatter_rows};
use crate::bf16;
use std::arch::x86_64::*;

/// Vectors of 16 columns in a panel.
pub const VECTORS: usize = 2;
pub const NR: usize = 16 * VECTORS;
/// 14 × 2 accumulators + 2 of B + 1 of A = 31 of the 32 registers.
pub const MR: usize = 14;

/// Transposes 16 × 16 dwords.
#[inline]
#[target_feature(enable = "avx512f")]
pub fn transpose(rows: [__m512i; 16]) -> [__m512i; 16] {
    let mut pairs = rows;
    for i in (0..16).step_by(2) {
        pairs[i] = _mm512_unpacklo_epi32(rows[i], rows[i + 1]);
        pairs[i + 1] = _mm512_unpackhi_epi32(rows[i], rows[i + 1]);
    }
    let mut quads = pairs;
    for i in (0..16).step_by(4) {
        quads[i] = _mm512_unpacklo_epi64(pairs[i], pairs[i + 2]);
        quads[i + 1] = _mm512_unpackhi_epi64(pairs[i], pairs[i + 2]);
        quads[i + 2] = _mm512_unpacklo_epi64(pairs[i + 1], pairs[i + 3]);
        quads[i + 3] = _mm512_unpackhi_epi64(pairs[i + 1], pairs[i + 3]);
    }
    // quads[4g + i] holds column i + 4·lane128 of rows 4g..4g+3; two shuffles collect the four row groups.
    let mut columns = quads;
    for i in 0..4 {
        let low01 = _mm512_shuffle_i32x4::<0b01_00_01_00>(quads[i], quads[i + 4]);
        let high01 = _mm512_shuffle_i32x4::<0b11_10_11_10>(quads[i], quads[i + 4]);
        let low23 = _mm512_shuffle_i32x4::<0b01_00_01_00>(quads[i + 8], quads[i + 12]);
        let high23 = _mm512_shuffle_i32x4::<0b11_10_11_10>(quads[i + 8], quads[i + 12]);
        columns[i] = _mm512_shuffle_i32x4::<0b10_00_10_00>(low01, low23);
        columns[i + 4] = _mm512_shuffle_i32x4::<0b11_01_11_01>(low01, low23);
        columns[i + 8] = _mm512_shuffle_i32x4::<0b10_00_10_00>(high01, high23);
        columns[i + 12] = _mm512_shuffle_i32x4::<0b11_01_11_01>(high01, high23);
    }
    columns
}

/// The lowest `count` of 16 lanes.
#[inline(always)]
pub fn lanes(count: usize) -> u16 {
    if count >= 16 { u16::MAX } else { (1 << count) - 1 }
}

/// Up to 16 dwords from each of up to 16 pointers, transposed; missing ones are 0.
#[inline]
#[target_feature(enable = "avx512f")]
pub unsafe fn load_transposed(pointers: &[*const u32], offset: usize, count: usize) -> [__m512i; 16] {
    let mut rows = [_mm512_setzero_si512(); 16];
    for (row, pointer) in rows.iter_mut().zip(pointers) {
        // SAFETY: each pointer is valid for `offset + count` reads.
        *row = unsafe { _mm512_maskz_loadu_epi32(lanes(count), pointer.add(offset).cast()) };
    }
    transpose(rows)
}

/// Calls `work(i, pairs)` for the i-th pair of k of up to 16 rows, a row in each lane: what packing A is made of.
#[inline]
#[target_feature(enable = "avx512f")]
pub unsafe fn for_each_pair(rows: &[*const u16], k: usize, work: impl Fn(usize, __m512i)) {
    let mut pointers = [std::ptr::null::<u32>(); 16];
    for (pointer, row) in pointers.iter_mut().zip(rows) {
        *pointer = row.cast();
    }
    for first in (0..k / 2).step_by(16) {
        let here = (k / 2 - first).min(16);
        // SAFETY: each row holds k / 2 dwords.
        let columns = unsafe { load_transposed(&pointers[..rows.len()], first, here) };
        columns.into_iter().enumerate().take(here).for_each(|(i, column)| work(first + i, column));
    }
}

/// Defines `tile` and `dispatch_tile` with the given target features: `$add` adds `$step` consecutive k to the sums.
/// A macro, because a function with target features cannot be a generic argument and still be inlined.
macro_rules! define_tile {
    ($features:literal, $step:literal, $add:ident) => {
        #[target_feature(enable = $features)]
        unsafe fn tile<const ROWS: usize, const SPLIT: usize>(args: &TileArgs) {
            let steps = args.group_k / $step;
            let mut a = args.a.cast();
            let mut b = args.b.cast();
            for group in 0..args.groups {
                let mut sums = [[[_mm512_setzero_ps(); VECTORS]; ROWS]; SPLIT];
                for _ in 0..steps / SPLIT {
                    for sum in &mut sums {
                        // SAFETY: one step of A and of the panel.
                        unsafe { $add(sum, a, b) };
                        (a, b) = (a.wrapping_add(ROWS), b.wrapping_add(NR));
                    }
                }
                for sum in sums.iter_mut().take(steps % SPLIT) {
                    // SAFETY: as above.
                    unsafe { $add(sum, a, b) };
                    (a, b) = (a.wrapping_add(ROWS), b.wrapping_add(NR));
                }
                // Written out here: as a call, the sums would travel through memory.
                let first = args.first && group == 0;
                for v in 0..VECTORS {
                    // SAFETY: scales hold NR columns a group.
                    let scale = unsafe { _mm512_load_ps(args.scales.add(group * NR + 16 * v)) };
                    for row in 0..ROWS {
                        let mut total = sums[0][row][v];
                        for sum in &sums[1..] {
                            total = _mm512_add_ps(total, sum[row][v]);
                        }
                        // SAFETY: acc holds ROWS × NR accumulators.
                        unsafe {
                            let out = args.acc.add(row * NR + 16 * v);
                            let before = if first { _mm512_setzero_ps() } else { _mm512_load_ps(out) };
                            _mm512_store_ps(out, _mm512_fmadd_ps(total, scale, before));
                        }
                    }
                }
            }
        }

        /// Few rows have few accumulators: SPLIT independent sums of each hide the latency of the multiply-add.
        unsafe fn dispatch_tile(rows: usize, args: &TileArgs) {
            // SAFETY: forwarded.
            unsafe {
                match rows {
                    1 => tile::<1, 4>(args),
                    2 => tile::<2, 4>(args),
                    3 => tile::<3, 4>(args),
                    4 => tile::<4, 2>(args),
                    5 => tile::<5, 2>(args),
                    6 => tile::<6, 2>(args),
                    7 => tile::<7, 1>(args),
                    8 => tile::<8, 1>(args),
                    9 => tile::<9, 1>(args),
                    10 => tile::<10, 1>(args),
                    11 => tile::<11, 1>(args),
                    12 => tile::<12, 1>(args),
                    13 => tile::<13, 1>(args),
                    14 => tile::<14, 1>(args),
                    _ => unreachable!("a tile has 1 to {MR} rows, not {rows}"),
                }
            }
        }
    };
}
pub(super) use define_tile;

/// See [`super::MicroKernel::load_scales`]; two scales of a column share a dword, so pairs of groups can be transposed.
#[target_feature(enable = "avx512f,avx512bw")]
pub unsafe fn load_scales(columns: &[*const u16], groups: usize, dst: *mut f32) {
    let mut pointers = [std::ptr::null::<u32>(); NR];
    for (pointer, column) in pointers.iter_mut().zip(columns) {
        *pointer = column.cast();
    }
    for vector in 0..VECTORS {
        let own = &pointers[16 * vector..][..16];
        for first in (0..groups / 2).step_by(16) {
            let here = (groups / 2 - first).min(16);
            // SAFETY: each column has `groups` scales.
            let pairs = unsafe { load_transposed(own, first, here) };
            for (i, pair) in pairs.into_iter().enumerate().take(here) {
                // SAFETY: `dst` holds groups × NR floats.
                unsafe {
                    let out = dst.add(2 * (first + i) * NR + 16 * vector);
                    _mm512_store_si512(out.cast(), _mm512_slli_epi32::<16>(pair));
                    let odd = _mm512_and_si512(pair, _mm512_set1_epi32(0xffff_0000_u32 as i32));
                    _mm512_store_si512(out.add(NR).cast(), odd);
                }
            }
        }
    }
    if groups % 2 == 1 {
        for (lane, column) in columns.iter().enumerate() {
            // SAFETY: as above.
            unsafe { *dst.add((groups - 1) * NR + lane) = bf16::to_f32(*column.add(groups - 1)) };
        }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
pub unsafe fn scatter(acc: *const f32, routes: &[u32], out: &Target) {
    let whole_lines =
        out.c.addr().is_multiple_of(64) && out.stride.is_multiple_of(NR) && out.columns.is_multiple_of(NR);
    // SAFETY: forwarded.
    unsafe {
        if out.stream && whole_lines {
            stream_rows(acc, routes, out);
        } else {
            scatter_rows::<NR>(acc, routes, out);
        }
    }
}

/// As `scatter`, past the caches: without it, each line of C is read from memory first, only to be overwritten. Measured
/// on gemm2 with 128 rows an expert: 1.03 times as fast.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
unsafe fn stream_rows(acc: *const f32, routes: &[u32], out: &Target) {
    for (row, &route) in routes.iter().enumerate() {
        for panel in 0..out.columns / NR {
            let mut line = [0u16; NR];
            // SAFETY: acc holds NR values a row of a panel, the target a whole line.
            unsafe {
                bf16::store(&*acc.add((panel * routes.len() + row) * NR).cast::<[f32; NR]>(), &mut line);
                let target = out.c.add(route as usize * out.stride + panel * NR);
                _mm512_stream_si512(target.cast(), _mm512_loadu_si512(line.as_ptr().cast()));
            }
        }
    }
    // Streamed stores are not ordered with the ones by which other threads learn that this task is done.
    _mm_sfence();
}
