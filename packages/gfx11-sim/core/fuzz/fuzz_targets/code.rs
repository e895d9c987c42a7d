//! Code that decodes, more often than not: encodings of every opcode, some of their bits flipped, and raw words.

use crate::input::Input;
use std::sync::OnceLock;

const MAX_INSTRUCTIONS: u32 = 96;
const S_ENDPGM: u32 = 0xbfb0_0000;
const S_WAITCNT_ALL: u32 = 0xbf89_0007;

/// Encodings of every opcode of gfx1151.
fn encodings() -> &'static [Vec<u32>] {
    static TABLE: OnceLock<Vec<Vec<u32>>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let words = |line: &str| {
            let text = line.split('\t').next().unwrap_or_default();
            text.split(' ').filter_map(|word| u32::from_str_radix(word, 16).ok()).collect()
        };
        include_str!("../../tests/data/gfx1151.tsv").lines().map(words).collect()
    })
}

pub fn words(input: &mut Input<'_>) -> Vec<u32> {
    let mut code = Vec::new();
    for _ in 0..input.below(MAX_INSTRUCTIONS) {
        instruction(input, &mut code);
        if input.is_empty() {
            break;
        }
    }
    if !input.rarely(16) {
        code.push(S_ENDPGM);
    }
    code
}

fn instruction(input: &mut Input<'_>, code: &mut Vec<u32>) {
    let kind = input.u8() % 16;
    if kind == 0 {
        code.push(input.u32());
        return;
    }
    let table = encodings();
    let mut words = table[usize::from(input.u16()) % table.len()].clone();
    if kind < 8 {
        // Another register, offset or modifier.
        let index = input.u8() as usize % words.len();
        words[index] ^= 1 << (input.u8() % 32);
    }
    code.extend(words);
    if kind % 2 == 0 {
        code.push(S_WAITCNT_ALL);
    }
}
