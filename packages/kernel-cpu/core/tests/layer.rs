//! The layer against f64, on every path, and what it refuses.

mod support;

use moe_kernel_cpu::{Isa, KernelError, LayerProblem, RunOptions, Weights, moe_forward};
use support::{OwnedWeights, Random, Shape, bf16_to_f64};

fn activate(gate_up: &OwnedWeights, row: &[f64], expert: usize, weight: f32) -> Vec<f64> {
    let dot = |column| row.iter().enumerate().map(|(k, a)| a * gate_up.value(expert, column, k)).sum::<f64>();
    let half = gate_up.shape.n / 2;
    let silu = |gate: f64| gate / (1.0 + (-gate).exp());
    (0..half).map(|i| f64::from(weight) * silu(dot(i)) * dot(half + i)).collect()
}

#[test]
fn every_path_agrees_with_the_f64_layer() {
    let mut random = Random(0xfeed_beef_1234_5679);
    for (tokens, top_k, experts, hidden, intermediate, zeros) in
        [(37, 3, 5, 128, 64, false), (9, 2, 4, 64, 96, true), (1, 1, 1, 8, 8, false)]
    {
        let shape = |n: usize, k: usize| Shape {
            experts,
            n,
            k,
            group: if k.is_multiple_of(32) { 32 } else { 8 },
            row_stride: k / 8 + 1,
            zeros,
        };
        let gate_up = OwnedWeights::random(shape(2 * intermediate, hidden), &mut random);
        let down = OwnedWeights::random(shape(hidden, intermediate), &mut random);
        let input: Vec<u16> = (0..tokens * hidden).map(|_| random.bf16()).collect();
        let ids: Vec<i32> = (0..tokens * top_k).map(|_| random.below(experts + 2) as i32 - 1).collect();
        let weights: Vec<f32> = ids.iter().map(|_| random.below(1000) as f32 / 1000.0).collect();
        // Of each token: its experts, each with weight · silu(gate) · up.
        let activated: Vec<Vec<(usize, Vec<f64>)>> = (0..tokens)
            .map(|token| {
                let row: Vec<f64> = input[token * hidden..][..hidden].iter().map(|&bits| bf16_to_f64(bits)).collect();
                let slots = token * top_k..(token + 1) * top_k;
                let routed = slots.filter(|&flat| (0..experts as i32).contains(&ids[flat]));
                routed
                    .map(|flat| (ids[flat] as usize, activate(&gate_up, &row, ids[flat] as usize, weights[flat])))
                    .collect()
            })
            .collect();
        for isa in Isa::available() {
            let mut out = vec![0x7fffu16; tokens * hidden];
            let mut problem = LayerProblem {
                hidden: &input,
                gate_up: gate_up.view(),
                down: down.view(),
                topk_ids: &ids,
                topk_weights: &weights,
                num_tokens: tokens,
                top_k,
                out: &mut out,
            };
            moe_forward(&mut problem, &RunOptions { isa: Some(isa), threads: Some(2), control: None }).unwrap();
            for token in 0..tokens {
                for column in 0..hidden {
                    let (mut want, mut magnitude) = (0.0, 0.0);
                    for (expert, activated) in &activated[token] {
                        for (i, value) in activated.iter().enumerate() {
                            let term = value * down.value(*expert, column, i);
                            want += term;
                            magnitude += term.abs();
                        }
                    }
                    // Each intermediate is rounded to bf16 four times (gate, up, product, down): 4 half-ulps of its terms.
                    let got = bf16_to_f64(out[token * hidden + column]);
                    let tolerance = (magnitude * 5.0 + want.abs()) / 256.0;
                    assert!(
                        (got - want).abs() <= tolerance,
                        "{isa}: out[{token}, {column}] = {got}, want {want} ± {tolerance}"
                    );
                }
            }
        }
    }
}

/// The tensors of 3 tokens × 2 experts of 4, hidden 16, intermediate 8.
struct Owned {
    hidden: Vec<u16>,
    gate_up: OwnedWeights,
    down: OwnedWeights,
    ids: Vec<i32>,
    weights: Vec<f32>,
}

impl Owned {
    fn new() -> Self {
        let mut random = Random(51);
        let shape = |n, k| Shape { experts: 4, n, k, group: 8, row_stride: k / 8, zeros: true };
        Self {
            hidden: (0..48).map(|_| random.bf16()).collect(),
            gate_up: OwnedWeights::random(shape(16, 16), &mut random),
            down: OwnedWeights::random(shape(16, 8), &mut random),
            ids: vec![0, 1, 2, -1, 9, i32::MIN],
            weights: vec![0.5; 6],
        }
    }

    fn problem<'a>(&'a self, out: &'a mut [u16]) -> LayerProblem<'a> {
        LayerProblem {
            hidden: &self.hidden,
            gate_up: self.gate_up.view(),
            down: self.down.view(),
            topk_ids: &self.ids,
            topk_weights: &self.weights,
            num_tokens: 3,
            top_k: 2,
            out,
        }
    }
}

const POISON: u16 = 0x7fff;

fn refused(spoil: impl Fn(&mut LayerProblem)) -> (&'static str, String) {
    refused_with(&Owned::new(), spoil)
}

fn refused_with(owned: &Owned, spoil: impl Fn(&mut LayerProblem)) -> (&'static str, String) {
    let mut out = vec![POISON; 48];
    let mut problem = owned.problem(&mut out);
    spoil(&mut problem);
    let error = moe_forward(&mut problem, &RunOptions { threads: Some(2), ..RunOptions::default() }).unwrap_err();
    assert_eq!(out, [POISON; 48], "a refused call wrote to its output");
    (error.code(), error.to_string())
}

macro_rules! refuses {
    ($($spoil:expr => $code:literal, $message:literal;)*) => {
        $(assert_eq!(refused($spoil), ($code, String::from($message)), "{}", stringify!($spoil));)*
    };
}

#[test]
fn a_layer_that_does_not_fit_together_is_refused() {
    refuses! {
        |p| p.top_k = 0 => "E_SHAPE", "topK is 0, but must be at least 1";
        |p| p.gate_up.n = 14 => "E_SHAPE", "gateUp.n is 14, but must be twice down.k 8";
        |p| p.gate_up.k = 8 => "E_SHAPE", "gateUp.k is 8, but must be down.n 16";
        |p| p.gate_up.num_experts = 3 => "E_SHAPE", "gateUp.numExperts is 3, but must be 4";
        |p| p.topk_ids = &p.topk_ids[..5] => "E_SIZE", "topkIds has 5 elements, but this problem needs at least 6";
        |p| p.topk_weights = &p.topk_weights[..5] => "E_SIZE", "topkWeights has 5 elements, but this problem needs at least 6";
        |p| p.hidden = &p.hidden[..47] => "E_SIZE", "hidden has 47 elements, but this problem needs at least 48";
        |p| p.out = &mut std::mem::take(&mut p.out)[..47] => "E_SIZE", "out has 47 elements, but this problem needs at least 48";
        |p| p.num_tokens = 1 << 30 => "E_SHAPE", "numTokens × topK is 2147483648, but must be below 2^31";
        |p| p.num_tokens = usize::MAX => "E_SHAPE", "numTokens × topK is 18446744073709551615 × 2, but must be at most 281474976710656 elements";
        |p| (p.gate_up.n, p.gate_up.num_experts, p.down.num_experts, p.down.k) = (0, 0, 0, 1 << 63) => "E_SHAPE", "k is 9223372036854775808, but must be at most 2147483647";
    }
}

#[test]
fn a_bad_zero_point_of_either_matrix_is_refused_where_its_expert_is_used() {
    let with = |gate_up: usize, down: usize| {
        let mut owned = Owned::new();
        owned.gate_up.zeros.as_mut().unwrap()[gate_up] = 17;
        owned.down.zeros.as_mut().unwrap()[down] = 200;
        owned
    };
    let unused = (3 * 32, 3 * 16); // of expert 3, which no token chose
    assert_eq!(refused_with(&with(40, unused.1), |_| ()).1, "zeros[40] is 17, but must be 0 to 16");
    assert_eq!(refused_with(&with(unused.0, 47), |_| ()).1, "zeros[47] is 200, but must be 0 to 16");
    moe_forward(&mut with(unused.0, unused.1).problem(&mut [POISON; 48]), &RunOptions::default()).unwrap();
}

#[test]
fn a_layer_that_needs_more_memory_than_there_is_is_refused() {
    // hidden = 0: the weights take no memory, but an intermediate of 2^29 for each of 2^17 routes does.
    let weights = |n, k| Weights {
        packed: &[],
        scales: &[],
        zeros: None,
        num_experts: 1,
        n,
        k,
        group_size: 8,
        row_stride: k / 8,
    };
    let (ids, topk_weights) = (vec![0; 1 << 17], vec![1.0; 1 << 17]);
    let mut problem = LayerProblem {
        hidden: &[],
        gate_up: weights(1 << 30, 0),
        down: weights(0, 1 << 29),
        topk_ids: &ids,
        topk_weights: &topk_weights,
        num_tokens: 1 << 17,
        top_k: 1,
        out: &mut [],
    };
    let error = moe_forward(&mut problem, &RunOptions::default()).unwrap_err();
    assert_eq!(error, KernelError::OutOfMemory { what: "a product of the layer", bytes: 1 << 48 });
    let message =
        "could not get 281474976710656 bytes of memory for a product of the layer; split the call into smaller ones";
    assert_eq!((error.code(), error.to_string().as_str()), ("E_MEMORY", message));
}

#[test]
fn a_token_without_a_route_gets_zeros_and_a_nan_stays_in_its_token() {
    let mut owned = Owned::new();
    for isa in Isa::available() {
        let run = |owned: &Owned| {
            let mut out = vec![POISON; 48];
            let options = RunOptions { isa: Some(isa), threads: Some(2), control: None };
            moe_forward(&mut owned.problem(&mut out), &options).unwrap();
            out
        };
        owned.hidden[3] = 0x3f80;
        let clean = run(&owned);
        assert_eq!(clean[32..], [0; 16], "{isa}");
        assert!(clean[..32].iter().all(|&bits| bf16_to_f64(bits).is_finite()), "{isa}");
        owned.hidden[3] = 0x7fc0;
        let broken = run(&owned);
        assert!(broken[..16].iter().all(|&bits| bf16_to_f64(bits).is_nan()), "{isa}");
        assert_eq!(broken[16..], clean[16..], "{isa}");
    }
}

#[test]
fn a_layer_of_no_tokens_is_done() {
    let owned = Owned::new();
    let mut problem = owned.problem(&mut []);
    problem.num_tokens = 0;
    moe_forward(&mut problem, &RunOptions::default()).unwrap();
}
