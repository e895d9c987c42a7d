//! The CUDA kernels as code of the host: right against f64, in every pair of circumstances. Needs clang-19 at the build of the
//! mock driver (`bun run build:native`).

mod gemm;

use gemm::{CudaKernels, Family, Instantiation, Random};
use std::path::Path;

const LIBRARY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../target/mock/libmoe_cuda_host.so");

#[test]
fn every_pair_of_circumstances_gives_the_right_result() {
    let seed = gemm::fresh_seed();
    let kernels = CudaKernels::new(Path::new(LIBRARY));
    let cases = gemm::covering_family(&Family::CUDA, &Instantiation::all(), &mut Random::new(seed));
    for (number, case) in cases.into_iter().enumerate() {
        let (problem, schedule) = gemm::problem_of(case, seed, number);
        if let Err(why) = gemm::prove_cuda(&kernels, &problem, schedule) {
            panic!("{why}\n{case:?}\nAgain with MOE_SEED={seed}");
        }
    }
}
