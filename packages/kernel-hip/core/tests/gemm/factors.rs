//! Which cases are run: every pair of circumstances, or the product of those that decide which code runs.

use super::case::{ARCHES, Case, Instantiation, Layout, Values};
use super::cover::pairwise;
use super::random::Random;

const LAYOUTS: [Layout; 6] =
    [Layout::Ragged, Layout::Hot, Layout::Single, Layout::Holes, Layout::Windows, Layout::Idle];
const VALUES: [Values; 5] = [Values::Random, Values::Identity, Values::Exact, Values::Special, Values::Dead];
const TOP_K: [usize; 5] = [1, 3, 8, 10, 64];
const GROUPS: [usize; 5] = [1, 2, 3, 5, 9];
/// Elements, a multiple of 8.
const A_GAPS: [usize; 2] = [0, 8];
/// Words, a multiple of 4.
const W_GAPS: [usize; 3] = [0, 4, 12];
const SPARE: [usize; 3] = [0, 3, 40];
const CUT: [bool; 2] = [false, true];

/// What one family of kernels takes.
pub struct Family {
    blocks: &'static [usize],
    cols: &'static [usize],
}

impl Family {
    /// Columns: a whole tile, less, and tails of a wave's 32 columns and of a tile's 256.
    pub const GFX11: Family = Family { blocks: &[16, 32, 64], cols: &[16, 48, 256, 272, 400] };
    /// Likewise, of a tile's 256 and of the 128 of a block of weights.
    pub const CUDA: Family = Family { blocks: &[16, 32, 64, 128], cols: &[8, 48, 256, 264, 400] };

    /// Levels of all factors but instantiation and processor, in the order of [`Family::case`].
    fn levels(&self) -> [usize; 10] {
        [
            self.blocks.len(),
            LAYOUTS.len(),
            VALUES.len(),
            TOP_K.len(),
            self.cols.len(),
            GROUPS.len(),
            A_GAPS.len(),
            W_GAPS.len(),
            SPARE.len(),
            CUT.len(),
        ]
    }

    fn case(&self, instantiation: Instantiation, levels: &[usize]) -> Case {
        Case {
            instantiation,
            block_m: self.blocks[levels[0]],
            layout: LAYOUTS[levels[1]],
            values: VALUES[levels[2]],
            top_k: TOP_K[levels[3]],
            cols: self.cols[levels[4]],
            groups: GROUPS[levels[5]],
            a_gap: A_GAPS[levels[6]],
            w_gap: W_GAPS[levels[7]],
            spare: SPARE[levels[8]],
            cut: CUT[levels[9]],
        }
    }
}

/// The first of those decide which code runs; the others are sizes.
const DECISIVE: usize = 3;

/// Every value of a factor with every value of another, processors and instantiations among them.
pub fn covering(random: &mut Random) -> Vec<(&'static str, Case)> {
    let (family, instantiations) = (Family::GFX11, Instantiation::all());
    let levels = [&[instantiations.len(), ARCHES.len()][..], &family.levels()].concat();
    let row = |row: Vec<usize>| (ARCHES[row[1]], family.case(instantiations[row[0]], &row[2..]));
    pairwise(&levels, random).into_iter().map(row).collect()
}

/// The same for one kind of kernel that runs anywhere.
pub fn covering_family(family: &Family, instantiations: &[Instantiation], random: &mut Random) -> Vec<Case> {
    let levels = [&[instantiations.len()][..], &family.levels()].concat();
    let row = |row: &Vec<usize>| family.case(instantiations[row[0]], &row[1..]);
    pairwise(&levels, random).iter().map(row).collect()
}

/// Every processor, instantiation, block size, layout and kind of values with each other; sizes are drawn.
pub fn product(random: &mut Random) -> Vec<(&'static str, Case)> {
    let family = Family::GFX11;
    let all = family.levels();
    let mut rows = vec![Vec::new()];
    for &count in &all[..DECISIVE] {
        rows = rows.iter().flat_map(|row| (0..count).map(move |level| [&row[..], &[level]].concat())).collect();
    }
    let mut cases = Vec::new();
    for arch in ARCHES {
        for instantiation in Instantiation::all() {
            for row in &rows {
                let sizes = all[DECISIVE..].iter().map(|&count| random.below(count));
                let levels: Vec<usize> = row.iter().copied().chain(sizes).collect();
                cases.push((arch, family.case(instantiation, &levels)));
            }
        }
    }
    cases
}
