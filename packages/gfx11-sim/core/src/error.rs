//! Everything that can be wrong with a code object or a request for one of its kernels.

use crate::execute::Space;
use crate::isa::DecodeError;
use crate::place::{NearBuffer, Place};
use std::fmt;

/// `, lane n` or nothing.
struct Lane(Option<u32>);

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |lane| write!(f, ", lane {lane}"))
    }
}

/// What a global address is near; LDS and scratch addresses speak for themselves.
struct Near<'a>(&'a Space, &'a Option<Box<NearBuffer>>);

impl fmt::Display for Near<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Near(Space::Global, Some(buffer)) => write!(f, ", {buffer}"),
            Near(Space::Global, None) => f.write_str(", there are no buffers"),
            Near(..) => Ok(()),
        }
    }
}

fn verb(writes: bool) -> &'static str {
    if writes { "write" } else { "read" }
}

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
    #[error("{place}: the instruction is not implemented; its encoding is {encoding}")]
    Unimplemented { place: Place, encoding: String },
    #[error("{place}{}: {bytes} bytes at {address:#x} are outside of every {space} buffer{}", Lane(*.lane), Near(.space, .near))]
    Bounds { place: Place, space: Space, lane: Option<u32>, address: u64, bytes: u32, near: Option<Box<NearBuffer>> },
    #[error("{place}{}: {space} address {address:#x} is no multiple of {needed}{}", Lane(*.lane), Near(.space, .near))]
    Alignment {
        place: Place,
        space: Space,
        lane: Option<u32>,
        address: u64,
        needed: u32,
        near: Option<Box<NearBuffer>>,
    },
    #[error("{place}, lane {lane}: v{register} is read, but nothing has written it")]
    Uninitialized { place: Place, register: u8, lane: u32 },
    #[error("{place}{}: {bytes} bytes at {space} address {address:#x} are read, but nothing has written them{}", Lane(*.lane), Near(.space, .near))]
    Poison { place: Place, space: Space, lane: Option<u32>, address: u64, bytes: u32, near: Option<Box<NearBuffer>> },
    #[error("{place}: {register} is used while the load into it is in flight ({load}); wait for {counter} before")]
    InFlight { place: Place, register: String, counter: &'static str, load: String },
    #[error(
        "{place}, lane {lane}: a {} of {space} address {address:#x}{} races with a {} of wave {other_wave} ({other}); put a barrier between them",
        verb(*.writes),
        Near(.space, .near),
        verb(*.other_writes)
    )]
    Race {
        place: Place,
        space: Space,
        lane: u32,
        address: u64,
        writes: bool,
        other_wave: u32,
        other: String,
        other_writes: bool,
        near: Option<Box<NearBuffer>>,
    },
    #[error("{place}: not all of the workgroup reach the barrier: {reason}")]
    Barrier { place: Place, reason: String },
    #[error(
        "{place}: v{register} is the result of the matrix operation directly before it; put a v_nop or an independent vector instruction between them"
    )]
    MatrixHazard { place: Place, register: u8 },
    #[error("{place}: lane {lane} of v{register} differs from lane {}; a matrix operation needs A and B in both halves of the wave", lane + 16)]
    MatrixLanes { place: Place, register: u8, lane: u32 },
    #[error("{place}: v{register} is used, but the descriptor gives the kernel {allowed} vector registers")]
    Register { place: Place, register: u32, allowed: u32 },
    #[error("{place}: the program counter {address:#x} is outside of the executable code")]
    Outside { place: Place, address: u64 },
    #[error("{place}: the wave has executed {limit} instructions without end; raise max_instructions if it needs more")]
    Loop { place: Place, limit: u64 },
    #[error("the system refuses {bytes} bytes of memory for buffer '{name}'")]
    OutOfMemory { name: String, bytes: u64 },
    #[error("the launch was aborted")]
    Aborted,
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
            Self::Bounds { .. } => "E_BOUNDS",
            Self::Alignment { .. } => "E_ALIGNMENT",
            Self::Uninitialized { .. } => "E_UNINITIALIZED",
            Self::Poison { .. } => "E_POISON",
            Self::InFlight { .. } => "E_IN_FLIGHT",
            Self::Race { .. } => "E_RACE",
            Self::Barrier { .. } => "E_BARRIER",
            Self::MatrixHazard { .. } => "E_MATRIX_HAZARD",
            Self::MatrixLanes { .. } => "E_MATRIX_LANES",
            Self::Register { .. } => "E_REGISTER",
            Self::Outside { .. } => "E_OUTSIDE",
            Self::OutOfMemory { .. } => "E_MEMORY",
            Self::Aborted => "E_ABORTED",
            Self::Loop { .. } => "E_LOOP",
        }
    }
}

fn arches() -> String {
    crate::arch::Arch::ALL.map(|arch| arch.name()).join(", ")
}
