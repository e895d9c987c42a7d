//! Faults that are put into the CUDA kernels' source have to be found, by value or as what hardware leaves undefined. Needs
//! clang-19.

mod gemm;

use gemm::fault::{self, Fault, fault};
use gemm::{Case, CudaKernels, Family, Float, Instantiation, Random};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

const KERNELS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../kernels/cuda");
const RUNTIME: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../mock/cuda");
/// Zero points and more than one group in a block.
const INSTANTIATION: Instantiation = Instantiation { float: Float::Bf16, group: 64, zeros: true };
const SEED: u64 = 1;

const FAULTS: [Fault; 18] = [
    fault("chunks one block short", "plan.cu", "expert << 8 | height", "expert << 8 | small"),
    fault("chunks that begin too early", "plan.cu", "from += height;", "from += small;"),
    fault("places of the lowest chunks", "plan.cu", "(counted << 32) + (counted << 48)", "(counted << 32)"),
    fault("zero points of 16", "repack.cu", "ZERO_MASK = 31", "ZERO_MASK = 15"),
    fault("neighbouring columns exchanged", "layout.cuh", "2 * (row / 8) + row % 2", "2 * (row / 8) + 1 - row % 2"),
    fault("rows not swizzled", "gather.cuh", "16 * ((lane % 8) ^ (lane / 8))", "16 * (lane % 8)"),
    fault("upper rows not swizzled", "gather.cuh", "(destination ^ 64) + 512", "destination + 512"),
    fault(
        "stages filled before they are empty",
        "gather.cuh",
        "            barrierWait(ctx.empty + 8 * stage, ring.parity<STAGES>() ^ 1);\n",
        "",
    ),
    fault(
        "the first stage read before it is full",
        "multiply.cuh",
        "    barrierWait(ctx.full + 8 * stage, ring.parity<STAGES>());\n    decoder.fetch(stage);\n    decodeUnit(0);",
        "    decoder.fetch(stage);\n    decodeUnit(0);",
    ),
    fault("fragments overwritten in flight", "multiply.cuh", "multiplyWait<1>();", "multiplyWait<2>();"),
    fault("stages given back in flight", "multiply.cuh", "multiplyWait<0>();", "multiplyWait<1>();"),
    fault(
        "the wrong steps of K",
        "multiply.cuh",
        "step / 4 * (SWIZZLE_BYTES >> 4) + step % 4 * 2",
        "step % 4 * (SWIZZLE_BYTES >> 4) + step / 4 * 2",
    ),
    fault("tables of the other fragment", "multiply.cuh", "? pairs.y : pairs.x", "? pairs.x : pairs.y"),
    fault("scales of the first group", "multiply.cuh", "group = step / STEPS_PER_GROUP", "group = 0 * step"),
    fault("the last row of a tile", "schedule.cuh", "32 * part + 32 - __clz", "32 * part + 31 - __clz"),
    fault("tiles from the end", "schedule.cuh", "wide - 1 - fromEnd", "wide - fromEnd"),
    fault("rows stored in another's place", "multiply.cuh", "8 * eight + at.lane / 4", "8 * eight + at.lane % 8"),
    fault("claims left for the next GEMM", "schedule.cuh", "            header->claimed = 0;\n", ""),
];

/// Compiles the kernels with a fault, or without one, for one instantiation.
fn compile(number: usize, fault: Option<&Fault>) -> CudaKernels {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cuda-fault-{number}"));
    std::fs::create_dir_all(&folder).unwrap();
    for file in sources() {
        let text = std::fs::read_to_string(Path::new(KERNELS).join(&file)).unwrap();
        std::fs::write(folder.join(&file), fault.map_or(text.clone(), |fault| fault.put(&file, text))).unwrap();
    }
    let library = folder.join("kernels.so");
    let Instantiation { float: _, group, zeros } = INSTANTIATION;
    let mut clang = Command::new("clang++-19");
    clang.args([
        "-x",
        "c++",
        "-std=c++20",
        "-O1",
        "-fPIC",
        "-shared",
        "-march=native",
        "-include",
        "cuda.h",
        "-I",
        RUNTIME,
    ]);
    clang.arg(format!("-DMOE_NAME=moe_w4a16_sm90_{}", INSTANTIATION.suffix())).arg("-DMOE_ELEMENT=Bf16");
    clang.arg(format!("-DMOE_GROUP={group}")).arg(format!("-DMOE_ZEROS={zeros}")).arg("-o").arg(&library);
    clang.args(["plan.cu", "repack.cu", "gemm_sm90.cu"].map(|file| folder.join(file)));
    clang.arg(Path::new(RUNTIME).join("block.cpp"));
    let output = clang.output().unwrap_or_else(|error| panic!("{clang:?}: {error}; install clang-19"));
    assert!(output.status.success(), "{clang:?}: {}", String::from_utf8_lossy(&output.stderr));
    CudaKernels::new(&library)
}

/// Names of the CUDA sources.
fn sources() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(KERNELS).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| path.file_name().unwrap().into()).collect()
}

/// The first thing that is wrong, if anything.
fn findings(kernels: &CudaKernels, cases: &[Case]) -> BTreeSet<String> {
    let prove = |(number, case): (usize, &Case)| {
        let (problem, schedule) = gemm::problem_of(*case, SEED, number);
        gemm::prove_cuda(kernels, &problem, schedule).err()
    };
    cases.iter().enumerate().find_map(prove).into_iter().collect()
}

#[test]
fn every_fault_that_is_put_into_the_source_is_found() {
    let cases = gemm::covering_family(&Family::CUDA, &[INSTANTIATION], &mut Random::new(SEED));
    assert_eq!(findings(&compile(0, None), &cases), BTreeSet::new(), "the source as it is");
    fault::find_all(&FAULTS, |number, fault| findings(&compile(number + 1, Some(fault)), &cases));
}
