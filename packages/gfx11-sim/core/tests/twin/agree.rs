//! Runs launches here and on the host and compares all buffers, bit for bit.

use super::case::{Argument, Case};
use super::host::Host;
use moe_gfx11_sim::CodeObject;
use moe_gfx11_sim::execute::{HostIsa, Launch, Memory, Options, Report, Watch, launch};
use moe_gfx11_sim::isa::{Opcode, decode};
use std::collections::{BTreeMap, BTreeSet};

pub const ARCHES: [&str; 2] = ["gfx1100", "gfx1151"];
pub const LEVELS: [&str; 3] = ["-O0", "-O1", "-O3"];

/// What a comparison did.
#[derive(Debug, Default)]
pub struct Agreement {
    pub runs: u32,
    /// Opcodes of all instructions that were executed.
    pub executed: BTreeSet<Opcode>,
}

/// Loads a corpus file as compiled for an arch at a level.
pub fn load(file: &str, arch: &str, level: &str) -> CodeObject {
    CodeObject::load(&std::fs::read(crate::support::compile(file, arch, level, &[])).unwrap()).unwrap()
}

/// Compares all launches of a file's kernels for both arches at all levels, the vector instructions of this machine in
/// turn. Each kernel has to have a case.
pub fn agree(file: &str, cases: impl Fn(&CodeObject) -> Vec<Case>) -> Agreement {
    let first = load(file, ARCHES[0], LEVELS[0]);
    let cases = cases(&first);
    let names = || first.kernels.iter().map(|kernel| kernel.metadata.name.as_str());
    let left_out: Vec<&str> = names().filter(|name| cases.iter().all(|case| case.kernel != *name)).collect();
    assert!(left_out.is_empty(), "kernels of {file} without a case: {left_out:?}");
    let host = Host::compile(file, names());
    let expected: Vec<Vec<Vec<u8>>> = cases.iter().map(|case| host.run(case)).collect();
    let mut agreement = Agreement::default();
    let mut wrong = BTreeMap::new();
    for arch in ARCHES {
        for level in LEVELS {
            let object = load(file, arch, level);
            for (number, (case, expected)) in cases.iter().zip(&expected).enumerate() {
                let isas = HostIsa::available();
                let isa = isas[(agreement.runs as usize + number) % isas.len()];
                match differs(&object, case, expected, &Options { isa, ..Options::default() }) {
                    Ok(executed) => agreement.executed.extend(executed),
                    Err(reason) => drop(wrong.entry(&case.kernel).or_insert(format!("{arch} {level} {isa}: {reason}"))),
                }
                agreement.runs += 1;
            }
        }
    }
    let list: Vec<String> = wrong.iter().map(|(kernel, reason)| format!("{kernel} {reason}")).collect();
    assert!(wrong.is_empty(), "{} kernels of {file} do not agree:\n{}", wrong.len(), list.join("\n"));
    println!("{file}: {} runs agree, {} opcodes executed", agreement.runs, agreement.executed.len());
    agreement
}

/// The opcodes that a launch executed, or how its buffers differ from what is expected.
fn differs(
    object: &CodeObject,
    case: &Case,
    expected: &[Vec<u8>],
    options: &Options,
) -> Result<BTreeSet<Opcode>, String> {
    let (found, report) = simulate(object, case, options).map_err(|error| error.to_string())?;
    let pairs = case.buffers().zip(found.iter().zip(expected));
    match pairs.filter_map(|(name, (found, expected))| difference(name, found, expected)).next() {
        Some(difference) => Err(difference),
        None => Ok(opcodes(object, &report)),
    }
}

/// Runs a launch here; gives all buffers as they are afterwards.
pub fn simulate(
    object: &CodeObject,
    case: &Case,
    options: &Options,
) -> Result<(Vec<Vec<u8>>, Report), moe_gfx11_sim::SimError> {
    let mut memory = Memory::default();
    let mut addresses = Vec::new();
    let arguments = case.segment(|argument| {
        let address = match argument {
            Argument::Buffer(name, bytes) => memory.add(name, bytes),
            Argument::Fresh(name, bytes) => memory.create(name, *bytes).unwrap(),
            Argument::Value(_) => 0,
        };
        addresses.push(address);
        address
    });
    let request = Launch {
        kernel: &case.kernel,
        grid: case.grid,
        block: case.block,
        arguments: &arguments,
        dynamic_lds_bytes: case.dynamic_lds_bytes,
    };
    let report = launch(object, &mut memory, &request, options, &Watch::default())?;
    Ok((addresses.iter().map(|address| memory.buffer(*address).unwrap().to_vec()).collect(), report))
}

/// The first word in which a buffer differs from what is expected.
fn difference(name: &str, found: &[u8], expected: &[u8]) -> Option<String> {
    let at = (0..found.len()).find(|&at| found[at] != expected[at])? & !3;
    let word = |bytes: &[u8]| {
        bytes[at..bytes.len().min(at + 4)].iter().rev().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    Some(format!("byte {at} of '{name}' is {} here, {} on the host", word(found), word(expected)))
}

/// Opcodes of the instructions that a launch executed, both of dual ones.
pub fn opcodes(object: &CodeObject, report: &Report) -> BTreeSet<Opcode> {
    let instruction = |pc: u64| {
        let words = object.image[pc as usize..].chunks_exact(4).take(3);
        let words: Vec<u32> = words.map(|word| u32::from_le_bytes(word.try_into().unwrap())).collect();
        decode(&words, object.arch).unwrap()
    };
    let pairs = report.profile.iter().map(|row| instruction(row.pc));
    pairs.flat_map(|instruction| [Some(instruction.opcode), instruction.dual]).flatten().collect()
}
