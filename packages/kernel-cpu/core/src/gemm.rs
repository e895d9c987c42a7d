//! The grouped GEMM: check, plan, run on all threads.

use crate::driver::{self, Tensors};
use crate::error::KernelError;
use crate::isa::Isa;
use crate::kernels::{MicroKernel, portable::Portable};
use crate::pool;
use crate::problem::GemmProblem;
use crate::schedule::gather_runs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Lets a caller watch and stop a call; both are asked between tasks, from any worker thread.
pub trait Control: Sync {
    fn is_cancelled(&self) -> bool;
    fn progress(&self, done: usize, total: usize);
}

/// How to run; the default is the fastest path on all CPUs.
#[derive(Clone, Copy, Default)]
pub struct RunOptions<'a> {
    pub isa: Option<Isa>,
    /// 1 to 1024.
    pub threads: Option<usize>,
    pub control: Option<&'a dyn Control>,
}

/// What really ran.
#[derive(Clone, Copy, Debug)]
pub struct RunReport {
    pub isa: Isa,
    pub threads: usize,
    pub time: Duration,
}

/// Computes a grouped GEMM into `problem.c`. Rows without a route are not touched; no tokens or no blocks is a no-op.
///
/// # Errors
/// Any variant of [`KernelError`]; C is unchanged except after `Cancelled`.
pub fn moe_gemm_w4a16(problem: &mut GemmProblem, options: &RunOptions) -> Result<RunReport, KernelError> {
    let isa = Isa::resolve(options.isa)?;
    match isa {
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512Bf16 => run::<crate::kernels::avx512bf16::Avx512Bf16>(isa, problem, options),
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 => run::<crate::kernels::avx512::Avx512>(isa, problem, options),
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => run::<crate::kernels::avx2::Avx2>(isa, problem, options),
        #[cfg(target_arch = "aarch64")]
        Isa::Neon => run::<crate::kernels::neon::Neon>(isa, problem, options),
        _ => run::<Portable>(Isa::Portable, problem, options),
    }
}

fn run<K: MicroKernel>(isa: Isa, problem: &mut GemmProblem, options: &RunOptions) -> Result<RunReport, KernelError> {
    let threads = pool::resolve(options.threads)?;
    let started = Instant::now();
    problem.check()?;
    let runs = gather_runs(problem)?;
    let weights = problem.weights;
    let tasks = runs.tasks(weights.n, K::NR, driver::max_task_rows::<K>(weights.k), threads);
    let tensors =
        Tensors { a: problem.a, weights, routes: &runs.routes, top_k: problem.top_k, c: problem.c.as_mut_ptr() };
    for_each_task(tasks.len(), threads, options.control, |index| {
        // SAFETY: `Isa::resolve` found the instruction set; tasks are disjoint and run once each.
        unsafe { driver::run_task::<K>(&tensors, &tasks[index]) };
    })?;
    Ok(RunReport { isa, threads, time: started.elapsed() })
}

/// Calls `work(0..total)` once each, in about that order, on `threads` threads.
pub(crate) fn for_each_task(
    total: usize,
    threads: usize,
    control: Option<&dyn Control>,
    work: impl Fn(usize) + Sync,
) -> Result<(), KernelError> {
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let worker = || {
        loop {
            if control.is_some_and(Control::is_cancelled) {
                return;
            }
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= total {
                return;
            }
            work(index);
            let finished = done.fetch_add(1, Ordering::Relaxed) + 1;
            if let Some(control) = control {
                control.progress(finished, total);
            }
        }
    };
    if total > 0 && threads.min(total) == 1 {
        worker();
    } else if total > 0 {
        pool::with_threads(threads)?.broadcast(|_| worker());
    }
    let done = done.into_inner();
    if done < total { Err(KernelError::Cancelled { done, total }) } else { Ok(()) }
}
