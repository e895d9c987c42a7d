//! Every path of this CPU against the f64 oracle, on fresh random problems.

mod support;

use moe_kernel_cpu::{Isa, KernelError, RunOptions, moe_gemm_w4a16, reference_gemm};
use support::{OwnedWeights, Random, Shape, align, check_element, problem};

const POISON: u16 = 0x7fff; // a NaN

/// (experts, n, k, group, extra row words, zeros, tokens, top_k, block_m)
const CASES: [(usize, usize, usize, usize, usize, bool, usize, usize, usize); 14] = [
    (4, 64, 256, 128, 0, false, 33, 2, 16),
    (4, 64, 256, 128, 0, true, 33, 2, 16),
    (3, 33, 128, 32, 3, false, 17, 1, 32),
    (3, 31, 128, 32, 1, true, 17, 1, 8),
    (2, 1, 8, 8, 0, false, 3, 1, 1),
    (2, 1, 8, 8, 0, true, 3, 1, 1),
    (5, 40, 72, 24, 2, true, 70, 3, 7),
    (2, 50, 960, 960, 0, false, 40, 2, 64),
    (2, 17, 1048, 1048, 5, true, 5, 1, 64),
    (1, 96, 512, 128, 0, false, 300, 1, 32),
    (1, 20, 384, 384, 0, false, 29, 1, 32),
    (6, 48, 640, 40, 0, true, 64, 6, 16),
    (9, 16, 64, 16, 0, false, 100, 4, 13),
    (2, 130, 64, 64, 0, false, 1, 2, 70),
];

#[test]
fn every_path_agrees_with_the_f64_oracle_and_leaves_unrouted_rows_alone() {
    let mut random = Random(0x1234_5678_9abc_def1);
    for (experts, n, k, group, pad, zeros, tokens, top_k, block_m) in CASES {
        let shape = Shape { experts, n, k, group, row_stride: k / 8 + pad, zeros };
        let weights = OwnedWeights::random(shape, &mut random);
        let routes = tokens * top_k;
        let a: Vec<u16> = (0..tokens * k).map(|_| random.bf16()).collect();
        let expert_of: Vec<i32> = (0..routes).map(|_| random.below(experts + 1) as i32 - 1).collect();
        let alignment = align(&expert_of, experts, block_m);
        let runs = Isa::available().into_iter().map(Some).chain([None]);
        for isa in runs {
            for threads in [1, 2, 5] {
                let mut c = vec![POISON; routes * n];
                let mut problem = problem(&a, &weights, &alignment, top_k, routes, &mut c);
                let options = RunOptions { isa, threads: Some(threads), control: None };
                match isa {
                    Some(_) => moe_gemm_w4a16(&mut problem, &options),
                    None => reference_gemm(&mut problem, &options),
                }
                .unwrap();
                for flat in 0..routes {
                    for column in 0..n {
                        let got = c[flat * n + column];
                        match usize::try_from(expert_of[flat]) {
                            Ok(expert) => check_element(&a, &weights, top_k, flat, expert, column, got),
                            Err(_) => assert_eq!(got, POISON, "{isa:?}: unrouted C[{flat}, {column}] was written"),
                        }
                    }
                }
            }
        }
    }
}
