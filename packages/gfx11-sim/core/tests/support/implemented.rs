//! Which opcodes the simulator executes.

use moe_gfx11_sim::Arch;
use moe_gfx11_sim::execute::is_implemented;
use moe_gfx11_sim::isa::{Opcode, decode};
use std::collections::BTreeSet;

/// Opcodes that are implemented in at least one of the encodings that LLVM printed.
pub fn implemented() -> BTreeSet<Opcode> {
    let encodings = include_str!("../data/gfx1151.tsv").lines().map(|line| {
        let words = line.split('\t').next().unwrap().split(' ');
        decode(&words.map(|word| u32::from_str_radix(word, 16).unwrap()).collect::<Vec<u32>>(), Arch::Gfx1151).unwrap()
    });
    encodings.filter(is_implemented).map(|instruction| instruction.opcode).collect()
}
