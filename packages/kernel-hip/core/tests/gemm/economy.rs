//! What the kernel may spend on a problem, from its tiles alone.

use super::case::Instantiation;
use super::device::Output;
use super::layout::{Tile, tiles};
use super::problem::Problem;
use moe_gfx11_sim::execute::Report;

const TILE_COLS: usize = 256;
const MATRIX_CYCLES: f64 = 32.0;

/// Counts of a run. Efficiencies are useful matrix cycles over all that the vector unit issues, the pass for the row sums
/// among it.
#[derive(Clone, Copy, Debug)]
pub struct Economy {
    /// All rows of all blocks are useful, as in docs/kernels.md. Above 1 where the kernel leaves many of them out.
    pub efficiency: f64,
    /// Only rows with a route are useful.
    pub routed_efficiency: f64,
    /// Wave instructions.
    pub instructions: u64,
    /// Share of the LDS cycles.
    pub conflicts: f64,
    /// Vector loads and stores of the GEMM in bytes, over the least for its tiles.
    pub traffic: f64,
}

/// # Errors
/// Scratch, a spill, conflicts of LDS banks, or another number of matrix operations than the tiles have.
pub fn measure(problem: &Problem, output: &Output) -> Result<Economy, String> {
    let reports = || output.gemms.iter().chain(&output.sums);
    if let Some(spilled) = reports().find(|report| spills(report)) {
        return Err(format!("scratch or spills: {:?}", spilled.resources));
    }
    let tiles = tiles(problem);
    let matrix: u64 = output.gemms.iter().map(|report| report.total.issue.matrix).sum();
    let row_tiles: usize = tiles.iter().map(|tile| row_tiles(problem, tile)).sum();
    let expected = row_tiles * problem.case.cols.div_ceil(TILE_COLS) * (TILE_COLS / 16) * (problem.case.k() / 16);
    if matrix != expected as u64 {
        return Err(format!("{matrix} matrix operations, but the tiles have {expected}"));
    }
    let conflicts = conflicts(output);
    if conflicts >= 0.02 {
        return Err(format!("{conflicts} of the LDS cycles are bank conflicts"));
    }
    let bytes: u64 = output.gemms.iter().map(bytes).sum();
    let traffic = bytes as f64 / tiles.iter().map(|tile| least_bytes(problem, tile)).sum::<usize>() as f64;
    let instructions = reports().map(|report| report.total.instructions).sum();
    let runs = |block: &&i32| (0..problem.experts as i32).contains(block);
    let rows = problem.blocks.iter().filter(runs).count() * problem.case.block_m;
    let routed = tiles.iter().map(|tile| tile.routed).sum();
    let [efficiency, routed_efficiency] = [rows, routed].map(|rows| efficiency(problem, output, rows));
    Ok(Economy { efficiency, routed_efficiency, instructions, conflicts, traffic })
}

fn spills(report: &Report) -> bool {
    let resources = &report.resources;
    resources.scratch_bytes + resources.vgpr_spills + resources.sgpr_spills > 0
}

/// Tiles of 16 rows that are multiplied: all of a tile with a row that bf16 has no sums for.
fn row_tiles(problem: &Problem, tile: &Tile) -> usize {
    let Instantiation { float, .. } = problem.case.instantiation;
    let is_large = |a: f64| a.is_nan() || a.abs() >= 2.0_f64.powi(64);
    let row = |flat: usize| &problem.a[flat / problem.case.top_k * problem.case.k()..][..problem.case.k()];
    let is_marked = |flat: usize| row(flat).iter().any(|&a| is_large(float.decode(a)));
    let exact = problem.case.instantiation.sums_per_group() > 0
        && tile.slots.clone().filter_map(|slot| problem.route(slot)).any(is_marked);
    if exact { 4 } else { tile.row_tiles }
}

fn conflicts(output: &Output) -> f64 {
    let lds = || output.gemms.iter().flat_map(|report| [report.total.lds.loads, report.total.lds.stores]);
    let cycles: u64 = lds().map(|lds| lds.cycles).sum();
    let lost: u64 = lds().map(|lds| lds.conflict_cycles()).sum();
    if cycles == 0 { 0.0 } else { lost as f64 / cycles as f64 }
}

fn bytes(report: &Report) -> u64 {
    report.total.global.loads.bytes + report.total.global.stores.bytes
}

/// Every weight, scale and zero point of the columns once; every row that is multiplied and its sums once; C once.
fn least_bytes(problem: &Problem, tile: &Tile) -> usize {
    let case = &problem.case;
    let Instantiation { zeros, .. } = case.instantiation;
    let (rows, k) = (16 * tile.row_tiles, case.k());
    let columns = case.cols * (k / 2 + case.groups * (2 + usize::from(zeros)));
    let activations = rows * (2 * k + 4 * case.groups * case.instantiation.sums_per_group());
    columns + case.cols.div_ceil(TILE_COLS) * activations + 2 * tile.routed * case.cols
}

fn efficiency(problem: &Problem, output: &Output, rows: usize) -> f64 {
    let useful = (rows * (problem.case.cols / 16) * (problem.case.k() / 16)) as f64 / 16.0;
    let issue = || output.gemms.iter().chain(&output.sums).map(|report| report.total.issue);
    let matrix: u64 = issue().map(|issue| issue.matrix).sum();
    let other: u64 = issue().map(|issue| issue.other_vector).sum();
    MATRIX_CYCLES * useful / (MATRIX_CYCLES * matrix as f64 + other as f64)
}
