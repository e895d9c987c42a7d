//! The side of NVTX 3 that a program has: tables of functions, which a profiler's library fills in.

use crate::ranges::{Pop, Push};
use std::ffi::c_void;
use std::sync::Mutex;

/// `InitializeInjectionNvtx2`: gets the way to the tables, and says whether it wants them.
pub(crate) type Initialize = unsafe extern "C" fn(unsafe extern "C" fn(u32) -> *const c_void) -> i32;

type Slot = *mut c_void;

/// `NvtxExportTableCallbacks`.
#[repr(C)]
struct Callbacks {
    bytes: usize,
    table: unsafe extern "C" fn(i32, *mut *mut *mut Slot, *mut u32) -> i32,
}

/// `NvtxExportTableVersionInfo`.
#[repr(C)]
struct Version {
    bytes: usize,
    version: u32,
    reserved: u32,
    set_injection_version: unsafe extern "C" fn(u32),
}

const CALLBACKS: u32 = 1;
const VERSION: u32 = 3;
/// `NvtxCallbackModule` goes from 1 to 6; 1 has the functions without a domain.
const MODULES: usize = 6;
const CORE: usize = 1;
/// More than the largest module has.
const SLOTS: usize = 32;
const RANGE_PUSH: usize = 9;
const RANGE_POP: usize = 11;

static CALLBACK_TABLE: Callbacks = Callbacks { bytes: size_of::<Callbacks>(), table: module_table };
static VERSION_TABLE: Version =
    Version { bytes: size_of::<Version>(), version: 3, reserved: 0, set_injection_version: ignore };

/// The slots of every module, and pointers to them: what profilers get is an array of pointers.
struct Tables {
    slots: [[Slot; SLOTS]; MODULES],
    pointers: [[*mut Slot; SLOTS]; MODULES],
}

// SAFETY: the pointers go to the tables' own slots, which are read and written under the lock, or by the profiler that is
// being attached under it.
unsafe impl Send for Tables {}

/// Those that a profiler is being attached to. They stay: profilers may keep pointers into them.
static ATTACHING: Mutex<Option<&'static mut Tables>> = Mutex::new(None);

/// Attaches a profiler's library; the functions that it fills in, where it wants ranges.
///
/// # Safety
/// `initialize` is `InitializeInjectionNvtx2` of a library that stays loaded.
pub(crate) unsafe fn attach(initialize: Initialize) -> Option<(Push, Pop)> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let null = [[std::ptr::null_mut(); SLOTS]; MODULES];
    let tables = Box::leak(Box::new(Tables { slots: null, pointers: [[std::ptr::null_mut(); SLOTS]; MODULES] }));
    for (slots, pointers) in tables.slots.iter_mut().zip(&mut tables.pointers) {
        // The first slot of a module stands for no function.
        for (slot, pointer) in slots.iter_mut().zip(pointers).skip(1) {
            *pointer = slot;
        }
    }
    let core = tables.pointers[CORE - 1];
    *lock() = Some(tables);
    // SAFETY: the caller's promise; the tables outlive the program.
    let wants = unsafe { initialize(export_table) };
    *lock() = None;
    // SAFETY: the slots hold what the profiler wrote, or null.
    let (push, pop) = unsafe { (*core[RANGE_PUSH], *core[RANGE_POP]) };
    if wants == 0 || push.is_null() || pop.is_null() {
        return None;
    }
    // SAFETY: these slots are for functions of these types.
    Some(unsafe { (std::mem::transmute::<Slot, Push>(push), std::mem::transmute::<Slot, Pop>(pop)) })
}

fn lock() -> std::sync::MutexGuard<'static, Option<&'static mut Tables>> {
    ATTACHING.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

unsafe extern "C" fn export_table(id: u32) -> *const c_void {
    match id {
        CALLBACKS => (&raw const CALLBACK_TABLE).cast(),
        VERSION => (&raw const VERSION_TABLE).cast(),
        _ => std::ptr::null(),
    }
}

unsafe extern "C" fn module_table(module: i32, table: *mut *mut *mut Slot, size: *mut u32) -> i32 {
    let mut attaching = lock();
    let index = usize::try_from(module).ok().and_then(|module| module.checked_sub(1));
    let pointers = attaching.as_mut().zip(index).and_then(|(tables, index)| tables.pointers.get_mut(index));
    let Some(pointers) = pointers else { return 0 };
    // SAFETY: the profiler gives places for both.
    unsafe {
        *table = pointers.as_mut_ptr();
        if !size.is_null() {
            *size = SLOTS as u32;
        }
    }
    1
}

unsafe extern "C" fn ignore(_version: u32) {}
