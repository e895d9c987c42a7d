//! Tiled matrix products. Elements are small integers, so that sums are exact in any order.

use crate::twin::{Case, Random, bytes};
use moe_gfx11_sim::CodeObject;

const M: u32 = 128;
const N: u32 = 64;
const K: u32 = 96;

pub fn cases(_: &CodeObject) -> Vec<Case> {
    vec![
        tiled("gemm_f16", |value| half(value).to_le_bytes().to_vec()),
        tiled("gemm_bf16", |value| bfloat(value).to_le_bytes().to_vec()),
        tiled("gemm_i8", |value| vec![(value * 9) as u8]),
        w4a16(),
    ]
}

/// An f16 from -15 to 15.
fn half(value: i32) -> u16 {
    let bits = (value as f32).to_bits();
    if value == 0 { 0 } else { (bits >> 16 & 0x8000 | ((bits >> 23 & 255) - 112) << 10 | bits >> 13 & 0x3ff) as u16 }
}

fn bfloat(value: i32) -> u16 {
    ((value as f32).to_bits() >> 16) as u16
}

fn elements(seed: u64, count: u32, element: impl Fn(i32) -> Vec<u8>) -> Vec<u8> {
    let mut random = Random::new(seed);
    (0..count).flat_map(|_| element(random.below(29) as i32 - 14)).collect()
}

fn tiled(kernel: &str, element: impl Fn(i32) -> Vec<u8> + Copy) -> Case {
    let case = Case::new(kernel, 1, 128).sizes([N / 64, M / 64, 1], [128, 1, 1]).fresh("c", (M * N * 4) as usize);
    let case = case.buffer("a", elements(3, M * K, element)).buffer("b", elements(5, N * K, element));
    case.u32(N).u32(K)
}

fn w4a16() -> Case {
    let mut random = Random::new(7);
    let case = Case::new("gemm_w4a16", 1, 32).sizes([N / 16, 3, 1], [32, 1, 1]).fresh("c", (48 * N * 2) as usize);
    let case = case.buffer("a", elements(11, 48 * K, |value| bfloat(value).to_le_bytes().to_vec()));
    let case = case.buffer("weights", Random::new(13).words((N * K / 8) as usize));
    let scales = bytes((0..N * K / 32).map(|_| (1.0 / (1 << random.below(8)) as f32).to_bits()));
    case.buffer("scales", scales).u32(N).u32(K)
}
