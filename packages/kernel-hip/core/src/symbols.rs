//! The driver's functions, by both vendors' names.
//!
//! Signatures: ROCm/HIP include/hip/hip_runtime_api.h and NVIDIA's CUDA driver API reference. Handles and device
//! pointers are of pointer size in both; every function returns its error number.

use crate::error::{GpuError, Problem};
use crate::hold::{HostFunction, StreamCallback, wait_in_cuda, wait_in_hip};
use crate::library::Library;
use crate::vendor::Vendor;
use std::ffi::{CStr, CString, c_char, c_void};

/// A stream, event, module, function or context of the driver.
pub(crate) type Handle = *mut c_void;

/// `cuLaunchKernelEx`.
type LaunchWith = unsafe extern "C" fn(*const LaunchConfig, Handle, *mut *mut c_void, *mut *mut c_void) -> i32;

/// `CUlaunchConfig` of CUDA's cuda.h.
#[repr(C)]
pub(crate) struct LaunchConfig {
    pub grid: [u32; 3],
    pub block: [u32; 3],
    pub shared_bytes: u32,
    pub stream: Handle,
    pub attributes: *const LaunchAttribute,
    pub num_attributes: u32,
}

/// `CUlaunchAttribute` likewise: a number, padding, 64 bytes of a union.
#[repr(C)]
pub(crate) struct LaunchAttribute {
    id: u32,
    padding: u32,
    value: i32,
    rest: [u32; 15],
}

impl LaunchAttribute {
    /// `CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION`: the kernel itself waits for the one before it.
    pub const OVERLAPS: LaunchAttribute = LaunchAttribute { id: 6, padding: 0, value: 1, rest: [0; 15] };
}

macro_rules! symbols {
    ($($(#[$doc:meta])* $name:ident($($argument:ident: $type:ty),*) = $hip:literal, $cuda:literal;)*) => {
        /// The functions that both vendors have.
        pub(crate) struct Symbols {
            pub library: Library,
            pub vendor: Vendor,
            specific: Specific,
            $($name: unsafe extern "C" fn($($type),*) -> i32,)*
        }

        impl Symbols {
            /// Finds all functions in a library.
            pub fn load(vendor: Vendor, library: Library) -> Result<Symbols, GpuError> {
                let name = |hip: &'static str, cuda: &'static str| if vendor == Vendor::Amd { hip } else { cuda };
                Ok(Symbols {
                    specific: Specific::load(vendor, &library)?,
                    // SAFETY: the types are those of the vendors' headers.
                    $($name: unsafe { library.symbol(name($hip, $cuda))? },)*
                    vendor,
                    library,
                })
            }

            $($(#[$doc])*
            ///
            /// # Safety
            /// As the driver's function: handles are live, pointers are valid for their sizes.
            #[allow(clippy::too_many_arguments, reason = "the driver's signature")]
            pub unsafe fn $name(&self, $($argument: $type),*) -> Result<(), Problem> {
                let call = if self.vendor == Vendor::Amd { $hip } else { $cuda };
                // SAFETY: the caller's promise.
                self.result(call, unsafe { (self.$name)($($argument),*) })
            })*
        }
    };
}

symbols! {
    init(flags: u32) = "hipInit", "cuInit";
    driver_version(version: *mut i32) = "hipDriverGetVersion", "cuDriverGetVersion";
    device_count(count: *mut i32) = "hipGetDeviceCount", "cuDeviceGetCount";
    device(device: *mut i32, index: i32) = "hipDeviceGet", "cuDeviceGet";
    device_name(name: *mut c_char, length: i32, device: i32) = "hipDeviceGetName", "cuDeviceGetName";
    device_attribute(value: *mut i32, attribute: i32, device: i32) = "hipDeviceGetAttribute", "cuDeviceGetAttribute";
    device_memory(bytes: *mut usize, device: i32) = "hipDeviceTotalMem", "cuDeviceTotalMem_v2";
    memory_info(free: *mut usize, total: *mut usize) = "hipMemGetInfo", "cuMemGetInfo_v2";
    allocate(address: *mut u64, bytes: usize) = "hipMalloc", "cuMemAlloc_v2";
    free(address: u64) = "hipFree", "cuMemFree_v2";
    copy_in(to: u64, from: *const c_void, bytes: usize) = "hipMemcpyHtoD", "cuMemcpyHtoD_v2";
    copy_out(to: *mut c_void, from: u64, bytes: usize) = "hipMemcpyDtoH", "cuMemcpyDtoH_v2";
    copy(to: u64, from: u64, bytes: usize, stream: Handle) = "hipMemcpyDtoDAsync", "cuMemcpyDtoDAsync_v2";
    fill_bytes(to: u64, value: u8, count: usize, stream: Handle) = "hipMemsetD8Async", "cuMemsetD8Async";
    stream_create(stream: *mut Handle, flags: u32) = "hipStreamCreateWithFlags", "cuStreamCreate";
    stream_destroy(stream: Handle) = "hipStreamDestroy", "cuStreamDestroy_v2";
    stream_wait(stream: Handle) = "hipStreamSynchronize", "cuStreamSynchronize";
    event_create(event: *mut Handle, flags: u32) = "hipEventCreateWithFlags", "cuEventCreate";
    event_destroy(event: Handle) = "hipEventDestroy", "cuEventDestroy_v2";
    event_record(event: Handle, stream: Handle) = "hipEventRecord", "cuEventRecord";
    event_wait(event: Handle) = "hipEventSynchronize", "cuEventSynchronize";
    event_elapsed(milliseconds: *mut f32, start: Handle, stop: Handle) = "hipEventElapsedTime", "cuEventElapsedTime";
    module_load(module: *mut Handle, image: *const c_void) = "hipModuleLoadData", "cuModuleLoadData";
    module_unload(module: Handle) = "hipModuleUnload", "cuModuleUnload";
    module_function(function: *mut Handle, module: Handle, name: *const c_char) = "hipModuleGetFunction", "cuModuleGetFunction";
    function_attribute(function: Handle, attribute: i32, value: i32) = "hipFuncSetAttribute", "cuFuncSetAttribute";
    launch(
        function: Handle,
        grid_x: u32, grid_y: u32, grid_z: u32,
        block_x: u32, block_y: u32, block_z: u32,
        shared_bytes: u32,
        stream: Handle,
        parameters: *mut *mut c_void,
        extra: *mut *mut c_void
    ) = "hipModuleLaunchKernel", "cuLaunchKernel";
}

/// The functions that differ in more than their names.
enum Specific {
    Hip {
        set_device: unsafe extern "C" fn(i32) -> i32,
        properties: unsafe extern "C" fn(*mut c_void, i32) -> i32,
        /// Of `gcnArchName` in what `properties` writes.
        arch_offset: usize,
        error_name: unsafe extern "C" fn(i32) -> *const c_char,
        /// Also in ROCm 5, unlike `hipLaunchHostFunc`.
        add_callback: unsafe extern "C" fn(Handle, StreamCallback, *mut c_void, u32) -> i32,
    },
    Cuda {
        retain: unsafe extern "C" fn(*mut Handle, i32) -> i32,
        release: unsafe extern "C" fn(i32) -> i32,
        set_current: unsafe extern "C" fn(Handle) -> i32,
        error_name: unsafe extern "C" fn(i32, *mut *const c_char) -> i32,
        pci_bus_id: unsafe extern "C" fn(*mut c_char, i32, i32) -> i32,
        /// Not in drivers before CUDA 11.8.
        launch_with: Option<LaunchWith>,
        launch_host_function: unsafe extern "C" fn(Handle, HostFunction, *mut c_void) -> i32,
    },
}

/// More than `hipDeviceProp_t` has in any release (792 bytes in ROCm 5, 1,472 in ROCm 6).
const PROPERTIES_BYTES: usize = 16 << 10;

impl Specific {
    fn load(vendor: Vendor, library: &Library) -> Result<Specific, GpuError> {
        // SAFETY: the types are those of the vendors' headers; the structure of ROCm 6 and later has its own symbol.
        unsafe {
            Ok(match vendor {
                Vendor::Amd => {
                    let newer = library.symbol("hipGetDevicePropertiesR0600");
                    let (properties, arch_offset) = match newer {
                        Ok(properties) => (properties, 1160),
                        Err(_) => (library.symbol("hipGetDeviceProperties")?, 396),
                    };
                    Specific::Hip {
                        set_device: library.symbol("hipSetDevice")?,
                        properties,
                        arch_offset,
                        error_name: library.symbol("hipGetErrorName")?,
                        add_callback: library.symbol("hipStreamAddCallback")?,
                    }
                }
                Vendor::Nvidia => Specific::Cuda {
                    retain: library.symbol("cuDevicePrimaryCtxRetain")?,
                    release: library.symbol("cuDevicePrimaryCtxRelease_v2")?,
                    set_current: library.symbol("cuCtxSetCurrent")?,
                    error_name: library.symbol("cuGetErrorName")?,
                    pci_bus_id: library.symbol("cuDeviceGetPCIBusId")?,
                    launch_with: library.symbol("cuLaunchKernelEx").ok(),
                    launch_host_function: library.symbol("cuLaunchHostFunc")?,
                },
            })
        }
    }
}

impl Symbols {
    /// Turns the number that a function returned into a result.
    fn result(&self, call: &'static str, number: i32) -> Result<(), Problem> {
        // SAFETY: both drivers give a static string, or null for a number that they do not know.
        unsafe { Problem::check(call, number, || self.error_name(number)) }
    }

    fn error_name(&self, number: i32) -> *const c_char {
        let mut name: *const c_char = std::ptr::null();
        // SAFETY: the place for the name is valid.
        unsafe {
            match self.specific {
                Specific::Hip { error_name, .. } => name = error_name(number),
                Specific::Cuda { error_name, .. } => _ = error_name(number, &mut name),
            }
        }
        name
    }

    /// The context of a device that its handles belong to; null where the driver has none.
    pub fn retain_context(&self, device: i32) -> Result<Handle, Problem> {
        let mut context = std::ptr::null_mut();
        match self.specific {
            Specific::Hip { .. } => Ok(context),
            Specific::Cuda { retain, .. } => {
                // SAFETY: the place for the handle is valid.
                self.result("cuDevicePrimaryCtxRetain", unsafe { retain(&mut context, device) })?;
                Ok(context)
            }
        }
    }

    pub fn release_context(&self, device: i32) {
        if let Specific::Cuda { release, .. } = self.specific {
            // SAFETY: it was retained. There is nobody to tell of a failure.
            unsafe { release(device) };
        }
    }

    /// Makes the device the one that calls of this thread go to.
    pub fn make_current(&self, device: i32, context: Handle) -> Result<(), Problem> {
        // SAFETY: the device exists, the context is retained.
        unsafe {
            match self.specific {
                Specific::Hip { set_device, .. } => self.result("hipSetDevice", set_device(device)),
                Specific::Cuda { set_current, .. } => self.result("cuCtxSetCurrent", set_current(context)),
            }
        }
    }

    /// Where a device of CUDA is plugged in: `0000:3B:00.0`. `None` for AMD.
    pub fn pci_bus_id(&self, device: i32) -> Result<Option<CString>, Problem> {
        let Specific::Cuda { pci_bus_id, .. } = self.specific else { return Ok(None) };
        let mut id = [0 as c_char; 32];
        // SAFETY: the length is that of the place; its last byte stays zero.
        unsafe {
            self.result("cuDeviceGetPCIBusId", pci_bus_id(id.as_mut_ptr(), id.len() as i32 - 1, device))?;
            Ok(Some(CStr::from_ptr(id.as_ptr()).to_owned()))
        }
    }

    /// Launches with attributes. `None` where the driver cannot.
    ///
    /// # Safety
    /// As `launch`.
    pub unsafe fn launch_with(
        &self,
        config: &LaunchConfig,
        function: Handle,
        extra: *mut *mut c_void,
    ) -> Option<Result<(), Problem>> {
        let Specific::Cuda { launch_with: Some(launch_with), .. } = self.specific else { return None };
        // SAFETY: the caller's promise.
        let number = unsafe { launch_with(config, function, std::ptr::null_mut(), extra) };
        Some(self.result("cuLaunchKernelEx", number))
    }

    /// Makes the stream call a hold's function, with its number, and wait until that returns.
    ///
    /// # Safety
    /// The stream is live.
    pub unsafe fn call_host(&self, stream: Handle, number: *mut c_void) -> Result<(), Problem> {
        // SAFETY: the caller's promise; the functions take any number.
        unsafe {
            match self.specific {
                Specific::Hip { add_callback, .. } => {
                    self.result("hipStreamAddCallback", add_callback(stream, wait_in_hip, number, 0))
                }
                Specific::Cuda { launch_host_function, .. } => {
                    self.result("cuLaunchHostFunc", launch_host_function(stream, wait_in_cuda, number))
                }
            }
        }
    }

    /// `gfx1151` or `sm_90`.
    pub fn arch(&self, device: i32) -> Result<String, Problem> {
        match self.specific {
            Specific::Hip { properties, arch_offset, .. } => {
                let mut bytes = vec![0_u8; PROPERTIES_BYTES];
                // SAFETY: the place is larger than the structure.
                self.result("hipGetDeviceProperties", unsafe { properties(bytes.as_mut_ptr().cast(), device) })?;
                let name: Vec<u8> = bytes[arch_offset..].iter().copied().take_while(|&byte| byte != 0).collect();
                // Feature flags follow the name: `gfx90a:sramecc+:xnack-`.
                let name = String::from_utf8_lossy(&name).into_owned();
                Ok(name.split(':').next().unwrap_or_default().to_owned())
            }
            Specific::Cuda { .. } => {
                const CAPABILITY: [i32; 2] = [75, 76]; // major, minor
                let mut parts = [0; 2];
                for (part, attribute) in parts.iter_mut().zip(CAPABILITY) {
                    // SAFETY: the place for the number is valid.
                    unsafe { self.device_attribute(part, attribute, device)? };
                }
                Ok(format!("sm_{}{}", parts[0], parts[1]))
            }
        }
    }
}

// SAFETY: the drivers' functions may be called from every thread; the library stays loaded as long as the table lives.
unsafe impl Send for Symbols {}
// SAFETY: as above.
unsafe impl Sync for Symbols {}
