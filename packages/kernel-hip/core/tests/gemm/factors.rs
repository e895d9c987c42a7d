//! Which cases are run: every pair of circumstances, or the product of those that decide which code runs.

use super::case::{ARCHES, Case, Instantiation, Layout, Values};
use super::cover::pairwise;
use super::random::Random;

const BLOCKS: [usize; 3] = [16, 32, 64];
const LAYOUTS: [Layout; 6] =
    [Layout::Ragged, Layout::Hot, Layout::Single, Layout::Holes, Layout::Windows, Layout::Idle];
const VALUES: [Values; 5] = [Values::Random, Values::Identity, Values::Exact, Values::Special, Values::Dead];
const TOP_K: [usize; 5] = [1, 3, 8, 10, 64];
/// A whole tile, less, and tails of a wave's 32 columns and of a tile's 256.
const COLS: [usize; 5] = [16, 48, 256, 272, 400];
const GROUPS: [usize; 5] = [1, 2, 3, 5, 9];
/// Elements, a multiple of 8.
const A_GAPS: [usize; 2] = [0, 8];
/// Words, a multiple of 4.
const W_GAPS: [usize; 3] = [0, 4, 12];
const SPARE: [usize; 3] = [0, 3, 40];
const CUT: [bool; 2] = [false, true];

/// Levels of all factors but instantiation and processor, in the order of [`case`].
const LEVELS: [usize; 10] = [
    BLOCKS.len(),
    LAYOUTS.len(),
    VALUES.len(),
    TOP_K.len(),
    COLS.len(),
    GROUPS.len(),
    A_GAPS.len(),
    W_GAPS.len(),
    SPARE.len(),
    CUT.len(),
];
/// The first of those decide which code runs; the others are sizes.
const DECISIVE: usize = 3;

fn case(instantiation: Instantiation, levels: &[usize]) -> Case {
    Case {
        instantiation,
        block_m: BLOCKS[levels[0]],
        layout: LAYOUTS[levels[1]],
        values: VALUES[levels[2]],
        top_k: TOP_K[levels[3]],
        cols: COLS[levels[4]],
        groups: GROUPS[levels[5]],
        a_gap: A_GAPS[levels[6]],
        w_gap: W_GAPS[levels[7]],
        spare: SPARE[levels[8]],
        cut: CUT[levels[9]],
    }
}

/// Every value of a factor with every value of another, processors and instantiations among them.
pub fn covering(random: &mut Random) -> Vec<(&'static str, Case)> {
    let instantiations = Instantiation::all();
    let levels = [&[instantiations.len(), ARCHES.len()][..], &LEVELS].concat();
    let row = |row: Vec<usize>| (ARCHES[row[1]], case(instantiations[row[0]], &row[2..]));
    pairwise(&levels, random).into_iter().map(row).collect()
}

/// The same for one instantiation.
pub fn covering_one(instantiation: Instantiation, random: &mut Random) -> Vec<Case> {
    pairwise(&LEVELS, random).iter().map(|row| case(instantiation, row)).collect()
}

/// Every processor, instantiation, block size, layout and kind of values with each other; sizes are drawn.
pub fn product(random: &mut Random) -> Vec<(&'static str, Case)> {
    let mut rows = vec![Vec::new()];
    for &count in &LEVELS[..DECISIVE] {
        rows = rows.iter().flat_map(|row| (0..count).map(move |level| [&row[..], &[level]].concat())).collect();
    }
    let mut cases = Vec::new();
    for arch in ARCHES {
        for instantiation in Instantiation::all() {
            for row in &rows {
                let sizes = LEVELS[DECISIVE..].iter().map(|&count| random.below(count));
                let levels: Vec<usize> = row.iter().copied().chain(sizes).collect();
                cases.push((arch, case(instantiation, &levels)));
            }
        }
    }
    cases
}
