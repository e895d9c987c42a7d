//! What a user would write without this crate: per expert gather, dequantise to f32, multiply with a GEMM library, scatter.

use crate::bf16;
use crate::error::KernelError;
use crate::gemm::{RunOptions, RunReport, for_each_task};
use crate::isa::Isa;
use crate::kernels::unpack::{NIBBLE_K, SYMMETRIC_ZERO};
use crate::pool;
use crate::problem::{GemmProblem, Weights};
use crate::schedule::gather_runs;
use gemm::Parallelism;
use std::time::Instant;

/// C as the experts' loops share it.
struct Rows(*mut u16);
// SAFETY: every route appears once (`gather_runs`), so no two experts write one row.
unsafe impl Sync for Rows {}

/// Elements gathered at once, 256 MiB: routes may repeat a row of A far more often than memory allows.
const GATHERED: usize = 1 << 26;

/// The same contract as [`crate::moe_gemm_w4a16`]; takes one expert's weights in f32 of scratch per thread.
///
/// Experts run side by side, each on one thread; where there are fewer experts than threads, the library's own
/// parallelism runs inside each expert instead. The GEMM library picks its own instruction set (AVX-512 or AVX2 FMA).
///
/// # Errors
/// As `moe_gemm_w4a16`; `options.isa` must be unset or the best available one.
pub fn reference_gemm(problem: &mut GemmProblem, options: &RunOptions) -> Result<RunReport, KernelError> {
    let threads = pool::resolve(options.threads)?;
    let started = Instant::now();
    problem.check()?;
    let gathered = gather_runs(problem)?;
    let c = Rows(problem.c.as_mut_ptr());
    let (a, weights, top_k) = (problem.a, problem.weights, problem.top_k);
    let by_expert = gathered.runs.len() >= threads;
    let inner = if by_expert { Parallelism::None } else { Parallelism::Rayon(threads) };
    let work = |index: usize| {
        let run = gathered.runs[index];
        let dense = dequantize(&weights, run.expert);
        let most = (GATHERED / weights.k.max(weights.n).max(1)).max(1);
        for routes in gathered.routes[run.start..run.start + run.len].chunks(most) {
            let product = multiply_rows(a, &weights, &dense, top_k, routes, inner);
            let c = &c;
            for (row, &flat) in routes.iter().enumerate() {
                // SAFETY: flat < num_valid_tokens, whose rows C holds; this run alone writes it.
                let out = unsafe { std::slice::from_raw_parts_mut(c.0.add(flat as usize * weights.n), weights.n) };
                bf16::store(&product[row * weights.n..][..weights.n], out);
            }
        }
    };
    let workers = if by_expert { threads } else { 1 };
    if workers == 1 && threads > 1 {
        pool::with_threads(threads)?.install(|| for_each_task(gathered.runs.len(), 1, options.control, work))?;
    } else {
        for_each_task(gathered.runs.len(), workers, options.control, work)?;
    }
    Ok(RunReport { isa: Isa::available()[0], threads, time: started.elapsed() })
}

/// `[routes.len(), n]` f32.
fn multiply_rows(
    a: &[u16],
    weights: &Weights,
    dense: &[f32],
    top_k: usize,
    routes: &[u32],
    inner: Parallelism,
) -> Vec<f32> {
    let Weights { n, k, .. } = *weights;
    let mut rows = Vec::with_capacity(routes.len() * k);
    for &flat in routes {
        rows.extend(a[flat as usize / top_k * k..][..k].iter().map(|&bits| bf16::to_f32(bits)));
    }
    let mut product = vec![0f32; routes.len() * n];
    // SAFETY: the strides describe the three vectors: C [m, n] = A [m, k] · B [k, n], B being the transpose of `dense`.
    unsafe {
        gemm::gemm(
            routes.len(),
            n,
            k,
            product.as_mut_ptr(),
            1,
            n as isize,
            false,
            rows.as_ptr(),
            1,
            k as isize,
            dense.as_ptr(),
            k as isize,
            1,
            0.0,
            1.0,
            false,
            false,
            false,
            inner,
        );
    }
    product
}

/// `[n, k]` f32 of one expert.
fn dequantize(weights: &Weights, expert: usize) -> Vec<f32> {
    let Weights { n, k, group_size, row_stride, .. } = *weights;
    let groups = k / group_size;
    let mut dense = vec![0f32; n * k];
    for (row, out) in (expert * n..).zip(dense.chunks_exact_mut(k.max(1))) {
        for (group, out) in out.chunks_exact_mut(group_size).enumerate() {
            let scale = bf16::to_f32(weights.scales[row * groups + group]);
            let zero = i32::from(weights.zeros.map_or(SYMMETRIC_ZERO, |zeros| zeros[row * groups + group]));
            let words = &weights.packed[row * row_stride + group * group_size / 8..][..group_size / 8];
            for (out, &word) in out.as_chunks_mut::<8>().0.iter_mut().zip(words) {
                for (nibble, k) in NIBBLE_K.into_iter().enumerate() {
                    out[k] = ((word >> (4 * nibble) & 15) - zero) as f32 * scale;
                }
            }
        }
    }
    dense
}
