//! Everything that can go wrong between this program and a GPU.

use crate::role::Role;
use crate::vendor::Vendor;
use std::ffi::{CStr, c_char};

/// A driver's own number for what went wrong, with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The driver's function.
    pub call: &'static str,
    /// `hipError_t` or `CUresult`.
    pub number: i32,
    /// As the driver names it: `hipErrorOutOfMemory`.
    pub name: String,
}

impl Problem {
    /// What a library's number means; nothing where it is 0, of which every vendor's library says that all went well.
    ///
    /// # Safety
    /// `name` gives, for a number other than 0, a static string, or null where the library knows none.
    pub(crate) unsafe fn check(
        call: &'static str,
        number: i32,
        name: impl FnOnce() -> *const c_char,
    ) -> Result<(), Problem> {
        if number == number::SUCCESS {
            return Ok(());
        }
        let text = name();
        // SAFETY: the caller's promise.
        let known = (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned());
        Err(Problem { call, number, name: known.unwrap_or_else(|| "unknown".to_owned()) })
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} failed with {} ({})", self.call, self.name, self.number)
    }
}

/// What was given, what is allowed, what to do next; [`GpuError::code`] is stable across releases.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GpuError {
    #[error("no {role}: tried {}; {}", .tried.join(", "), .role.advice())]
    NoLibrary { role: Role, tried: Vec<String> },
    #[error("{what} needs {needs}, but the device is {vendor}'s or its driver is older")]
    Unsupported { what: &'static str, needs: &'static str, vendor: Vendor },
    #[error("{library} has no function {symbol}; it is too old or no {role}")]
    Symbol { role: Role, library: String, symbol: String },
    #[error("{library} finds no {vendor} device: {reason}")]
    NoDevice { vendor: Vendor, library: String, reason: String },
    #[error("device {given} does not exist; there are {count}, 0 to {}", count.saturating_sub(1))]
    Index { given: u32, count: u32 },
    #[error(
        "out of memory: {bytes} bytes were asked for, {free} of {total} are free; free buffers or take a smaller problem"
    )]
    OutOfMemory { bytes: u64, free: u64, total: u64 },
    #[error("the {what} is for another device than {arch} ({problem}); compile it for {arch}")]
    Arch { what: &'static str, arch: String, problem: Problem },
    #[error("{library} does not compile for {arch}; it does for {}; install a newer ROCm", .known.join(", "))]
    CompilerArch { library: String, arch: String, known: Vec<String> },
    #[error("{library} cannot compile {what} ({problem}): {}", first_error(.log))]
    Compile { library: String, what: String, log: String, problem: Problem },
    #[error("the module has no kernel '{kernel}' ({problem})")]
    KernelUnknown { kernel: String, problem: Problem },
    #[error("the launch of {launch} failed: {problem}")]
    Launch { launch: String, problem: Problem },
    #[error("{what} is {given}, but must be {allowed}")]
    Range { what: &'static str, given: String, allowed: String },
    #[error("{problem}")]
    Driver { problem: Problem },
}

impl GpuError {
    /// A short name that programs can test for.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoLibrary { .. } => "E_NO_LIBRARY",
            Self::Unsupported { .. } => "E_UNSUPPORTED",
            Self::Symbol { .. } => "E_DRIVER_OLD",
            Self::NoDevice { .. } => "E_NO_DEVICE",
            Self::Index { .. } => "E_DEVICE_INDEX",
            Self::OutOfMemory { .. } => "E_MEMORY",
            Self::Arch { .. } => "E_ARCH",
            Self::CompilerArch { .. } => "E_ARCH",
            Self::Compile { .. } => "E_COMPILE",
            Self::KernelUnknown { .. } => "E_KERNEL_UNKNOWN",
            Self::Launch { .. } => "E_LAUNCH",
            Self::Range { .. } => "E_RANGE",
            Self::Driver { .. } => "E_DRIVER",
        }
    }
}

/// The line of a compiler's log that says most.
fn first_error(log: &str) -> &str {
    let mut lines = log.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.clone().next();
    lines.find(|line| line.contains("error")).or(first).unwrap_or("it gave no reason")
}

/// Numbers that both drivers share.
pub(crate) mod number {
    pub const SUCCESS: i32 = 0;
    pub const OUT_OF_MEMORY: i32 = 2;
    pub const NO_DEVICE: i32 = 100;
    pub const INVALID_DEVICE: i32 = 101;
    pub const INVALID_IMAGE: i32 = 200;
    pub const NO_BINARY_FOR_GPU: i32 = 209;
    pub const INVALID_PTX: i32 = 218;
    pub const NOT_FOUND: i32 = 500;
}
