//! Matrix operations of one wave. Lanes 16 to 31 repeat A and B, as the hardware demands.

use crate::twin::{Case, Random, bytes};
use moe_gfx11_sim::CodeObject;

const LANES: usize = 32;

/// Every kernel with ordinary numbers, and with special ones.
pub fn cases(object: &CodeObject) -> Vec<Case> {
    let kernels = || object.kernels.iter().map(|kernel| kernel.metadata.name.as_str());
    kernels().flat_map(|kernel| [case(kernel, ordinary), case(kernel, special)]).collect()
}

/// A 32-bit word of elements of a kind.
type Word = fn(&mut Random, Kind) -> u32;

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    F16,
    Bf16,
    F32,
    Integer,
}

/// Numbers between 2^-8 and 2^7, of both signs.
fn ordinary(random: &mut Random, kind: Kind) -> u32 {
    let mut number = |bias: u32, fraction: u32| (bias - 8 + random.below(16)) << fraction | random.below(1 << fraction);
    let halves = match kind {
        Kind::F16 => [number(15, 10), number(15, 10)],
        Kind::Bf16 => [number(127, 7), number(127, 7)],
        Kind::F32 => return number(127, 23) | random.below(2) << 31,
        Kind::Integer => return random.next() as u32,
    };
    halves[0] | halves[1] << 16 | random.next() as u32 & 0x8000_8000
}

/// Any bits: NaN, infinities, subnormal numbers, overflow.
fn special(random: &mut Random, _: Kind) -> u32 {
    random.word()
}

/// Registers of a factor, as `words` of each lane.
fn factor(random: &mut Random, words: usize, kind: Kind, word: Word) -> Vec<u32> {
    let half: Vec<u32> = (0..LANES / 2 * words).map(|_| word(random, kind)).collect();
    [half.clone(), half].concat()
}

fn case(kernel: &str, word: Word) -> Case {
    let mut random = Random::new(41);
    let kind = if kernel.contains("_i32_") || kernel == "wmma_signs" {
        Kind::Integer
    } else if kernel.ends_with("bf16") {
        Kind::Bf16
    } else {
        Kind::F16
    };
    let words = if kernel.ends_with("iu4") {
        2
    } else if kind == Kind::Integer {
        4
    } else {
        8
    };
    let mut factor = |kind: Kind| bytes(factor(&mut random, words, kind, word));
    let case = Case::new(kernel, 1, LANES as u32);
    match kernel {
        "wmma_chain" => {
            let (a, b) = ((0..3).flat_map(|_| factor(kind)).collect(), (0..3).flat_map(|_| factor(kind)).collect());
            case.fresh("out", LANES * 32).buffer("a", a).buffer("b", b).u32(3)
        }
        "wmma_constants" => case.fresh("out", LANES * 64).buffer("a", factor(kind)).buffer("b", factor(kind)),
        "wmma_half_constants" => {
            let case = case.fresh("out", LANES * 32).fresh("out_bf16", LANES * 32);
            case.buffer("a", factor(Kind::F16)).buffer("b", factor(Kind::Bf16))
        }
        _ => {
            let out = if kernel == "wmma_signs" { LANES * 128 } else { LANES * 32 };
            let case = case.fresh("out", out).buffer("a", factor(kind)).buffer("b", factor(kind));
            let sums = if kernel.starts_with("wmma_f32") { Kind::F32 } else { kind };
            case.buffer("c", bytes((0..LANES * 8).map(|_| word(&mut random, sums))))
        }
    }
}
