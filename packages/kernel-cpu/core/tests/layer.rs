//! The layer against f64, on every path.

mod support;

use moe_kernel_cpu::{Isa, LayerProblem, RunOptions, moe_forward};
use support::{OwnedWeights, Random, Shape, bf16_to_f64};

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
            group: if k % 32 == 0 { 32 } else { 8 },
            row_stride: k / 8 + 1,
            zeros,
        };
        let gate_up = OwnedWeights::random(shape(2 * intermediate, hidden), &mut random);
        let down = OwnedWeights::random(shape(hidden, intermediate), &mut random);
        let input: Vec<u16> = (0..tokens * hidden).map(|_| random.bf16()).collect();
        let ids: Vec<i32> = (0..tokens * top_k).map(|_| random.below(experts + 2) as i32 - 1).collect();
        let weights: Vec<f32> = ids.iter().map(|_| random.below(1000) as f32 / 1000.0).collect();
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
                let row = &input[token * hidden..][..hidden];
                for column in 0..hidden {
                    let (mut want, mut magnitude) = (0.0, 0.0);
                    for slot in 0..top_k {
                        let id = ids[token * top_k + slot];
                        if id < 0 || id as usize >= experts {
                            continue;
                        }
                        let expert = id as usize;
                        let dot = |column: usize| -> f64 {
                            (0..hidden).map(|k| bf16_to_f64(row[k]) * gate_up.value(expert, column, k)).sum()
                        };
                        let weight = f64::from(weights[token * top_k + slot]);
                        for i in 0..intermediate {
                            let (gate, up) = (dot(i), dot(intermediate + i));
                            let term = weight * gate / (1.0 + (-gate).exp()) * up * down.value(expert, column, i);
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
