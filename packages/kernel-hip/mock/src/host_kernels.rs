//! NVIDIA kernels as code of the host: `cuda/` compiles their sources into a library that this runs.

use crate::launch::Request;
use std::ffi::{CStr, CString, c_char, c_void};

/// A library, open to the end of the process.
#[derive(Clone, Copy)]
pub struct HostKernels {
    library: *mut c_void,
    launch: LaunchFunction,
    /// When what is asynchronous happens; see cuda/block.h.
    pub timing: u64,
}

// SAFETY: the driver's lock is held wherever it is used.
unsafe impl Send for HostKernels {}

/// `moe_host_launch` of cuda/block.cpp.
type LaunchFunction =
    unsafe extern "C" fn(*mut c_void, *const u8, *const u32, *const u32, u32, u64, *mut c_char, usize) -> bool;

impl HostKernels {
    /// # Safety
    /// `path` is such a library.
    pub unsafe fn open(path: &CStr, timing: u64) -> Option<HostKernels> {
        // SAFETY: the caller's promise; the symbol has the type that block.cpp says.
        unsafe {
            let library = libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL);
            if library.is_null() {
                return None;
            }
            let symbol = libc::dlsym(library, c"moe_host_launch".as_ptr());
            let launch = std::mem::transmute::<*mut c_void, Option<LaunchFunction>>(symbol)?;
            Some(HostKernels { library, launch, timing })
        }
    }

    /// Runs a kernel to its end; what it did that hardware leaves undefined.
    pub fn run(&self, kernel: &str, request: &Request, arguments: &[u8]) -> Result<(), String> {
        let name = CString::new(kernel).map_err(|error| error.to_string())?;
        let mut message: [c_char; 256] = [0; 256];
        // SAFETY: a kernel's only argument is a struct, whose bytes these are; pointers in it are the launcher's matter.
        unsafe {
            let function = libc::dlsym(self.library, name.as_ptr());
            if function.is_null() {
                return Err(format!("the host has no kernel {kernel}"));
            }
            let (grid, block) = (request.grid.as_ptr(), request.block.as_ptr());
            let (to, size) = (message.as_mut_ptr(), message.len());
            let shared = request.shared_bytes;
            if (self.launch)(function, arguments.as_ptr(), grid, block, shared, self.timing, to, size) {
                return Ok(());
            }
            Err(format!("{kernel}: {}", CStr::from_ptr(to).to_string_lossy()))
        }
    }
}
