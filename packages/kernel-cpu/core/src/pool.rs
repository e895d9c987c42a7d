//! Threads: one rayon pool per thread count, started when first asked for; the last few are kept.

use crate::error::KernelError;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::{Arc, Mutex};

/// More threads than this is a mistake in the caller's arithmetic, not a machine.
pub const MAX_THREADS: usize = 1024;

/// The thread count of a call: what it asked for, else every CPU that this process may run on.
pub fn resolve(threads: Option<usize>) -> Result<usize, KernelError> {
    match threads {
        None => Ok(std::thread::available_parallelism().map_or(1, usize::from).min(MAX_THREADS)),
        Some(given) if (1..=MAX_THREADS).contains(&given) => Ok(given),
        Some(given) => Err(KernelError::Threads { given, max: MAX_THREADS }),
    }
}

/// Pools kept: a caller who tries every thread count must not end with the threads of all of them.
const KEPT: usize = 4;

pub fn with_threads(threads: usize) -> Result<Arc<ThreadPool>, KernelError> {
    static POOLS: Mutex<Vec<Arc<ThreadPool>>> = Mutex::new(Vec::new()); // most recently used first
    let mut pools = POOLS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let known = pools.iter().position(|pool| pool.current_num_threads() == threads);
    let pool = match known {
        Some(at) => pools.remove(at),
        None => Arc::new(start(threads)?),
    };
    pools.insert(0, pool.clone());
    pools.truncate(KEPT); // a pool ends its threads when its last call has returned
    Ok(pool)
}

/// Runs `work` once on each of `threads` threads, and waits for all.
#[cfg(not(thread_sanitizer))]
pub fn on_each(threads: usize, work: impl Fn() + Sync) -> Result<(), KernelError> {
    with_threads(threads)?.broadcast(|_| work());
    Ok(())
}

/// The same on threads of its own. The sanitizer sees their start and end; what orders a pool's threads happens in the
/// standard library, which is compiled without it.
#[cfg(thread_sanitizer)]
pub fn on_each(threads: usize, work: impl Fn() + Sync) -> Result<(), KernelError> {
    std::thread::scope(|scope| {
        let start = |_| std::thread::Builder::new().spawn_scoped(scope, &work);
        let workers: Result<Vec<_>, _> = (0..threads).map(start).collect();
        let refused = |error: std::io::Error| KernelError::ThreadsUnavailable { threads, reason: error.to_string() };
        workers.map_err(refused)?.into_iter().for_each(|worker| worker.join().expect("a worker panicked"));
        Ok(())
    })
}

fn start(threads: usize) -> Result<ThreadPool, KernelError> {
    let built = ThreadPoolBuilder::new().num_threads(threads).thread_name(|i| format!("moe-{i}")).build();
    built.map_err(|error| KernelError::ThreadsUnavailable { threads, reason: error.to_string() })
}

#[cfg(all(test, not(thread_sanitizer)))] // a pool's order is invisible to the sanitizer
mod tests {
    use super::*;

    #[test]
    fn trying_many_thread_counts_does_not_keep_the_threads_of_all() {
        let pools: Vec<_> = (1..=6).map(|threads| Arc::downgrade(&with_threads(threads).unwrap())).collect();
        let alive = pools.iter().filter(|pool| pool.upgrade().is_some()).count();
        assert!(alive <= KEPT, "{alive} pools are alive");
    }
}
