//! Faults that are put into the CUDA kernels' source have to be found: by value, as what hardware leaves undefined, or by what they
//! do to the process that runs them. Needs clang-19.

mod gemm;
mod host_compiler;

use gemm::fault::{self, Fault, fault};
use gemm::{Case, CudaKernel, CudaKernels, Family, Float, Instantiation, Random, own_process};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const KERNELS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../kernels/cuda");
const SEED: u64 = 1;

/// Where faults are put.
struct Target {
    /// The name of its test.
    test: &'static str,
    kernel: &'static CudaKernel,
    /// Of bf16, with zero points and more than one group in a stage.
    instantiation: Instantiation,
}

const SM90: Target = Target {
    test: "every_fault_that_is_put_into_the_source_for_sm90_is_found",
    kernel: &CudaKernel::SM90,
    instantiation: Instantiation { float: Float::Bf16, group: 64, zeros: true },
};
const SM80: Target = Target {
    test: "every_fault_that_is_put_into_the_source_for_sm80_is_found",
    kernel: &CudaKernel::SM80,
    instantiation: Instantiation { float: Float::Bf16, group: 32, zeros: true },
};

const SM90_LOW: Target = Target {
    test: "every_fault_that_is_put_into_the_source_for_few_rows_is_found",
    kernel: &CudaKernel::SM90_LOW,
    instantiation: Instantiation { float: Float::Bf16, group: 64, zeros: true },
};

/// None that leaves a multiplication in flight behind its registers' end: what that does here is chance.
const SM90_FAULTS: [Fault; 22] = [
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
        "                barrierWait(ctx.empty + 8 * stage, ring.parity<STAGES>());\n",
        "",
    ),
    fault(
        "the first stage read before it is full",
        "multiply.cuh",
        "    barrierWait(ctx.full + 8 * stage, ring.parity<STAGES>());\n    fetch(stage);\n    decodeUnit(0);",
        "    fetch(stage);\n    decodeUnit(0);",
    ),
    fault("fragments overwritten in flight", "multiply.cuh", "multiplyWait<1>();", "multiplyWait<2>();"),
    fault(
        "the wrong steps of K",
        "multiply.cuh",
        "step / 4 * (SWIZZLE_BYTES >> 4) + step % 4 * 2",
        "step % 4 * (SWIZZLE_BYTES >> 4) + step / 4 * 2",
    ),
    fault("tables of the other fragment", "decoder.cuh", "? pairs.y : pairs.x", "? pairs.x : pairs.y"),
    fault("scales of the first group", "decoder.cuh", "group = step / STEPS_PER_GROUP", "group = 0 * step"),
    fault("the last row of a tile", "schedule.cuh", "32 * round + 32 - __clz", "32 * round + 31 - __clz"),
    fault("tiles from the end", "schedule.cuh", "wide - 1 - fromEnd", "wide - fromEnd"),
    fault("rows stored in another's place", "multiply.cuh", "8 * eight + at.lane / 4", "8 * eight + at.lane % 8"),
    fault("weights of the first tile asked for twice", "gather.cuh", "ring.count >= early", "ring.count + 1 >= early"),
    fault(
        "weights of another expert first",
        "gemm_sm90.cu",
        "part.expert(), part.column",
        "part.expert() ^ 1, part.column",
    ),
    fault("no rows for weights on their way", "schedule.cuh", "rehearses || begun ? 1 : 0", "rehearses ? 1 : 0"),
    fault("all stages given away before the rehearsal", "multiply.cuh", "stage + 1 < Stages", "stage < Stages"),
    fault("a rehearsal in a stage that is filled", "multiply.cuh", "Ring{2 * Stages - 1}", "Ring{2 * Stages - 2}"),
    fault("claims left for the next GEMM", "schedule.cuh", "            header->claimed = 0;\n", ""),
];

const SM80_FAULTS: [Fault; 20] = [
    fault("high blocks fused", "tile.cuh", "fitting > 0 ? fitting : 1", "fitting > 0 ? fitting : 2"),
    fault("one tile for a high block", "tile.cuh", "(blockM + TILE_ROWS - 1) / TILE_ROWS", "1"),
    fault("the first rows of a high block twice", "schedule.cuh", "% down * TILE_ROWS", "% down * 0"),
    fault(
        "rows not swizzled where they are written",
        "load_sm80.cuh",
        "16 * (at.lane % 8 ^ row % 8)",
        "16 * (at.lane % 8)",
    ),
    fault("rows not swizzled where they are read", "step.cuh", "rows ^ 32 * step", "rows + 32 * step"),
    fault("halves of a step exchanged", "multiply_sm80.cuh", "(at.lane / 8 % 2 ^", "(1 - at.lane / 8 % 2 ^"),
    fault("a stage read before it is full", "multiply_sm80.cuh", "copyWait<STAGES - 2>();", "copyWait<STAGES - 1>();"),
    fault("a stage read before others filled it", "multiply_sm80.cuh", "    syncThreads<MULTIPLIERS>();\n", ""),
    fault("the next stage not awaited", "multiply_sm80.cuh", "if (left > 1) stage", "if (left > 2) stage"),
    fault("the first half of a block twice", "load_sm80.cuh", "second ? 4 : 0", "0"),
    fault("tables of the first half twice", "load_sm80.cuh", "second && GroupSize < BLOCK_K ? Map::GROUPS : 0", "0"),
    fault("scales for zero points", "load_sm80.cuh", "+ groupsPerBlock(GroupSize));", ");"),
    fault("scales of the first group", "multiply_sm80.cuh", "step / Map::STEPS_PER_GROUP", "0 * step"),
    fault(
        "the lower rows of a tile twice",
        "load_sm80.cuh",
        "tile.source[row + ROWS_AT_ONCE * part]",
        "tile.source[row]",
    ),
    fault("the last of K", "load_sm80.cuh", "k < args.k ? 16 : 0", "k + 8 < args.k ? 16 : 0"),
    fault("the last eight rows", "step.cuh", "from + (Rows / 8 - 1) * 8 * ROW_BYTES", "from"),
    fault("narrow tiles not shared out", "multiply_sm80.cuh", "tile.blocks == 2 ? 0 : at.group * Rows", "0"),
    fault("the second block of narrow tiles", "multiply_sm80.cuh", "tile.blocks == 2 ? at.group : 0", "at.group"),
    fault(
        "tiles that are never given back",
        "multiply_sm80.cuh",
        "        barrierArrive(ctx.tileEmpty + 8 * slot);\n",
        "",
    ),
    fault(
        "tiles that the scheduler does not hear of",
        "load_sm80.cuh",
        "        if (threadIdx.x == 0) barrierArrive(ctx.started);\n",
        "",
    ),
];

const SM90_LOW_FAULTS: [Fault; 17] = [
    fault("experts of other blocks", "gemm_low.cu", "all.expertIds[block])", "all.expertIds[block | 1])"),
    fault("experts out of range", "gemm_low.cu", "expert >= all.numExperts || ", ""),
    fault("parts of the first rows only", "gemm_low.cu", "2 * PART_ROWS * blockIdx.z + lane", "lane"),
    fault(
        "weights of the next columns",
        "gemm_low.cu",
        "gridDim.x + blockIdx.x) * kBlocks",
        "gridDim.x + blockIdx.x + 1) * kBlocks",
    ),
    fault("one row for two", "gemm_low.cu", "number = threadIdx.x / 8;", "number = threadIdx.x / 16;"),
    fault("rows not swizzled", "gemm_low.cu", "16 * (threadIdx.x % 8 ^ number % 8)", "16 * (threadIdx.x % 8)"),
    fault("the last of K", "gemm_low.cu", "k + 64 < kEnd ? 16 : 0", "k + 72 < kEnd ? 16 : 0"),
    fault("the first half of K twice", "gemm_low.cu", "rows[part] + ROW_BYTES, k + 64", "rows[part], k + 64"),
    fault(
        "a stage read before it is full",
        "gemm_low.cu",
        "copyWait<STAGES<Rows> - 2>();",
        "copyWait<STAGES<Rows> - 1>();",
    ),
    fault("a stage read before others filled it", "gemm_low.cu", "        __syncthreads();\n", ""),
    fault(
        "halves of a step exchanged",
        "gemm_low.cu",
        "(at.lane / 8 % 2 ^ at.lane % 8)",
        "(1 - at.lane / 8 % 2 ^ at.lane % 8)",
    ),
    fault(
        "tables of less than all groups",
        "gemm_low.cu",
        "(WEIGHT_BLOCK - BLOCK_WEIGHT_BYTES) / 16",
        "GROUP_TABLE_BYTES / 16",
    ),
    fault(
        "the upper rows in the lower ones' place",
        "gemm_low.cu",
        "own, 8 * eight + at.lane / 4)",
        "own, at.lane / 4)",
    ),
    fault("the first of two blocks not at all", "gemm_low.cu", "twins && other < block", "twins && other > block"),
    fault(
        "second blocks not at all",
        "gemm_low.cu",
        "all.expertIds[other]) == expert",
        "all.expertIds[other]) < 1u << 31",
    ),
    fault(
        "rows of another expert's block",
        "gemm_low.cu",
        "if (!twins && lane >= PART_ROWS)",
        "if (lane >= 2 * PART_ROWS)",
    ),
    fault("the second part's rows in the first's place", "gemm_low.cu", " + part * PART_ROWS * ROW_BYTES", ""),
];

/// Compiles the kernels with a fault, or without one, into a library.
fn compile(target: &Target, number: usize, fault: Option<&Fault>) -> PathBuf {
    let CudaKernel { name, source, number: oldest, .. } = target.kernel;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cuda-fault-{name}-{number}"));
    std::fs::create_dir_all(&folder).unwrap();
    for file in sources() {
        let text = std::fs::read_to_string(Path::new(KERNELS).join(&file)).unwrap();
        std::fs::write(folder.join(&file), fault.map_or(text.clone(), |fault| fault.put(&file, text))).unwrap();
    }
    let Instantiation { float: _, group, zeros } = target.instantiation;
    let suffix = target.instantiation.suffix();
    let defines = [
        format!("-DMOE_KERNEL={oldest}"),
        format!("-DMOE_NAME=moe_w4a16_{name}_{suffix}"),
        "-DMOE_ELEMENT=Bf16".into(),
        format!("-DMOE_GROUP={group}"),
        format!("-DMOE_ZEROS={zeros}"),
    ];
    let object = |source: &str, level: &str| {
        host_compiler::object(&folder.join(source), &[&[level.to_owned()][..], &defines].concat())
    };
    // The GEMM is what runs long.
    let objects = [object("plan.cu", "-O0"), object("repack.cu", "-O0"), object(source, "-O1")];
    let library = folder.join("kernels.so");
    host_compiler::link(&objects, &library);
    library
}

/// Names of the CUDA sources.
fn sources() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(KERNELS).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| path.file_name().unwrap().into()).collect()
}

/// The first thing that is wrong, if anything.
fn first_wrong(kernels: &CudaKernels, cases: &[Case]) -> Option<String> {
    cases.iter().enumerate().find_map(|(number, case)| {
        let (problem, schedule) = gemm::problem_of(*case, SEED, number);
        gemm::prove_cuda(kernels, &problem, schedule).err()
    })
}

fn findings(target: &Target, number: usize, fault: Option<&Fault>) -> BTreeSet<String> {
    own_process::first_wrong(target.test, &compile(target, number, fault)).into_iter().collect()
}

#[test]
fn every_fault_that_is_put_into_the_source_for_sm80_is_found() {
    every_fault_is_found(&SM80, &SM80_FAULTS);
}

#[test]
fn every_fault_that_is_put_into_the_source_for_sm90_is_found() {
    every_fault_is_found(&SM90, &SM90_FAULTS);
}

#[test]
fn every_fault_that_is_put_into_the_source_for_few_rows_is_found() {
    every_fault_is_found(&SM90_LOW, &SM90_LOW_FAULTS);
}

fn every_fault_is_found(target: &Target, faults: &[Fault]) {
    let cases = gemm::covering_family(&Family::CUDA, &[target.instantiation], &mut Random::new(SEED));
    own_process::answer(|library| first_wrong(&CudaKernels::new(target.kernel, library), &cases));
    assert_eq!(findings(target, 0, None), BTreeSet::new(), "the source as it is");
    fault::find_all(&chosen(faults), |number, fault| findings(target, number + 1, Some(fault)));
}

/// All where `MOE_ALL_FAULTS` is set, else every sixth: each takes a compiler many seconds.
fn chosen(faults: &[Fault]) -> Vec<Fault> {
    let step = if std::env::var_os("MOE_ALL_FAULTS").is_some() { 1 } else { 6 };
    faults.iter().step_by(step).copied().collect()
}
