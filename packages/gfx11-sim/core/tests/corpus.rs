//! Every instruction of the corpus against `llvm-objdump-19`, at three optimization levels for two processors.

mod support;

use moe_gfx11_sim::CodeObject;
use moe_gfx11_sim::isa::Opcode;
use std::collections::{BTreeSet, HashMap};
use std::process::Command;

/// The kernels, one file a theme.
const FILES: [&str; 10] = [
    "integers.hip",
    "bits.hip",
    "floats.hip",
    "memory.hip",
    "control.hip",
    "waves.hip",
    "wmma.hip",
    "groups.hip",
    "layers.hip",
    "gemm.hip",
];

/// Address and text of each instruction that objdump prints, without its comments.
fn objdump(path: &std::path::Path, arch: &str) -> Vec<(u64, String)> {
    let mut command = Command::new("llvm-objdump-19");
    let text = support::run(command.arg("-d").arg(format!("--mcpu={arch}")).arg(path));
    let instruction = |line: &str| {
        let (text, comment) = line.strip_prefix('\t')?.rsplit_once("// ")?;
        let address = u64::from_str_radix(comment.split(':').next()?, 16).ok()?;
        Some((address, text.trim().to_owned()))
    };
    text.lines().filter_map(instruction).collect()
}

/// Opcodes of all kernels of a file, after comparing each instruction's text.
fn compare(file: &str, arch: &str, level: &str) -> (usize, BTreeSet<Opcode>) {
    let path = support::compile(file, arch, level, &[]);
    let object = CodeObject::load(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(object.arch.name(), arch);
    let expected: HashMap<u64, String> = objdump(&path, arch).into_iter().collect();
    let mut opcodes = BTreeSet::new();
    let mut count = 0;
    for segment in object.segments.iter().filter(|segment| segment.executable) {
        for instruction in object.instructions(segment.address, segment.size_bytes) {
            let (pc, instruction) = instruction.unwrap();
            // objdump leaves out the zero bytes between functions, which read as v_illegal.
            let Some(text) = expected.get(&pc) else {
                assert_eq!(instruction.opcode, Opcode::v_illegal, "objdump has nothing at {pc:#x} of {file}");
                continue;
            };
            assert_eq!(&instruction.to_string(), text, "{file} {arch} {level} at {pc:#x}");
            opcodes.insert(instruction.opcode);
            opcodes.extend(instruction.dual);
            count += 1;
        }
    }
    assert_eq!(count, expected.len(), "{file} {arch} {level}: instructions that only objdump found");
    (count, opcodes)
}

#[test]
fn every_instruction_of_the_corpus_reads_as_objdump_prints_it() {
    let mut opcodes = BTreeSet::new();
    let mut instructions = 0;
    for file in FILES {
        for arch in ["gfx1100", "gfx1151"] {
            for level in ["-O0", "-O1", "-O3"] {
                let (count, used) = compare(file, arch, level);
                instructions += count;
                opcodes.extend(used);
            }
        }
    }
    println!("{instructions} instructions, {} opcodes", opcodes.len());
    assert!(opcodes.len() >= 300, "the corpus uses only {} opcodes", opcodes.len());
}
