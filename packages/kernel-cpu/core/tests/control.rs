//! Watching and stopping a call.

mod support;

use moe_kernel_cpu::{Control, Isa, KernelError, RunOptions, moe_gemm_w4a16, reference_gemm};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use support::case::{Case, POISON};
use support::{Random, Shape};

/// Says "cancelled" from the time that `limit` tasks are done, and keeps what it was told.
struct Watch {
    limit: usize,
    done: AtomicUsize,
    told: Mutex<Vec<(std::thread::ThreadId, usize, usize)>>,
}

impl Watch {
    fn until(limit: usize) -> Self {
        Self { limit, done: AtomicUsize::new(0), told: Mutex::default() }
    }
}

impl Control for Watch {
    fn is_cancelled(&self) -> bool {
        self.done.load(Ordering::Relaxed) >= self.limit
    }
    fn progress(&self, done: usize, total: usize) {
        self.done.fetch_add(1, Ordering::Relaxed);
        self.told.lock().unwrap().push((std::thread::current().id(), done, total));
    }
}

/// Ten experts, two rows each.
fn case() -> Case {
    let shape = Shape { experts: 10, n: 70, k: 64, group: 32, row_stride: 8, zeros: false };
    let expert_of: Vec<i32> = (0..20).map(|flat| flat % 10).collect();
    Case::exact(shape, &expert_of, 1, 4, &mut Random(31))
}

fn run(case: &Case, c: &mut [u16], isa: Option<Isa>, threads: usize, watch: &Watch) -> Result<(), KernelError> {
    let options = RunOptions { isa, threads: Some(threads), control: Some(watch) };
    let mut problem = case.problem(c);
    match isa {
        Some(_) => moe_gemm_w4a16(&mut problem, &options).map(drop),
        None => reference_gemm(&mut problem, &options).map(drop),
    }
}

#[test]
fn progress_tells_every_task_once_and_rises_on_each_thread() {
    let case = case();
    for path in support::case::paths() {
        for threads in [1, 2, 5] {
            let watch = Watch::until(usize::MAX);
            run(&case, &mut vec![POISON; 20 * 70], path, threads, &watch).unwrap();
            let told = watch.told.into_inner().unwrap();
            let total = told.len();
            assert!(total >= 10, "{path:?}: at least a task for each expert");
            assert!(told.iter().all(|&(_, _, given)| given == total), "{path:?}: one total for all");
            let mut counts: Vec<usize> = told.iter().map(|&(_, done, _)| done).collect();
            counts.sort_unstable();
            assert!(counts.into_iter().eq(1..=total), "{path:?}: 1, 2, … total");
            for (i, &(thread, done, _)) in told.iter().enumerate() {
                assert!(told[..i].iter().all(|&(other, before, _)| other != thread || before < done), "{path:?}");
            }
        }
    }
}

#[test]
fn a_call_that_is_cancelled_at_once_leaves_c_alone() {
    let case = case();
    for path in support::case::paths() {
        for threads in [1, 4] {
            let mut c = vec![POISON; 20 * 70];
            let error = run(&case, &mut c, path, threads, &Watch::until(0)).unwrap_err();
            assert!(matches!(error, KernelError::Cancelled { done: 0, total: 10.. }), "{path:?}: {error:?}");
            assert!(c.iter().all(|&bits| bits == POISON), "{path:?}");
        }
    }
}

#[test]
fn a_call_that_is_cancelled_in_the_middle_has_done_what_it_says() {
    let case = case();
    let want = case.want();
    for isa in Isa::available() {
        let mut c = vec![POISON; 20 * 70];
        let error = run(&case, &mut c, Some(isa), 1, &Watch::until(4)).unwrap_err();
        assert_eq!(error, KernelError::Cancelled { done: 4, total: 10 }, "{isa}");
        let rows: Vec<&[u16]> = c.chunks(70).collect();
        let untouched = rows.iter().filter(|row| row.iter().all(|&bits| bits == POISON)).count();
        assert_eq!(untouched, 12, "{isa}: one thread takes an expert a task, two rows each");
        let kept = c.iter().zip(want.clone()).map(|(&bits, want)| want.filter(|_| bits != POISON)).collect::<Vec<_>>();
        case.compare(&c, &kept, "what was done is right");
        let error = run(&case, &mut c, Some(isa), 3, &Watch::until(4)).unwrap_err();
        assert!(matches!(error, KernelError::Cancelled { done: 4..=6, total: 10.. }), "{isa}: {error}");
        run(&case, &mut c, Some(isa), 1, &Watch::until(usize::MAX)).unwrap();
        case.compare(&c, &want, "the next call is complete");
    }
}

#[test]
fn a_call_without_work_is_not_cancelled() {
    let mut empty = case();
    empty.experts.fill(-1);
    run(&empty, &mut vec![POISON; 20 * 70], Some(Isa::Portable), 2, &Watch::until(0)).unwrap();
}
