//! The tensors of a case, as the contract names them.

use super::case::{Case, Layout, Values};
use super::float::Float;
use super::layout::{self, EXPERTS};
use super::random::Random;

/// Position of each nibble's k in a packed word.
pub const ORDER: [usize; 8] = [0, 2, 4, 6, 1, 3, 5, 7];

/// Rows follow each other without a gap here.
pub struct Problem {
    pub case: Case,
    pub experts: usize,
    /// Rows of A.
    pub tokens: usize,
    /// Rows of C.
    pub routes: usize,
    /// `[tokens, k]`
    pub a: Vec<u16>,
    /// `[experts, cols, k / 8]`
    pub packed: Vec<u32>,
    /// `[experts, cols, groups]`
    pub scales: Vec<u16>,
    /// As the scales.
    pub zeros: Vec<u8>,
    /// Flat index of each slot.
    pub sorted: Vec<i32>,
    /// Expert of each block.
    pub blocks: Vec<i32>,
}

impl Problem {
    pub fn new(case: Case, random: &mut Random) -> Problem {
        let blocks = layout::blocks(&case);
        let routed: usize = blocks.iter().map(|(_, rows)| rows).sum();
        let tokens = routed.div_ceil(case.top_k) + 1;
        let mut sorted = slots(&blocks, case.block_m, tokens * case.top_k, random);
        if case.cut {
            let used = sorted.iter().rposition(|&flat| (0..(tokens * case.top_k) as i32).contains(&flat));
            sorted.truncate(used.map_or(0, |last| last + 1));
        }
        let blocks = blocks.into_iter().map(|(expert, _)| expert).collect();
        Problem::with_blocks(case, EXPERTS, tokens, sorted, blocks, random)
    }

    /// Tensors for a routing that is already sorted into blocks.
    pub fn with_blocks(
        case: Case,
        experts: usize,
        tokens: usize,
        sorted: Vec<i32>,
        blocks: Vec<i32>,
        random: &mut Random,
    ) -> Problem {
        let (k, rows) = (case.k(), experts * case.cols);
        let zero = |random: &mut Random| if case.instantiation.zeros { random.below(17) as u8 } else { 8 };
        let mut problem = Problem {
            case,
            experts,
            tokens,
            routes: tokens * case.top_k,
            a: Vec::with_capacity(tokens * k),
            packed: (0..rows * k / 8).map(|_| (random.next() >> 32) as u32).collect(),
            scales: (0..rows * case.groups).map(|_| scale(&case, random)).collect(),
            zeros: (0..rows * case.groups).map(|_| zero(random)).collect(),
            sorted,
            blocks,
        };
        (0..tokens).for_each(|_| problem.a.extend(row(&case, random)));
        if case.values == Values::Dead {
            problem.kill_columns();
        }
        problem
    }

    /// Of every three columns one gets weights that are all zero, another one such group.
    fn kill_columns(&mut self) {
        let (groups, words) = (self.case.groups, self.case.instantiation.group / 8);
        for at in (0..self.zeros.len()).filter(|at| at / groups % 3 == 0 || at / groups % 3 == 1 && at % groups == 0) {
            // A zero point of 16 is no nibble.
            self.zeros[at] = self.zeros[at].min(15);
            self.packed[at * words..][..words].fill(u32::from(self.zeros[at]) * 0x1111_1111);
        }
    }

    /// The flat index of a slot that has a route of an expert.
    pub fn route(&self, slot: usize) -> Option<usize> {
        let flat = usize::try_from(*self.sorted.get(slot)?).ok()?;
        self.expert(slot).filter(|_| flat < self.routes).map(|_| flat)
    }

    pub fn expert(&self, slot: usize) -> Option<usize> {
        let expert = usize::try_from(*self.blocks.get(slot / self.case.block_m)?).ok()?;
        (expert < self.experts).then_some(expert)
    }
}

/// Routes in random order; between and behind them every number that means none.
fn slots(blocks: &[(i32, usize)], block_m: usize, routes: usize, random: &mut Random) -> Vec<i32> {
    let mut flats: Vec<i32> = (0..routes as i32).collect();
    random.shuffle(&mut flats);
    let mut next = flats.into_iter();
    let mut sorted = Vec::new();
    for &(_, rows) in blocks {
        sorted.extend(next.by_ref().take(rows));
        let none = [routes as i32, routes as i32, routes as i32 + 1, i32::MAX, -1, i32::MIN];
        sorted.extend((rows..block_m).map(|_| random.pick(&none)));
    }
    sorted
}

fn scale(case: &Case, random: &mut Random) -> u16 {
    let magnitude = match case.values {
        Values::Exact => f64::from(random.below(7) as i32 - 3).exp2(),
        _ => 0.005 + 0.015 * random.unit(),
    };
    case.instantiation.float.encode(if random.below(2) == 0 { magnitude } else { -magnitude })
}

fn row(case: &Case, random: &mut Random) -> Vec<u16> {
    let (k, float) = (case.k(), case.instantiation.float);
    match case.values {
        Values::Identity => {
            let one = random.below(k);
            (0..k).map(|at| float.encode(f64::from(u8::from(at == one)))).collect()
        }
        Values::Exact => (0..k).map(|_| float.encode(random.below(17) as f64 - 8.0)).collect(),
        Values::Random | Values::Dead => (0..k).map(|_| float.encode(random.normal())).collect(),
        Values::Special => {
            let mut row: Vec<u16> = (0..k).map(|_| float.encode(random.normal())).collect();
            if case.layout == Layout::Single || random.below(3) == 0 {
                row[random.below(k)] = float.encode(random.pick(outliers(float)));
            }
            row
        }
    }
}

fn outliers(float: Float) -> &'static [f64] {
    // From 2^64 on the bf16 kernel has no row sums.
    const BF16: [f64; 6] = [f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 1e30, 18_446_744_073_709_551_616.0, 9e18];
    const F16: [f64; 5] = [f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 60000.0, -60000.0];
    match float {
        Float::Bf16 => &BF16,
        Float::F16 => &F16,
    }
}
