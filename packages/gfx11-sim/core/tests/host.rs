//! Kernels of the corpus, executed here and compiled for the host: the outputs must agree bit for bit.

mod cases;
#[path = "support/implemented.rs"]
mod implemented;
mod support;
mod twin;

use cases::agreement;
use implemented::implemented;
use moe_gfx11_sim::execute::{Checks, HostIsa, Options, Report, Schedule};
use moe_gfx11_sim::isa::Opcode;
use std::collections::BTreeSet;
use twin::{load, simulate};

#[test]
fn integer_kernels_agree_with_the_host() {
    agreement("integers.hip");
}

#[test]
fn bit_kernels_agree_with_the_host() {
    agreement("bits.hip");
}

#[test]
fn float_kernels_agree_with_the_host() {
    agreement("floats.hip");
}

#[test]
fn memory_kernels_agree_with_the_host() {
    agreement("memory.hip");
}

#[test]
fn branches_loops_and_calls_agree_with_the_host() {
    agreement("control.hip");
}

#[test]
fn kernels_with_barriers_and_lane_operations_agree_with_the_host() {
    agreement("groups.hip");
}

#[test]
fn layers_on_floats_agree_with_the_host() {
    agreement("layers.hip");
}

#[test]
fn tiled_matrix_products_agree_with_the_host() {
    agreement("gemm.hip");
}

#[test]
fn operations_between_lanes_agree_with_the_host() {
    agreement("waves.hip");
}

#[test]
fn matrix_operations_agree_with_the_host() {
    agreement("wmma.hip");
}

/// Floats, packed halves and bytes, matrix operations, lane moves, branches, LDS, atomics whose order does not matter.
const KINDS: [(&str, &[&str]); 9] = [
    ("floats.hip", &["fma_negated_f32", "exp2_f32", "packed_fma_f16", "mix_f16", "dot2_f32_f16", "fma_f64"]),
    ("integers.hip", &["div_i32", "mul_u64", "packed_mad_u16"]),
    ("bits.hip", &["permute_bytes", "dot4_mixed"]),
    ("wmma.hip", &["wmma_f32_f16", "wmma_f32_bf16", "wmma_bf16_bf16", "wmma_i32_iu8", "wmma_signs"]),
    ("waves.hip", &["dpp_sum", "permlanex16", "waterfall"]),
    ("control.hip", &["nested_branches"]),
    ("groups.hip", &["reduce", "histogram", "transpose"]),
    ("layers.hip", &["softmax", "layer_norm"]),
    ("gemm.hip", &["gemm_f16", "gemm_w4a16"]),
];

#[test]
fn results_and_counts_are_the_same_for_every_host_level_thread_count_and_schedule() {
    for (file, kernels) in KINDS {
        let object = load(file, "gfx1151", "-O3");
        let cases = cases::of(file)(&object);
        let first = |name: &&str| cases.iter().find(|case| case.kernel == **name).expect("the file has the kernel");
        for case in kernels.iter().map(first) {
            let run = |options: &Options| {
                let (buffers, report) = simulate(&object, case, options).unwrap_or_else(|error| panic!("{error}"));
                (buffers, Report { threads: 1, ..report })
            };
            let expected = run(&Options { threads: 1, ..Options::default() });
            for isa in HostIsa::available() {
                for threads in [1, 2, 4] {
                    for schedule in [Schedule::RoundRobin, Schedule::Random { seed: 5 }, Schedule::Random { seed: 6 }] {
                        for checks in [Checks::default(), Checks::NONE] {
                            let options = Options { isa, threads, schedule, checks, ..Options::default() };
                            let same = run(&options) == expected;
                            assert!(same, "{} {isa} {threads} {schedule:?} {checks:?}", case.kernel);
                        }
                    }
                }
            }
        }
    }
}

fn names<'a>(opcodes: impl Iterator<Item = &'a Opcode>) -> String {
    opcodes.map(|opcode| opcode.row().name).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_compared_kernels_execute_at_least_300_opcodes() {
    let executed: BTreeSet<Opcode> =
        cases::THEMES.iter().flat_map(|(file, _)| &agreement(file).executed).copied().collect();
    let runs: u32 = cases::THEMES.iter().map(|(file, _)| agreement(file).runs).sum();
    let (all, implemented) = (Opcode::all().collect::<BTreeSet<_>>(), implemented());
    println!(
        "{} opcodes decoded, {} implemented, {} executed in {runs} runs",
        all.len(),
        implemented.len(),
        executed.len()
    );
    println!("decoded, not implemented: {}", names(all.difference(&implemented)));
    println!("implemented, not executed by the corpus: {}", names(implemented.difference(&executed)));
    assert!(executed.len() >= 300, "the corpus executes only {} opcodes", executed.len());
}
