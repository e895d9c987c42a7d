//! The functions that only HIP has.

use crate::state::*;
use moe_gfx11_sim::CodeObject;
use std::ffi::{c_char, c_void};

only! { hipModuleLoadData (state, module: *mut usize, image: *const c_void) {
    let Ok(object) = CodeObject::load(elf_bytes(image.cast())) else { return INVALID_IMAGE };
    if object.arch.name() != state.arch {
        return NO_BINARY_FOR_GPU;
    }
    *module = state.handle(Thing::Module(Code::Amd(Box::new(object))));
    SUCCESS
} }

only! { hipSetDevice (state, device: i32) {
    state.current.insert(std::thread::current().id());
    if device < state.devices { SUCCESS } else { INVALID_DEVICE }
} }

only! { hipGetDevicePropertiesR0600 (state, properties: *mut c_void, _device: i32) {
    const ARCH: usize = 1160;
    let name = format!("{}:mock+\0", state.arch);
    std::ptr::copy_nonoverlapping(name.as_ptr(), properties.cast::<u8>().add(ARCH), name.len());
    SUCCESS
} }

#[allow(non_snake_case, reason = "the driver's name")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hipGetErrorName(number: i32) -> *const c_char {
    match number {
        INVALID_VALUE => c"hipErrorInvalidValue",
        OUT_OF_MEMORY => c"hipErrorOutOfMemory",
        NO_DEVICE => c"hipErrorNoDevice",
        INVALID_DEVICE => c"hipErrorInvalidDevice",
        INVALID_IMAGE => c"hipErrorInvalidImage",
        NO_BINARY_FOR_GPU => c"hipErrorNoBinaryForGpu",
        INVALID_HANDLE => c"hipErrorInvalidHandle",
        NOT_FOUND => c"hipErrorNotFound",
        NOT_READY => c"hipErrorNotReady",
        LAUNCH_FAILURE => c"hipErrorLaunchFailure",
        _ => c"hipErrorUnknown",
    }
    .as_ptr()
}

/// The bytes of an ELF file in memory: up to the end of its section headers, which linkers put last.
///
/// # Safety
/// `image` holds a whole ELF file, or at least 64 bytes.
pub unsafe fn elf_bytes<'a>(image: *const u8) -> &'a [u8] {
    // SAFETY: the caller's promise: `e_shoff`, `e_shentsize` and `e_shnum` of a 64-bit header say how long it is.
    unsafe {
        let header = std::slice::from_raw_parts(image, 64);
        if !header.starts_with(b"\x7fELF") {
            return header;
        }
        let half = |at: usize| u64::from(u16::from_le_bytes([header[at], header[at + 1]]));
        let offset = u64::from_le_bytes(std::array::from_fn(|byte| header[40 + byte]));
        std::slice::from_raw_parts(image, (offset + half(58) * half(60)) as usize)
    }
}
