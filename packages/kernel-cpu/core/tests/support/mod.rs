//! Random problems and the f64 oracle, shared by tests, benches and the fuzzer.
#![allow(dead_code, reason = "each test and bench uses its own part")]

pub mod case;

use moe_kernel_cpu::{GemmProblem, Weights};

/// xorshift64*, enough for test data.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }
    pub fn below(&mut self, bound: usize) -> usize {
        ((self.next() >> 32) as usize * bound) >> 32
    }
    /// bf16 of a number in (−2, 2), never subnormal.
    pub fn bf16(&mut self) -> u16 {
        let bits = self.next();
        ((bits >> 48) as u16 & 0x8000) | (((120 + self.below(8)) as u16) << 7) | (bits as u16 & 0x7f)
    }
}

pub fn bf16_to_f64(bits: u16) -> f64 {
    f64::from(f32::from_bits(u32::from(bits) << 16))
}

#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub experts: usize,
    pub n: usize,
    pub k: usize,
    pub group: usize,
    pub row_stride: usize,
    pub zeros: bool,
}

#[derive(Clone)]
pub struct OwnedWeights {
    pub shape: Shape,
    pub packed: Vec<i32>,
    pub scales: Vec<u16>,
    pub zeros: Option<Vec<u8>>,
}

impl OwnedWeights {
    pub fn random(shape: Shape, random: &mut Random) -> Self {
        let groups = shape.experts * shape.n * (shape.k / shape.group);
        Self {
            shape,
            packed: (0..shape.experts * shape.n * shape.row_stride).map(|_| random.next() as i32).collect(),
            scales: (0..groups).map(|_| 0x3c00 | (random.next() as u16 & 0x7f)).collect(),
            zeros: shape.zeros.then(|| (0..groups).map(|_| random.below(17) as u8).collect()),
        }
    }
    pub fn view(&self) -> Weights<'_> {
        let Shape { experts, n, k, group, row_stride, .. } = self.shape;
        Weights {
            packed: &self.packed,
            scales: &self.scales,
            zeros: self.zeros.as_deref(),
            num_experts: experts,
            n,
            k,
            group_size: group,
            row_stride,
        }
    }
    /// Exact value of one weight.
    pub fn value(&self, expert: usize, column: usize, k: usize) -> f64 {
        let Shape { n, k: depth, group, row_stride, .. } = self.shape;
        let row = expert * n + column;
        let nibble = [0, 2, 4, 6, 1, 3, 5, 7].iter().position(|&offset| offset == k % 8).unwrap();
        let code = self.packed[row * row_stride + k / 8] >> (4 * nibble) & 15;
        let at = row * (depth / group) + k / group;
        let zero = self.zeros.as_ref().map_or(8, |zeros| i32::from(zeros[at]));
        f64::from(code - zero) * bf16_to_f64(self.scales[at])
    }
}

/// What moe_align gives: routes sorted by expert, each expert padded to whole blocks.
pub struct Alignment {
    pub sorted: Vec<i32>,
    pub experts: Vec<i32>,
    pub block_m: usize,
}

/// `expert_of[flat]`, negative = no route.
pub fn align(expert_of: &[i32], experts: usize, block_m: usize) -> Alignment {
    let mut out = Alignment { sorted: Vec::new(), experts: Vec::new(), block_m };
    for expert in 0..experts as i32 {
        let own: Vec<i32> = (0..expert_of.len() as i32).filter(|&flat| expert_of[flat as usize] == expert).collect();
        for block in own.chunks(block_m) {
            out.experts.push(expert);
            out.sorted.extend(block);
            out.sorted.resize(out.experts.len() * block_m, expert_of.len() as i32);
        }
    }
    out
}

pub fn problem<'a>(
    a: &'a [u16],
    weights: &'a OwnedWeights,
    alignment: &'a Alignment,
    top_k: usize,
    routes: usize,
    c: &'a mut [u16],
) -> GemmProblem<'a> {
    GemmProblem {
        a,
        weights: weights.view(),
        sorted_token_ids: &alignment.sorted,
        expert_ids: &alignment.experts,
        num_blocks: alignment.experts.len(),
        block_m: alignment.block_m,
        top_k,
        num_valid_tokens: routes,
        c,
    }
}
