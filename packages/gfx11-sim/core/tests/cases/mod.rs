//! With what each kernel of the corpus is launched, one file a theme.

pub mod control;
pub mod gemm;
pub mod groups;
pub mod layers;
pub mod map;
pub mod memory;
pub mod waves;
pub mod wmma;

use crate::twin::{Agreement, Case, agree};
use moe_gfx11_sim::CodeObject;
use std::sync::OnceLock;

/// The launches of a file's kernels, given one of its code objects.
type Cases = fn(&CodeObject) -> Vec<Case>;

/// Every compared file of the corpus.
pub const THEMES: [(&str, Cases); 10] = [
    ("integers.hip", map::cases),
    ("bits.hip", map::cases),
    ("floats.hip", map::float_cases),
    ("memory.hip", memory::cases),
    ("control.hip", control::cases),
    ("groups.hip", groups::cases),
    ("layers.hip", layers::cases),
    ("gemm.hip", gemm::cases),
    ("waves.hip", waves::cases),
    ("wmma.hip", wmma::cases),
];

/// The launches of a corpus file's kernels.
pub fn of(file: &str) -> Cases {
    THEMES.iter().find(|(name, _)| *name == file).expect("the file is a theme").1
}

/// Compares a file's kernels with the host, once for all tests that ask.
pub fn agreement(file: &str) -> &'static Agreement {
    static DONE: [OnceLock<Agreement>; THEMES.len()] = [const { OnceLock::new() }; THEMES.len()];
    let index = THEMES.iter().position(|(name, _)| *name == file).expect("the file is a theme");
    DONE[index].get_or_init(|| agree(file, THEMES[index].1))
}
