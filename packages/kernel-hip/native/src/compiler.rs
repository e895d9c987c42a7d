//! HIP's run-time compiler.

use crate::failure::{Failure, guarded};
use moe_kernel_hip::Compiler;
use napi::bindgen_prelude::*;
use napi_derive::napi;

/// The name that the compiler's library is found by; another one than the usual ones if one is named.
#[napi]
pub fn compiler_library(library: Option<String>) -> Either<String, Failure> {
    guarded(|| Ok(Compiler::load_from(library.as_deref())?.library().to_owned()))
}

/// A source to compile, on a thread of the runtime's pool or on this one.
pub struct CompileTask {
    name: String,
    source: String,
    arch: String,
    library: Option<String>,
}

impl CompileTask {
    fn run(&self) -> Either<Uint8Array, Failure> {
        guarded(|| {
            let compiler = Compiler::load_from(self.library.as_deref())?;
            Ok(compiler.compile(&self.name, &self.source, &self.arch)?.into())
        })
    }
}

impl Task for CompileTask {
    type Output = Either<Uint8Array, Failure>;
    type JsValue = Either<Uint8Array, Failure>;

    fn compute(&mut self) -> Result<Self::Output> {
        Ok(self.run())
    }

    fn resolve(&mut self, _: Env, code: Self::Output) -> Result<Self::JsValue> {
        Ok(code)
    }
}

/// Compiles HIP source that includes nothing, for a processor; takes seconds, in which nothing else runs.
#[napi]
pub fn compile_now(name: String, source: String, arch: String, library: Option<String>) -> Either<Uint8Array, Failure> {
    CompileTask { name, source, arch, library }.run()
}

/// As `compileNow`, beside what else runs.
#[napi]
pub fn compile(name: String, source: String, arch: String, library: Option<String>) -> AsyncTask<CompileTask> {
    AsyncTask::new(CompileTask { name, source, arch, library })
}
