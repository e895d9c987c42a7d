//! Shares of this machine's own peaks, measured in the same run: balanced routing, cold weights.
//!
//! Environment: `ISA` and `TOKENS` are comma lists, `ROUNDS` (5) and `THREADS` (all) numbers, `REFERENCE=1` times
//! `reference_gemm` too. Times are medians; scratch is the resident memory that a call added.

#[path = "../tests/support/mod.rs"]
mod support;

use moe_kernel_cpu::{Isa, RunOptions, cache, moe_gemm_w4a16, peaks, reference_gemm};
use std::time::Duration;
use support::{OwnedWeights, Random, Shape, align, problem};

const EXPERTS: usize = 256;
const TOP_K: usize = 8;

fn main() {
    let arg = |name: &str| std::env::var(name).ok();
    let isas: Vec<Isa> =
        arg("ISA").map_or(Isa::available(), |names| names.split(',').map(|n| Isa::parse(n).unwrap()).collect());
    let tokens: Vec<usize> =
        arg("TOKENS").map_or(vec![128, 1024, 4096], |list| list.split(',').map(|t| t.parse().unwrap()).collect());
    let rounds: usize = arg("ROUNDS").map_or(5, |n| n.parse().unwrap());
    let reference = arg("REFERENCE").is_some();
    let threads = arg("THREADS").map(|n| n.parse().unwrap());
    let flush = 2 * cache::last_level_bytes().unwrap_or(64 << 20);
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for (gemm, k, n) in [(1, 2048, 1024), (2, 512, 2048)] {
        let shape = Shape { experts: EXPERTS, n, k, group: 128, row_stride: k / 8, zeros: false };
        let weights = OwnedWeights::random(shape, &mut random);
        for &tokens in &tokens {
            let routes = tokens * TOP_K;
            let top_k = if gemm == 1 { TOP_K } else { 1 };
            let expert_of: Vec<i32> = (0..routes).map(|flat| (flat % EXPERTS) as i32).collect();
            let alignment = align(&expert_of, EXPERTS, 32);
            let a: Vec<u16> = (0..routes / top_k * k).map(|_| random.bf16()).collect();
            // Not zeros: pages that nobody wrote yet would count as scratch.
            let mut c = vec![1u16; routes * n];
            for &isa in &isas {
                let (mut ours, mut theirs, mut peak, mut read) = (vec![], vec![], vec![], vec![]);
                let mut scratch = 0.0f64;
                for _ in 0..rounds {
                    let peaks = peaks::measure(Duration::from_millis(120), threads).unwrap();
                    peak.extend(peaks.gflops.iter().filter(|rate| rate.0 == isa).map(|rate| rate.1));
                    read.push(peaks.read_gbytes);
                    let mut problem = problem(&a, &weights, &alignment, top_k, routes, &mut c);
                    cache::evict(flush, cache::EvictBy::Read, threads).unwrap();
                    let options = RunOptions { isa: Some(isa), threads, control: None };
                    let resident = memory::reset_peak();
                    ours.push(moe_gemm_w4a16(&mut problem, &options).unwrap().time.as_secs_f64());
                    scratch = scratch.max(memory::peak() - resident);
                    if reference {
                        cache::evict(flush, cache::EvictBy::Read, threads).unwrap();
                        let options = RunOptions { threads, ..RunOptions::default() };
                        theirs.push(reference_gemm(&mut problem, &options).unwrap().time.as_secs_f64());
                    }
                }
                let flop = 2.0 * (routes * n * k) as f64;
                let bytes = (EXPERTS * n * (k / 2 + k / 128 * 2)) as f64;
                let time = median(&mut ours);
                let (peak, read) = (median(&mut peak), median(&mut read));
                println!(
                    "gemm{gemm} T={tokens:<5} {:<11} {:8.2} ms {:7.1} GF/s  {:.3} of its peak {peak:.0}  read {:.3} of {read:.1} GB/s  scratch {:.1} MB  reference/kernel {:.2}",
                    isa.name(),
                    time * 1e3,
                    flop / time / 1e9,
                    flop / time / 1e9 / peak,
                    bytes / time / 1e9 / read,
                    scratch / 1e6,
                    if reference { median(&mut theirs) / time } else { f64::NAN },
                );
            }
        }
    }
}

/// Resident memory of this process, where the operating system is Linux.
mod memory {
    /// Forgets the peak so far and returns the bytes that are resident now.
    pub fn reset_peak() -> f64 {
        let _ = std::fs::write("/proc/self/clear_refs", "5");
        read("VmRSS:")
    }
    /// The most bytes that were resident since then.
    pub fn peak() -> f64 {
        read("VmHWM:")
    }
    fn read(field: &str) -> f64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix(field));
        line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<f64>().ok()).unwrap_or(f64::NAN) * 1024.0
    }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
