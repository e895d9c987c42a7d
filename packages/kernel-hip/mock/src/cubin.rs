//! NVIDIA modules: what a driver sees before it runs anything.

/// A cubin: an ELF file whose code sections are named after their kernels.
pub struct Cubin {
    /// `90` of `sm_90`.
    pub capability: u32,
    pub kernels: Vec<String>,
}

const CUDA_MACHINE: u64 = 190;
const HEADER_BYTES: usize = 64;
const SECTION_BYTES: usize = 64;

impl Cubin {
    /// `None` for bytes that are no cubin.
    pub fn parse(bytes: &[u8]) -> Option<Cubin> {
        if bytes.len() < HEADER_BYTES || !bytes.starts_with(b"\x7fELF") || number(bytes, 18, 2)? != CUDA_MACHINE {
            return None;
        }
        // Bits 8 to 15 of `e_flags` (CUDA 13), bits 0 to 7 before.
        let flags = number(bytes, 48, 4)? as u32;
        let capability = if bytes[8] >= 8 { flags >> 8 & 0xFF } else { flags & 0xFF };
        let sections = number(bytes, 40, 8)? as usize;
        let header = |index: u64| bytes.get(sections + index as usize * SECTION_BYTES..);
        let offset = |index: u64| number(header(index)?, 24, 8);
        let names = bytes.get(offset(number(bytes, 62, 2)?)? as usize..)?;
        let name_of = |index: u64| {
            let name = names.get(number(header(index)?, 0, 4)? as usize..)?;
            std::str::from_utf8(name.split(|&byte| byte == 0).next()?).ok()
        };
        let kernels = (0..number(bytes, 60, 2)?).filter_map(name_of).filter_map(|name| name.strip_prefix(".text."));
        Some(Cubin { capability, kernels: kernels.map(str::to_owned).collect() })
    }

    /// Whether a processor is the one that it was built for, or a later one of its generation.
    pub fn runs_on(&self, arch: &str) -> bool {
        let own = arch.strip_prefix("sm_").and_then(|number| number.parse::<u32>().ok());
        own.is_some_and(|own| own / 10 == self.capability / 10 && own >= self.capability)
    }
}

/// A little-endian number of a file.
fn number(bytes: &[u8], at: usize, size: usize) -> Option<u64> {
    let all = bytes.get(at..at + size)?;
    Some(all.iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte)))
}

/// Whether text is PTX.
pub fn is_ptx(text: &[u8]) -> bool {
    text.windows(7).any(|window| window == b".target")
}
