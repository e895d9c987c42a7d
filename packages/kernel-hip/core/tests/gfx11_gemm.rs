//! The prebuilt gfx11 kernels on the simulator: right against f64, clean under every check, and as economical with
//! instructions as docs/kernels.md says.

mod gemm;

use gemm::{ARCHES, Case, Economy, Float, Instantiation, Layout, Random, Values};
use std::collections::BTreeMap;

const SOURCE: &str = "moe_w4a16_gemm";
/// Bytes of global memory over the least for the tiles, at most.
const MOST_TRAFFIC: f64 = 1.15;
/// Of the instantiation with the most groups and zero points, on gemm2.
const LEAST_EFFICIENCY: f64 = 0.75;

#[test]
fn every_pair_of_circumstances_gives_the_right_result() {
    let seed = gemm::fresh_seed();
    let objects: BTreeMap<_, _> = ARCHES.into_iter().map(|arch| (arch, gemm::prebuilt(arch, SOURCE))).collect();
    for (number, (arch, case)) in gemm::covering(&mut Random::new(seed)).into_iter().enumerate() {
        let (problem, schedule) = gemm::problem_of(case, seed, number);
        if let Err(why) = gemm::prove(&objects[arch], &problem, schedule) {
            panic!("{why}\non {arch}, {case:?}\nAgain with MOE_SEED={seed}");
        }
    }
}

#[test]
fn the_cases_are_all_that_the_code_objects_have() {
    let mut expected: Vec<String> =
        Instantiation::all().iter().map(|one| format!("moe_w4a16_gemm_{}", one.suffix())).collect();
    expected.sort();
    for arch in ARCHES {
        let names = gemm::prebuilt(arch, SOURCE).kernels.into_iter().map(|kernel| kernel.metadata.name);
        let mut found: Vec<String> = names.filter(|name| name.starts_with("moe_w4a16_gemm_")).collect();
        found.sort();
        assert_eq!(found, expected, "{arch}");
    }
}

/// One of the two projections of the default model.
#[derive(Clone, Copy, Debug)]
enum Projection {
    Up,
    Down,
}

fn projection(projection: Projection, instantiation: Instantiation, block_m: usize) -> Case {
    let (k, cols, top_k) = match projection {
        Projection::Up => (2048, 1024, 8),
        Projection::Down => (512, 2048, 1),
    };
    let groups = k / instantiation.group;
    let (layout, values) = (Layout::Hot, Values::Random);
    let (a_gap, w_gap, spare, cut) = (0, 0, 0, false);
    Case { instantiation, block_m, layout, values, top_k, cols, groups, a_gap, w_gap, spare, cut }
}

fn measure(arch: &str, case: Case, rows: usize) -> Economy {
    let seed = gemm::fresh_seed();
    let problem = gemm::one_expert(case, rows, &mut Random::new(seed));
    let measured = gemm::prove(&gemm::prebuilt(arch, SOURCE), &problem, seed);
    let (distance, economy) = measured.unwrap_or_else(|why| panic!("{why}\non {arch}, {case:?}, MOE_SEED={seed}"));
    println!(
        "{arch} {} K {} rows {rows}: efficiency {:.3} traffic {:.3} conflicts {:.4} rel {:.5} share {:.3}",
        case.instantiation.suffix(),
        case.k(),
        economy.efficiency,
        economy.traffic,
        economy.conflicts,
        distance.rel,
        distance.share
    );
    economy
}

#[test]
fn the_kernel_issues_few_other_instructions() {
    let kernel = Instantiation { float: Float::Bf16, group: 128, zeros: false };
    for (which, rows, least) in [
        (Projection::Up, 32, 0.80),
        (Projection::Up, 64, 0.88),
        (Projection::Down, 32, 0.80),
        (Projection::Down, 64, 0.80),
    ] {
        let efficiency = measure("gfx1151", projection(which, kernel, 32), rows).efficiency;
        assert!(efficiency >= least, "{which:?}, {rows} rows: {efficiency} below {least}");
    }
}

#[test]
fn every_instantiation_asks_for_little_more_than_its_tiles_need() {
    for kernel in Instantiation::all() {
        for which in [Projection::Up, Projection::Down] {
            let Economy { traffic, efficiency, .. } = measure("gfx1102", projection(which, kernel, 64), 64);
            assert!(traffic <= MOST_TRAFFIC, "{}, {which:?}: {traffic}", kernel.suffix());
            assert!(efficiency >= LEAST_EFFICIENCY, "{}, {which:?}: {efficiency}", kernel.suffix());
        }
    }
}
