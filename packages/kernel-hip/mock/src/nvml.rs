//! The functions of `libnvidia-ml.so`.

use crate::state::{State, pci_bus_id};
use std::ffi::{CStr, c_char};

const SUCCESS: i32 = 0;
const UNINITIALIZED: i32 = 1;
const INVALID_ARGUMENT: i32 = 2;
const NOT_SUPPORTED: i32 = 3;
const NOT_FOUND: i32 = 6;
const GPU_IS_LOST: i32 = 15;

/// Handles are positions plus one.
fn known(state: &State, device: usize) -> bool {
    state.nvml > 0 && (1..=state.devices as usize).contains(&device)
}

only! { nvmlInit_v2 (state) {
    state.nvml += 1;
    SUCCESS
} }

only! { nvmlShutdown (state) {
    state.nvml -= 1;
    SUCCESS
} }

only! { nvmlDeviceGetHandleByPciBusId_v2 (state, id: *const c_char, device: *mut usize) {
    if state.nvml == 0 {
        return UNINITIALIZED;
    }
    let id = CStr::from_ptr(id).to_string_lossy();
    let Some(index) = (0..state.devices).find(|&index| pci_bus_id(index) == id) else { return NOT_FOUND };
    *device = index as usize + 1;
    SUCCESS
} }

only! { nvmlDeviceGetClockInfo (state, device: usize, kind: u32, megahertz: *mut u32) {
    *megahertz = match kind {
        1 => 1500 + device as u32,
        2 => 2600,
        _ => return INVALID_ARGUMENT,
    };
    if known(state, device) { SUCCESS } else { INVALID_ARGUMENT }
} }

only! { nvmlDeviceGetMaxClockInfo (state, device: usize, kind: u32, megahertz: *mut u32) {
    *megahertz = if kind == 1 { 1980 } else { 2619 };
    if known(state, device) { SUCCESS } else { INVALID_ARGUMENT }
} }

only! { nvmlDeviceGetTemperature (state, device: usize, _sensor: u32, celsius: *mut u32) {
    *celsius = 45;
    if known(state, device) { SUCCESS } else { INVALID_ARGUMENT }
} }

only! { nvmlDeviceGetPowerUsage (state, device: usize, milliwatts: *mut u32) {
    *milliwatts = 350_500;
    if known(state, device) { SUCCESS } else { INVALID_ARGUMENT }
} }

only! { nvmlDeviceGetEnforcedPowerLimit (state, device: usize, milliwatts: *mut u32) {
    *milliwatts = 700_000;
    if known(state, device) { SUCCESS } else { INVALID_ARGUMENT }
} }

only! { nvmlDeviceGetCurrentClocksThrottleReasons (state, device: usize, reasons: *mut u64) {
    *reasons = 0x4 | 0x20 | 1 << 40;
    if known(state, device) { SUCCESS } else { INVALID_ARGUMENT }
} }

#[allow(non_snake_case, reason = "the library's name")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlErrorString(number: i32) -> *const c_char {
    match number {
        UNINITIALIZED => c"Uninitialized",
        INVALID_ARGUMENT => c"Invalid Argument",
        NOT_SUPPORTED => c"Not Supported",
        NOT_FOUND => c"Not Found",
        GPU_IS_LOST => c"GPU is lost",
        _ => c"Unknown Error",
    }
    .as_ptr()
}
