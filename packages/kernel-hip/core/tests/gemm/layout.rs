//! The blocks of a case, and how the kernel divides them into tiles.

use super::case::{Case, Layout};
use super::problem::Problem;

/// Experts of every layout.
pub const EXPERTS: usize = 4;
/// Blocks among which the kernel fuses those of one expert.
pub const WINDOW: usize = 32;
const TILE_ROWS: usize = 64;

/// Expert and routes of each block; experts outside of 0 to [`EXPERTS`] are to be skipped.
pub fn blocks(case: &Case) -> Vec<(i32, usize)> {
    let full = case.block_m;
    let mut blocks = match case.layout {
        Layout::Ragged => vec![
            (0, full),
            (0, full),
            (0, full),
            (0, 3),
            (2, 1),
            (-1, 0),
            (3, full),
            (3, full - 1),
            (1, full),
            (1, full),
        ],
        Layout::Hot => {
            let rows = 150;
            let hot = (0..rows).step_by(full).map(|first| (1, full.min(rows - first)));
            hot.chain([(2, 1)]).collect()
        }
        Layout::Single => [3, 2, 1, 0, 0, 0, 3].map(|expert| (expert, 1)).to_vec(),
        Layout::Holes => {
            // Routes of experts that are elsewhere come in such blocks.
            let none = (-1, 2);
            let others = [(EXPERTS as i32, 1), (2, 5), (i32::MIN, 3), (3, 2)];
            [none, (1, 0), (0, full), none, (0, full / 2 + 1)].into_iter().chain(others).collect()
        }
        Layout::Windows => {
            let single = (0..30).map(|block| (block / 3 % 2, 1));
            single.chain([(3, full); 4]).chain([(2, 2)]).collect()
        }
        Layout::Idle => vec![(0, 0), (-1, 0), (2, 0)],
    };
    blocks.extend(std::iter::repeat_n((-1, 0), case.spare));
    blocks
}

/// What one workgroup makes, of each 256 columns.
pub struct Tile {
    /// Of `sorted`; some may be padding.
    pub slots: std::ops::Range<usize>,
    /// Tiles of 16 rows that have routes.
    pub row_tiles: usize,
    pub routed: usize,
}

/// The tiles with routes. Blocks of one expert that follow each other in a window are fused to 64 rows.
pub fn tiles(problem: &Problem) -> Vec<Tile> {
    let block_m = problem.case.block_m;
    let mut tiles = Vec::new();
    for (window, experts) in problem.blocks.chunks(WINDOW).enumerate() {
        let mut block = 0;
        for run in experts.chunk_by(|a, b| a == b) {
            let first = (window * WINDOW + block) * block_m;
            block += run.len();
            if (0..problem.experts as i32).contains(&run[0]) {
                let end = (first + run.len() * block_m).min(problem.sorted.len());
                let starts = (first..end).step_by(TILE_ROWS);
                tiles.extend(starts.map(|start| tile(problem, start..end.min(start + TILE_ROWS))));
            }
        }
    }
    tiles.retain(|tile| tile.routed > 0);
    tiles
}

fn tile(problem: &Problem, slots: std::ops::Range<usize>) -> Tile {
    let is_routed = |slot: &usize| problem.route(*slot).is_some();
    let rows = slots.clone().rev().find(is_routed).map_or(0, |last| last - slots.start + 1);
    Tile { row_tiles: rows.div_ceil(16), routed: slots.clone().filter(is_routed).count(), slots }
}
