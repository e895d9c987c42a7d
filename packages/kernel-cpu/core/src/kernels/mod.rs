//! One file per code path; each implements [`MicroKernel`].

use crate::bf16;

#[cfg(target_arch = "x86_64")]
pub mod amx;
#[cfg(target_arch = "x86_64")]
pub mod avx2;
#[cfg(target_arch = "x86_64")]
pub mod avx512;
#[cfg(target_arch = "x86_64")]
mod avx512_common;
#[cfg(target_arch = "x86_64")]
pub mod avx512bf16;
#[cfg(target_arch = "x86_64")]
mod avx512bf16_few;
#[cfg(target_arch = "aarch64")]
pub mod neon;
pub mod portable;
pub mod unpack;

/// Some k of `NR` consecutive columns of one expert's weights, as the caller stores them.
pub struct PackedPanel<'a> {
    /// First word of each column; a column past the end of the matrix repeats the last real one.
    pub columns: &'a [*const u32],
    /// Where in each column the chunk starts.
    pub first_word: usize,
    /// Words of the chunk (8 k each).
    pub words: usize,
    /// `[groups of the chunk][NR]` zero points, or none for 8.
    pub zeros: Option<&'a [u8]>,
    /// Words from one zero point to the next; at least `words` where the chunk lies in one group.
    pub words_per_zero: usize,
}

/// All k of consecutive columns of one expert's weights, as the caller stores them.
pub struct StreamedPanel {
    pub packed: *const u32,
    /// Words from one column to the next.
    pub row_stride: usize,
    /// `[columns][k / group_size]`.
    pub scales: *const u16,
    /// `[columns][k / group_size]`, or null for 8.
    pub zeros: *const u8,
    pub columns: usize,
    pub k: usize,
    pub group_size: usize,
}

/// What a tile adds to its accumulators: `acc[row][column] += Σ_groups scale[group][column] · Σ_k a·b`.
pub struct TileArgs {
    /// `[k][rows]` packed activations of the chunk, in the element order of [`MicroKernel::pack_a`].
    pub a: *const u8,
    /// `[k][NR]` decoded panel.
    pub b: *const u8,
    /// k of one group inside the chunk.
    pub group_k: usize,
    /// Groups in the chunk.
    pub groups: usize,
    /// `[groups][NR]`.
    pub scales: *const f32,
    /// `[rows][NR]`.
    pub acc: *mut f32,
    /// Whether this is the first chunk: the accumulators are overwritten instead of added to.
    pub first: bool,
}

/// The inner loops of one instruction set. All pointers are to scratch memory of one worker.
///
/// # Safety
/// Implementations assume that the CPU has their instruction set ([`crate::Isa::is_available`]) and that the sizes in
/// their arguments describe memory that the caller owns.
pub unsafe trait MicroKernel {
    /// Columns of a panel.
    const NR: usize;
    /// Most rows of a tile.
    const MR: usize;
    /// Bytes of one packed activation or decoded weight.
    const ELEMENT: usize;

    /// Bytes behind the packed activations and the panel that `tile` may read (not use).
    const SLACK: usize = 0;

    /// Prepares the thread for a task's tiles.
    ///
    /// # Safety
    /// The CPU has the instruction set.
    unsafe fn begin() {}

    /// Undoes `begin`.
    ///
    /// # Safety
    /// As `begin`, which came before.
    unsafe fn end() {}

    /// Packs `k` (a multiple of 8) bf16 activations of `rows.len() <= MR` rows as `[k][rows]` (or pairs of k).
    ///
    /// # Safety
    /// Each row pointer is valid for `k` reads, `dst` for `k * rows.len() * ELEMENT` bytes.
    unsafe fn pack_a(rows: &[*const u16], k: usize, dst: *mut u8);

    /// How many pieces a chunk can be decoded in.
    const DECODE_PARTS: usize = 1;

    /// Decodes `nibble − zero` of one part of the chunk to exact numbers, `[k][NR]` (or pairs of k).
    ///
    /// # Safety
    /// Each column pointer is valid for `panel.first_word + panel.words` reads, `dst` for `8 * words * NR * ELEMENT`
    /// bytes, 64-byte aligned; `part < DECODE_PARTS`.
    unsafe fn decode(panel: &PackedPanel, part: usize, dst: *mut u8);

    /// Multiplies a tile of `rows <= MR` rows.
    ///
    /// # Safety
    /// See [`TileArgs`]; `b`, `scales` and `acc` are 64-byte aligned.
    unsafe fn tile(rows: usize, args: &TileArgs);

    /// Up to this many rows, [`MicroKernel::few_rows`] replaces decode and tile.
    const FEW_ROWS: usize = 0;

    /// Bytes that `pack_few` writes for `rows <= FEW_ROWS` rows.
    fn few_bytes(rows: usize, _k: usize) -> usize {
        unreachable!("no path for {rows} rows");
    }

    /// Packs `k` activations of each of `rows.len() <= FEW_ROWS` rows for `few_rows`.
    ///
    /// # Safety
    /// As `pack_a`; `dst` is valid for `few_bytes`, 64-byte aligned.
    unsafe fn pack_few(rows: &[*const u16], _k: usize, _dst: *mut u8) {
        unreachable!("no path for {} rows", rows.len());
    }

    /// Multiplies few rows by a panel that is streamed column by column and never decoded to memory:
    /// accumulators `[panels of NR columns][rows][NR]`.
    ///
    /// # Safety
    /// `a` comes from `pack_few`; the panel's pointers are valid for its columns; `acc` for rows × columns rounded up to
    /// NR, 64-byte aligned.
    unsafe fn few_rows(rows: usize, _a: *const u8, _panel: &StreamedPanel, _acc: *mut f32) {
        unreachable!("no path for {rows} rows");
    }

    /// Turns the bf16 scales of a panel's columns into f32, `[groups][NR]`.
    ///
    /// # Safety
    /// Each of the NR pointers is valid for `groups` reads, `dst` for `groups * NR` writes, 64-byte aligned.
    unsafe fn load_scales(columns: &[*const u16], groups: usize, dst: *mut f32) {
        for (lane, column) in columns.iter().enumerate() {
            for group in 0..groups {
                // SAFETY: the caller's sizes.
                unsafe { *dst.add(group * Self::NR + lane) = bf16::to_f32(*column.add(group)) };
            }
        }
    }

    /// Rounds the accumulators `[panels][routes.len()][NR]` to bf16 and writes them to `out`. Several panels at once: a
    /// row's cache lines and page are then visited once, not once a panel.
    ///
    /// # Safety
    /// The targets lie in memory that the caller owns; `acc` is 64-byte aligned and holds `columns` rounded up to NR.
    unsafe fn scatter(acc: *const f32, routes: &[u32], out: &Target);
}

/// Some columns of C.
pub struct Target {
    /// First of the columns, in the first row of C.
    pub c: *mut u16,
    /// Elements from one row of C to the next.
    pub stride: usize,
    /// How many columns.
    pub columns: usize,
    /// The call moves more than the caches hold, so that whole lines had better go past them.
    pub stream: bool,
}

/// [`MicroKernel::scatter`], to be inlined into a function with target features so that it takes their vector width.
#[inline(always)]
unsafe fn scatter_rows<const NR: usize>(acc: *const f32, routes: &[u32], out: &Target) {
    for (row, &route) in routes.iter().enumerate() {
        for panel in 0..out.columns.div_ceil(NR) {
            let here = (out.columns - panel * NR).min(NR);
            // SAFETY: acc holds NR values a row of a panel, the target `columns`.
            unsafe {
                let values = &*acc.add((panel * routes.len() + row) * NR).cast::<[f32; NR]>();
                let target = out.c.add(route as usize * out.stride + panel * NR);
                if here == NR {
                    bf16::store(values, &mut *target.cast::<[u16; NR]>());
                } else {
                    bf16::store(&values[..here], std::slice::from_raw_parts_mut(target, here));
                }
            }
        }
    }
}
