//! The grouped GEMM: check, plan, run on all threads.

use crate::driver::{self, Tensors};
use crate::error::KernelError;
use crate::isa::Isa;
use crate::kernels::{MicroKernel, portable::Portable};
use crate::pool;
use crate::problem::{GemmProblem, Weights};
use crate::schedule::{Runs, gather_runs};
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
    let plan = Plan::resolve(options)?;
    let started = Instant::now();
    problem.check()?;
    let runs = gather_runs(problem)?;
    let (a, weights, top_k) = (problem.a, problem.weights, problem.top_k);
    let tensors = Tensors::new(a, weights, &runs, top_k, problem.c);
    plan.multiply(&tensors, &runs, options.control)?;
    Ok(plan.report(started))
}

/// The resolved options of a call.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    isa: Isa,
    pub(crate) threads: usize,
}

impl Plan {
    pub(crate) fn resolve(options: &RunOptions) -> Result<Self, KernelError> {
        Ok(Self { isa: Isa::resolve(options.isa)?, threads: pool::resolve(options.threads)? })
    }

    pub(crate) fn report(self, started: Instant) -> RunReport {
        RunReport { isa: self.isa, threads: self.threads, time: started.elapsed() }
    }

    /// Multiplies checked tensors.
    pub(crate) fn multiply(
        self,
        tensors: &Tensors,
        runs: &Runs,
        control: Option<&dyn Control>,
    ) -> Result<(), KernelError> {
        match self.isa {
            #[cfg(target_arch = "x86_64")]
            Isa::Amx => self.multiply_on::<crate::kernels::amx::Amx>(tensors, runs, control),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512Bf16 => self.multiply_on::<crate::kernels::avx512bf16::Avx512Bf16>(tensors, runs, control),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => self.multiply_on::<crate::kernels::avx512::Avx512>(tensors, runs, control),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => self.multiply_on::<crate::kernels::avx2::Avx2>(tensors, runs, control),
            #[cfg(target_arch = "aarch64")]
            Isa::Neon => self.multiply_on::<crate::kernels::neon::Neon>(tensors, runs, control),
            Isa::Portable => self.multiply_on::<Portable>(tensors, runs, control),
            #[cfg(not(target_arch = "x86_64"))]
            Isa::Amx | Isa::Avx512Bf16 | Isa::Avx512 | Isa::Avx2 => unreachable!("`Isa::resolve` refused it"),
            #[cfg(not(target_arch = "aarch64"))]
            Isa::Neon => unreachable!("`Isa::resolve` refused it"),
        }
    }

    fn multiply_on<K: MicroKernel>(
        self,
        tensors: &Tensors,
        runs: &Runs,
        control: Option<&dyn Control>,
    ) -> Result<(), KernelError> {
        let Weights { n, k, .. } = tensors.weights;
        let tasks = runs.tasks(n, K::NR, driver::max_task_rows::<K>(k), self.threads);
        for_each_task(tasks.len(), self.threads, control, |index| {
            // SAFETY: `Isa::resolve` found the instruction set; tasks are disjoint and run once each.
            unsafe { driver::run_task::<K>(tensors, &tasks[index]) };
        })
    }
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
        pool::on_each(threads, worker)?;
    }
    let done = done.into_inner();
    if done < total { Err(KernelError::Cancelled { done, total }) } else { Ok(()) }
}
