//! Branches, loops, calls and the scalar unit.

use crate::twin::{Case, Random, bytes};
use moe_gfx11_sim::CodeObject;

const THREADS: usize = 96;

pub fn cases(_: &CodeObject) -> Vec<Case> {
    let spread = || bytes((0..THREADS as u32).map(|i| i.wrapping_mul(2_654_435_761) >> (i % 29)));
    let map = |kernel| Case::new(kernel, 2, 48).fresh("out", THREADS * 4).buffer("in", spread());
    let mut cases: Vec<Case> = ["collatz", "nested_branches", "cases", "calls"].map(map).into();
    cases.extend(
        [(1, 0), (0x1234_5678, 1), (77, 1000)]
            .map(|(seed, count)| Case::new("scalar_loop", 2, 32).fresh("out", 256).u32(seed).u32(count)),
    );
    let (grid, block) = ([3, 2, 2], [5, 3, 4]);
    cases.push(Case::new("three_dimensions", 1, 1).sizes(grid, block).fresh("out", 12 * 60 * 4));
    let floats =
        Random::new(5).words(48 * 64).chunks_exact(4).flat_map(|word| f32::from(word[0]).to_le_bytes()).collect();
    cases.push(Case::new("many_registers", 1, 64).fresh("out", 48 * 64 * 4).buffer("in", floats));
    cases
}
