//! The functions that only CUDA has.

use crate::cubin::{Cubin, is_ptx};
use crate::hip::{elf_bytes, hipGetErrorName};
use crate::launch::{LaunchConfig, packed_arguments, run};
use crate::state::*;
use std::ffi::{CStr, c_char, c_void};

only! { cuModuleLoadData (state, module: *mut usize, image: *const c_void) {
    let text = CStr::from_ptr(image.cast()).to_bytes();
    let cubin = if text.starts_with(b"\x7fELF") { Cubin::parse(elf_bytes(image.cast())) } else { None };
    let code = match cubin {
        Some(cubin) if !cubin.runs_on(&state.arch) => return NO_BINARY_FOR_GPU,
        Some(cubin) => Code::Cubin(cubin),
        None if is_ptx(text) => Code::Ptx,
        None => return INVALID_IMAGE,
    };
    *module = state.handle(Thing::Module(code));
    SUCCESS
} }

only! { cuLaunchKernelEx (
    state, config: *const LaunchConfig, function: usize, _parameters: *mut *mut c_void, extra: *mut *mut c_void
) {
    match (*config).request() {
        Some(request) => run(state, function, request, packed_arguments(extra)),
        None => INVALID_VALUE,
    }
} }

only! { cuDeviceGetPCIBusId (state, id: *mut c_char, length: i32, device: i32) {
    let text = format!("{}\0", pci_bus_id(device));
    if device >= state.devices || (length as usize) < text.len() {
        return INVALID_VALUE;
    }
    std::ptr::copy_nonoverlapping(text.as_ptr().cast(), id, text.len());
    SUCCESS
} }

only! { cuDevicePrimaryCtxRetain (state, context: *mut usize, device: i32) {
    state.contexts += 1;
    *context = 8;
    if device < state.devices { SUCCESS } else { INVALID_DEVICE }
} }

only! { cuDevicePrimaryCtxRelease_v2 (state, _device: i32) {
    state.contexts -= 1;
    SUCCESS
} }

only! { cuCtxSetCurrent (state, context: usize) {
    state.current.insert(std::thread::current().id());
    if context == 8 { SUCCESS } else { INVALID_HANDLE }
} }

only! { cuGetErrorName (state, number: i32, name: *mut *const c_char) {
    _ = state;
    *name = hipGetErrorName(number);
    SUCCESS
} }
