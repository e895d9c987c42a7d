//! Runs the kernels of a problem on the simulator, with all of its checks.

use super::bytes::{bytes16, bytes32, values16};
use super::layout::WINDOW;
use super::problem::Problem;
use moe_gfx11_sim::CodeObject;
use moe_gfx11_sim::SimError;
use moe_gfx11_sim::execute::{Launch, Memory, Options, Report, Schedule, Watch, launch};
use std::path::Path;
use std::process::Command;

/// What rows of C without a route must keep.
pub const UNTOUCHED: u16 = 0x1234;
const THREADS: u32 = 256;
const TILE_COLS: usize = 256;

/// The committed code object of a processor.
pub fn prebuilt(arch: &str, source: &str) -> CodeObject {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../prebuilt/{arch}/{source}.co.gz"));
    let unpacked = Command::new("gzip").arg("-dc").arg(&path).output().unwrap();
    assert!(unpacked.status.success(), "{} cannot be unpacked", path.display());
    CodeObject::load(&unpacked.stdout).unwrap()
}

pub struct Output {
    /// `[routes, cols]`
    pub c: Vec<u16>,
    /// Of the pass for the row sums; f16 has none.
    pub sums: Option<Report>,
    /// One for each launch of the GEMM.
    pub gemms: Vec<Report>,
}

/// # Errors
/// What the simulator's checks find.
pub fn run(object: &CodeObject, problem: &Problem, seed: u64) -> Result<Output, SimError> {
    let case = &problem.case;
    let (k, suffix) = (case.k(), case.instantiation.suffix());
    let (a_stride, w_stride) = (k + case.a_gap, k / 8 + case.w_gap);
    let mut memory = Memory::default();
    let a = add_rows(&mut memory, "a", &bytes16(&problem.a), 2 * k, 2 * a_stride);
    let w = add_rows(&mut memory, "weights", &bytes32(&problem.packed), k / 2, 4 * w_stride);
    let scales = memory.add("scales", &bytes16(&problem.scales));
    let zeros = if case.instantiation.zeros { memory.add("zeros", &problem.zeros) } else { 0 };
    let sums_bytes = 4 * problem.tokens * case.groups * case.instantiation.sums_per_group();
    let sums = if sums_bytes == 0 { 0 } else { memory.create("row sums", sums_bytes as u64)? };
    let sorted = memory.add("sorted", &bytes32(&problem.sorted));
    let blocks = memory.add("experts", &bytes32(&problem.blocks));
    let c = memory.add("c", &bytes16(&vec![UNTOUCHED; problem.routes * case.cols]));

    let options = Options { schedule: Schedule::Random { seed }, ..Options::default() };
    let mut start = |kernel: &str, grid: [usize; 3], pointers: &[u64], numbers: &[usize]| {
        let mut arguments: Vec<u8> = pointers.iter().flat_map(|pointer| pointer.to_le_bytes()).collect();
        arguments.extend(numbers.iter().flat_map(|number| (*number as u32).to_le_bytes()));
        let grid = grid.map(|size| size as u32);
        let request = Launch { kernel, grid, block: [THREADS, 1, 1], arguments: &arguments, dynamic_lds_bytes: 0 };
        launch(object, &mut memory, &request, &options, &Watch::default())
    };
    let sums_report = if sums == 0 {
        None
    } else {
        let rows_a_wave = 8 / case.groups.next_power_of_two().min(8);
        let grid = [problem.tokens.div_ceil(8 * rows_a_wave), 1, 1];
        let numbers = [problem.tokens, k, a_stride];
        Some(start(&format!("moe_row_sums_{suffix}"), grid, &[a, sums], &numbers)?)
    };
    let pointers = [a, w, scales, zeros, sums, sorted, blocks, c];
    let windows = problem.blocks.len().div_ceil(WINDOW);
    let a_launch = if case.layout == super::case::Layout::Windows { 1 } else { windows };
    let mut gemms = Vec::new();
    for first in (0..windows).step_by(a_launch) {
        let numbers = [
            problem.sorted.len(),
            problem.routes,
            problem.blocks.len(),
            first * WINDOW,
            problem.experts,
            case.cols,
            k,
            a_stride,
            w_stride,
            case.top_k,
            case.block_m,
        ];
        let grid = [WINDOW, case.cols.div_ceil(TILE_COLS), a_launch];
        gemms.push(start(&format!("moe_w4a16_gemm_{suffix}"), grid, &pointers, &numbers)?);
    }
    let c = values16(&memory.buffer(c).map(|buffer| buffer.to_vec()).unwrap_or_default());
    Ok(Output { c, sums: sums_report, gemms })
}

/// Rows at a stride; what lies between them counts as never written, and the last has nothing behind it.
fn add_rows(memory: &mut Memory, name: &str, rows: &[u8], row: usize, stride: usize) -> u64 {
    let count = rows.len() / row;
    let address = memory.create(name, ((count - 1) * stride + row) as u64).unwrap();
    let buffer = memory.buffer(address).unwrap();
    for (at, bytes) in rows.chunks_exact(row).enumerate() {
        buffer.write((at * stride) as u64, bytes);
    }
    address
}
