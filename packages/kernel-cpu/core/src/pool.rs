//! Threads: one rayon pool per thread count, started when first asked for and kept.

use crate::error::KernelError;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

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

pub fn with_threads(threads: usize) -> Result<Arc<ThreadPool>, KernelError> {
    static POOLS: OnceLock<Mutex<HashMap<usize, Arc<ThreadPool>>>> = OnceLock::new();
    let mut pools = POOLS.get_or_init(Mutex::default).lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(pool) = pools.get(&threads) {
        return Ok(pool.clone());
    }
    let built = ThreadPoolBuilder::new().num_threads(threads).thread_name(|i| format!("moe-{i}")).build();
    let pool = built.map_err(|error| KernelError::ThreadsUnavailable { threads, reason: error.to_string() })?;
    Ok(pools.entry(threads).or_insert_with(|| Arc::new(pool)).clone())
}
