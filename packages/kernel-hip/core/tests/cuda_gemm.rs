//! The CUDA kernels as code of the host: right against f64, in every pair of circumstances. Needs clang-19 at the build of the
//! mock driver (`bun run build:native`).

mod gemm;

use gemm::{CudaKernel, CudaKernels, Family, Instantiation, Random};
use std::path::Path;

const LIBRARIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../target/mock");

#[test]
fn every_pair_of_circumstances_gives_the_right_result_on_sm80() {
    every_pair_is_right(&CudaKernel::SM80);
}

#[test]
fn every_pair_of_circumstances_gives_the_right_result_on_sm90() {
    every_pair_is_right(&CudaKernel::SM90);
}

#[test]
fn every_pair_of_circumstances_gives_the_right_result_without_a_plan() {
    every_pair_is_right(&CudaKernel::SM90_LOW);
}

fn every_pair_is_right(kernel: &'static CudaKernel) {
    let seed = gemm::fresh_seed();
    let library = Path::new(LIBRARIES).join(format!("libmoe_cuda_sm{}.so", kernel.number));
    let kernels = CudaKernels::new(kernel, &library);
    let cases = gemm::covering_family(&Family::CUDA, &Instantiation::all(), &mut Random::new(seed));
    for (number, case) in cases.into_iter().enumerate() {
        let (problem, schedule) = gemm::problem_of(case, seed, number);
        if let Err(why) = gemm::prove_cuda(&kernels, &problem, schedule) {
            panic!("{why}\n{case:?}\nAgain with MOE_SEED={seed}");
        }
    }
}
