//! The parts of a 64-bit little-endian ELF file that a code object uses. Every read is bounds-checked.

use crate::error::SimError;

/// Reads numbers at byte offsets of a file or a memory image.
#[derive(Clone, Copy)]
pub(crate) struct Bytes<'a>(pub &'a [u8]);

impl<'a> Bytes<'a> {
    pub fn slice(self, start: u64, length: u64, what: &'static str) -> Result<&'a [u8], SimError> {
        let end = start.saturating_add(length);
        let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
        range.and_then(|(start, end)| self.0.get(start..end)).ok_or(SimError::Truncated {
            what,
            start,
            end,
            length: self.0.len() as u64,
        })
    }

    fn array<const N: usize>(self, at: u64, what: &'static str) -> Result<[u8; N], SimError> {
        let mut out = [0; N];
        out.copy_from_slice(self.slice(at, N as u64, what)?);
        Ok(out)
    }

    pub fn u8(self, at: u64, what: &'static str) -> Result<u8, SimError> {
        Ok(self.array::<1>(at, what)?[0])
    }

    pub fn u16(self, at: u64, what: &'static str) -> Result<u16, SimError> {
        Ok(u16::from_le_bytes(self.array(at, what)?))
    }

    pub fn u32(self, at: u64, what: &'static str) -> Result<u32, SimError> {
        Ok(u32::from_le_bytes(self.array(at, what)?))
    }

    pub fn u64(self, at: u64, what: &'static str) -> Result<u64, SimError> {
        Ok(u64::from_le_bytes(self.array(at, what)?))
    }

    /// The text up to the next zero byte.
    fn text(self, at: u64, what: &'static str) -> Result<String, SimError> {
        let tail = self.slice(at, (self.0.len() as u64).saturating_sub(at), what)?;
        let end = tail.iter().position(|&byte| byte == 0).unwrap_or(tail.len());
        Ok(String::from_utf8_lossy(&tail[..end]).into_owned())
    }
}

pub(crate) struct Header {
    pub abi_version: u8,
    pub flags: u32,
    program_headers: Table,
    section_headers: Table,
}

struct Table {
    offset: u64,
    entry_bytes: u64,
    count: u64,
}

pub(crate) struct ProgramHeader {
    pub kind: u32,
    pub flags: u32,
    pub offset: u64,
    pub address: u64,
    pub file_bytes: u64,
    pub memory_bytes: u64,
}

pub(crate) struct Section {
    pub kind: u32,
    pub offset: u64,
    pub bytes: u64,
    pub link: u32,
}

/// A named address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    pub name: String,
    pub address: u64,
    pub size_bytes: u64,
}

pub(crate) struct Rela {
    pub offset: u64,
    pub kind: u32,
    pub symbol: u32,
    pub addend: u64,
}

pub(crate) const PT_LOAD: u32 = 1;
pub(crate) const PT_NOTE: u32 = 4;
pub(crate) const SHT_RELA: u32 = 4;
pub(crate) const SHT_DYNSYM: u32 = 11;

/// All names of a symbol table; names may share their bytes in the file, so that its size is no limit.
const MAX_NAME_BYTES: u64 = 16 << 20;

const EM_AMDGPU: u16 = 224;
const ELFOSABI_AMDGPU_HSA: u8 = 64;

impl Header {
    pub fn read(file: Bytes<'_>) -> Result<Header, SimError> {
        let what = "the ELF header";
        let wrong = |reason: String| Err(SimError::Format { reason });
        if !file.0.starts_with(b"\x7fELF") {
            return wrong("it does not begin with the ELF magic number".into());
        }
        if (file.u8(4, what)?, file.u8(5, what)?) != (2, 1) {
            return wrong("the ELF file is not 64-bit little-endian".into());
        }
        let machine = file.u16(18, what)?;
        if machine != EM_AMDGPU {
            return wrong(format!("its ELF machine is {machine}, AMDGPU is {EM_AMDGPU}"));
        }
        let system = file.u8(7, what)?;
        if system != ELFOSABI_AMDGPU_HSA {
            return wrong(format!("its OS ABI is {system}, HSA is {ELFOSABI_AMDGPU_HSA}"));
        }
        Ok(Header {
            abi_version: file.u8(8, what)?,
            flags: file.u32(48, what)?,
            program_headers: Table {
                offset: file.u64(32, what)?,
                entry_bytes: file.u16(54, what)?.into(),
                count: file.u16(56, what)?.into(),
            },
            section_headers: Table {
                offset: file.u64(40, what)?,
                entry_bytes: file.u16(58, what)?.into(),
                count: file.u16(60, what)?.into(),
            },
        })
    }

    pub fn program_headers(&self, file: Bytes<'_>) -> Result<Vec<ProgramHeader>, SimError> {
        let what = "the program headers";
        self.program_headers.each(file, what, |at| {
            Ok(ProgramHeader {
                kind: file.u32(at, what)?,
                flags: file.u32(at + 4, what)?,
                offset: file.u64(at + 8, what)?,
                address: file.u64(at + 16, what)?,
                file_bytes: file.u64(at + 32, what)?,
                memory_bytes: file.u64(at + 40, what)?,
            })
        })
    }

    pub fn sections(&self, file: Bytes<'_>) -> Result<Vec<Section>, SimError> {
        let what = "the section headers";
        self.section_headers.each(file, what, |at| {
            Ok(Section {
                kind: file.u32(at + 4, what)?,
                offset: file.u64(at + 24, what)?,
                bytes: file.u64(at + 32, what)?,
                link: file.u32(at + 40, what)?,
            })
        })
    }
}

impl Table {
    fn each<T>(
        &self,
        file: Bytes<'_>,
        what: &'static str,
        read: impl Fn(u64) -> Result<T, SimError>,
    ) -> Result<Vec<T>, SimError> {
        // Once the whole table is known to be in the file, no sum of offsets can overflow.
        file.slice(self.offset, self.entry_bytes * self.count, what)?;
        (0..self.count).map(|i| read(self.offset + i * self.entry_bytes)).collect()
    }
}

pub(crate) fn symbols(file: Bytes<'_>, table: &Section, sections: &[Section]) -> Result<Vec<Symbol>, SimError> {
    const ENTRY_BYTES: usize = 24;
    let what = "the symbol table";
    let Some(strings) = sections.get(table.link as usize) else {
        return Err(SimError::Format { reason: "the symbol table has no string table".into() });
    };
    let names = Bytes(file.slice(strings.offset, strings.bytes, "the string table")?);
    let entries = file.slice(table.offset, table.bytes, what)?;
    let mut name_bytes = 0;
    let entry = |bytes| {
        let entry = Bytes(bytes);
        let name = names.text(entry.u32(0, what)?.into(), "the string table")?;
        name_bytes += name.len() as u64;
        if name_bytes > MAX_NAME_BYTES {
            return Err(SimError::TooLarge { wanted: name_bytes, allowed: MAX_NAME_BYTES });
        }
        Ok(Symbol { name, address: entry.u64(8, what)?, size_bytes: entry.u64(16, what)? })
    };
    entries.chunks_exact(ENTRY_BYTES).map(entry).collect()
}

pub(crate) fn relocations(file: Bytes<'_>, table: &Section) -> Result<Vec<Rela>, SimError> {
    const ENTRY_BYTES: usize = 24;
    let what = "the relocations";
    let entry = |bytes| {
        let entry = Bytes(bytes);
        Ok(Rela {
            offset: entry.u64(0, what)?,
            kind: entry.u32(8, what)?,
            symbol: entry.u32(12, what)?,
            addend: entry.u64(16, what)?,
        })
    };
    file.slice(table.offset, table.bytes, what)?.chunks_exact(ENTRY_BYTES).map(entry).collect()
}

/// The contents of the first note of that name and type.
pub(crate) fn note<'a>(notes: &'a [u8], name: &[u8], kind: u32) -> Result<Option<&'a [u8]>, SimError> {
    let what = "the notes";
    let notes = Bytes(notes);
    let pad = |bytes: u64| bytes.next_multiple_of(4);
    let mut at = 0;
    while at < notes.0.len() as u64 {
        let (name_bytes, content_bytes) = (u64::from(notes.u32(at, what)?), u64::from(notes.u32(at + 4, what)?));
        let content_at = at + 12 + pad(name_bytes);
        if notes.u32(at + 8, what)? == kind && notes.slice(at + 12, name_bytes, what)?.starts_with(name) {
            return notes.slice(content_at, content_bytes, what).map(Some);
        }
        at = content_at + pad(content_bytes);
    }
    Ok(None)
}
