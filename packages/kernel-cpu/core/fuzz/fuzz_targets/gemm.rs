//! Problems from bytes, valid and hostile: no path may panic or touch memory that is not its own, all must agree on
//! what they refuse, and what they compute must be what a plain loop in f64 computes.
#![no_main]

#[path = "../../tests/support/mod.rs"]
mod support;

use arbitrary::{Arbitrary, Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use moe_kernel_cpu::{GemmProblem, Isa, KernelError, RunOptions, moe_gemm_w4a16, reference_gemm};
use std::collections::HashSet;
use support::case::{Case, POISON, paths};
use support::{OwnedWeights, Random, Shape};

/// A valid problem, then perhaps some of its numbers and lengths replaced.
#[derive(Debug)]
struct Input {
    case: Recipe,
    hostile: Vec<Spoil>,
    threads: usize,
}

/// Small numbers from which a [`Case`] grows; tensors come from the seed.
#[derive(Debug)]
struct Recipe {
    shape: Shape,
    seed: u64,
    sorted: Vec<i32>,
    experts: Vec<i32>,
    block_m: usize,
    top_k: usize,
    routes: usize,
    exact: bool,
}

/// One change: a size becomes any number, or a tensor ends early.
#[derive(Arbitrary, Debug)]
enum Spoil {
    Experts(usize),
    Columns(usize),
    Depth(usize),
    Group(usize),
    Stride(usize),
    Blocks(usize),
    BlockRows(usize),
    TopK(usize),
    Routes(usize),
    CutA(u8),
    CutPacked(u8),
    CutScales(u8),
    CutZeros(u8),
    CutSorted(u8),
    CutExperts(u8),
    CutC(u8),
    Zero(u8, u8),
}

impl<'a> Arbitrary<'a> for Input {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let hostile = if u.ratio(1, 2)? {
            Vec::new()
        } else {
            (0..u.int_in_range(1..=3)?).map(|_| u.arbitrary()).collect::<Result<_>>()?
        };
        Ok(Self { case: u.arbitrary()?, hostile, threads: u.int_in_range(1..=3)? })
    }
}

/// `least` to one of `most`: small sizes often, large ones sometimes.
fn below(u: &mut Unstructured, most: &[usize], least: usize) -> Result<usize> {
    let most = *u.choose(most)?;
    u.int_in_range(least..=most)
}

impl<'a> Arbitrary<'a> for Recipe {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let group = 8 * below(u, &[1, 4, 17, 40], 1)?;
        let k = group * u.int_in_range(0..=(1 + 384 / group))?;
        let n = below(u, &[4, 40, 300], 0)?;
        let experts = u.int_in_range(1..=4)?;
        let shape = Shape { experts, n, k, group, row_stride: k / 8 + u.int_in_range(0..=3)?, zeros: u.arbitrary()? };
        let routes = below(u, &[3, 20, 120], 0)?;
        let block_m = below(u, &[2, 9, 70], 1)?;
        let blocks = u.int_in_range(0..=(routes / block_m + 3))?;
        // Mostly each route once, in the order of a permutation; then ids that may be anything.
        let (step, offset) = (2 * u.int_in_range(0..=60)? + 1, u.int_in_range(0..=120usize)?);
        let mut seen = HashSet::new();
        let mut sorted: Vec<i32> = (0..blocks * block_m)
            .map(|slot| (slot * step + offset) % (routes + 2))
            .map(|flat| if seen.insert(flat) { flat as i32 } else { routes as i32 })
            .collect();
        let mut ids: Vec<i32> =
            (0..blocks).map(|_| Ok(u.int_in_range(-1..=experts as i32 - 1)?)).collect::<Result<_>>()?;
        if u.ratio(1, 8)? && !sorted.is_empty() {
            let at = u.choose_index(sorted.len())?;
            sorted[at] = u.arbitrary()?;
        }
        if u.ratio(1, 8)? && !ids.is_empty() {
            let at = u.choose_index(ids.len())?;
            ids[at] = u.arbitrary()?;
        }
        let (top_k, exact, seed) = (u.int_in_range(1..=5)?, u.arbitrary()?, u.arbitrary::<u64>()? | 1);
        Ok(Self { shape, seed, sorted, experts: ids, block_m, top_k, routes, exact })
    }
}

impl Recipe {
    fn build(&self) -> Case {
        let mut random = Random(self.seed);
        let expert_of = vec![-1; self.routes];
        let make = if self.exact { Case::exact } else { Case::aligned };
        let mut case = make(self.shape, &expert_of, self.top_k, self.block_m, &mut random);
        (case.sorted, case.experts) = (self.sorted.clone(), self.experts.clone());
        case
    }
}

/// The change, on a problem whose tensors have exactly the needed lengths.
fn spoil(problem: &mut GemmProblem, zeros: &mut Option<Vec<u8>>, change: &Spoil) {
    fn cut<T>(tensor: &[T], by: u8) -> usize {
        tensor.len().saturating_sub(usize::from(by))
    }
    let weights = &mut problem.weights;
    match *change {
        Spoil::Experts(value) => weights.num_experts = value,
        Spoil::Columns(value) => weights.n = value,
        Spoil::Depth(value) => weights.k = value,
        Spoil::Group(value) => weights.group_size = value,
        Spoil::Stride(value) => weights.row_stride = value,
        Spoil::Blocks(value) => problem.num_blocks = value,
        Spoil::BlockRows(value) => problem.block_m = value,
        Spoil::TopK(value) => problem.top_k = value,
        Spoil::Routes(value) => problem.num_valid_tokens = value,
        Spoil::CutA(by) => problem.a = &problem.a[..cut(problem.a, by)],
        Spoil::CutPacked(by) => weights.packed = &weights.packed[..cut(weights.packed, by)],
        Spoil::CutScales(by) => weights.scales = &weights.scales[..cut(weights.scales, by)],
        Spoil::CutSorted(by) => {
            problem.sorted_token_ids = &problem.sorted_token_ids[..cut(problem.sorted_token_ids, by)]
        }
        Spoil::CutExperts(by) => problem.expert_ids = &problem.expert_ids[..cut(problem.expert_ids, by)],
        Spoil::CutC(by) => {
            let c = std::mem::take(&mut problem.c);
            let len = cut(c, by);
            problem.c = &mut c[..len];
        }
        Spoil::CutZeros(by) => {
            if let Some(zeros) = zeros {
                zeros.truncate(cut(zeros, by));
            }
        }
        Spoil::Zero(at, value) => {
            if let Some(zeros) = zeros.as_mut().filter(|zeros| !zeros.is_empty()) {
                let at = usize::from(at) % zeros.len();
                zeros[at] = value;
            }
        }
    }
}

/// One path on a spoilt problem: what it answers, and C.
fn attempt(case: &Case, input: &Input, path: Option<Isa>) -> (std::result::Result<(), KernelError>, Vec<u16>) {
    let mut c = vec![POISON; case.routes * case.weights.shape.n];
    let mut zeros = case.weights.zeros.clone();
    let mut changes = case.problem(&mut c);
    for change in &input.hostile {
        spoil(&mut changes, &mut zeros, change);
    }
    changes.weights.zeros = zeros.as_deref();
    let options = RunOptions { isa: path, threads: Some(input.threads), control: None };
    let result = match path {
        Some(_) => moe_gemm_w4a16(&mut changes, &options).map(drop),
        None => reference_gemm(&mut changes, &options).map(drop),
    };
    (result, c)
}

fuzz_target!(|input: Input| {
    let case = input.case.build();
    let want = if input.hostile.is_empty() { contract(&case) } else { None };
    let mut first: Option<std::result::Result<(), KernelError>> = None;
    for path in paths() {
        let (result, c) = attempt(&case, &input, path);
        if let Err(error) = &result {
            assert!(error.code().starts_with("E_") && error.code() != "E_MEMORY", "{error}");
            assert!(c.iter().all(|&bits| bits == POISON), "{path:?} refused but wrote");
        }
        if let Some(first) = &first {
            assert_eq!(&result, first, "{path:?} and another path disagree");
        }
        if input.hostile.is_empty() {
            assert_eq!(result.is_ok(), want.is_some(), "{path:?}: {result:?}");
        }
        if let Some(want) = &want {
            case.compare(&c, want, &format!("{path:?}"));
        }
        first = Some(result);
    }
});

/// C by the contract, or `None` where ids break it.
fn contract(case: &Case) -> Option<Vec<Option<support::case::Want>>> {
    let mut seen = HashSet::new();
    for (block, &expert) in case.experts.iter().enumerate().filter(|&(_, &expert)| expert >= 0) {
        let OwnedWeights { shape, .. } = case.weights;
        if expert as usize >= shape.experts {
            return None;
        }
        let slots = (block * case.block_m).min(case.sorted.len())..((block + 1) * case.block_m).min(case.sorted.len());
        for &flat in &case.sorted[slots] {
            if flat < 0 || ((flat as usize) < case.routes && !seen.insert(flat)) {
                return None;
            }
        }
    }
    Some(case.want())
}
