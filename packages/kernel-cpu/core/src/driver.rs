//! The loop nest around a micro-kernel, the same for every instruction set.
//!
//! For a task (rows of one expert × a range of columns):
//!
//! ```text
//! pack A of the rows, chunk after chunk                    (L2 resident, read once per panel)
//! for each panel of NR columns
//!   for each chunk of k                                    (about CHUNK_K, a whole number of groups or part of one)
//!     decode the panel's chunk                             (L1 resident)
//!     for each tile of rows: acc += scale · (A · panel)    (acc L1 resident)
//!   round acc to bf16 and scatter it to the rows of C
//! ```

use crate::buffer::AlignedBuffer;
use crate::bf16;
use crate::kernels::{MicroKernel, PackedPanel, TileArgs};
use crate::problem::Weights;
use crate::schedule::{Task, even_split};
use std::cell::RefCell;

/// Aim for k per decoded chunk: a panel of 32 bf16 columns then takes 8 KiB of the L1 cache.
const CHUNK_K: usize = 128;
/// Aim for the packed activations of a task: half of a 1 MiB L2 cache.
const PACKED_A_BYTES: usize = 512 << 10;
/// Fewer rows than this would decode the weights too often, whatever the cache.
const MIN_TASK_ROWS: usize = 96;

/// The tensors of a problem as a worker sees them. `c` is a pointer because workers write disjoint rows of it.
pub struct Tensors<'a> {
    pub a: &'a [u16],
    pub weights: Weights<'a>,
    pub routes: &'a [u32],
    pub top_k: usize,
    pub c: *mut u16,
}

// SAFETY: every route appears once (checked by `gather_runs`) and tasks are disjoint, so no two workers write one element.
unsafe impl Sync for Tensors<'_> {}

#[derive(Default)]
struct Scratch {
    a: AlignedBuffer,
    panel: AlignedBuffer,
    acc: AlignedBuffer,
    scales: AlignedBuffer,
    rows: Vec<*const u16>,
    columns: Vec<*const u32>,
    zeros: Vec<u8>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Most rows of a task, so that its packed activations stay in the L2 cache.
pub fn max_task_rows<K: MicroKernel>(k: usize) -> usize {
    (PACKED_A_BYTES / (k.max(1) * K::ELEMENT)).max(MIN_TASK_ROWS).next_multiple_of(K::MR)
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
        let parts = if whole_groups == 1 { len.div_ceil(2 * CHUNK_K) } else { 1 };
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
    SCRATCH.with_borrow_mut(|scratch| {
        let weights = &tensors.weights;
        let routes = &tensors.routes[task.rows.0..task.rows.1];
        let tiles = routes.len().div_ceil(K::MR);
        let acc = scratch.acc.at_least(routes.len() * K::NR * 4).cast::<f32>();
        if weights.k == 0 {
            // SAFETY: `acc` has just been sized.
            unsafe { std::ptr::write_bytes(acc, 0, routes.len() * K::NR) };
        }
        let a = scratch.a.at_least(routes.len() * weights.k * K::ELEMENT);
        scratch.rows.clear();
        for &flat in routes {
            scratch.rows.push(tensors.a[flat as usize / tensors.top_k * weights.k..].as_ptr());
        }
        // SAFETY: `a` holds rows × k elements, and every row pointer has k elements behind it (`GemmProblem::check`).
        unsafe { pack_rows::<K>(&scratch.rows, weights, tiles, a) };
        for column in (task.columns.0..task.columns.1).step_by(K::NR) {
            let columns = K::NR.min(task.columns.1 - column);
            // SAFETY: as above; `acc` holds rows × NR accumulators.
            unsafe {
                multiply_panel::<K>(scratch, weights, task.expert, column, routes.len(), tiles, a, acc);
                scatter::<K>(tensors, routes, acc, column, columns);
            }
        }
    });
}

/// Packs all rows chunk by chunk, tile by tile inside a chunk: the order in which `multiply_panel` reads them.
unsafe fn pack_rows<K: MicroKernel>(rows: &[*const u16], weights: &Weights, tiles: usize, dst: *mut u8) {
    let mut row_chunk = [std::ptr::null(); 32];
    for chunk in chunks(weights.k, weights.group_size) {
        for (from, to) in even_split(rows.len(), tiles) {
            let count = to - from;
            for (slot, row) in row_chunk.iter_mut().zip(&rows[from..to]) {
                // SAFETY: the row has k elements.
                *slot = unsafe { row.add(chunk.k0) };
            }
            let offset = (chunk.k0 * rows.len() + from * chunk.len) * K::ELEMENT;
            // SAFETY: the tile's share of the packed buffer.
            unsafe { K::pack_a(&row_chunk[..count], chunk.len, dst.add(offset)) };
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "one step of the loop nest; a struct would only rename its locals")]
unsafe fn multiply_panel<K: MicroKernel>(
    scratch: &mut Scratch,
    weights: &Weights,
    expert: usize,
    column: usize,
    rows: usize,
    tiles: usize,
    a: *const u8,
    acc: *mut f32,
) {
    for chunk in chunks(weights.k, weights.group_size) {
        let panel = scratch.panel.at_least(chunk.len * K::NR * K::ELEMENT);
        let scales = scratch.scales.at_least(chunk.groups * K::NR * 4).cast::<f32>();
        load_columns::<K>(&mut scratch.columns, weights, expert, column, chunk);
        load_scales::<K>(scales, weights, expert, column, chunk);
        load_zeros::<K>(&mut scratch.zeros, weights, expert, column, chunk);
        let packed = PackedPanel {
            columns: &scratch.columns,
            words: chunk.len / 8,
            zeros: weights.zeros.map(|_| scratch.zeros.as_slice()),
            words_per_zero: chunk.len / 8 / chunk.groups,
        };
        // SAFETY: `load_columns` points into the packed weights, whose size was checked.
        unsafe { K::decode(&packed, panel) };
        for (from, to) in even_split(rows, tiles) {
            // SAFETY: offsets stay inside the buffers that `run_task` sized.
            unsafe {
                let args = TileArgs {
                    a: a.add((chunk.k0 * rows + from * chunk.len) * K::ELEMENT),
                    b: panel,
                    group_k: chunk.len / chunk.groups,
                    groups: chunk.groups,
                    scales,
                    acc: acc.add(from * K::NR),
                    first: chunk.k0 == 0,
                };
                K::tile(to - from, &args);
            }
        }
    }
}

/// Row of the weight matrix behind a panel's column; columns past the end repeat the last one and are not stored.
fn weight_row(weights: &Weights, expert: usize, column: usize) -> usize {
    expert * weights.n + column.min(weights.n - 1)
}

fn load_columns<K: MicroKernel>(out: &mut Vec<*const u32>, weights: &Weights, expert: usize, column: usize, chunk: Chunk) {
    out.clear();
    out.extend((column..column + K::NR).map(|column| {
        let row = weight_row(weights, expert, column) * weights.row_stride;
        weights.packed[row + chunk.k0 / 8..].as_ptr().cast::<u32>()
    }));
}

fn load_scales<K: MicroKernel>(out: *mut f32, weights: &Weights, expert: usize, column: usize, chunk: Chunk) {
    let groups = weights.k / weights.group_size;
    for lane in 0..K::NR {
        let row = weight_row(weights, expert, column + lane) * groups + chunk.group0;
        for (group, &scale) in weights.scales[row..row + chunk.groups].iter().enumerate() {
            // SAFETY: the caller sized `out` for groups × NR.
            unsafe { *out.add(group * K::NR + lane) = bf16::to_f32(scale) };
        }
    }
}

fn load_zeros<K: MicroKernel>(out: &mut Vec<u8>, weights: &Weights, expert: usize, column: usize, chunk: Chunk) {
    let Some(zeros) = weights.zeros else { return };
    let groups = weights.k / weights.group_size;
    out.clear();
    for group in chunk.group0..chunk.group0 + chunk.groups {
        out.extend((column..column + K::NR).map(|column| zeros[weight_row(weights, expert, column) * groups + group]));
    }
}

unsafe fn scatter<K: MicroKernel>(tensors: &Tensors, routes: &[u32], acc: *const f32, column: usize, columns: usize) {
    for (row, &flat) in routes.iter().enumerate() {
        // SAFETY: flat < num_valid_tokens and column + columns <= n, so the target lies in C.
        unsafe {
            let target = tensors.c.add(flat as usize * tensors.weights.n + column);
            K::store(acc.add(row * K::NR), target, columns);
        }
    }
}
