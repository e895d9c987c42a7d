//! Code on a device, and its launch.

use crate::failure::{Failure, attempt, guarded};
use crate::stream::GpuStream;
use moe_kernel_hip::{Arguments, Function, LaunchSize, Module, Start};
use napi::bindgen_prelude::*;
use napi_derive::napi;

#[napi]
pub struct GpuModule {
    module: Option<Module>,
}

#[napi]
pub struct GpuFunction {
    function: Option<Function>,
}

impl GpuModule {
    pub fn new(module: Module) -> GpuModule {
        GpuModule { module: Some(module) }
    }
}

#[napi]
impl GpuModule {
    #[napi]
    pub fn function(&self, name: String) -> Either<GpuFunction, Failure> {
        guarded(|| {
            let module = self.module.as_ref().ok_or_else(|| Failure::disposed("module"))?;
            Ok(GpuFunction { function: Some(module.function(&name)?) })
        })
    }

    /// The code stays on the device as long as one of its functions.
    #[napi]
    pub fn dispose(&mut self) {
        self.module = None;
    }
}

fn three(what: &str, sizes: &[u32]) -> std::result::Result<[u32; 3], Box<Failure>> {
    let wrong = |_| Failure::new("E_RANGE", format!("{what} has {} sizes, but must have 3", sizes.len()));
    sizes.try_into().map_err(wrong)
}

#[napi]
impl GpuFunction {
    /// Puts a launch into a stream. `arguments` are packed as the kernel takes them; `text` describes them in errors.
    #[napi]
    #[allow(clippy::too_many_arguments, reason = "an object would be made and read for every launch")]
    pub fn launch(
        &self,
        grid: Vec<u32>,
        block: Vec<u32>,
        shared_bytes: u32,
        arguments: Uint8Array,
        text: String,
        stream: &GpuStream,
        overlaps: bool,
    ) -> Option<Failure> {
        attempt(|| {
            let size = LaunchSize { grid: three("grid", &grid)?, block: three("block", &block)?, shared_bytes };
            let arguments = Arguments::packed(arguments.to_vec(), text);
            let function = self.function.as_ref().ok_or_else(|| Failure::disposed("function"))?;
            let start = if overlaps { Start::Overlapping } else { Start::AfterPrevious };
            Ok(function.launch(&size, &arguments, stream.get()?, start)?)
        })
    }

    #[napi]
    pub fn dispose(&mut self) {
        self.function = None;
    }
}
