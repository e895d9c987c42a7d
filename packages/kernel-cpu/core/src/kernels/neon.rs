//! AArch64 NEON: 6 × 16 tiles of f32.

use super::unpack::{NIBBLE_K, SYMMETRIC_ZERO};
use super::{MicroKernel, PackedPanel, Target, TileArgs, portable, scatter_rows};
use std::arch::aarch64::*;

pub struct Neon;

/// Vectors of 4 columns in a panel.
const VECTORS: usize = 4;
const NR: usize = 4 * VECTORS;
/// 6 × 4 accumulators + 4 of B + 2 of A = 30 of the 32 registers.
const MR: usize = 6;

// SAFETY: the functions below keep to the sizes in their arguments; every AArch64 CPU that Rust targets has NEON.
unsafe impl MicroKernel for Neon {
    const NR: usize = NR;
    const MR: usize = MR;
    const ELEMENT: usize = 4;

    unsafe fn pack_a(rows: &[*const u16], k: usize, dst: *mut u8) {
        // SAFETY: forwarded.
        unsafe { portable::pack_a(rows, k, dst.cast()) }
    }

    unsafe fn decode(panel: &PackedPanel, _part: usize, dst: *mut u8) {
        // SAFETY: forwarded.
        unsafe { decode(panel, dst.cast()) }
    }

    unsafe fn tile(rows: usize, args: &TileArgs) {
        // SAFETY: forwarded.
        unsafe {
            match rows {
                1 => tile::<1>(args),
                2 => tile::<2>(args),
                3 => tile::<3>(args),
                4 => tile::<4>(args),
                5 => tile::<5>(args),
                6 => tile::<6>(args),
                _ => unreachable!("a tile has 1 to {MR} rows, not {rows}"),
            }
        }
    }

    unsafe fn scatter(acc: *const f32, routes: &[u32], out: &Target) {
        // SAFETY: forwarded.
        unsafe { scatter_rows::<NR>(acc, routes, out) }
    }
}

/// `[k][NR]` f32, four columns at a time.
unsafe fn decode(panel: &PackedPanel, dst: *mut f32) {
    for word in 0..panel.words {
        let group = word / panel.words_per_zero;
        for vector in 0..VECTORS {
            let lanes: [usize; 4] = std::array::from_fn(|lane| 4 * vector + lane);
            // SAFETY: each column has the chunk's words.
            let words = lanes.map(|lane| unsafe { *panel.columns[lane].add(panel.first_word + word) });
            let zeros =
                lanes.map(|lane| i32::from(panel.zeros.map_or(SYMMETRIC_ZERO, |zeros| zeros[group * NR + lane])));
            // SAFETY: four words, four zero points; `dst` holds 8 · words × NR floats, so the eight stores fit.
            unsafe {
                let mut packed = vld1q_u32(words.as_ptr());
                let zeros = vld1q_s32(zeros.as_ptr());
                for k in NIBBLE_K {
                    let nibble = vreinterpretq_s32_u32(vandq_u32(packed, vdupq_n_u32(15)));
                    vst1q_f32(dst.add((8 * word + k) * NR + 4 * vector), vcvtq_f32_s32(vsubq_s32(nibble, zeros)));
                    packed = vshrq_n_u32::<4>(packed);
                }
            }
        }
    }
}

unsafe fn tile<const ROWS: usize>(args: &TileArgs) {
    let mut a = args.a.cast::<f32>();
    let mut b = args.b.cast::<f32>();
    for group in 0..args.groups {
        // SAFETY: one k of A and of the panel a step; scales hold NR a group, acc ROWS × NR.
        unsafe {
            let mut sums = [[vdupq_n_f32(0.0); VECTORS]; ROWS];
            for _ in 0..args.group_k {
                let columns: [float32x4_t; VECTORS] = std::array::from_fn(|v| vld1q_f32(b.add(4 * v)));
                for (row, sums) in sums.iter_mut().enumerate() {
                    let value = vld1q_dup_f32(a.add(row));
                    for (sum, column) in sums.iter_mut().zip(columns) {
                        *sum = vfmaq_f32(*sum, column, value);
                    }
                }
                (a, b) = (a.add(ROWS), b.add(NR));
            }
            for (row, sums) in sums.iter().enumerate() {
                for (v, &sum) in sums.iter().enumerate() {
                    let out = args.acc.add(row * NR + 4 * v);
                    let before = if args.first && group == 0 { vdupq_n_f32(0.0) } else { vld1q_f32(out) };
                    let scale = vld1q_f32(args.scales.add(group * NR + 4 * v));
                    vst1q_f32(out, vfmaq_f32(before, sum, scale));
                }
            }
        }
    }
}
