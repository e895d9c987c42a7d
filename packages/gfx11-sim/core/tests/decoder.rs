//! The decoder against LLVM's text, and against hostile words.

use moe_gfx11_sim::Arch;
use moe_gfx11_sim::isa::{DecodeError, Opcode, decode};
use std::collections::HashSet;

/// Encodings that LLVM 19 disassembled for gfx1151, with its text: two of every mnemonic and encoding form, then literals
/// that equal inline constants of some type.
const LLVM: &str = include_str!("data/gfx1151.tsv");

fn encodings() -> impl Iterator<Item = (Vec<u32>, &'static str)> {
    LLVM.lines().map(|line| {
        let (words, text) = line.split_once('\t').unwrap();
        (words.split(' ').map(|word| u32::from_str_radix(word, 16).unwrap()).collect(), text)
    })
}

#[test]
fn every_instruction_reads_as_llvm_prints_it() {
    for (words, text) in encodings() {
        let instruction = decode(&words, Arch::Gfx1151).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(instruction.to_string(), text, "{words:08x?}");
        assert_eq!(usize::from(instruction.size_bytes), words.len() * 4, "{text}");
    }
}

#[test]
fn every_opcode_is_among_the_compared_encodings() {
    let decoded: HashSet<Opcode> = encodings()
        .flat_map(|(words, _)| {
            let instruction = decode(&words, Arch::Gfx1151).unwrap();
            [Some(instruction.opcode), instruction.dual]
        })
        .flatten()
        .collect();
    let missing: Vec<_> = Opcode::all().filter(|opcode| !decoded.contains(opcode)).collect();
    assert_eq!(missing, []);
}

#[test]
fn an_instruction_cut_short_is_an_error_that_says_so() {
    for (words, text) in encodings() {
        let cut = &words[..words.len() - 1];
        match decode(cut, Arch::Gfx1151) {
            Err(DecodeError::Truncated { word }) => assert_eq!(word, cut.first().copied().unwrap_or(0), "{text}"),
            other => panic!("{text} without its last word: {other:?}"),
        }
    }
}

#[test]
fn a_rdna35_instruction_is_refused_on_rdna3() {
    let s_add_f32_s0_s1_s2 = [0xa000_0201];
    assert!(decode(&s_add_f32_s0_s1_s2, Arch::Gfx1150).is_ok());
    let error = decode(&s_add_f32_s0_s1_s2, Arch::Gfx1100).unwrap_err();
    assert_eq!(error.to_string(), "0xa0000201 is s_add_f32, which gfx1100 does not have");
}

#[test]
fn an_image_instruction_is_named_as_left_out() {
    assert!(matches!(decode(&[0xf06c_0f05, 0], Arch::Gfx1100), Err(DecodeError::Image { .. })));
}

#[test]
fn a_million_random_words_decode_or_fail_within_their_bounds() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        // xorshift64
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u32
    };
    let mut valid = 0;
    for _ in 0..1_000_000 {
        let words = [next(), next(), next()];
        if let Ok(instruction) = decode(&words, Arch::Gfx1151) {
            valid += 1;
            assert!(matches!(instruction.size_bytes, 4 | 8 | 12), "{words:08x?}");
            assert!(!instruction.to_string().contains("/* operand"), "{words:08x?}");
        }
    }
    assert!(valid > 300_000, "only {valid} of a million random words are instructions");
}
