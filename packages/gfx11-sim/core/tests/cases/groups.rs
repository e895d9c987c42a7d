//! Reductions, scans and sorts of a workgroup.

use crate::twin::{Case, Random, bytes};
use moe_gfx11_sim::CodeObject;

pub fn cases(_: &CodeObject) -> Vec<Case> {
    let mut cases: Vec<Case> = [32, 96, 100, 1024].map(reduce).into();
    cases.extend([scan(), by_key(), histogram(), bitonic_sort(), top_k(), transpose()]);
    cases.extend([0, 28].map(radix_pass));
    cases.extend([0, 77, 1000].map(moe_align));
    cases
}

/// Three workgroups; the last wave of 100 threads is not full.
pub fn reduce(threads: u32) -> Case {
    Case::new("reduce", 3, threads).fresh("out", 12).buffer("in", Random::new(3).words(3 * threads as usize))
}

pub fn scan() -> Case {
    Case::new("scan", 2, 256).fresh("out", 2048).buffer("in", Random::new(7).words(512))
}

pub fn by_key() -> Case {
    let mut random = Random::new(11);
    Case::new("by_key", 2, 64).fresh("out", 512).buffer("in", bytes((0..128).map(|_| random.below(8))))
}

fn histogram() -> Case {
    let bins = bytes(0..64);
    Case::new("histogram", 4, 96).buffer("bins", bins).buffer("in", Random::new(13).words(1500)).u32(1500)
}

fn bitonic_sort() -> Case {
    Case::new("bitonic_sort", 2, 256).fresh("out", 4096).buffer("in", Random::new(17).words(1024))
}

/// Few different scores, so that some are equal.
fn top_k() -> Case {
    let mut random = Random::new(19);
    let scores = bytes((0..256).map(|_| (random.below(100) as f32 / 8.0 - 5.0).to_bits()));
    Case::new("top_k", 2, 64).fresh("ids", 128).fresh("values", 128).buffer("scores", scores)
}

fn radix_pass(shift: u32) -> Case {
    Case::new("radix_pass", 3, 256).fresh("out", 3072).buffer("in", Random::new(23).words(768)).u32(shift)
}

/// Edges that are no whole tiles.
fn transpose() -> Case {
    let (rows, columns) = (50, 70);
    let matrix = Random::new(29).words((rows * columns) as usize);
    let case = Case::new("transpose", 1, 1).sizes([3, 2, 1], [32, 8, 1]);
    case.fresh("out", matrix.len()).buffer("in", matrix).u32(rows).u32(columns)
}

/// Skewed ids, some of them none.
fn moe_align(routes: u32) -> Case {
    let mut random = Random::new(31);
    let ids = bytes((0..routes).map(|_| random.below(6) * random.below(8)).map(|id| id.wrapping_sub(1)));
    let slots = routes as usize + 32 * 15;
    let case = Case::new("moe_align", 1, 256).fresh("sorted", slots * 4).fresh("experts", slots / 4 + 4);
    case.fresh("padded", 4).buffer("ids", ids).u32(routes)
}
