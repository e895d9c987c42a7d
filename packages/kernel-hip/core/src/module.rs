//! Code on a device, and its launch.

use crate::arguments::Arguments;
use crate::device::Device;
use crate::error::{GpuError, number};
use crate::stream::Stream;
use crate::symbols::{Handle, LaunchAttribute, LaunchConfig, Symbols};
use crate::vendor::Vendor;
use std::ffi::{CString, c_void};
use std::sync::Arc;

/// A loaded module; unloaded with the last of its functions.
#[derive(Clone)]
pub struct Module {
    loaded: Arc<Loaded>,
}

struct Loaded {
    device: Device,
    module: Handle,
}

// SAFETY: the drivers' handles may be used from every thread.
unsafe impl Send for Loaded {}
// SAFETY: as above.
unsafe impl Sync for Loaded {}

impl Drop for Loaded {
    fn drop(&mut self) {
        // SAFETY: the module is live and is unloaded once; a failure has nobody to tell.
        let _ = self.device.open.current().and_then(|symbols| unsafe { symbols.module_unload(self.module) });
    }
}

/// A kernel of a module.
pub struct Function {
    module: Arc<Loaded>,
    function: Handle,
    name: String,
}

// SAFETY: the drivers' handles may be used from every thread.
unsafe impl Send for Function {}
// SAFETY: as above.
unsafe impl Sync for Function {}

/// How many threads a launch has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaunchSize {
    /// Workgroups in x, y, z.
    pub grid: [u32; 3],
    /// Threads of a workgroup in x, y, z.
    pub block: [u32; 3],
    /// LDS (shared memory) beyond what the kernel declares.
    pub shared_bytes: u32,
}

/// When a launch may start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Once everything before it in the stream has ended.
    AfterPrevious,
    /// While the kernel before it still runs: it waits itself before it touches what that one writes
    /// (`griddepcontrol.wait`). NVIDIA only, and CUDA 11.8 or later.
    Overlapping,
}

/// CUDA gives more shared memory than this only to functions that were told so.
const SHARED_BYTES_WITHOUT_OPT_IN: u32 = 48 << 10;
const MAX_DYNAMIC_SHARED_BYTES: i32 = 8;

impl Module {
    pub(crate) fn new(device: Device, module: Handle) -> Module {
        Module { loaded: Arc::new(Loaded { device, module }) }
    }

    /// The kernel of that name.
    ///
    /// # Errors
    /// `E_KERNEL_UNKNOWN`, `E_DRIVER`.
    pub fn function(&self, name: &str) -> Result<Function, GpuError> {
        let unusable = |_| GpuError::Range {
            what: "the kernel's name",
            given: format!("{name:?}"),
            allowed: "text without zero".into(),
        };
        let text = CString::new(name).map_err(unusable)?;
        let mut function = std::ptr::null_mut();
        let find = |symbols: &Symbols| {
            // SAFETY: the module is live, the name ends with a zero.
            unsafe { symbols.module_function(&mut function, self.loaded.module, text.as_ptr()) }
        };
        self.loaded.device.open.current().and_then(find).map_err(|problem| match problem.number {
            number::NOT_FOUND => GpuError::KernelUnknown { kernel: name.to_owned(), problem },
            _ => GpuError::Driver { problem },
        })?;
        Ok(Function { module: Arc::clone(&self.loaded), function, name: name.to_owned() })
    }
}

impl Function {
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Puts a launch into a stream; returns at once.
    ///
    /// # Errors
    /// `E_LAUNCH` naming the kernel, its sizes and arguments, when the driver refuses it; `E_UNSUPPORTED` for an overlap that it
    /// cannot do. Faults of the kernel show up in the next call that waits.
    pub fn launch(
        &self,
        size: &LaunchSize,
        arguments: &Arguments,
        stream: &Stream,
        start: Start,
    ) -> Result<(), GpuError> {
        let open = &self.module.device.open;
        let launch = self.describe(size, arguments);
        let refused = |problem| GpuError::Launch { launch: launch.clone(), problem };
        let symbols = open.current().map_err(refused)?;
        self.allow_shared_bytes(symbols, size.shared_bytes).map_err(refused)?;
        self.enqueue(symbols, size, arguments, stream, start)
            .ok_or(GpuError::Unsupported {
                what: "an overlapping launch",
                needs: "CUDA 11.8 or later",
                vendor: symbols.vendor,
            })?
            .map_err(refused)?;
        open.remember(launch);
        Ok(())
    }

    fn describe(&self, size: &LaunchSize, arguments: &Arguments) -> String {
        let LaunchSize { grid, block, shared_bytes } = size;
        format!("{}<<<{grid:?}, {block:?}, {shared_bytes}>>>({})", self.name, arguments.describe())
    }

    fn allow_shared_bytes(&self, symbols: &Symbols, bytes: u32) -> Result<(), crate::error::Problem> {
        if symbols.vendor == Vendor::Amd || bytes <= SHARED_BYTES_WITHOUT_OPT_IN {
            return Ok(());
        }
        // SAFETY: the function is live.
        unsafe { symbols.function_attribute(self.function, MAX_DYNAMIC_SHARED_BYTES, bytes as i32) }
    }

    /// `None` for an overlap that the driver cannot do.
    fn enqueue(
        &self,
        symbols: &Symbols,
        size: &LaunchSize,
        arguments: &Arguments,
        stream: &Stream,
        start: Start,
    ) -> Option<Result<(), crate::error::Problem>> {
        const BUFFER_POINTER: usize = 1;
        const BUFFER_SIZE: usize = 2;
        let mut bytes = arguments.bytes().to_vec();
        let mut length = bytes.len();
        let mut extra: [*mut c_void; 5] = [
            BUFFER_POINTER as *mut c_void,
            bytes.as_mut_ptr().cast(),
            BUFFER_SIZE as *mut c_void,
            (&raw mut length).cast(),
            symbols.vendor.launch_parameters_end() as *mut c_void,
        ];
        let LaunchSize { grid, block, shared_bytes } = *size;
        let stream = stream.handle();
        if start == Start::Overlapping {
            let attribute = LaunchAttribute::OVERLAPS;
            let config =
                LaunchConfig { grid, block, shared_bytes, stream, attributes: &raw const attribute, num_attributes: 1 };
            // SAFETY: as below; the configuration and its attribute live until the call returns.
            return unsafe { symbols.launch_with(&config, self.function, extra.as_mut_ptr()) };
        }
        let ([x, y, z], [width, height, depth]) = (grid, block);
        // SAFETY: the function is live; the driver copies the arguments before it returns. Whether they are what the kernel takes is up to
        // the caller, as for every launch.
        Some(unsafe {
            let (none, extra) = (std::ptr::null_mut(), extra.as_mut_ptr());
            symbols.launch(self.function, x, y, z, width, height, depth, shared_bytes, stream, none, extra)
        })
    }
}
