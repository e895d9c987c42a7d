//! Every path of this CPU, and the reference, against a plain loop in f64.

mod support;

use moe_kernel_cpu::Isa;
use support::case::{Case, POISON, bf16_of, paths};
use support::{OwnedWeights, Random, Shape, bf16_to_f64};

fn shape(experts: usize, n: usize, k: usize, group: usize, pad: usize, zeros: bool) -> Shape {
    Shape { experts, n, k, group, row_stride: k / 8 + pad, zeros }
}

/// Each route goes to an expert or, sometimes, nowhere.
fn scattered(routes: usize, experts: usize, random: &mut Random) -> Vec<i32> {
    (0..routes).map(|_| random.below(experts + 1) as i32 - 1).collect()
}

#[test]
fn random_values_stay_within_the_derived_tolerance() {
    let mut random = Random(0x1234_5678_9abc_def1);
    for (shape, tokens, top_k, block_m) in [
        (shape(4, 64, 256, 128, 0, false), 33, 2, 16),
        (shape(4, 64, 256, 128, 0, true), 33, 2, 16),
        (shape(3, 33, 128, 32, 3, false), 17, 1, 32),
        (shape(2, 1, 8, 8, 0, true), 3, 1, 1),
        (shape(5, 40, 72, 24, 2, true), 70, 3, 7),
        (shape(2, 17, 1048, 1048, 5, true), 5, 1, 64),
        (shape(1, 20, 384, 384, 0, false), 29, 1, 32),
        (shape(6, 48, 640, 40, 0, true), 64, 6, 16),
        (shape(2, 130, 64, 64, 0, false), 1, 2, 70),
    ] {
        let expert_of = scattered(tokens * top_k, shape.experts, &mut random);
        Case::aligned(shape, &expert_of, top_k, block_m, &mut random).check("random values");
    }
}

#[test]
fn every_group_size_is_exact_for_every_number_of_groups() {
    let mut random = Random(11);
    for group in [8, 16, 24, 32, 40, 64, 96, 128, 136, 256, 264, 384, 520, 1024] {
        for groups in [1, 2, 3, 7] {
            for zeros in [false, true] {
                let shape = shape(2, 35, group * groups, group, groups % 2, zeros);
                // 3 rows take the path for few rows where there is one, 17 the tiles.
                let expert_of: Vec<i32> = (0..20).map(|flat| i32::from(flat < 3)).collect();
                Case::exact(shape, &expert_of, 1, 16, &mut random).check("group sizes");
            }
        }
    }
}

#[test]
fn every_number_of_columns_is_exact() {
    let mut random = Random(12);
    for n in (1..=40).chain([63, 64, 65, 127, 255, 256, 257, 300, 520, 1030]) {
        for rows in [3, 20] {
            let shape = shape(1, n, 48, 24, 1, n % 2 == 0);
            Case::exact(shape, &vec![0; rows], 1, 32, &mut random).check("columns");
        }
    }
}

#[test]
fn every_number_of_rows_of_an_expert_is_exact() {
    let mut random = Random(13);
    for rows in (1..=45).chain([64, 95, 96, 97, 100, 140, 141]) {
        for zeros in [false, true] {
            let shape = shape(2, 34, 136, 136, 0, zeros);
            // One route of another expert shifts the rows away from the start of every buffer.
            let expert_of: Vec<i32> = (0..=rows).map(|flat| i32::from(flat > 0)).collect();
            Case::exact(shape, &expert_of, 1, 32, &mut random).check("rows");
        }
    }
}

#[test]
fn more_rows_than_a_task_holds_are_exact() {
    let mut random = Random(14);
    let shape = shape(1, 3, 2048, 128, 0, false);
    Case::exact(shape, &[0; 300], 1, 32, &mut random).check("several tasks of one expert");
}

#[test]
fn a_result_larger_than_the_caches_has_the_bits_of_the_portable_path() {
    // Above the last-level cache, paths may write past it; sums are exact, so every path has the same bits.
    let mut random = Random(14);
    let shape = shape(2, 1024, 8, 8, 0, false);
    let bytes = moe_kernel_cpu::cache::last_level_bytes().unwrap_or(32 << 20).min(256 << 20);
    let routes = bytes / (2 * shape.n) + 100;
    let expert_of: Vec<i32> = (0..routes).map(|flat| (flat % 3 == 0).into()).collect();
    let case = Case::exact(shape, &expert_of, 1, 64, &mut random);
    let want = case.run(Some(Isa::Portable), 2).unwrap();
    for isa in Isa::available() {
        assert!(case.run(Some(isa), 2).unwrap() == want, "{isa}");
    }
}

#[test]
fn an_activation_of_one_gives_each_weight_bit_for_bit() {
    let mut random = Random(15);
    for (group, k, zeros) in [(128, 256, false), (24, 264, true), (8, 136, true), (1048, 1048, false)] {
        let shape = shape(1, 37, k, group, 1, zeros);
        let mut case = Case::aligned(shape, &vec![0; k], 1, 5, &mut random);
        case.a.fill(0);
        for flat in 0..k {
            case.a[flat * k + flat] = bf16_of(1.0);
        }
        for path in paths() {
            let c = case.run(path, 2).unwrap();
            for (at, &got) in c.iter().enumerate() {
                let (flat, column) = (at / shape.n, at % shape.n);
                let want = bf16_to_f64(bf16_of(case.weights.value(0, column, flat)));
                assert_eq!(bf16_to_f64(got), want, "{path:?}: {shape:?}: weight [{column}, {flat}]");
            }
        }
    }
}

#[test]
fn hand_made_blocks_follow_the_contract() {
    let mut random = Random(16);
    for round in 0..60 {
        let (experts, routes, block_m) = (1 + random.below(4), 1 + random.below(60), 1 + random.below(9));
        let blocks = 1 + random.below(12);
        let mut case = Case::exact(
            shape(experts, 19, 16, 8, 0, false),
            &vec![-1; routes],
            1 + random.below(3),
            block_m,
            &mut random,
        );
        // −2 and −1 skip a block; the same expert may come again, at once or later.
        case.experts = (0..blocks).map(|_| random.below(experts + 2) as i32 - 2).collect();
        let mut free: Vec<i32> = (0..routes as i32).collect();
        // Some blocks end early: the last may lie past the end of the list.
        case.sorted = (0..random.below(blocks * block_m + 1))
            .map(|_| match random.below(4) {
                0 => routes as i32 + random.below(3) as i32,
                1 => i32::MAX,
                _ if free.is_empty() => routes as i32,
                _ => free.swap_remove(random.below(free.len())),
            })
            .collect();
        case.check(&format!("round {round}"));
    }
}

#[test]
fn blocks_past_num_blocks_are_not_looked_at() {
    let mut random = Random(17);
    let case = Case::exact(shape(2, 5, 8, 8, 0, false), &[0, 1, 1], 1, 1, &mut random);
    let mut c = vec![POISON; 15];
    let mut problem = case.problem(&mut c);
    let (sorted, experts) = ([0, 1, i32::MIN], [0, 1, 99]);
    (problem.sorted_token_ids, problem.expert_ids, problem.num_blocks) = (&sorted, &experts, 2);
    moe_kernel_cpu::moe_gemm_w4a16(&mut problem, &Default::default()).unwrap();
    assert!(c[..10].iter().all(|&bits| bits != POISON));
    assert_eq!(c[10..], [POISON; 5]);
}

#[test]
fn a_broken_activation_stays_in_the_rows_of_its_token() {
    let mut random = Random(18);
    for broken in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        for routes in [6, 40] {
            for zeros in [false, true] {
                let mut case = Case::exact(shape(1, 40, 144, 24, 0, zeros), &vec![0; routes], 2, 16, &mut random);
                case.check("before: the buffers that the next call reuses hold numbers");
                case.a[144 + 100] = bf16_of(broken); // token 1 owns routes 2 and 3
                let want = case.want();
                assert!(
                    want.iter()
                        .enumerate()
                        .all(|(at, want)| want.unwrap().value.is_finite() != (80..160).contains(&at))
                );
                case.check("one broken activation");
                case.a[144 + 100] = bf16_of(1.0);
                case.check("after: nothing of the broken row is left in the buffers");
            }
        }
    }
}

#[test]
fn a_broken_scale_stays_in_its_column() {
    let mut random = Random(19);
    for routes in [6, 40] {
        let mut case = Case::exact(shape(1, 40, 144, 24, 0, false), &vec![0; routes], 1, 16, &mut random);
        case.weights.scales[11 * 6 + 2] = bf16_of(f64::NAN);
        let want = case.want();
        assert!(want.iter().enumerate().all(|(at, want)| want.unwrap().value.is_nan() == (at % 40 == 11)));
        case.check("one broken scale");
    }
}

#[test]
fn bits_do_not_depend_on_the_number_of_threads() {
    let mut random = Random(20);
    let shape = shape(5, 300, 264, 24, 1, true);
    let mut expert_of = vec![0; 150]; // many rows, 1 to 9, and none
    expert_of.extend([1; 9].iter().chain(&[2; 8]).chain(&[3; 1]));
    let case = Case::aligned(shape, &expert_of, 1, 32, &mut random);
    for isa in Isa::available() {
        let one = case.run(Some(isa), 1).unwrap();
        for threads in [2, 3, 7, 64] {
            assert!(case.run(Some(isa), threads).unwrap() == one, "{isa}: {threads} threads give other bits than 1");
        }
    }
}

#[test]
fn rows_of_an_expert_do_not_depend_on_the_other_experts() {
    let mut random = Random(21);
    let shape = shape(2, 50, 128, 32, 0, false);
    let weights = OwnedWeights::random(shape, &mut random);
    let mut alone = Case::aligned(shape, &[0; 30], 1, 32, &mut random);
    alone.weights = weights.clone();
    let mut together = Case::aligned(shape, &[[0; 30], [1; 30]].concat(), 1, 32, &mut random);
    together.weights = weights;
    together.a[..alone.a.len()].copy_from_slice(&alone.a);
    for path in paths() {
        let (alone, together) = (alone.run(path, 2).unwrap(), together.run(path, 2).unwrap());
        assert!(together.starts_with(&alone), "{path:?}");
    }
}

#[test]
fn nothing_to_do_is_done() {
    let mut random = Random(22);
    for (n, k, expert_of) in
        [(0, 16, vec![0; 3]), (5, 0, vec![0; 3]), (0, 0, vec![0; 3]), (5, 16, vec![]), (5, 16, vec![-1; 3])]
    {
        let case = Case::exact(shape(2, n, k, 8, 0, true), &expert_of, 1, 4, &mut random);
        case.check("an empty dimension"); // k = 0: an empty sum is 0
    }
}
