//! AMX BF16: `tdpbf16ps` multiplies 16 rows × 32 k by 32 k × 16 columns in one instruction.
//!
//! The decoded panel of the AVX-512 BF16 path is already in the layout of a B tile (pairs of k × columns); only A is
//! packed differently, row by row. A register tile covers 32 rows × 32 columns: four sums (tmm0 to tmm3), two tiles of
//! A (tmm4, tmm5), two of B (tmm6, tmm7). The sums of a scale group go through memory once, where they are scaled and
//! added up with AVX-512.
//!
//! Inline assembly, because Rust's intrinsics for AMX are not stable. The operating system has to grant the use of the
//! tile registers first ([`is_granted`]).

use super::avx512_common::{self, NR};
use super::avx512bf16::Avx512Bf16;
use super::{MicroKernel, PackedPanel, StreamedPanel, Target, TileArgs};
use std::arch::asm;
use std::arch::x86_64::*;

pub struct Amx;

/// Rows of a tile register.
const TILE_ROWS: usize = 16;
/// k of a tile register of A or B.
const TILE_K: usize = 32;
const MR: usize = 2 * TILE_ROWS;
/// Bytes from one row of the decoded panel to the next: a pair of k of NR columns.
const PANEL_STRIDE: usize = NR * 4;

/// What `ldtilecfg` takes: Intel SDM volume 1, 18.2.
#[repr(C, align(64))]
struct TileConfig {
    palette: u8,
    start_row: u8,
    reserved: [u8; 14],
    bytes_per_row: [u16; 16],
    rows: [u8; 16],
}

/// All eight tile registers: 16 rows of 64 bytes.
static CONFIG: TileConfig = TileConfig {
    palette: 1,
    start_row: 0,
    reserved: [0; 14],
    bytes_per_row: [64, 64, 64, 64, 64, 64, 64, 64, 0, 0, 0, 0, 0, 0, 0, 0],
    rows: [16, 16, 16, 16, 16, 16, 16, 16, 0, 0, 0, 0, 0, 0, 0, 0],
};

/// Whether the CPU has AMX BF16 and the operating system lets this process use it (asked for on the first call).
pub fn is_granted() -> bool {
    static GRANTED: std::sync::OnceLock<bool> = std::sync::OnceLock::new();
    *GRANTED.get_or_init(|| {
        const AMX_BF16: u32 = 1 << 22;
        const AMX_TILE: u32 = 1 << 24;
        let features = __cpuid_count(7, 0).edx;
        features & AMX_BF16 != 0 && features & AMX_TILE != 0 && request_permission()
    })
}

#[cfg(target_os = "linux")]
fn request_permission() -> bool {
    const ARCH_REQ_XCOMP_PERM: libc::c_ulong = 0x1023;
    const XFEATURE_XTILEDATA: libc::c_ulong = 18;
    // SAFETY: a system call that only changes what this process may do.
    unsafe { libc::syscall(libc::SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0 }
}

#[cfg(not(target_os = "linux"))]
fn request_permission() -> bool {
    false // not tried anywhere else
}

// SAFETY: the functions below keep to the sizes in their arguments; callers check the instruction set.
unsafe impl MicroKernel for Amx {
    const NR: usize = NR;
    const MR: usize = MR;
    const ELEMENT: usize = 2;
    /// Tile registers always take 16 rows of A and 16 pairs of B, so the last ones read past the end.
    const SLACK: usize = MR * 512;

    unsafe fn begin() {
        // SAFETY: the thread may use AMX; the configuration is valid for palette 1.
        unsafe { asm!("ldtilecfg [{}]", in(reg) &raw const CONFIG, options(nostack, readonly)) };
    }

    unsafe fn end() {
        // SAFETY: as above. Tiles that stay configured would slow down every context switch.
        unsafe { asm!("tilerelease", options(nostack, nomem)) };
    }

    unsafe fn pack_a(rows: &[*const u16], k: usize, dst: *mut u8) {
        for (r, row) in rows.iter().enumerate() {
            // SAFETY: the row has k elements, dst rows × k.
            unsafe { std::ptr::copy_nonoverlapping(*row, dst.cast::<u16>().add(r * k), k) };
        }
    }

    const DECODE_PARTS: usize = Avx512Bf16::DECODE_PARTS;

    unsafe fn decode(panel: &PackedPanel, part: usize, dst: *mut u8) {
        // SAFETY: forwarded.
        unsafe { Avx512Bf16::decode(panel, part, dst) }
    }

    unsafe fn tile(rows: usize, args: &TileArgs) {
        // SAFETY: forwarded.
        unsafe { tile(rows, args) }
    }

    /// Up to here, streaming the weights beats decoding them for one tile.
    const FEW_ROWS: usize = 2;

    fn few_bytes(rows: usize, k: usize) -> usize {
        Avx512Bf16::few_bytes(rows, k)
    }

    unsafe fn pack_few(rows: &[*const u16], k: usize, dst: *mut u8) {
        // SAFETY: forwarded.
        unsafe { Avx512Bf16::pack_few(rows, k, dst) }
    }

    unsafe fn few_rows(rows: usize, a: *const u8, panel: &StreamedPanel, acc: *mut f32) {
        // SAFETY: forwarded.
        unsafe { Avx512Bf16::few_rows(rows, a, panel, acc) }
    }

    unsafe fn load_scales(columns: &[*const u16], groups: usize, dst: *mut f32) {
        // SAFETY: forwarded.
        unsafe { avx512_common::load_scales(columns, groups, dst) }
    }

    unsafe fn scatter(acc: *const f32, routes: &[u32], out: &Target) {
        // SAFETY: forwarded.
        unsafe { avx512_common::scatter(acc, routes, out) }
    }
}

/// Sums of one group: `[row tile][column tile][16][16]`.
#[repr(C, align(64))]
struct Sums([[[f32; 256]; 2]; 2]);

/// 16 rows of the last k of a group, where those do not fill a tile.
#[repr(C, align(64))]
struct Rest([[[u16; TILE_K]; TILE_ROWS]; 2]);

#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
unsafe fn tile(rows: usize, args: &TileArgs) {
    let row_bytes = args.group_k * args.groups * 2;
    let mut sums = Sums([[[0.0; 256]; 2]; 2]);
    let mut rest = Rest([[[0; TILE_K]; TILE_ROWS]; 2]);
    for group in 0..args.groups {
        let a = args.a.wrapping_add(group * args.group_k * 2);
        let b = args.b.wrapping_add(group * args.group_k / 2 * PANEL_STRIDE);
        // SAFETY: whole tiles lie inside the packed rows (or the slack behind them) and the panel; the rest is a copy.
        unsafe {
            zero(rows > TILE_ROWS);
            let whole = args.group_k / TILE_K;
            for step in 0..whole {
                multiply(a.wrapping_add(step * TILE_K * 2), row_bytes, b.wrapping_add(step * 16 * PANEL_STRIDE), rows);
            }
            let left = args.group_k % TILE_K;
            if left > 0 {
                // Zeros in A make whatever B holds behind the group's last pair count for nothing: it is finite.
                for row in 0..rows {
                    let from = a.wrapping_add(row * row_bytes + whole * TILE_K * 2).cast::<u16>();
                    let to = rest.0[row / TILE_ROWS][row % TILE_ROWS].as_mut_ptr();
                    std::ptr::copy_nonoverlapping(from, to, left);
                }
                multiply(rest.0.as_ptr().cast(), TILE_K * 2, b.wrapping_add(whole * 16 * PANEL_STRIDE), rows);
            }
            store(&mut sums, rows > TILE_ROWS);
            accumulate(&sums, rows, args, group);
        }
    }
}

/// Clears the sums.
#[inline(always)]
unsafe fn zero(both: bool) {
    // SAFETY: tile registers are this path's alone.
    unsafe {
        asm!("tilezero tmm0", "tilezero tmm1", options(nostack, nomem));
        if both {
            asm!("tilezero tmm2", "tilezero tmm3", options(nostack, nomem));
        }
    }
}

/// Adds 32 k of up to 32 rows against the panel.
#[inline(always)]
unsafe fn multiply(a: *const u8, row_bytes: usize, b: *const u8, rows: usize) {
    // SAFETY: the caller's sizes.
    unsafe {
        asm!(
            "tileloadd tmm4, [{a} + {sa}*1]",
            "tileloadd tmm6, [{b} + {sb}*1]",
            "tileloadd tmm7, [{b} + {sb}*1 + 64]",
            "tdpbf16ps tmm0, tmm4, tmm6",
            "tdpbf16ps tmm1, tmm4, tmm7",
            a = in(reg) a, sa = in(reg) row_bytes, b = in(reg) b, sb = in(reg) PANEL_STRIDE,
            options(nostack, readonly)
        );
        if rows > TILE_ROWS {
            asm!(
                "tileloadd tmm5, [{a} + {sa}*1]",
                "tdpbf16ps tmm2, tmm5, tmm6",
                "tdpbf16ps tmm3, tmm5, tmm7",
                a = in(reg) a.wrapping_add(TILE_ROWS * row_bytes), sa = in(reg) row_bytes,
                options(nostack, readonly)
            );
        }
    }
}

/// Writes the sums to memory.
#[inline(always)]
unsafe fn store(sums: &mut Sums, both: bool) {
    // SAFETY: each tile is 16 rows of 64 bytes.
    unsafe {
        let [low, high] = &mut sums.0;
        asm!(
            "tilestored [{s0} + {stride}*1], tmm0",
            "tilestored [{s1} + {stride}*1], tmm1",
            s0 = in(reg) low[0].as_mut_ptr(), s1 = in(reg) low[1].as_mut_ptr(), stride = in(reg) 64usize,
            options(nostack)
        );
        if both {
            asm!(
                "tilestored [{s0} + {stride}*1], tmm2",
                "tilestored [{s1} + {stride}*1], tmm3",
                s0 = in(reg) high[0].as_mut_ptr(), s1 = in(reg) high[1].as_mut_ptr(), stride = in(reg) 64usize,
                options(nostack)
            );
        }
    }
}

/// `acc += scale · sum` of one group; the first group of all overwrites.
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn accumulate(sums: &Sums, rows: usize, args: &TileArgs, group: usize) {
    let first = args.first && group == 0;
    for v in 0..2 {
        // SAFETY: scales hold NR columns a group, acc rows × NR.
        unsafe {
            let scale = _mm512_load_ps(args.scales.add(group * NR + 16 * v));
            for row in 0..rows {
                let sum = _mm512_load_ps(sums.0[row / TILE_ROWS][v][row % TILE_ROWS * 16..].as_ptr());
                let out = args.acc.add(row * NR + 16 * v);
                let before = if first { _mm512_setzero_ps() } else { _mm512_load_ps(out) };
                _mm512_store_ps(out, _mm512_fmadd_ps(sum, scale, before));
            }
        }
    }
}

/// Floating-point operations of `iterations` rounds of products on tile registers, for the peak.
///
/// # Safety
/// [`is_granted`].
pub unsafe fn peak_rounds(iterations: usize) -> f64 {
    // SAFETY: registers only; the sums are never read.
    unsafe {
        Amx::begin();
        for _ in 0..iterations {
            asm!(
                "tdpbf16ps tmm0, tmm4, tmm6",
                "tdpbf16ps tmm1, tmm4, tmm7",
                "tdpbf16ps tmm2, tmm5, tmm6",
                "tdpbf16ps tmm3, tmm5, tmm7",
                options(nostack, nomem)
            );
        }
        Amx::end();
    }
    (iterations * 4 * 2 * TILE_ROWS * TILE_ROWS * TILE_K) as f64
}
