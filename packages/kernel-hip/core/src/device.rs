//! An open device: what everything on it keeps alive.

use crate::buffer::Buffer;
use crate::driver::DeviceInfo;
use crate::error::{GpuError, Problem, number};
use crate::module::Module;
use crate::nvml::{NvmlDevice, Sensors};
use crate::stream::{Event, Stream};
use crate::symbols::{Handle, Symbols};
use std::ffi::{CString, c_void};
use std::sync::{Arc, Mutex};

/// An open device. Clones are the same device; it closes with the last of them and of its buffers, streams, events and
/// modules.
#[derive(Clone)]
pub struct Device {
    pub(crate) open: Arc<Open>,
}

pub(crate) struct Open {
    pub symbols: Arc<Symbols>,
    info: DeviceInfo,
    device: i32,
    context: Handle,
    /// Launches since the device was last waited for: a failure shows up only then.
    launches: Mutex<Vec<String>>,
    /// NVML's side of the device, once it was asked for.
    nvml: Mutex<Option<NvmlDevice>>,
}

// SAFETY: a context may be made current on every thread; each call makes it so first.
unsafe impl Send for Open {}
// SAFETY: as above.
unsafe impl Sync for Open {}

/// As many launches are named when one of them has failed.
const REMEMBERED_LAUNCHES: usize = 8;

impl Open {
    /// The driver's functions, with this device current on this thread.
    pub fn current(&self) -> Result<&Symbols, Problem> {
        self.symbols.make_current(self.device, self.context)?;
        Ok(&self.symbols)
    }

    pub fn remember(&self, launch: String) {
        let mut launches = self.launches.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if launches.len() == REMEMBERED_LAUNCHES {
            launches.remove(0);
        }
        launches.push(launch);
    }

    /// A failure of a call that waits: of a launch since the last such call, if there was one.
    pub fn waited(&self, result: Result<(), Problem>) -> Result<(), GpuError> {
        let launches = std::mem::take(&mut *self.launches.lock().unwrap_or_else(|poisoned| poisoned.into_inner()));
        result.map_err(|problem| match launches.is_empty() {
            true => GpuError::Driver { problem },
            false => GpuError::Launch { launch: launches.join(", or of "), problem },
        })
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.symbols.release_context(self.device);
    }
}

impl Device {
    pub(crate) fn open(symbols: Arc<Symbols>, device: i32, info: DeviceInfo) -> Result<Device, GpuError> {
        let context = symbols.retain_context(device).map_err(|problem| GpuError::Driver { problem })?;
        let open = Open { symbols, info, device, context, launches: Mutex::default(), nvml: Mutex::default() };
        open.current().map_err(|problem| GpuError::Driver { problem })?;
        Ok(Device { open: Arc::new(open) })
    }

    pub fn info(&self) -> &DeviceInfo {
        &self.open.info
    }

    /// Free and total bytes of device memory.
    ///
    /// # Errors
    /// `E_DRIVER`.
    pub fn memory(&self) -> Result<(u64, u64), GpuError> {
        let (mut free, mut total) = (0, 0);
        // SAFETY: the places are valid.
        let read = self.open.current().and_then(|symbols| unsafe { symbols.memory_info(&mut free, &mut total) });
        read.map_err(|problem| GpuError::Driver { problem })?;
        Ok((free as u64, total as u64))
    }

    /// Clocks, heat and power at the moment, through NVML: of that library, or of the usual one. It is loaded when it is first
    /// needed.
    ///
    /// # Errors
    /// `E_NO_LIBRARY`, `E_DRIVER_OLD`, `E_UNSUPPORTED` for a device that is not NVIDIA's, `E_DRIVER`.
    pub fn sensors(&self, library: Option<&str>) -> Result<Sensors, GpuError> {
        let mut nvml = self.open.nvml.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let device = match nvml.take() {
            Some(device) => device,
            None => NvmlDevice::open(library, &self.pci_bus_id()?)?,
        };
        nvml.insert(device).sensors()
    }

    fn pci_bus_id(&self) -> Result<CString, GpuError> {
        let Open { symbols, device, .. } = &*self.open;
        let id = symbols.pci_bus_id(*device).map_err(|problem| GpuError::Driver { problem })?;
        let unsupported =
            GpuError::Unsupported { what: "reading sensors", needs: "NVIDIA's NVML", vendor: symbols.vendor };
        id.ok_or(unsupported)
    }

    /// New memory of `bytes` bytes, at least 1; its contents are not defined.
    ///
    /// # Errors
    /// `E_MEMORY`, `E_RANGE` for 0 bytes, `E_DRIVER`.
    pub fn allocate(&self, bytes: u64) -> Result<Buffer, GpuError> {
        let size = usize::try_from(bytes).ok().filter(|&size| size > 0);
        let Some(size) = size else {
            return Err(GpuError::Range { what: "bytes", given: bytes.to_string(), allowed: "at least 1".into() });
        };
        let mut address = 0;
        // SAFETY: the place is valid.
        match self.open.current().and_then(|symbols| unsafe { symbols.allocate(&mut address, size) }) {
            Ok(()) => Ok(Buffer::new(self.clone(), address, bytes)),
            Err(problem) if problem.number == number::OUT_OF_MEMORY => {
                let (free, total) = self.memory().unwrap_or((0, self.info().memory_bytes));
                Err(GpuError::OutOfMemory { bytes, free, total })
            }
            Err(problem) => Err(GpuError::Driver { problem }),
        }
    }

    /// New memory with these contents.
    ///
    /// # Errors
    /// As [`Device::allocate`].
    pub fn upload(&self, data: &[u8]) -> Result<Buffer, GpuError> {
        let buffer = self.allocate(data.len() as u64)?;
        buffer.write(0, data)?;
        Ok(buffer)
    }

    /// Loads a code object (AMD), or PTX or a cubin (NVIDIA).
    ///
    /// # Errors
    /// `E_ARCH` when it is for another device or damaged, `E_MEMORY`, `E_DRIVER`.
    pub fn load_module(&self, image: &[u8]) -> Result<Module, GpuError> {
        // PTX is text, which the driver takes to end with a zero.
        let image: Vec<u8> = image.iter().copied().chain([0]).collect();
        let mut module = std::ptr::null_mut();
        let load = |symbols: &Symbols| {
            // SAFETY: the image lives until the call returns; the drivers read its own sizes, or text up to the zero.
            unsafe { symbols.module_load(&mut module, image.as_ptr().cast::<c_void>()) }
        };
        match self.open.current().and_then(load) {
            Ok(()) => Ok(Module::new(self.clone(), module)),
            Err(problem) => Err(match problem.number {
                number::INVALID_IMAGE | number::NO_BINARY_FOR_GPU | number::INVALID_PTX => {
                    GpuError::Arch { what: "module", arch: self.info().arch.clone(), problem }
                }
                number::OUT_OF_MEMORY => {
                    let (free, total) = self.memory().unwrap_or((0, self.info().memory_bytes));
                    GpuError::OutOfMemory { bytes: image.len() as u64, free, total }
                }
                _ => GpuError::Driver { problem },
            }),
        }
    }

    /// A stream that does not wait for the default one.
    ///
    /// # Errors
    /// `E_DRIVER`.
    pub fn stream(&self) -> Result<Stream, GpuError> {
        const NON_BLOCKING: u32 = 1;
        let mut stream = std::ptr::null_mut();
        // SAFETY: the place is valid.
        let created =
            self.open.current().and_then(|symbols| unsafe { symbols.stream_create(&mut stream, NON_BLOCKING) });
        created.map_err(|problem| GpuError::Driver { problem })?;
        Ok(Stream::new(self.clone(), stream))
    }

    /// An event that takes the time.
    ///
    /// # Errors
    /// `E_DRIVER`.
    pub fn event(&self) -> Result<Event, GpuError> {
        let mut event = std::ptr::null_mut();
        // SAFETY: the place is valid.
        let created = self.open.current().and_then(|symbols| unsafe { symbols.event_create(&mut event, 0) });
        created.map_err(|problem| GpuError::Driver { problem })?;
        Ok(Event::new(self.clone(), event))
    }
}
