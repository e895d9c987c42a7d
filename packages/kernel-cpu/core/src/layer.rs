//! The whole MoE layer after the router: gemm1 → SiLU·mul → gemm2 → weighted sum over a token's experts.

use crate::bf16;
use crate::buffer;
use crate::driver::Tensors;
use crate::error::KernelError;
use crate::gemm::{Plan, RunOptions, RunReport, for_each_task};
use crate::problem::{Weights, at_least, product, require};
use crate::schedule::{Runs, group_by_expert};
use std::time::Instant;

/// The tensors of a layer. Activations between the steps are bf16 and in flat order, so nothing is re-permuted.
pub struct LayerProblem<'a> {
    /// `[num_tokens, hidden]`, bf16 bits.
    pub hidden: &'a [u16],
    /// `n = 2 · intermediate` (gate rows first, then up rows), `k = hidden`.
    pub gate_up: Weights<'a>,
    /// `n = hidden`, `k = intermediate`.
    pub down: Weights<'a>,
    /// `[num_tokens, top_k]`; an id out of range is no route and adds nothing.
    pub topk_ids: &'a [i32],
    /// `[num_tokens, top_k]`.
    pub topk_weights: &'a [f32],
    pub num_tokens: usize,
    pub top_k: usize,
    /// `[num_tokens, hidden]`, bf16 bits; every row is written.
    pub out: &'a mut [u16],
}

impl LayerProblem<'_> {
    fn check(&self) -> Result<(), KernelError> {
        let LayerProblem { gate_up, down, num_tokens, top_k, .. } = self;
        gate_up.check()?;
        down.check()?;
        require(*top_k >= 1, "topK", *top_k, "at least 1".into())?;
        require(gate_up.n == 2 * down.k, "gateUp.n", gate_up.n, format!("twice down.k {}", down.k))?;
        require(gate_up.k == down.n, "gateUp.k", gate_up.k, format!("down.n {}", down.n))?;
        let experts = gate_up.num_experts;
        require(experts == down.num_experts, "gateUp.numExperts", experts, format!("{}", down.num_experts))?;
        let routes = product("numTokens × topK", &[*num_tokens, *top_k])?;
        require(routes <= i32::MAX as usize, "numTokens × topK", routes, "below 2^31".into())?;
        at_least("topkIds", self.topk_ids.len(), routes)?;
        at_least("topkWeights", self.topk_weights.len(), routes)?;
        let elements = product("numTokens × hidden", &[*num_tokens, down.n])?;
        product("routes × gateUp.n", &[routes, gate_up.n])?;
        at_least("hidden", self.hidden.len(), elements)?;
        at_least("out", self.out.len(), elements)
    }
}

/// Computes a layer into `problem.out`; takes `routes × (gate_up.n + down.k + down.n)` bf16 of scratch.
///
/// # Errors
/// Any variant of [`KernelError`]; `out` is unchanged then.
pub fn moe_forward(problem: &mut LayerProblem, options: &RunOptions) -> Result<RunReport, KernelError> {
    let plan = Plan::resolve(options)?;
    let started = Instant::now();
    problem.check()?;
    let routes = problem.num_tokens * problem.top_k;
    let topk_ids = &problem.topk_ids[..routes];
    let runs = group_by_expert(topk_ids, problem.gate_up.num_experts);
    for run in &runs.runs {
        problem.gate_up.check_zeros(run.expert)?;
        problem.down.check_zeros(run.expert)?;
    }
    let multiply = |a: &[u16], weights: Weights, top_k: usize| {
        let mut c = buffer::zeroed("a product of the layer", routes * weights.n)?;
        let tensors = Tensors::new(a, weights, &runs, top_k, &mut c);
        plan.multiply(&tensors, &runs, options.control).map(|()| c)
    };
    let gate_up = multiply(problem.hidden, problem.gate_up, problem.top_k)?;
    let activated = activate(&gate_up, problem.down.k, &runs, routes, plan.threads)?;
    drop(gate_up);
    let down = multiply(&activated, problem.down, 1)?;
    combine(problem, &down, plan.threads)?;
    Ok(plan.report(started))
}

/// Rows of a task in the element-wise steps.
const ROWS: usize = 64;

/// `[routes, width]` of `silu(gate) · up` from `[routes, 2 · width]`; rows without a route stay 0.
fn activate(
    gate_up: &[u16],
    width: usize,
    runs: &Runs,
    routes: usize,
    threads: usize,
) -> Result<Vec<u16>, KernelError> {
    let mut activated = buffer::zeroed("the activations of the layer", routes * width)?;
    let out = Shared(activated.as_mut_ptr());
    let pieces: Vec<&[u32]> = runs.routes.chunks(ROWS).collect();
    for_each_task(pieces.len(), threads, None, |index| {
        let out = &out;
        for &flat in pieces[index] {
            let (gate, up) = gate_up[flat as usize * 2 * width..][..2 * width].split_at(width);
            // SAFETY: each route is in one piece, and `activated` has a row for each.
            let out = unsafe { std::slice::from_raw_parts_mut(out.0.add(flat as usize * width), width) };
            silu_mul(gate, up, out);
        }
    })?;
    Ok(activated)
}

/// `out[token] = Σ weight · down[route]`, added up in f32.
fn combine(problem: &mut LayerProblem, down: &[u16], threads: usize) -> Result<(), KernelError> {
    let (width, top_k, experts) = (problem.down.n, problem.top_k, problem.gate_up.num_experts);
    let (ids, weights) = (problem.topk_ids, problem.topk_weights);
    let out = Shared(problem.out.as_mut_ptr());
    let tokens = problem.num_tokens;
    for_each_task(tokens.div_ceil(ROWS), threads, None, |index| {
        let out = &out;
        let mut sum = vec![0f32; width];
        for token in index * ROWS..((index + 1) * ROWS).min(tokens) {
            sum.fill(0.0);
            for flat in token * top_k..(token + 1) * top_k {
                if usize::try_from(ids[flat]).is_ok_and(|expert| expert < experts) {
                    for (sum, &value) in sum.iter_mut().zip(&down[flat * width..][..width]) {
                        *sum += weights[flat] * bf16::to_f32(value);
                    }
                }
            }
            // SAFETY: each token is in one task, and `out` has a row for each.
            bf16::store(&sum, unsafe { std::slice::from_raw_parts_mut(out.0.add(token * width), width) });
        }
    })
}

/// An output whose rows the tasks divide among themselves.
struct Shared(*mut u16);
// SAFETY: every user writes rows of its own.
unsafe impl Sync for Shared {}

fn silu_mul(gate: &[u16], up: &[u16], out: &mut [u16]) {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx2,fma")]
        fn wide(gate: &[u16], up: &[u16], out: &mut [u16]) {
            silu_mul_loop(gate, up, out);
        }
        if crate::isa::Isa::Avx2.is_available() {
            // SAFETY: checked in this line.
            return unsafe { wide(gate, up, out) };
        }
    }
    silu_mul_loop(gate, up, out);
}

#[inline(always)]
fn silu_mul_loop(gate: &[u16], up: &[u16], out: &mut [u16]) {
    for ((out, &gate), &up) in out.iter_mut().zip(gate).zip(up) {
        let gate = bf16::to_f32(gate);
        *out = bf16::from_f32(gate / (1.0 + exp(-gate)) * bf16::to_f32(up));
    }
}

/// eˣ to 2 units in the last place, in steps that a compiler can turn into vectors; NaN stays NaN.
#[inline(always)]
fn exp(x: f32) -> f32 {
    const LOG2_E: f32 = std::f32::consts::LOG2_E;
    // ln 2 in two parts (Cody and Waite): the product of the first with a small integer is exact.
    #[expect(clippy::excessive_precision, reason = "all digits of a number that f32 holds exactly, 355 / 512")]
    const LN_2_HIGH: f32 = 0.693_359_375;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    // Beyond these, e^x is below the smallest normal f32, or infinite; `clamp` keeps NaN.
    let clamped = x.clamp(-87.3, 88.7);
    let whole = (clamped * LOG2_E).round_ties_even();
    let rest = clamped - whole * LN_2_HIGH - whole * LN_2_LOW;
    // Taylor series of e^rest, |rest| <= ln 2 / 2: the first dropped term is below 2^-26.
    let series = 1.0
        + rest * (1.0 + rest * (0.5 + rest * (1.0 / 6.0 + rest * (1.0 / 24.0 + rest * (1.0 / 120.0 + rest / 720.0)))));
    // `whole` lies in −126..128; a NaN's bits do not matter, since the series is NaN too.
    let power = f32::from_bits(((whole as i32).clamp(-126, 127) + 127) as u32 * (1 << 23));
    let overflow = if whole > 127.0 { 2.0 } else { 1.0 };
    if x > 88.73 { f32::INFINITY } else { series * power * overflow }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_agrees_with_the_standard_library_in_f64() {
        for i in -872_000..=887_000 {
            let x = i as f32 * 1e-4;
            let want = f64::from(x).exp();
            assert!(((f64::from(exp(x)) - want) / want).abs() < 3e-7, "exp({x}) = {}, want {want}", exp(x));
        }
        assert!(exp(f32::NAN).is_nan());
        assert!(exp(f32::NEG_INFINITY) < 2e-38 && exp(f32::INFINITY) == f32::INFINITY);
    }

    #[test]
    fn silu_of_infinities_and_nan_follows_ieee() {
        let mut out = [0u16; 4];
        let gate = [f32::INFINITY, f32::NEG_INFINITY, f32::NAN, 0.0].map(bf16::from_f32);
        silu_mul(&gate, &[0x3f80; 4], &mut out);
        let got = out.map(bf16::to_f32);
        assert_eq!(got[0], f32::INFINITY);
        assert!(got[1].is_nan(), "-inf · 0");
        assert!(got[2].is_nan());
        assert_eq!(got[3], 0.0);
    }
}
