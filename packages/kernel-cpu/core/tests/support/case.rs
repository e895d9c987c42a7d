//! A whole problem with what C has to be, computed block by block as the contract says it.

use super::{Alignment, OwnedWeights, Random, Shape, align, bf16_to_f64};
use moe_kernel_cpu::{GemmProblem, Isa, KernelError, RunOptions, moe_gemm_w4a16, reference_gemm};

/// A NaN that no computation gives: what a row of C without a route has to keep.
pub const POISON: u16 = 0x7fff;

#[derive(Clone)]
pub struct Case {
    pub a: Vec<u16>,
    pub weights: OwnedWeights,
    pub sorted: Vec<i32>,
    pub experts: Vec<i32>,
    pub block_m: usize,
    pub top_k: usize,
    pub routes: usize,
    /// Every sum is exact in f32, so that all paths must give the same bits.
    pub exact: bool,
}

/// What one element of C has to be, and how far from it is allowed.
#[derive(Clone, Copy, Debug)]
pub struct Want {
    pub value: f64,
    pub tolerance: f64,
}

impl Case {
    /// `expert_of[flat]`, negative = no route; blocks as moe_align makes them.
    pub fn aligned(shape: Shape, expert_of: &[i32], top_k: usize, block_m: usize, random: &mut Random) -> Self {
        let Alignment { sorted, experts, .. } = align(expert_of, shape.experts, block_m);
        let routes = expert_of.len();
        let a = (0..routes.div_ceil(top_k) * shape.k).map(|_| random.bf16()).collect();
        let weights = OwnedWeights::random(shape, random);
        Self { a, weights, sorted, experts, block_m, top_k, routes, exact: false }
    }

    /// The same with activations −3 to 3 and scales ½ to 4: products and sums of up to 2¹⁷ of them are exact in f32.
    pub fn exact(shape: Shape, expert_of: &[i32], top_k: usize, block_m: usize, random: &mut Random) -> Self {
        let mut case = Self::aligned(shape, expert_of, top_k, block_m, random);
        case.a.fill_with(|| bf16_of(random.below(7) as f64 - 3.0));
        case.weights.scales.fill_with(|| bf16_of([0.5, 1.0, 2.0, 4.0][random.below(4)]));
        case.exact = true;
        case
    }

    pub fn problem<'a>(&'a self, c: &'a mut [u16]) -> GemmProblem<'a> {
        GemmProblem {
            a: &self.a,
            weights: self.weights.view(),
            sorted_token_ids: &self.sorted,
            expert_ids: &self.experts,
            num_blocks: self.experts.len(),
            block_m: self.block_m,
            top_k: self.top_k,
            num_valid_tokens: self.routes,
            c,
        }
    }

    /// C after a call on a path, or on the reference; what the call did not write is [`POISON`].
    pub fn run(&self, path: Option<Isa>, threads: usize) -> Result<Vec<u16>, KernelError> {
        let mut c = vec![POISON; self.routes * self.weights.shape.n];
        let options = RunOptions { isa: path, threads: Some(threads), control: None };
        match path {
            Some(_) => moe_gemm_w4a16(&mut self.problem(&mut c), &options)?,
            None => reference_gemm(&mut self.problem(&mut c), &options)?,
        };
        Ok(c)
    }

    /// Runs every path of this CPU and the reference, and compares every element of C.
    pub fn check(&self, label: &str) {
        let want = self.want();
        for path in paths() {
            for threads in [1, 3] {
                let c = self.run(path, threads).unwrap_or_else(|error| panic!("{label}: {path:?}: {error}"));
                self.compare(&c, &want, &format!("{label}, {path:?}, {threads} threads"));
            }
        }
    }

    /// For each element of C, or `None` where it must keep its bits.
    pub fn want(&self) -> Vec<Option<Want>> {
        let Shape { n, k, .. } = self.weights.shape;
        let mut want = vec![None; self.routes * n];
        for (expert, flat) in self.pairs() {
            let a: Vec<f64> = self.a[flat / self.top_k * k..][..k].iter().map(|&bits| bf16_to_f64(bits)).collect();
            for column in 0..n {
                want[flat * n + column] = Some(self.dot(&a, expert, column));
            }
        }
        want
    }

    /// (expert, flat index) of every row of C that is written.
    fn pairs(&self) -> impl Iterator<Item = (usize, usize)> {
        (0..self.experts.len() * self.block_m).filter_map(|slot| {
            let expert = usize::try_from(self.experts[slot / self.block_m]).ok()?;
            let flat = *self.sorted.get(slot)? as usize;
            (flat < self.routes).then_some((expert, flat))
        })
    }

    fn dot(&self, a: &[f64], expert: usize, column: usize) -> Want {
        let (mut value, mut magnitude) = (0.0, 0.0);
        for (k, &a) in a.iter().enumerate() {
            let product = a * self.weights.value(expert, column, k);
            value += product;
            magnitude += product.abs();
        }
        // Rounding to bf16, plus f32 accumulation; derivation in docs/numerics.md.
        let accumulated = magnitude * (a.len() as f64 / 2.0 + 8.0) * f64::powi(2.0, -24);
        Want { value, tolerance: value.abs() / 256.0 + accumulated }
    }

    pub fn compare(&self, c: &[u16], want: &[Option<Want>], label: &str) {
        let n = self.weights.shape.n;
        for (at, (&got, want)) in c.iter().zip(want).enumerate() {
            let (flat, column) = (at / n, at % n);
            let place = || format!("{label}: {:?}: C[{flat}, {column}]", self.weights.shape);
            let Some(want) = want else {
                assert_eq!(got, POISON, "{} has no route but was written", place());
                continue;
            };
            let value = bf16_to_f64(got);
            if self.exact || !want.value.is_finite() {
                let rounded = bf16_to_f64(bf16_of(want.value));
                assert!(
                    value == rounded || (value.is_nan() && rounded.is_nan()),
                    "{} = {value}, want {rounded} exactly",
                    place()
                );
            } else {
                assert!((value - want.value).abs() <= want.tolerance, "{} = {value}, want {want:?}", place());
            }
        }
    }
}

/// Every path of this CPU, then the reference; that one runs on a pool, whose order the thread sanitizer cannot see.
pub fn paths() -> Vec<Option<Isa>> {
    let reference = if cfg!(thread_sanitizer) { None } else { Some(None) };
    Isa::available().into_iter().map(Some).chain(reference).collect()
}

/// Nearest bf16 of a number that f32 holds exactly, ties to even.
pub fn bf16_of(value: f64) -> u16 {
    let value = value as f32;
    let bits = value.to_bits();
    if value.is_nan() {
        return 0x7fc0;
    }
    let (kept, dropped) = (bits >> 16, bits & 0xffff);
    let up = dropped > 0x8000 || (dropped == 0x8000 && kept & 1 == 1);
    (kept + u32::from(up)) as u16
}
