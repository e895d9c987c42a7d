//! The functions of ROCTx and NVTX, and of a library that a profiler injects.

use crate::state::state;
use std::ffi::{CStr, c_char, c_void};

type Slot = *mut c_void;
type ExportTable = unsafe extern "C" fn(u32) -> *const c_void;

fn record(line: String) {
    state().ranges.push(line);
}

/// # Safety
/// `label` is a string that ends with a zero.
unsafe fn push(who: &str, label: *const c_char) -> i32 {
    // SAFETY: the caller's promise.
    let label = unsafe { CStr::from_ptr(label) }.to_string_lossy().into_owned();
    record(format!("{who} {label}"));
    0
}

fn pop(who: &str) -> i32 {
    record(format!("{who} end"));
    0
}

/// # Safety
/// As in the vendor's header.
#[allow(non_snake_case, reason = "the library's name")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn roctxRangePushA(label: *const c_char) -> i32 {
    // SAFETY: the caller's promise.
    unsafe { push("roctx", label) }
}

#[allow(non_snake_case, reason = "the library's name")]
#[unsafe(no_mangle)]
pub extern "C" fn roctxRangePop() -> i32 {
    pop("roctx")
}

/// # Safety
/// As in the vendor's header.
#[allow(non_snake_case, reason = "the library's name")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvtxRangePushA(label: *const c_char) -> i32 {
    // SAFETY: the caller's promise.
    unsafe { push("nvtx", label) }
}

#[allow(non_snake_case, reason = "the library's name")]
#[unsafe(no_mangle)]
pub extern "C" fn nvtxRangePop() -> i32 {
    pop("nvtx")
}

unsafe extern "C" fn injected_push(label: *const c_char) -> i32 {
    // SAFETY: the caller's promise.
    unsafe { push("injected", label) }
}

unsafe extern "C" fn injected_pop() -> i32 {
    pop("injected")
}

/// `NvtxExportTableCallbacks`.
#[repr(C)]
struct Callbacks {
    bytes: usize,
    table: unsafe extern "C" fn(i32, *mut *mut *mut Slot, *mut u32) -> i32,
}

/// Takes ranges if `mock_inject` said so.
///
/// # Safety
/// As in nvtxTypes.h.
#[allow(non_snake_case, reason = "the library's name")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn InitializeInjectionNvtx2(export_table: ExportTable) -> i32 {
    const CORE: i32 = 1;
    const PUSH: usize = 9;
    const POP: usize = 11;
    if !state().injects {
        return 0;
    }
    let mut table = std::ptr::null_mut();
    let mut size = 0;
    // SAFETY: the caller keeps the contract of nvtxTypes.h, which says what is where.
    unsafe {
        if !export_table(2).is_null() {
            return 0;
        }
        let Some(callbacks) = export_table(1).cast::<Callbacks>().as_ref() else { return 0 };
        let refuses_others = (callbacks.table)(0, &mut table, &mut size) == 0;
        if callbacks.bytes < size_of::<Callbacks>() || !refuses_others {
            return 0;
        }
        if (callbacks.table)(CORE, &mut table, &mut size) == 0 || size as usize <= POP {
            return 0;
        }
        **table.add(PUSH) = injected_push as *mut c_void;
        **table.add(POP) = injected_pop as *mut c_void;
    }
    1
}

/// Whether the library takes ranges the way of NVTX 3.
#[unsafe(no_mangle)]
pub extern "C" fn mock_inject(injects: bool) {
    state().injects = injects;
}

/// Copies what was pushed and popped since the reset to `to`, one line each, as far as `capacity` reaches; returns how many
/// bytes there are.
///
/// # Safety
/// `to` holds `capacity` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mock_ranges(to: *mut u8, capacity: u64) -> u64 {
    let text = state().ranges.join("\n");
    // SAFETY: the caller's promise.
    unsafe { std::ptr::copy_nonoverlapping(text.as_ptr(), to, text.len().min(capacity as usize)) };
    text.len() as u64
}
