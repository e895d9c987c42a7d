//! Loads, stores, LDS, atomics and scratch.

use crate::twin::{Case, Random, bytes};
use moe_gfx11_sim::CodeObject;

pub fn cases(object: &CodeObject) -> Vec<Case> {
    let maps = super::map::cases(object).into_iter().filter(|case| case.kernel.starts_with("copy_"));
    let mut cases: Vec<Case> = maps.collect();
    let words = |seed: u64, count: usize| Random::new(seed).words(count);
    let case = |kernel, groups, threads, out: usize| Case::new(kernel, groups, threads).fresh("out", out);
    cases.extend([
        case("uniform_loads", 2, 64, 512).buffer("table", words(3, 64)).value(5_u64.to_le_bytes()),
        case("high_halves", 2, 64, 2 * (4096 + 128)).buffer("in", words(5, 65)),
        case("reverse_in_lds", 2, 256, 2048).buffer("in", words(7, 512)),
        case("transpose_in_lds", 2, 256, 8192).buffer("in", words(11, 2048)),
        case("bytes_in_lds", 2, 256, 512).buffer("in", words(13, 128)),
        case("dynamic_lds", 2, 64, 512).buffer("in", words(17, 128)).dynamic_lds(256),
        case("sum_in_lds", 2, 256, 8).buffer("in", bytes((0..512).map(|i| (i as f32).to_bits()))),
        case("scratch_array", 2, 64, 512).buffer("in", words(19, 64)).u32(40),
        case("flat_choice", 2, 64, 512).buffer("in", words(23, 64)).u32(0x55aa_0ff3),
        Case::new("atomic_compare_exchange", 2, 64).buffer("out", bytes([7])).buffer("in", words(29, 64)),
        Case::new("atomic_returned", 2, 64).buffer("out", vec![0; 4 * 129]).buffer("in", words(31, 64)),
    ]);
    // The total of all workgroups, and one of each: what memory has at first counts too.
    let atomics = object.kernels.iter().map(|kernel| kernel.metadata.name.as_str());
    let other =
        |name: &&str| name.starts_with("atomic_") && !matches!(*name, "atomic_compare_exchange" | "atomic_returned");
    cases.extend(
        atomics
            .filter(other)
            .map(|name| Case::new(name, 3, 64).buffer("out", words(37, 8)).buffer("in", words(41, 128))),
    );
    cases
}
