//! Cold caches: read or write enough other memory that nothing of a problem is left in them.

use crate::buffer;
use crate::error::KernelError;
use crate::gemm::for_each_task;
use crate::pool;
use std::sync::Mutex;

/// How the caches are emptied: a write flush also leaves dirty lines, whose write-back a timed region may pay for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EvictBy {
    Read,
    Write,
}

/// Streams through at least `bytes` on `threads` threads (all CPUs by default), so that every core's caches are cold.
///
/// # Errors
/// `E_THREADS`, `E_SHAPE` above 16 GiB, `E_MEMORY`.
pub fn evict(bytes: usize, by: EvictBy, threads: Option<usize>) -> Result<(), KernelError> {
    const MAX_BYTES: usize = 16 << 30;
    const PIECE: usize = 1 << 17; // u64 words: 1 MiB
    static FLUSH: Mutex<Vec<u64>> = Mutex::new(Vec::new());
    if bytes > MAX_BYTES {
        let (given, allowed) = (bytes.to_string(), format!("at most {MAX_BYTES}"));
        return Err(KernelError::Shape { what: "bytes", given, allowed });
    }
    let threads = pool::resolve(threads)?;
    let mut memory = FLUSH.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let words = bytes.div_ceil(8);
    if memory.len() < words {
        // Written once: untouched zero pages would all be the same physical page, which one cache line can hold.
        *memory = Vec::new();
        *memory = buffer::counting("the cache flush", words)?;
    }
    let pieces: Vec<Mutex<&mut [u64]>> = memory[..words].chunks_mut(PIECE).map(Mutex::new).collect();
    for_each_task(pieces.len(), threads, None, |index| {
        let mut piece = pieces[index].lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match by {
            EvictBy::Read => {
                std::hint::black_box(piece.iter().fold(0u64, |sum, word| sum.wrapping_add(*word)));
            }
            EvictBy::Write => piece.iter_mut().for_each(|word| *word = word.wrapping_add(1)),
        }
    })
}

/// Size of the largest CPU cache that the operating system reports, or `None` where it reports none.
pub fn last_level_bytes() -> Option<usize> {
    let caches = std::fs::read_dir("/sys/devices/system/cpu/cpu0/cache").ok()?;
    let sizes = caches.flatten().filter_map(|entry| {
        let text = std::fs::read_to_string(entry.path().join("size")).ok()?;
        let (digits, unit) = text.trim().split_at(text.trim().len().checked_sub(1)?);
        let scale = match unit {
            "K" => 1 << 10,
            "M" => 1 << 20,
            "G" => 1 << 30,
            _ => return None,
        };
        Some(digits.parse::<usize>().ok()? * scale)
    });
    sizes.max()
}
