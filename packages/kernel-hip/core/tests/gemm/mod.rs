//! Problems of the W4A16 GEMM, run on the simulator and compared with f64.
#![allow(dead_code, unused_imports, reason = "each test uses a part of it")]

mod bytes;
mod case;
mod cover;
mod device;
mod economy;
mod factors;
pub mod fault;
mod float;
mod host;
mod layout;
mod oracle;
pub mod own_process;
mod problem;
mod random;

pub use case::{ARCHES, Case, Instantiation, Layout, Values};
pub use cover::pairwise;
pub use device::prebuilt;
pub use economy::Economy;
pub use factors::{Family, covering, covering_family, product};
pub use float::Float;
pub use host::{CudaKernel, CudaKernels};
pub use oracle::{Distance, Rounding};
pub use problem::Problem;
pub use random::Random;

use moe_gfx11_sim::CodeObject;

/// Worst `rel` of a right result: rounding to the type gives 0.0014 and 0.00018 on average.
fn most_rel(float: Float) -> f64 {
    match float {
        Float::Bf16 => 0.003,
        Float::F16 => 0.0004,
    }
}

/// Of `sum|a * scale|`: the most that a bf16 column of zero weights may have. The largest of 7,560 problems had 2^-18.4.
const MOST_DEAD: f64 = 1.0 / (1 << 16) as f64;

/// Runs a problem and looks at everything that can be wrong.
///
/// # Errors
/// What is: by the simulator's checks (with its code), by value, or by count.
pub fn prove(object: &CodeObject, problem: &Problem, seed: u64) -> Result<(Distance, Economy), String> {
    let output = device::run(object, problem, seed).map_err(|error| format!("{}: {error}", error.code()))?;
    let distance = near(problem, &output.c, Rounding::Offsets)?;
    if distance.dead > MOST_DEAD {
        return Err(format!("a column of zero weights has {:e} of its scaled activations", distance.dead));
    }
    Ok((distance, economy::measure(problem, &output)?))
}

/// Runs a problem on the CUDA kernels of the host.
///
/// # Errors
/// What is wrong: what hardware leaves undefined, or by value.
pub fn prove_cuda(kernels: &CudaKernels, problem: &Problem, seed: u64) -> Result<Distance, String> {
    let distance = near(problem, &kernels.run(problem, seed)?, Rounding::Weights)?;
    if distance.dead > 0.0 { Err("a column of zero weights is not 0".into()) } else { Ok(distance) }
}

fn near(problem: &Problem, c: &[u16], rounding: Rounding) -> Result<Distance, String> {
    let distance = oracle::compare(problem, c, rounding)?;
    let limit = most_rel(problem.case.instantiation.float);
    if problem.case.values == Values::Random && distance.rel > limit {
        return Err(format!("rel {} is above {limit}", distance.rel));
    }
    Ok(distance)
}

/// The problem of a case and the seed of its schedule, which depend on the run's seed and the case's number only.
pub fn problem_of(case: Case, seed: u64, number: usize) -> (Problem, u64) {
    let mut random = Random::new(seed.wrapping_add(number as u64));
    let problem = Problem::new(case, &mut random);
    (problem, random.next())
}

/// One expert with so many rows, in whole blocks but for the last.
pub fn one_expert(case: Case, rows: usize, random: &mut Random) -> Problem {
    let tokens = rows.div_ceil(case.top_k);
    let slots = rows.next_multiple_of(case.block_m);
    let none = (tokens * case.top_k) as i32;
    let sorted = (0..slots).map(|slot| if slot < rows { slot as i32 } else { none }).collect();
    Problem::with_blocks(case, 1, tokens, sorted, vec![0; slots / case.block_m], random)
}

/// A seed that differs from run to run, or the one in `MOE_SEED`.
pub fn fresh_seed() -> u64 {
    let now =
        || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(1, |now| now.as_nanos() as u64);
    std::env::var("MOE_SEED").ok().map_or_else(now, |seed| seed.parse().expect("MOE_SEED is a whole number"))
}
