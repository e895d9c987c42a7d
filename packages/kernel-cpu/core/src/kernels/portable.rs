//! Plain Rust: f32 multiply-add over small arrays that a compiler can turn into whatever vectors the target has.

use super::unpack::{NIBBLE_K, SYMMETRIC_ZERO};
use super::{MicroKernel, PackedPanel, Target, TileArgs, scatter_rows};
use crate::bf16;

pub struct Portable;

const NR: usize = 8;
const MR: usize = 4;

// SAFETY: the functions keep to the sizes in their arguments and need no instruction set.
unsafe impl MicroKernel for Portable {
    const NR: usize = NR;
    const MR: usize = MR;
    const ELEMENT: usize = 4;

    unsafe fn pack_a(rows: &[*const u16], k: usize, dst: *mut u8) {
        // SAFETY: forwarded.
        unsafe { pack_a(rows, k, dst.cast()) }
    }

    unsafe fn decode(panel: &PackedPanel, _part: usize, dst: *mut u8) {
        // SAFETY: forwarded.
        unsafe { decode::<NR>(panel, dst.cast()) }
    }

    unsafe fn tile(rows: usize, args: &TileArgs) {
        // SAFETY: forwarded.
        unsafe {
            match rows {
                1 => tile::<1>(args),
                2 => tile::<2>(args),
                3 => tile::<3>(args),
                4 => tile::<4>(args),
                _ => unreachable!("a tile has 1 to {MR} rows, not {rows}"),
            }
        }
    }

    unsafe fn scatter(acc: *const f32, routes: &[u32], out: &Target) {
        // SAFETY: forwarded.
        unsafe { scatter_rows::<NR>(acc, routes, out) }
    }
}

/// `[k][rows]` f32.
#[inline(always)]
pub(super) unsafe fn pack_a(rows: &[*const u16], k: usize, dst: *mut f32) {
    for (r, row) in rows.iter().enumerate() {
        for i in 0..k {
            // SAFETY: the row has k elements, dst k × rows.
            unsafe { *dst.add(i * rows.len() + r) = bf16::to_f32(*row.add(i)) };
        }
    }
}

/// `[k][COLUMNS]` f32.
#[inline(always)]
pub(super) unsafe fn decode<const COLUMNS: usize>(panel: &PackedPanel, dst: *mut f32) {
    for word in 0..panel.words {
        for (lane, column) in panel.columns.iter().enumerate().take(COLUMNS) {
            let group = word / panel.words_per_zero;
            let zero = panel.zeros.map_or(SYMMETRIC_ZERO, |zeros| zeros[group * COLUMNS + lane]);
            // SAFETY: each column has the chunk's words.
            let packed = unsafe { *column.add(panel.first_word + word) };
            for (nibble, k) in NIBBLE_K.into_iter().enumerate() {
                let value = (packed >> (4 * nibble) & 15) as i32 - i32::from(zero);
                // SAFETY: dst holds 8 · words × COLUMNS.
                unsafe { *dst.add((8 * word + k) * COLUMNS + lane) = value as f32 };
            }
        }
    }
}

unsafe fn tile<const ROWS: usize>(args: &TileArgs) {
    let mut a = args.a.cast::<[f32; ROWS]>();
    let mut b = args.b.cast::<[f32; NR]>();
    for group in 0..args.groups {
        let mut sums = [[0f32; NR]; ROWS];
        for _ in 0..args.group_k {
            // SAFETY: one k of A and of the panel.
            let (rows, columns) = unsafe { (&*a, &*b) };
            for (sum, row) in sums.iter_mut().zip(rows) {
                for (sum, column) in sum.iter_mut().zip(columns) {
                    *sum += row * column;
                }
            }
            (a, b) = (a.wrapping_add(1), b.wrapping_add(1));
        }
        // SAFETY: scales hold NR per group, acc ROWS × NR.
        unsafe {
            let scales = &*args.scales.cast::<[f32; NR]>().add(group);
            let acc = std::slice::from_raw_parts_mut(args.acc.cast::<[f32; NR]>(), ROWS);
            for (acc, sum) in acc.iter_mut().zip(&sums) {
                for lane in 0..NR {
                    let before = if args.first && group == 0 { 0.0 } else { acc[lane] };
                    acc[lane] = before + scales[lane] * sum[lane];
                }
            }
        }
    }
}
