//! Errors as JavaScript gets them.

use moe_kernel_hip::{GpuError, Problem};
use napi::bindgen_prelude::Either;
use napi_derive::napi;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What went wrong; fields that do not apply are absent.
#[napi(object, object_from_js = false)]
#[derive(Default)]
pub struct Failure {
    pub code: String,
    pub message: String,
    /// The driver's function.
    pub call: Option<String>,
    /// The driver's number, and its name.
    pub number: Option<i32>,
    pub name: Option<String>,
    pub library: Option<String>,
    pub kernel: Option<String>,
    /// Kernel, sizes and arguments of a launch.
    pub launch: Option<String>,
    /// What a compiler wrote.
    pub log: Option<String>,
    pub bytes: Option<f64>,
    pub free_bytes: Option<f64>,
    pub total_bytes: Option<f64>,
}

impl Failure {
    pub fn new(code: &str, message: String) -> Box<Failure> {
        Box::new(Failure { code: code.to_owned(), message, ..Failure::default() })
    }

    pub fn disposed(what: &str) -> Box<Failure> {
        Failure::new("E_DISPOSED", format!("the {what} was disposed of; make a new one"))
    }

    fn of_driver(self, problem: Problem) -> Failure {
        Failure { call: Some(problem.call.to_owned()), number: Some(problem.number), name: Some(problem.name), ..self }
    }
}

impl From<GpuError> for Box<Failure> {
    fn from(error: GpuError) -> Box<Failure> {
        let failure = *Failure::new(error.code(), error.to_string());
        Box::new(match error {
            GpuError::Symbol { library, .. }
            | GpuError::NoDevice { library, .. }
            | GpuError::CompilerArch { library, .. } => Failure { library: Some(library), ..failure },
            GpuError::Compile { library, log, problem, .. } => {
                Failure { library: Some(library), log: Some(log), ..failure.of_driver(problem) }
            }
            GpuError::OutOfMemory { bytes, free, total } => Failure {
                bytes: Some(bytes as f64),
                free_bytes: Some(free as f64),
                total_bytes: Some(total as f64),
                ..failure
            },
            GpuError::Arch { problem, .. } | GpuError::Driver { problem } => failure.of_driver(problem),
            GpuError::KernelUnknown { kernel, problem } => {
                Failure { kernel: Some(kernel), ..failure.of_driver(problem) }
            }
            GpuError::Launch { launch, problem } => Failure { launch: Some(launch), ..failure.of_driver(problem) },
            _ => failure,
        })
    }
}

/// Runs `call`; a panic becomes a failure.
pub fn guarded<T>(call: impl FnOnce() -> Result<T, Box<Failure>>) -> Either<T, Failure> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(value)) => Either::A(value),
        Ok(Err(failure)) => Either::B(*failure),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
            Either::B(*Failure::new("E_INTERNAL", format!("the binding panicked: {text}; please report this")))
        }
    }
}

/// As [`guarded`], of a call without a value.
pub fn attempt(call: impl FnOnce() -> Result<(), Box<Failure>>) -> Option<Failure> {
    match guarded(call) {
        Either::A(()) => None,
        Either::B(failure) => Some(failure),
    }
}
