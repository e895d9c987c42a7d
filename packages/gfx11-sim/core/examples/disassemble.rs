//! Disassembles bytes in hexadecimal, one sequence a line, as `llvm-mc --disassemble` does: after each line's number,
//! one instruction a line until the first that is invalid.
//!
//! cargo run --release --example disassemble -- gfx1151 < encodings.txt

use moe_gfx11_sim::Arch;
use moe_gfx11_sim::isa::decode;
use std::io::{self, BufRead, BufWriter, Write};

fn main() -> io::Result<()> {
    let arch = std::env::args().nth(1).and_then(|name| Arch::parse(&name)).unwrap_or(Arch::Gfx1151);
    let mut out = BufWriter::new(io::stdout().lock());
    for (number, line) in io::stdin().lock().lines().enumerate() {
        writeln!(out, "#{number}")?;
        let words: Vec<u32> = line?.split_whitespace().filter_map(|word| u32::from_str_radix(word, 16).ok()).collect();
        let mut rest = words.as_slice();
        while let Ok(instruction) = decode(rest, arch) {
            writeln!(out, "{instruction}")?;
            rest = &rest[usize::from(instruction.size_bytes) / 4..];
        }
    }
    out.flush()
}
