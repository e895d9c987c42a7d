//! What the tests of the gfx11 kernels leave out because it takes minutes, on the simulator, under every check.
//!
//! `cargo run --release -p moe-kernel-hip --example prove_gemm -- product`: every processor, instantiation, block size,
//! layout and kind of values with each other; sizes are drawn.
//! `cargo run --release -p moe-kernel-hip --example prove_gemm -- layer`: both GEMMs of the default model with 1024 tokens
//! spread by zipf1 over 256 experts, every element compared.
//! `MOE_SEED` repeats a run.

#[path = "../tests/gemm/mod.rs"]
mod gemm;

use gemm::{ARCHES, Case, Float, Instantiation, Layout, Problem, Random, Values};
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Instant;

const SOURCE: &str = "moe_w4a16_gemm";
const EXPERTS: usize = 256;
const TOKENS: usize = 1024;
const TOP_K: usize = 8;
const BLOCK_M: usize = 32;

fn main() -> ExitCode {
    let seed = gemm::fresh_seed();
    println!("MOE_SEED={seed}");
    let failed = match std::env::args().nth(1).as_deref() {
        Some("product") => product(seed),
        Some("layer") => layer(seed),
        given => {
            eprintln!("what to prove is {}, but must be product or layer", given.unwrap_or("not given"));
            1
        }
    };
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The number of cases that failed.
fn product(seed: u64) -> usize {
    let objects: BTreeMap<_, _> = ARCHES.into_iter().map(|arch| (arch, gemm::prebuilt(arch, SOURCE))).collect();
    let cases = gemm::product(&mut Random::new(seed));
    let (start, count) = (Instant::now(), cases.len());
    let (mut failed, mut share, mut dead) = (0, 0.0_f64, 0.0_f64);
    for (number, (arch, case)) in cases.into_iter().enumerate() {
        let (problem, schedule) = gemm::problem_of(case, seed, number);
        match gemm::prove(&objects[arch], &problem, schedule) {
            Ok((distance, _)) => (share, dead) = (share.max(distance.share), dead.max(distance.dead)),
            Err(why) => {
                println!("case {number} on {arch}, {case:?}\n  {why}");
                failed += 1;
            }
        }
        if (number + 1) % 500 == 0 {
            println!("{} of {count}, {:.0} s", number + 1, start.elapsed().as_secs_f64());
        }
    }
    println!(
        "{failed} of {count} failed; largest share of a bound {share:.3}; of dead columns {dead:.2e} of sum|a scale|"
    );
    failed
}

/// The number of GEMMs that failed.
fn layer(seed: u64) -> usize {
    let mut random = Random::new(seed);
    let rows = zipf_rows(&mut random);
    let object = gemm::prebuilt("gfx1151", SOURCE);
    // Name, K, N, routes that share a row of A.
    let gemms = [("gemm1", 2048, 1024, TOP_K), ("gemm2", 512, 2048, 1)];
    let is_wrong = |(name, k, cols, top_k): (&str, usize, usize, usize)| {
        let problem = problem(&rows, k, cols, top_k, &mut random);
        let blocks = problem.blocks.len();
        let start = Instant::now();
        let proved = gemm::prove(&object, &problem, seed);
        let seconds = start.elapsed().as_secs_f64();
        match proved {
            Ok((distance, economy)) => println!("{name}: {blocks} blocks, {distance:?}, {economy:?}, {seconds:.0} s"),
            Err(ref why) => println!("{name}: {why}"),
        }
        proved.is_err()
    };
    gemms.map(is_wrong).into_iter().filter(|&wrong| wrong).count()
}

/// The flat indices of each expert, ascending: tokens draw distinct experts, expert r with weight 1 / r.
fn zipf_rows(random: &mut Random) -> Vec<Vec<i32>> {
    let mut rows = vec![Vec::new(); EXPERTS];
    for token in 0..TOKENS {
        // The largest of log(weight) plus Gumbel noise are a sample without replacement.
        let key = |random: &mut Random, expert: usize| {
            -((expert + 1) as f64).ln() - (-(random.unit().max(f64::MIN_POSITIVE)).ln()).ln()
        };
        let mut keys: Vec<(f64, usize)> = (0..EXPERTS).map(|expert| (key(random, expert), expert)).collect();
        keys.sort_by(|a, b| b.0.total_cmp(&a.0));
        for (slot, &(_, expert)) in keys[..TOP_K].iter().enumerate() {
            rows[expert].push((token * TOP_K + slot) as i32);
        }
    }
    rows
}

fn problem(rows: &[Vec<i32>], k: usize, cols: usize, top_k: usize, random: &mut Random) -> Problem {
    let instantiation = Instantiation { float: Float::Bf16, group: 128, zeros: false };
    let groups = k / instantiation.group;
    let (layout, values) = (Layout::Hot, Values::Random);
    let case = Case {
        instantiation,
        block_m: BLOCK_M,
        layout,
        values,
        top_k,
        cols,
        groups,
        a_gap: 0,
        w_gap: 0,
        spare: 0,
        cut: false,
    };
    let (mut sorted, mut blocks) = (Vec::new(), Vec::new());
    for (expert, rows) in rows.iter().enumerate() {
        sorted.extend(rows);
        sorted.resize(sorted.len().next_multiple_of(BLOCK_M), (TOKENS * TOP_K) as i32);
        blocks.resize(sorted.len() / BLOCK_M, expert as i32);
    }
    // As align allocates: room for a last block of every expert.
    blocks.resize((TOKENS * TOP_K + EXPERTS * (BLOCK_M - 1)).div_ceil(BLOCK_M), -1);
    Problem::with_blocks(case, EXPERTS, TOKENS * TOP_K / top_k, sorted, blocks, random)
}
