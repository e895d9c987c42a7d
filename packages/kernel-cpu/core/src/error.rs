//! Everything that can be wrong with a call, one variant per cause.

use crate::isa::Isa;

/// What was given, what is allowed, what to do next; [`KernelError::code`] is stable across releases.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum KernelError {
    #[error("{what} is {given}, but must be {allowed}")]
    Shape { what: &'static str, given: String, allowed: String },
    #[error("{what} has {given} elements, but this problem needs at least {needed}")]
    TooSmall { what: &'static str, given: usize, needed: usize },
    #[error("{what}[{index}] is {given}, but must be {allowed}")]
    IdRange { what: &'static str, index: usize, given: i64, allowed: String },
    #[error("route {flat} appears more than once in sortedTokenIds; each row of C may be written by one block only")]
    IdRepeated { flat: usize },
    #[error("the {asked} path is not available on this CPU, which has: {}", list(.available))]
    IsaUnavailable { asked: Isa, available: Vec<Isa> },
    #[error("'{given}' is no CPU path; allowed are: {}", list(&Isa::ALL))]
    IsaUnknown { given: String },
    #[error("threads is {given}, but must be 1 to {max}")]
    Threads { given: usize, max: usize },
    #[error("could not start {threads} threads: {reason}; ask for fewer")]
    ThreadsUnavailable { threads: usize, reason: String },
    #[error("could not get {bytes} bytes of memory for {what}; split the call into smaller ones")]
    OutOfMemory { what: &'static str, bytes: usize },
    #[error("cancelled after {done} of {total} tasks; the output is incomplete")]
    Cancelled { done: usize, total: usize },
}

impl KernelError {
    /// The same codes as `KernelCpuError.code` in TypeScript.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Shape { .. } => "E_SHAPE",
            Self::TooSmall { .. } => "E_SIZE",
            Self::IdRange { .. } => "E_ID_RANGE",
            Self::IdRepeated { .. } => "E_ID_REPEATED",
            Self::IsaUnavailable { .. } => "E_ISA_UNAVAILABLE",
            Self::IsaUnknown { .. } => "E_ISA_UNKNOWN",
            Self::Threads { .. } | Self::ThreadsUnavailable { .. } => "E_THREADS",
            Self::OutOfMemory { .. } => "E_MEMORY",
            Self::Cancelled { .. } => "E_CANCELLED",
        }
    }
}

fn list(isas: &[Isa]) -> String {
    isas.iter().map(|isa| isa.name()).collect::<Vec<_>>().join(", ")
}
