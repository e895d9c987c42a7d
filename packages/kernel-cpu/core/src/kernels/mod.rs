//! One file per code path; each implements [`MicroKernel`].

#[cfg(target_arch = "x86_64")]
pub mod avx2;
#[cfg(target_arch = "x86_64")]
pub mod avx512;
#[cfg(target_arch = "x86_64")]
pub mod avx512bf16;
#[cfg(target_arch = "x86_64")]
mod avx512_common;
#[cfg(target_arch = "aarch64")]
pub mod neon;
pub mod portable;
pub mod unpack;

/// Some k of `NR` consecutive columns of one expert's weights, as the caller stores them.
pub struct PackedPanel<'a> {
    /// First word of each column's chunk; a column past the end of the matrix repeats the last real one.
    pub columns: &'a [*const u32],
    /// Words of the chunk (8 k each).
    pub words: usize,
    /// `[groups of the chunk][NR]` zero points, or none for 8.
    pub zeros: Option<&'a [u8]>,
    /// Words from one zero point to the next; at least `words` where the chunk lies in one group.
    pub words_per_zero: usize,
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

    /// Packs `k` (a multiple of 8) bf16 activations of `rows.len() <= MR` rows as `[k][rows]` (or pairs of k).
    ///
    /// # Safety
    /// Each row pointer is valid for `k` reads, `dst` for `k * rows.len() * ELEMENT` bytes.
    unsafe fn pack_a(rows: &[*const u16], k: usize, dst: *mut u8);

    /// Decodes `nibble − zero` of the chunk to exact numbers, `[k][NR]` (or pairs of k).
    ///
    /// # Safety
    /// Each column pointer is valid for `panel.words` reads, `dst` for `8 * words * NR * ELEMENT` bytes, 64-byte aligned.
    unsafe fn decode(panel: &PackedPanel, dst: *mut u8);

    /// Multiplies a tile of `rows <= MR` rows.
    ///
    /// # Safety
    /// See [`TileArgs`]; `b`, `scales` and `acc` are 64-byte aligned.
    unsafe fn tile(rows: usize, args: &TileArgs);

    /// Rounds `columns <= NR` accumulators of one row to bf16.
    ///
    /// # Safety
    /// `acc` is valid for `NR` reads, `dst` for `columns` writes.
    unsafe fn store(acc: *const f32, dst: *mut u16, columns: usize);
}
