//! The loop nest around a micro-kernel, the same for every instruction set.
//!
//! For a task (rows of one expert × a range of columns):
//!
//! ```text
//! pack A of the rows, chunk after chunk                    (L2 resident, read once per panel)
//! for each panel of NR columns
//!   for each chunk of k                                    (about CHUNK_K, a whole number of groups or part of one)
//!     decode the panel's chunk                             (L1 resident, between the tiles of the chunk before)
//!     for each tile of rows: acc += scale · (A · panel)    (acc L1 resident)
//!   every SPAN panels: round acc to bf16 and scatter it to the rows of C
//! ```

use crate::buffer::AlignedBuffer;
use crate::cache;
use crate::kernels::{MicroKernel, PackedPanel, StreamedPanel, Target, TileArgs};
use crate::problem::Weights;
use crate::schedule::{Runs, Task, even_split};
use std::cell::RefCell;
use std::sync::OnceLock;

/// Aim for k per decoded chunk: a panel of 32 bf16 columns then takes 8 KiB of the L1 cache.
const CHUNK_K: usize = 128;
/// The longest chunk that this aim leads to.
const PANEL_K: usize = 2 * CHUNK_K;
/// Aim for the packed activations of a task: half of a 1 MiB L2 cache.
const PACKED_A_BYTES: usize = 512 << 10;
/// Fewer rows than this would decode the weights too often, whatever the cache.
const MIN_TASK_ROWS: usize = 96;
/// More rows than this would push the accumulators of a panel out of the L1 cache.
const MAX_TASK_ROWS: usize = 280;
/// Panels whose results are written to C together, 512 bytes a row with 32 columns: C's rows are often a power of two
/// apart, where narrower visits keep missing the TLB and the same few cache sets.
const SPAN: usize = 8;
/// Panels of one call for few rows: enough that its set-up does not count.
const FEW_ROWS_PANELS: usize = 64;
/// Bytes that one prefetch asks for.
const CACHE_LINE: usize = 64;

/// The tensors of a problem as a worker sees them. `c` is a pointer because workers write disjoint rows of it.
pub struct Tensors<'a> {
    pub a: &'a [u16],
    pub weights: Weights<'a>,
    pub routes: &'a [u32],
    pub top_k: usize,
    pub c: *mut u16,
    /// Whether the call moves more than the caches hold; see [`Target::stream`].
    pub stream: bool,
}

impl<'a> Tensors<'a> {
    /// `c` has a row of `weights.n` for each route.
    pub fn new(a: &'a [u16], weights: Weights<'a>, runs: &'a Runs, top_k: usize, c: &mut [u16]) -> Self {
        static CACHE_BYTES: OnceLock<usize> = OnceLock::new();
        let cache = *CACHE_BYTES.get_or_init(|| cache::last_level_bytes().unwrap_or(32 << 20));
        // C and the weights of the experts share the cache; the weights alone are often larger.
        let bytes = (runs.routes.len() * weights.n * 2)
            .saturating_add(runs.runs.len().saturating_mul(weights.n * weights.row_stride * 4));
        Self { a, weights, routes: &runs.routes, top_k, c: c.as_mut_ptr(), stream: bytes > cache }
    }

    /// `columns` of C from `first` on.
    fn target(&self, first: usize, columns: usize) -> Target {
        Target { c: self.c.wrapping_add(first), stride: self.weights.n, columns, stream: self.stream }
    }
}

// SAFETY: every route appears once (checked by `gather_runs`) and tasks are disjoint, so no two workers write one element.
unsafe impl Sync for Tensors<'_> {}

/// Memory of one worker, reused from task to task.
#[derive(Default)]
struct Scratch {
    a: AlignedBuffer,
    panel: AlignedBuffer,
    acc: AlignedBuffer,
    scales: AlignedBuffer,
    rows: Vec<*const u16>,
    columns: Vec<*const u32>,
    scale_rows: Vec<*const u16>,
    zeros: Vec<u8>,
    chunks: Vec<Chunk>,
    tiles: Vec<(usize, usize)>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Most rows of a task, so that its packed activations stay in the L2 cache.
pub fn max_task_rows<K: MicroKernel>(k: usize) -> usize {
    (PACKED_A_BYTES / (k.max(1) * K::ELEMENT)).clamp(MIN_TASK_ROWS, MAX_TASK_ROWS).next_multiple_of(K::MR)
}

/// Some consecutive k of all groups: where it starts, its length, and its groups.
#[derive(Clone, Copy)]
struct Chunk {
    k0: usize,
    len: usize,
    group0: usize,
    groups: usize,
}

/// Chunks that never split a group unevenly: several whole groups, or a part of one.
fn chunks(k: usize, group_size: usize) -> impl Iterator<Item = Chunk> {
    let whole_groups = (CHUNK_K / group_size).max(1);
    let step = group_size * whole_groups;
    (0..k).step_by(step).flat_map(move |start| {
        let len = step.min(k - start);
        let parts = if whole_groups == 1 { len.div_ceil(PANEL_K) } else { 1 };
        even_split(len / 8, parts).map(move |(from, to)| Chunk {
            k0: start + from * 8,
            len: (to - from) * 8,
            group0: start / group_size,
            groups: if parts == 1 { len / group_size } else { 1 },
        })
    })
}

/// Computes one task.
///
/// # Safety
/// The CPU has the instruction set of `K`, `tensors` was checked, and no other thread works on the same task.
pub unsafe fn run_task<K: MicroKernel>(tensors: &Tensors, task: &Task) {
    let weights = &tensors.weights;
    let routes = &tensors.routes[task.rows.0..task.rows.1];
    SCRATCH.with_borrow_mut(|scratch| {
        scratch.rows.clear();
        scratch.rows.extend(routes.iter().map(|&flat| tensors.a[flat as usize / tensors.top_k * weights.k..].as_ptr()));
        if routes.len() <= K::FEW_ROWS && weights.k > 0 {
            // SAFETY: the caller's guarantees.
            unsafe { run_few_rows::<K>(tensors, task, routes, scratch) };
            return;
        }
        let mut worker = Worker::<K> {
            tensors,
            expert: task.expert,
            rows: routes.len(),
            tiles: &mut scratch.tiles,
            a: scratch.a.at_least(routes.len() * weights.k * K::ELEMENT + K::SLACK),
            acc: scratch.acc.at_least(SPAN * routes.len() * K::NR * 4).cast(),
            scales: scratch.scales.at_least(weights.k / weights.group_size * K::NR * 4).cast(),
            panel: scratch.panel.at_least(2 * PANEL_K * K::NR * K::ELEMENT + K::SLACK),
            columns: &mut scratch.columns,
            scale_rows: &mut scratch.scale_rows,
            zeros: &mut scratch.zeros,
            chunks: &mut scratch.chunks,
            kernel: std::marker::PhantomData,
        };
        worker.chunks.clear();
        worker.chunks.extend(chunks(weights.k, weights.group_size));
        worker.tiles.clear();
        worker.tiles.extend(even_split(routes.len(), routes.len().div_ceil(K::MR)));
        worker.prefetch_weights(task.columns.0, 0, weights.k);
        // SAFETY: the buffers above have the sizes that the steps use; every row pointer has k elements behind it.
        unsafe {
            K::begin();
            worker.pack_rows(&scratch.rows);
            for first in (task.columns.0..task.columns.1).step_by(SPAN * K::NR) {
                let columns = (SPAN * K::NR).min(task.columns.1 - first);
                for (panel, column) in (first..first + columns).step_by(K::NR).enumerate() {
                    worker.multiply_panel(column, worker.acc.add(panel * routes.len() * K::NR));
                }
                K::scatter(worker.acc, routes, &tensors.target(first, columns));
            }
            K::end();
        }
    });
}

/// The loop nest for a handful of rows: memory bound, so the weights are read front to back and nothing else is stored.
unsafe fn run_few_rows<K: MicroKernel>(tensors: &Tensors, task: &Task, routes: &[u32], scratch: &mut Scratch) {
    let Weights { n, k, group_size, row_stride, .. } = tensors.weights;
    let acc = scratch.acc.at_least(routes.len() * FEW_ROWS_PANELS * K::NR * 4).cast::<f32>();
    let a = scratch.a.at_least(K::few_bytes(routes.len(), k));
    // SAFETY: every row has k elements, and the buffer was sized for them.
    unsafe { K::pack_few(&scratch.rows, k, a) };
    for column in (task.columns.0..task.columns.1).step_by(FEW_ROWS_PANELS * K::NR) {
        let columns = (FEW_ROWS_PANELS * K::NR).min(task.columns.1 - column);
        let row = task.expert * n + column;
        let groups = row * (k / group_size)..(row + columns) * (k / group_size);
        let panel = StreamedPanel {
            packed: tensors.weights.packed[row * row_stride..(row + columns - 1) * row_stride + k / 8].as_ptr().cast(),
            row_stride,
            scales: tensors.weights.scales[groups.clone()].as_ptr(),
            zeros: tensors.weights.zeros.map_or(std::ptr::null(), |zeros| zeros[groups].as_ptr()),
            columns,
            k,
            group_size,
        };
        // SAFETY: the slices above hold the panel, the scratch the accumulators, C the routed rows.
        unsafe {
            K::few_rows(routes.len(), a, &panel, acc);
            K::scatter(acc, routes, &tensors.target(column, columns));
        }
    }
}

/// One task with its buffers; the steps of the loop nest are its methods.
struct Worker<'a, K: MicroKernel> {
    tensors: &'a Tensors<'a>,
    expert: usize,
    rows: usize,
    /// Rows (from, to) of each tile: as few tiles as possible, as even as possible.
    tiles: &'a mut Vec<(usize, usize)>,
    /// Packed activations, `[chunk][tile][k][rows of the tile]`.
    a: *mut u8,
    /// `[SPAN][rows][NR]`.
    acc: *mut f32,
    /// Of the panel, `[groups][NR]`.
    scales: *mut f32,
    /// Two decoded chunks of the panel, each `[k][NR]`.
    panel: *mut u8,
    /// First word of each column of the panel.
    columns: &'a mut Vec<*const u32>,
    /// First scale of each column of the panel.
    scale_rows: &'a mut Vec<*const u16>,
    /// Of the panel, `[groups][NR]`.
    zeros: &'a mut Vec<u8>,
    chunks: &'a mut Vec<Chunk>,
    kernel: std::marker::PhantomData<K>,
}

impl<K: MicroKernel> Worker<'_, K> {
    /// Packs tile by tile, so that each row is read front to back.
    unsafe fn pack_rows(&self, rows: &[*const u16]) {
        let mut here = [std::ptr::null(); 32];
        for &(from, to) in self.tiles.iter() {
            for chunk in self.chunks.iter() {
                for (pointer, row) in here.iter_mut().zip(&rows[from..to]) {
                    *pointer = row.wrapping_add(chunk.k0);
                }
                // SAFETY: every row has k elements; the offset is this tile's share of the chunk.
                unsafe { K::pack_a(&here[..to - from], chunk.len, self.a.add(self.packed_offset(*chunk, from))) };
            }
        }
    }

    /// Byte where the packed activations of a chunk start for the tile that begins at `row`.
    fn packed_offset(&self, chunk: Chunk, row: usize) -> usize {
        (chunk.k0 * self.rows + row * chunk.len) * K::ELEMENT
    }

    /// Multiplies the panel at `column` into `acc`, `[rows][NR]`.
    unsafe fn multiply_panel(&mut self, column: usize, acc: *mut f32) {
        let weights = self.tensors.weights;
        self.load_columns(column);
        self.load_scales(column);
        self.load_zeros(column);
        if weights.k == 0 {
            // SAFETY: `acc` holds rows × NR.
            unsafe { std::ptr::write_bytes(acc, 0, self.rows * K::NR) };
        }
        // A chunk is decoded between the tiles of the one before it: shuffles and stores then run in the shadow of the
        // multiplications, which they do not depend on.
        for part in 0..K::DECODE_PARTS {
            // SAFETY: the caller's guarantees.
            unsafe { self.decode(column, 0, part) };
        }
        for index in 0..self.chunks.len() {
            let mut parts = if index + 1 < self.chunks.len() { 0..K::DECODE_PARTS } else { 0..0 };
            let per_tile = parts.len().div_ceil(self.tiles.len());
            for &(from, to) in self.tiles.iter() {
                // SAFETY: the buffers were sized for it.
                unsafe { K::tile(to - from, &self.tile_args(index, from, acc)) };
                for part in parts.by_ref().take(per_tile) {
                    // SAFETY: the caller's guarantees.
                    unsafe { self.decode(column, index + 1, part) };
                }
            }
        }
    }

    /// Decodes one part of a chunk, and asks for the weights of the same chunk in the next panel.
    unsafe fn decode(&self, column: usize, index: usize, part: usize) {
        let Some(&chunk) = self.chunks.get(index) else { return };
        let zeros = self.tensors.weights.zeros;
        let packed = PackedPanel {
            columns: self.columns,
            first_word: chunk.k0 / 8,
            words: chunk.len / 8,
            zeros: zeros.map(|_| &self.zeros[chunk.group0 * K::NR..]),
            words_per_zero: chunk.len / 8 / chunk.groups,
        };
        if part == 0 {
            self.prefetch_weights(column + K::NR, chunk.k0, chunk.len);
        }
        // SAFETY: the columns point into the packed weights, whose size was checked; the buffers were sized for it.
        unsafe { K::decode(&packed, part, self.decoded(index)) };
    }

    /// Where a chunk is decoded to: two buffers in turn.
    fn decoded(&self, index: usize) -> *mut u8 {
        self.panel.wrapping_add(index % 2 * PANEL_K * K::NR * K::ELEMENT)
    }

    /// The tile whose first row is `from`.
    fn tile_args(&self, index: usize, from: usize, acc: *mut f32) -> TileArgs {
        let chunk = self.chunks[index];
        TileArgs {
            a: self.a.wrapping_add(self.packed_offset(chunk, from)),
            b: self.decoded(index),
            group_k: chunk.len / chunk.groups,
            groups: chunk.groups,
            scales: self.scales.wrapping_add(chunk.group0 * K::NR),
            acc: acc.wrapping_add(from * K::NR),
            first: chunk.k0 == 0,
        }
    }

    /// Row of the weight matrix behind a panel's column; columns past the end repeat the last one and are not stored.
    fn weight_row(&self, column: usize) -> usize {
        let n = self.tensors.weights.n;
        self.expert * n + column.min(n - 1)
    }

    fn load_columns(&mut self, column: usize) {
        let weights = &self.tensors.weights;
        let row = |column| self.weight_row(column) * weights.row_stride;
        let (first, last) = (row(column), row(column + K::NR - 1));
        // One check for all columns: rows ascend.
        assert!(last + weights.k / 8 <= weights.packed.len());
        let base = weights.packed[first..].as_ptr().cast::<u32>();
        let limit = last - first;
        self.columns.clear();
        self.columns.extend((0..K::NR).map(|lane| base.wrapping_add((lane * weights.row_stride).min(limit))));
    }

    fn load_scales(&mut self, column: usize) {
        let weights = &self.tensors.weights;
        let groups = weights.k / weights.group_size;
        self.scale_rows.clear();
        for lane in 0..K::NR {
            let row = self.weight_row(column + lane) * groups;
            self.scale_rows.push(weights.scales[row..row + groups].as_ptr());
        }
        // SAFETY: each pointer has `groups` scales behind it, `scales` holds groups × NR.
        unsafe { K::load_scales(self.scale_rows, groups, self.scales) };
    }

    fn load_zeros(&mut self, column: usize) {
        let weights = &self.tensors.weights;
        let groups = weights.k / weights.group_size;
        let Some(zeros) = weights.zeros else { return };
        self.zeros.resize(groups * K::NR, 0);
        for lane in 0..K::NR {
            let row = self.weight_row(column + lane) * groups;
            for (group, &zero) in zeros[row..row + groups].iter().enumerate() {
                self.zeros[group * K::NR + lane] = zero;
            }
        }
    }

    /// Asks for some k of the panel at `column`. A panel ahead of its use is far enough for any memory latency and near
    /// enough for the L2 cache.
    fn prefetch_weights(&self, column: usize, k0: usize, len: usize) {
        let weights = &self.tensors.weights;
        let groups = weights.k / weights.group_size;
        for column in column..(column + K::NR).min(weights.n) {
            let row = self.expert * weights.n + column;
            let words = weights.packed.as_ptr().wrapping_add(row * weights.row_stride + k0 / 8);
            for offset in (0..len / 8).step_by(CACHE_LINE / 4) {
                prefetch(words.wrapping_add(offset));
            }
            if k0 == 0 {
                prefetch(weights.scales.as_ptr().wrapping_add(row * groups));
            }
        }
    }
}

/// A hint to bring a line to the L2 cache; any address is allowed.
fn prefetch<T>(address: *const T) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a hint; it never faults.
    unsafe {
        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T1 }>(address.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = address; // no stable intrinsic
}
