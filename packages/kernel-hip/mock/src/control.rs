//! What tests tell the driver, and ask it.

use crate::host_calls;
use crate::host_kernels::HostKernels;
use crate::state::{Failure, State, state};
use std::ffi::{CStr, c_char};

/// # Safety
/// `text` is a string that ends with a zero.
unsafe fn string(text: *const c_char) -> String {
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned()
}

/// Forgets everything and becomes a driver of that many devices.
///
/// # Safety
/// `arch` is a string that ends with a zero.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mock_reset(arch: *const c_char, devices: i32, memory_bytes: u64) {
    host_calls::end();
    // SAFETY: the caller's promise.
    *state() = State::new(&unsafe { string(arch) }, devices, memory_bytes);
}

/// Runs NVIDIA kernels as code of a library of the host from now to the next reset; false if it is none. `timing` says when
/// what is asynchronous happens: 0 at once, 1 as late as it may, above that chance decides.
///
/// # Safety
/// `path` is a string that ends with a zero, of a library that cuda/ was compiled into.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mock_run_cuda(path: *const c_char, timing: u64) -> bool {
    // SAFETY: the caller's promise.
    let opened = unsafe { HostKernels::open(CStr::from_ptr(path), timing) };
    state().host_kernels = opened;
    opened.is_some()
}

/// Makes the n-th call from now of a function return that number.
///
/// # Safety
/// `call` is a string that ends with a zero.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mock_fail(call: *const c_char, nth: u64, number: i32) {
    // SAFETY: the caller's promise.
    state().failure = Some(Failure { call: unsafe { string(call) }, countdown: nth, number });
}

/// Makes every source compile to these bytes, for the processor that is asked for, or to an error where there are none; clang is not called.
///
/// # Safety
/// `code` has so many bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mock_compile_to(code: *const u8, bytes: usize) {
    // SAFETY: the caller's promise.
    state().compiled = Some(unsafe { std::slice::from_raw_parts(code, bytes) }.to_vec());
}

/// Buffers, streams, events, modules, programs and contexts that were not given back.
#[unsafe(no_mangle)]
pub extern "C" fn mock_live() -> i64 {
    state().live()
}

/// How often a function was called since the reset.
///
/// # Safety
/// `call` is a string that ends with a zero.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mock_calls(call: *const c_char) -> u64 {
    // SAFETY: the caller's promise.
    let call = unsafe { string(call) };
    state().calls.get(call.as_str()).copied().unwrap_or(0)
}

/// How many fills, copies, launches and events were behind the last function of the host that a stream called before it
/// returned; waits for it.
#[unsafe(no_mangle)]
pub extern "C" fn mock_held() -> u64 {
    host_calls::end();
    state().held
}

/// Copies every launch since the reset to `to`, one line of JSON each, as far as `capacity` reaches; returns how many bytes
/// there are.
///
/// # Safety
/// `to` holds `capacity` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mock_launches(to: *mut u8, capacity: u64) -> u64 {
    let text = state().launches.join("\n");
    // SAFETY: the caller's promise.
    unsafe { std::ptr::copy_nonoverlapping(text.as_ptr(), to, text.len().min(capacity as usize)) };
    text.len() as u64
}
