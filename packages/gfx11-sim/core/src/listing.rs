//! Disassembly of a whole range of code, data in it included.

use crate::arch::Arch;
use crate::code_object::CodeObject;
use crate::elf::Bytes;
use crate::error::SimError;
use crate::isa::decode;

/// One line of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Address in the image.
    pub pc: u64,
    /// 4, 8 or 12.
    pub size_bytes: u8,
    /// The instruction as LLVM prints it, or `.long` and the word where it is none.
    pub text: String,
}

impl CodeObject {
    /// Disassembles an address range of the image; goes on behind words that are no instructions.
    ///
    /// # Errors
    /// `E_TRUNCATED` when the range is not in the image.
    pub fn listing(&self, start: u64, size_bytes: u64) -> Result<impl Iterator<Item = Line> + use<>, SimError> {
        let code = Bytes(&self.image).slice(start, size_bytes, "the code")?;
        let (words, _) = code.as_chunks::<4>();
        let words: Vec<u32> = words.iter().map(|word| u32::from_le_bytes(*word)).collect();
        let arch = self.arch;
        let mut at = 0;
        Ok(std::iter::from_fn(move || {
            let line = line(words.get(at..)?, start + at as u64 * 4, arch)?;
            at += usize::from(line.size_bytes) / 4;
            Some(line)
        }))
    }
}

fn line(words: &[u32], pc: u64, arch: Arch) -> Option<Line> {
    let first = words.first()?;
    Some(match decode(words, arch) {
        Ok(instruction) => Line { pc, size_bytes: instruction.size_bytes, text: instruction.to_string() },
        Err(_) => Line { pc, size_bytes: 4, text: format!(".long {first:#010x}") },
    })
}
