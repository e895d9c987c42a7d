//! Everything that can be wrong with a code object or a request for one of its kernels.

use crate::isa::DecodeError;

/// What was given, what is allowed, what to do next; [`SimError::code`] is stable across releases.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SimError {
    #[error("this is no AMDGPU code object: {reason}; give the ELF file that clang or Triton wrote for gfx11")]
    Format { reason: String },
    #[error("the code object ends inside {what} (needs bytes {start} to {end} of {length}); the file is damaged")]
    Truncated { what: &'static str, start: u64, end: u64, length: u64 },
    #[error(
        "the code object is for {given}, but only {} can be run; compile with --offload-arch=gfx1100 or similar",
        arches()
    )]
    Arch { given: String },
    #[error(
        "the code object has ABI version {given}, but only code objects v5 (3) and v6 (4) are supported; compile with -mcode-object-version=5"
    )]
    Abi { given: u8 },
    #[error("the code object wants {wanted} bytes of memory, more than the {allowed} that a loader gives")]
    TooLarge { wanted: u64, allowed: u64 },
    #[error("relocation type {kind} at {offset:#x} is not supported; link the code object as a shared object")]
    Relocation { kind: u32, offset: u64 },
    #[error("the metadata note is damaged: {reason}")]
    Metadata { reason: String },
    #[error("kernel '{kernel}' has a damaged descriptor: {reason}")]
    Descriptor { kernel: String, reason: String },
    #[error("there is no kernel '{given}'; the code object has: {available}")]
    KernelUnknown { given: String, available: String },
    #[error(
        "kernel '{kernel}' is compiled for waves of 64 lanes, but only 32 can be run; compile with -mwavefrontsize32 (the default of gfx11)"
    )]
    Wave64 { kernel: String },
    #[error("at {pc:#x}: {source}")]
    Encoding { pc: u64, source: DecodeError },
    #[error("the launch is not possible: {reason}")]
    Launch { reason: String },
    #[error("at {pc:#x}: {instruction} is not implemented")]
    Unimplemented { pc: u64, instruction: String },
    #[error("at {pc:#x}: {instruction} accesses {bytes} bytes at {address:#x}, outside of every buffer")]
    Memory { pc: u64, instruction: String, address: u64, bytes: u64 },
    #[error(
        "at {pc:#x}: a wave has executed {limit} instructions without end; raise max_instructions if it needs more"
    )]
    Loop { pc: u64, limit: u64 },
}

impl SimError {
    /// A short name that programs can test for.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Format { .. } => "E_FORMAT",
            Self::Truncated { .. } => "E_TRUNCATED",
            Self::Arch { .. } => "E_ARCH",
            Self::Abi { .. } => "E_ABI",
            Self::TooLarge { .. } => "E_TOO_LARGE",
            Self::Relocation { .. } => "E_RELOCATION",
            Self::Metadata { .. } => "E_METADATA",
            Self::Descriptor { .. } => "E_DESCRIPTOR",
            Self::KernelUnknown { .. } => "E_KERNEL_UNKNOWN",
            Self::Wave64 { .. } => "E_WAVE64",
            Self::Encoding { .. } => "E_ENCODING",
            Self::Launch { .. } => "E_LAUNCH",
            Self::Unimplemented { .. } => "E_UNIMPLEMENTED",
            Self::Memory { .. } => "E_MEMORY",
            Self::Loop { .. } => "E_LOOP",
        }
    }
}

fn arches() -> String {
    crate::arch::Arch::ALL.map(|arch| arch.name()).join(", ")
}
