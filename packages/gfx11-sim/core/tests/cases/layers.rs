//! Layers of a model on floats.

use crate::twin::{Case, Random, bytes};
use moe_gfx11_sim::CodeObject;

pub fn cases(_: &CodeObject) -> Vec<Case> {
    vec![softmax(32), softmax(100), layer_norm(), silu_mul(), spmv(), combine()]
}

fn floats(seed: u64, count: u32, scale: f32) -> Vec<u8> {
    let mut random = Random::new(seed);
    bytes((0..count).map(|_| ((random.below(20001) as f32 / 10000.0 - 1.0) * scale).to_bits()))
}

/// The upper halves of floats.
fn bfloats(seed: u64, count: u32, scale: f32) -> Vec<u8> {
    floats(seed, count, scale).chunks_exact(4).flat_map(|word| [word[2], word[3]]).collect()
}

fn softmax(columns: u32) -> Case {
    let size = 4 * columns;
    Case::new("softmax", 2, 64).fresh("out", size as usize * 4).buffer("in", floats(3, size, 30.0)).u32(columns)
}

fn layer_norm() -> Case {
    let columns = 300;
    let case = Case::new("layer_norm", 3, 128).fresh("out", 1800).buffer("in", bfloats(5, 3 * columns, 4.0));
    let case = case.buffer("weight", floats(7, columns, 1.0)).buffer("bias", floats(11, columns, 0.1));
    case.u32(columns).u32(1e-5_f32.to_bits())
}

fn silu_mul() -> Case {
    Case::new("silu_mul", 3, 64).fresh("out", 384).buffer("gate_up", bfloats(13, 384, 20.0)).u32(48)
}

fn spmv() -> Case {
    let mut random = Random::new(17);
    let starts: Vec<u32> = (0..9).scan(0, |sum, _| Some(std::mem::replace(sum, *sum + random.below(90)))).collect();
    let count = starts[8];
    let columns = bytes((0..count).map(|_| random.below(64)));
    let case = Case::new("spmv", 4, 64).fresh("y", 32).buffer("row_starts", bytes(starts)).buffer("columns", columns);
    case.buffer("values", floats(19, count, 3.0)).buffer("x", floats(23, 64, 2.0))
}

fn combine() -> Case {
    let (tokens, columns, top_k) = (3, 80, 4);
    let mut random = Random::new(29);
    let weights = (0..tokens * top_k).flat_map(|_| (f64::from(random.below(1 << 30)) / 3e9).to_le_bytes()).collect();
    let case = Case::new("combine", tokens, 64).fresh("out", (tokens * columns * 8) as usize);
    case.buffer("rows", floats(31, tokens * top_k * columns, 5.0)).buffer("weights", weights).u32(columns).u32(top_k)
}
