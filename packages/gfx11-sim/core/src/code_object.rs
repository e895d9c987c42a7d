//! A loaded code object: its memory image, symbols and kernels.

use crate::arch::Arch;
use crate::descriptor::{DESCRIPTOR_BYTES, KernelDescriptor};
use crate::elf::{self, Bytes, Header, PT_LOAD, PT_NOTE, ProgramHeader, SHT_DYNSYM, SHT_RELA, Section, Symbol};
use crate::error::SimError;
use crate::isa::{DecodeError, Instruction, decode};
use crate::metadata::{self, KernelMetadata};

/// A larger image than this is refused; real kernels need some hundred KiB.
pub const MAX_IMAGE_BYTES: u64 = 64 << 20;

/// Version of the code-object ABI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Abi {
    V5,
    V6,
}

/// A part of the image with its access rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    pub address: u64,
    pub size_bytes: u64,
    pub executable: bool,
    pub writable: bool,
}

/// A 64-bit word of the image that holds an address: image address plus `addend`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relocation {
    pub offset: u64,
    pub addend: u64,
}

/// One kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kernel {
    pub metadata: KernelMetadata,
    pub descriptor: KernelDescriptor,
    /// Image address of the first instruction.
    pub entry: u64,
    /// Size of its code by the symbol table.
    pub code_bytes: u64,
}

/// A code object, loaded at address 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeObject {
    pub arch: Arch,
    pub abi: Abi,
    /// All segments at their addresses, zero between them; relocations are applied for base address 0.
    pub image: Vec<u8>,
    pub segments: Vec<Segment>,
    pub symbols: Vec<Symbol>,
    pub relocations: Vec<Relocation>,
    pub kernels: Vec<Kernel>,
}

const METADATA_NOTE: (&[u8], u32) = (b"AMDGPU", 32);
const EF_AMDGPU_MACH: u32 = 0xff;
const R_AMDGPU_NONE: u32 = 0;
const R_AMDGPU_ABS64: u32 = 3;
const R_AMDGPU_RELATIVE64: u32 = 13;

impl CodeObject {
    /// Loads the ELF file that a compiler wrote for a gfx11 processor.
    ///
    /// # Errors
    /// `E_FORMAT`, `E_TRUNCATED`: not (a whole) AMDGPU code object. `E_ARCH`, `E_ABI`: not gfx11, not v5 or v6.
    /// `E_TOO_LARGE`, `E_RELOCATION`, `E_METADATA`, `E_DESCRIPTOR`: damaged or linked in an unknown way.
    pub fn load(bytes: &[u8]) -> Result<CodeObject, SimError> {
        let file = Bytes(bytes);
        let header = Header::read(file)?;
        let arch = read_arch(&header)?;
        let abi = match header.abi_version {
            3 => Abi::V5,
            4 => Abi::V6,
            given => return Err(SimError::Abi { given }),
        };
        let programs = header.program_headers(file)?;
        let sections = header.sections(file)?;
        check_tables(file, &sections)?;
        let mut symbols = Vec::new();
        for section in sections.iter().filter(|section| section.kind == SHT_DYNSYM) {
            symbols.extend(elf::symbols(file, section, &sections)?);
        }
        let mut image = build_image(file, &programs)?;
        let mut relocations = Vec::new();
        for section in sections.iter().filter(|section| section.kind == SHT_RELA) {
            for rela in elf::relocations(file, section)? {
                relocations.extend(apply(&rela, &symbols, &mut image)?);
            }
        }
        let kernels = read_kernels(file, &programs, &symbols, &image)?;
        Ok(CodeObject { arch, abi, segments: segments(&programs), image, symbols, relocations, kernels })
    }

    /// The kernel of that name.
    ///
    /// # Errors
    /// `E_KERNEL_UNKNOWN` without one, `E_WAVE64` when it is compiled for 64 lanes.
    pub fn kernel(&self, name: &str) -> Result<&Kernel, SimError> {
        let Some(kernel) = self.kernels.iter().find(|kernel| kernel.metadata.name == name) else {
            let names: Vec<&str> = self.kernels.iter().map(|kernel| kernel.metadata.name.as_str()).collect();
            return Err(SimError::KernelUnknown { given: name.to_owned(), available: names.join(", ") });
        };
        if kernel.descriptor.wave32 { Ok(kernel) } else { Err(SimError::Wave64 { kernel: name.to_owned() }) }
    }

    /// The instruction at an address of the image; what is behind the end reads as cut short.
    pub fn instruction(&self, pc: u64) -> Result<Instruction, DecodeError> {
        let rest = usize::try_from(pc).ok().and_then(|pc| self.image.get(pc..)).unwrap_or_default();
        let mut words = [0; 3];
        let mut count = 0;
        for (word, bytes) in words.iter_mut().zip(rest.chunks_exact(4)) {
            *word = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
            count += 1;
        }
        decode(&words[..count], self.arch)
    }

    /// Decodes the instructions of an address range of the image in order, each with its address; ends after the first
    /// error.
    ///
    /// # Errors
    /// `E_ENCODING` where the code is no instruction, `E_TRUNCATED` when the range is not in the image.
    pub fn instructions(
        &self,
        start: u64,
        size_bytes: u64,
    ) -> impl Iterator<Item = Result<(u64, Instruction), SimError>> {
        let code = Bytes(&self.image).slice(start, size_bytes, "the code");
        let mut failure = code.as_ref().err().cloned();
        let words: Vec<u32> = code
            .unwrap_or_default()
            .chunks_exact(4)
            .map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]))
            .collect();
        let arch = self.arch;
        let mut at = 0;
        std::iter::from_fn(move || {
            if let Some(error) = failure.take() {
                return Some(Err(error));
            }
            let rest = words.get(at..).filter(|rest| !rest.is_empty())?;
            let pc = start + at as u64 * 4;
            match decode(rest, arch) {
                Ok(instruction) => {
                    at += usize::from(instruction.size_bytes) / 4;
                    Some(Ok((pc, instruction)))
                }
                Err(source) => {
                    at = words.len();
                    Some(Err(SimError::Encoding { pc, source }))
                }
            }
        })
    }
}

/// Tables that lie over each other could make much memory of a small file.
fn check_tables(file: Bytes<'_>, sections: &[Section]) -> Result<(), SimError> {
    let tables = sections.iter().filter(|section| matches!(section.kind, SHT_DYNSYM | SHT_RELA));
    if tables.map(|table| u128::from(table.bytes)).sum::<u128>() > file.0.len() as u128 {
        return Err(SimError::Format { reason: "its tables overlap".into() });
    }
    Ok(())
}

fn read_arch(header: &Header) -> Result<Arch, SimError> {
    let machine = header.flags & EF_AMDGPU_MACH;
    Arch::from_elf_machine(machine).ok_or_else(|| SimError::Arch { given: format!("ELF machine flags {machine:#x}") })
}

fn loads(programs: &[ProgramHeader]) -> impl Iterator<Item = &ProgramHeader> {
    programs.iter().filter(|program| program.kind == PT_LOAD)
}

fn segments(programs: &[ProgramHeader]) -> Vec<Segment> {
    const EXECUTABLE: u32 = 1;
    const WRITABLE: u32 = 2;
    let segment = |program: &ProgramHeader| Segment {
        address: program.address,
        size_bytes: program.memory_bytes,
        executable: program.flags & EXECUTABLE != 0,
        writable: program.flags & WRITABLE != 0,
    };
    loads(programs).map(segment).collect()
}

fn build_image(file: Bytes<'_>, programs: &[ProgramHeader]) -> Result<Vec<u8>, SimError> {
    let end = |program: &ProgramHeader| program.address.saturating_add(program.memory_bytes.max(program.file_bytes));
    let wanted = loads(programs).map(end).max().unwrap_or(0);
    if wanted > MAX_IMAGE_BYTES {
        return Err(SimError::TooLarge { wanted, allowed: MAX_IMAGE_BYTES });
    }
    let mut image = vec![0; wanted as usize];
    for program in loads(programs) {
        let contents = file.slice(program.offset, program.file_bytes, "a segment")?;
        let start = program.address as usize;
        image[start..start + contents.len()].copy_from_slice(contents);
    }
    Ok(image)
}

fn apply(rela: &elf::Rela, symbols: &[Symbol], image: &mut [u8]) -> Result<Option<Relocation>, SimError> {
    let symbol_address = match rela.kind {
        R_AMDGPU_NONE => return Ok(None),
        R_AMDGPU_RELATIVE64 => 0,
        R_AMDGPU_ABS64 => symbols.get(rela.symbol as usize).map_or(0, |symbol| symbol.address),
        kind => return Err(SimError::Relocation { kind, offset: rela.offset }),
    };
    let relocation = Relocation { offset: rela.offset, addend: symbol_address.wrapping_add(rela.addend) };
    Bytes(image).u64(rela.offset, "a relocated word")?;
    let at = rela.offset as usize;
    image[at..at + 8].copy_from_slice(&relocation.addend.to_le_bytes());
    Ok(Some(relocation))
}

fn read_kernels(
    file: Bytes<'_>,
    programs: &[ProgramHeader],
    symbols: &[Symbol],
    image: &[u8],
) -> Result<Vec<Kernel>, SimError> {
    let missing = || SimError::Metadata { reason: "there is no such note".into() };
    let mut note = None;
    for program in programs.iter().filter(|program| program.kind == PT_NOTE) {
        let notes = file.slice(program.offset, program.file_bytes, "the notes")?;
        note = note.or(elf::note(notes, METADATA_NOTE.0, METADATA_NOTE.1)?);
    }
    let kernels = metadata::kernels(note.ok_or_else(missing)?).map_err(|reason| SimError::Metadata { reason })?;
    kernels.into_iter().map(|metadata| read_kernel(metadata, symbols, image)).collect()
}

fn read_kernel(metadata: KernelMetadata, symbols: &[Symbol], image: &[u8]) -> Result<Kernel, SimError> {
    let damaged = |reason: &str| SimError::Descriptor { kernel: metadata.name.clone(), reason: reason.to_owned() };
    let find = |name: &str| symbols.iter().find(|symbol| symbol.name == name);
    let symbol = find(&metadata.symbol).ok_or_else(|| damaged("its symbol is missing"))?;
    let bytes = Bytes(image)
        .slice(symbol.address, DESCRIPTOR_BYTES, "a kernel descriptor")
        .map_err(|_| damaged("it lies outside of the image"))?;
    let descriptor = KernelDescriptor::read(bytes)?;
    let entry = symbol.address.wrapping_add_signed(descriptor.entry_offset);
    if entry % 4 != 0 || entry >= image.len() as u64 {
        return Err(damaged("its entry point lies outside of the image"));
    }
    let code_bytes = find(&metadata.name).map_or(0, |code| code.size_bytes);
    Ok(Kernel { descriptor, entry, code_bytes, metadata })
}
