//! Kernels of one element per thread (macro `MAP`): `out[i] = expression` over three inputs, for `i < n`.

use crate::twin::{Case, Random};
use moe_gfx11_sim::CodeObject;

const THREADS: u32 = 200;
/// More than the threads that store, so that some lanes must stay idle.
const LAUNCHED: u32 = 256;
/// The largest element.
const ELEMENT_BYTES: usize = 16;

const SEEDS: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0x1234_5678_9abc_def1];

/// Two launches of every kernel, with random words.
pub fn cases(object: &CodeObject) -> Vec<Case> {
    SEEDS.iter().flat_map(|&seed| launches(object, move || Random::new(seed), words)).collect()
}

/// As [`cases`], and two launches with floats of each width.
pub fn float_cases(object: &CodeObject) -> Vec<Case> {
    const F16: (u32, u32) = (16, 10);
    const BF16: (u32, u32) = (16, 7);
    const F32: (u32, u32) = (32, 23);
    const F64: (u32, u32) = (64, 52);
    let floats = [F16, BF16, F32, F64].into_iter().flat_map(|(bits, fraction)| {
        let input = move |random: &mut Random| floats(random, bits, fraction);
        SEEDS.iter().flat_map(move |&seed| launches(object, move || Random::new(seed), input))
    });
    cases(object).into_iter().chain(floats).collect()
}

/// Every kernel in four workgroups of two waves, the last wave partly past the end.
fn launches(object: &CodeObject, random: impl Fn() -> Random, input: impl Fn(&mut Random) -> Vec<u8>) -> Vec<Case> {
    let launch = |kernel: &str| {
        let mut random = random();
        let case = Case::new(kernel, 4, LAUNCHED / 4).fresh("out", LAUNCHED as usize * ELEMENT_BYTES);
        let inputs = ["a", "b", "c"].into_iter();
        inputs.fold(case, |case, name| case.buffer(name, input(&mut random))).u32(THREADS)
    };
    object.kernels.iter().map(|kernel| launch(&kernel.metadata.name)).collect()
}

fn words(random: &mut Random) -> Vec<u8> {
    random.words(LAUNCHED as usize * ELEMENT_BYTES / 4)
}

/// Floats of a format by its widths: special values, ties, magnitudes near 1, denormals, any pattern.
fn floats(random: &mut Random, bits: u32, fraction: u32) -> Vec<u8> {
    let infinity = (1_u64 << (bits - 1)) - (1 << fraction);
    let one = ((1_u64 << (bits - fraction - 2)) - 1) << fraction;
    let specials = [0, 1, (1 << fraction) - 1, 1 << fraction, one, one - 1, one + 1, infinity - 1, infinity];
    let nan = [infinity + 1, infinity + (1 << (fraction - 1))];
    let mut pattern = || {
        let random = random.next();
        let choice = (random >> 48) as usize;
        let near_one = one.wrapping_add((random >> 16) % (8 << fraction)).wrapping_sub(4 << fraction);
        let tie = one + (1 << fraction) * (random >> 16 & 3) + (1 << (fraction - 1 - (random >> 20 & 3) as u32));
        let magnitude = match random % 8 {
            0 => specials[choice % specials.len()],
            1 if choice.is_multiple_of(8) => nan[choice / 8 % 2],
            1 | 2 => tie,
            3 => random >> 4,
            4 => (random >> 4) % (2 << fraction),
            _ => near_one,
        };
        magnitude & ((1 << (bits - 1)) - 1) | (random >> 3 & 1) << (bits - 1)
    };
    let (bytes, count) = (bits as usize / 8, LAUNCHED as usize * ELEMENT_BYTES * 8 / bits as usize);
    (0..count).flat_map(|_| pattern().to_le_bytes().into_iter().take(bytes)).collect()
}
