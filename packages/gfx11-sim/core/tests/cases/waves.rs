//! Operations between the lanes of a wave.

use crate::twin::{Case, Random, bytes};
use moe_gfx11_sim::CodeObject;

/// Two workgroups of a wave and a half; of two waves where idle lanes are read too.
const THREADS: usize = 96;
const FULL: [&str; 2] = ["broadcast_loop", "permlanex16"];

pub fn cases(object: &CodeObject) -> Vec<Case> {
    object.kernels.iter().map(|kernel| case(&kernel.metadata.name)).collect()
}

fn case(kernel: &str) -> Case {
    let threads = if FULL.contains(&kernel) { 128 } else { THREADS };
    let case = Case::new(kernel, 2, threads as u32 / 2).fresh("out", threads * 4);
    let mut random = Random::new(37);
    match kernel {
        // Sums of numbers, some of them not exact in f32.
        "butterfly_sum" | "dpp_sum" => {
            case.buffer("in", bytes((0..threads).map(|_| (random.below(1 << 20) as f32 / 3.0).to_bits())))
        }
        "waterfall" => case.buffer("in", random.words(threads)).buffer("table", random.words(4)),
        _ => case.buffer("in", random.words(threads)),
    }
}
