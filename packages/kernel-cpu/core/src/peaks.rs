//! What this machine can do at most, measured now: the denominators of every "share of peak".

use crate::buffer;
use crate::error::KernelError;
use crate::isa::Isa;
use crate::pool;
use std::time::{Duration, Instant};

/// Rates of all threads together, each the median of several rounds.
#[derive(Clone, Debug)]
pub struct Peaks {
    /// Multiply-adds of each available path on registers, counted as 2 FLOP, in 10⁹ per second.
    pub gflops: Vec<(Isa, f64)>,
    /// Reading memory that no cache holds, 1 GB = 10⁹ bytes.
    pub read_gbytes: f64,
}

/// Runs each micro-benchmark for about `budget`.
///
/// # Errors
/// `E_THREADS`, `E_MEMORY`.
pub fn measure(budget: Duration, threads: Option<usize>) -> Result<Peaks, KernelError> {
    let threads = pool::resolve(threads)?;
    let paths = Isa::available().into_iter();
    let gflops =
        paths.map(|isa| Ok((isa, multiply_rate(isa, budget, threads)?))).collect::<Result<_, KernelError>>()?;
    Ok(Peaks { gflops, read_gbytes: read_rate(budget, threads)? })
}

/// Multiply-adds of one available path.
fn multiply_rate(isa: Isa, budget: Duration, threads: usize) -> Result<f64, KernelError> {
    const ITERATIONS: usize = 1 << 14; // some 50 µs to 1 ms
    median_rate(budget, threads, || rounds(isa, ITERATIONS))
}

/// Median over rounds of (all threads' work) / (time until the last one ends), in 10⁹ per second.
fn median_rate(budget: Duration, threads: usize, work: impl Fn() -> f64 + Sync) -> Result<f64, KernelError> {
    const ROUNDS: u32 = 16;
    let pool = pool::with_threads(threads)?;
    let slice = budget / ROUNDS;
    let mut rates: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let started = Instant::now();
            let done: f64 = pool
                .broadcast(|_| {
                    let mut done = work();
                    while started.elapsed() < slice {
                        done += work();
                    }
                    done
                })
                .into_iter()
                .sum();
            done / started.elapsed().as_secs_f64() / 1e9
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    Ok(rates[rates.len() / 2])
}

/// Runs a register-only loop and returns the floating-point operations done.
fn rounds(isa: Isa, iterations: usize) -> f64 {
    match isa {
        // SAFETY: `measure` only asks for available paths.
        #[cfg(target_arch = "x86_64")]
        Isa::Amx => unsafe { crate::kernels::amx::peak_rounds(iterations) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512Bf16 => unsafe { x86::bf16_dots(iterations) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 => unsafe { x86::f32_fma_512(iterations) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => unsafe { x86::f32_fma_256(iterations) },
        _ => f32_portable(iterations),
    }
}

fn f32_portable(iterations: usize) -> f64 {
    const LANES: usize = 64;
    let mut sums = [1.0f32; LANES];
    let (a, b) = (std::hint::black_box([0.999f32; LANES]), std::hint::black_box([0.001f32; LANES]));
    for _ in 0..iterations {
        for lane in 0..LANES {
            sums[lane] = sums[lane] * a[lane] + b[lane];
        }
    }
    std::hint::black_box(sums);
    (iterations * LANES * 2) as f64
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;
    use std::hint::black_box;

    /// Independent sums: more than latency × issue width of any CPU with these instructions.
    const SUMS: usize = 20;

    #[target_feature(enable = "avx512f,avx512bf16")]
    pub unsafe fn bf16_dots(iterations: usize) -> f64 {
        let pairs = [_mm512_set1_epi32(black_box(0x3f00_3f00)), _mm512_set1_epi32(0x3f01_3f01)];
        // SAFETY: any bits are a vector of bf16.
        let [a, b] = unsafe { std::mem::transmute::<[__m512i; 2], [__m512bh; 2]>(pairs) };
        let mut sums = [_mm512_setzero_ps(); SUMS];
        for _ in 0..iterations {
            for sum in &mut sums {
                *sum = _mm512_dpbf16_ps(*sum, a, b);
            }
        }
        black_box(sums);
        (iterations * SUMS * 64) as f64
    }

    #[target_feature(enable = "avx512f")]
    pub unsafe fn f32_fma_512(iterations: usize) -> f64 {
        let (a, b) = (_mm512_set1_ps(black_box(0.999)), _mm512_set1_ps(black_box(0.001)));
        let mut sums = [_mm512_set1_ps(1.0); SUMS];
        for _ in 0..iterations {
            for sum in &mut sums {
                *sum = _mm512_fmadd_ps(*sum, a, b);
            }
        }
        black_box(sums);
        (iterations * SUMS * 32) as f64
    }

    #[target_feature(enable = "avx2,fma")]
    pub unsafe fn f32_fma_256(iterations: usize) -> f64 {
        const SUMS: usize = 12; // of 16 registers
        let (a, b) = (_mm256_set1_ps(black_box(0.999)), _mm256_set1_ps(black_box(0.001)));
        let mut sums = [_mm256_set1_ps(1.0); SUMS];
        for _ in 0..iterations {
            for sum in &mut sums {
                *sum = _mm256_fmadd_ps(*sum, a, b);
            }
        }
        black_box(sums);
        (iterations * SUMS * 16) as f64
    }
}

fn read_rate(budget: Duration, threads: usize) -> Result<f64, KernelError> {
    const BYTES: usize = 512 << 20; // several times any last-level cache that one process gets to itself
    const STEP: usize = 1 << 20;
    let memory = buffer::counting("the read benchmark", BYTES / 8)?;
    let next = std::sync::atomic::AtomicUsize::new(0);
    median_rate(budget.max(Duration::from_millis(800)), threads, || {
        let at = next.fetch_add(STEP, std::sync::atomic::Ordering::Relaxed) % BYTES;
        let piece = &memory[at / 8..][..STEP / 8];
        std::hint::black_box(piece.iter().fold(0u64, |sum, word| sum.wrapping_add(*word)));
        STEP as f64
    })
}
