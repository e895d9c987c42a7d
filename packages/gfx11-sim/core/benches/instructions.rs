//! Nanoseconds of each class of wave instructions, and of a tiled GEMM, on one thread, per level of the host.
//!
//! `cargo bench -p moe-gfx11-sim --features llvm --bench instructions [-- kernel]`; needs clang-19 and lld-19.

#[path = "../tests/support/mod.rs"]
mod support;

use moe_gfx11_sim::execute::{Checks, HostIsa, Launch, Memory, Options, Report, Watch, launch};
use moe_gfx11_sim::{CodeObject, SimError};
use std::time::Instant;

const ROUNDS: u32 = 2000;
/// The best of so many runs counts.
const RUNS: usize = 5;
/// Rows and columns of the GEMM's matrices.
const SIZE: u32 = 256;
/// Those where threads share it: starting them is not what is measured.
const SHARED_SIZE: u32 = 512;

struct Measured {
    report: Report,
    nanoseconds: f64,
}

fn measure(mut run: impl FnMut() -> Result<Report, SimError>) -> Result<Measured, SimError> {
    let mut best = Measured { report: run()?, nanoseconds: f64::INFINITY };
    for _ in 0..RUNS {
        let start = Instant::now();
        best.report = run()?;
        best.nanoseconds = best.nanoseconds.min(start.elapsed().as_nanos() as f64);
    }
    Ok(best)
}

fn options(isa: HostIsa, checks: Checks, threads: usize) -> Options {
    Options { isa, checks, threads, ..Options::default() }
}

/// One wave of a class.
fn class(object: &CodeObject, kernel: &str, options: &Options) -> Result<Measured, SimError> {
    let mut memory = Memory::default();
    let data = memory.add("data", &[0; 4096]);
    let arguments = [&data.to_le_bytes()[..], &ROUNDS.to_le_bytes()].concat();
    let request = Launch { kernel, grid: [1, 1, 1], block: [32, 1, 1], arguments: &arguments, dynamic_lds_bytes: 4096 };
    measure(|| launch(object, &mut memory, &request, options, &Watch::default()))
}

fn gemm(object: &CodeObject, options: &Options, size: u32) -> Result<Measured, SimError> {
    let mut memory = Memory::default();
    let elements = (size * size) as usize;
    let values: Vec<u8> = (0..elements).flat_map(|i| (0x3000 + (i * 7919 % 4096) as u16).to_le_bytes()).collect();
    let buffers = [memory.create("c", elements as u64 * 4)?, memory.add("a", &values), memory.add("b", &values)];
    let mut arguments: Vec<u8> = buffers.iter().flat_map(|address| address.to_le_bytes()).collect();
    arguments.extend([size, size].iter().flat_map(|edge| edge.to_le_bytes()));
    let grid = [(size / 64) * (size / 64), 1, 1];
    let request = Launch { kernel: "gemm", grid, block: [128, 1, 1], arguments: &arguments, dynamic_lds_bytes: 0 };
    measure(|| launch(object, &mut memory, &request, options, &Watch::default()))
}

fn print(name: &str, results: &[Result<Measured, SimError>]) {
    print!("{name:20}");
    for result in results {
        match result {
            Ok(measured) => {
                let each = measured.nanoseconds / measured.report.instructions as f64;
                print!(" {each:8.1} ns {:7.1} M/s", 1e3 / each);
            }
            Err(error) => print!(" {:>23}", error.code()),
        }
    }
    println!();
}

fn main() {
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let path = support::compile("../core/benches/instructions.hip", "gfx1151", "-O3", &[]);
    let object = CodeObject::load(&std::fs::read(path).expect("the compiled file")).expect("a code object");
    let levels = HostIsa::available();
    let columns: Vec<(HostIsa, Checks, String)> = levels
        .iter()
        .flat_map(|&isa| [(isa, Checks::default(), "checks"), (isa, Checks::NONE, "none")])
        .map(|(isa, checks, name)| (isa, checks, format!("{isa} {name}")))
        .collect();
    print!("{:20}", "per wave instruction");
    columns.iter().for_each(|(_, _, name)| print!(" {name:>23}"));
    println!();
    for kernel in object.kernels.iter().map(|kernel| kernel.metadata.name.as_str()) {
        if wanted.as_ref().is_some_and(|wanted| !kernel.contains(wanted.as_str())) {
            continue;
        }
        let run = |(isa, checks, _): &(HostIsa, Checks, String)| {
            let options = options(*isa, *checks, 1);
            if kernel == "gemm" { gemm(&object, &options, SIZE) } else { class(&object, kernel, &options) }
        };
        print(kernel, &columns.iter().map(run).collect::<Vec<_>>());
    }
    for threads in [1, 2] {
        let options = options(HostIsa::best(), Checks::default(), threads);
        print(&format!("gemm, {threads} threads"), &[gemm(&object, &options, SHARED_SIZE)]);
    }
}
