//! The mock driver, loaded as the real ones are.

use moe_kernel_hip::Vendor;
use std::ffi::{CString, c_char};
use std::mem::ManuallyDrop;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard};

/// The mock driver; tests take turns with it.
pub struct Mock {
    library: ManuallyDrop<libloading::Library>,
    _turn: MutexGuard<'static, ()>,
}

static TURN: Mutex<()> = Mutex::new(());

fn text(value: &str) -> CString {
    CString::new(value).unwrap()
}

impl Mock {
    pub fn path() -> PathBuf {
        let file = format!("{}moe_mock_driver{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
        std::env::current_exe().unwrap().parent().unwrap().join(file)
    }

    /// Takes a turn and makes both vendors' drivers the mock.
    pub fn take() -> Mock {
        let turn = TURN.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        for vendor in [Vendor::Amd, Vendor::Nvidia] {
            // SAFETY: only the thread whose turn it is reads or writes the environment.
            unsafe { std::env::set_var(vendor.override_variable(), Mock::path()) };
        }
        // SAFETY: as above.
        unsafe { std::env::set_var("MOE_HIPRTC_LIBRARY", Mock::path()) };
        // SAFETY: the library was built with this test and has no initializers.
        let library = unsafe { libloading::Library::new(Mock::path()) }.unwrap();
        Mock { library: ManuallyDrop::new(library), _turn: turn }
    }

    pub fn reset(&self, arch: &str, devices: i32, memory_bytes: u64) {
        // SAFETY: the type is that of the mock's function.
        unsafe {
            let reset: libloading::Symbol<unsafe extern "C" fn(*const c_char, i32, u64)> =
                self.library.get(b"mock_reset").unwrap();
            reset(text(arch).as_ptr(), devices, memory_bytes);
        }
    }

    pub fn fail(&self, call: &str, nth: u64, number: i32) {
        // SAFETY: the type is that of the mock's function.
        unsafe {
            let fail: libloading::Symbol<unsafe extern "C" fn(*const c_char, u64, i32)> =
                self.library.get(b"mock_fail").unwrap();
            fail(text(call).as_ptr(), nth, number);
        }
    }

    /// What every source compiles to, in place of clang's code; an error where it is empty.
    #[allow(dead_code, reason = "only one of the files that share this compiles")]
    pub fn compile_to(&self, code: &[u8]) {
        // SAFETY: the type is that of the mock's function.
        unsafe {
            let compile_to: libloading::Symbol<unsafe extern "C" fn(*const u8, usize)> =
                self.library.get(b"mock_compile_to").unwrap();
            compile_to(code.as_ptr(), code.len());
        }
    }

    pub fn live(&self) -> i64 {
        // SAFETY: the type is that of the mock's function.
        unsafe { self.library.get::<unsafe extern "C" fn() -> i64>(b"mock_live").unwrap()() }
    }

    /// How much work was put behind the last hold before its stream went on.
    #[allow(dead_code, reason = "only one of the files that share this holds streams")]
    pub fn held(&self) -> u64 {
        // SAFETY: the type is that of the mock's function.
        unsafe { self.library.get::<unsafe extern "C" fn() -> u64>(b"mock_held").unwrap()() }
    }

    pub fn calls(&self, call: &str) -> u64 {
        // SAFETY: the type is that of the mock's function.
        unsafe {
            self.library.get::<unsafe extern "C" fn(*const c_char) -> u64>(b"mock_calls").unwrap()(text(call).as_ptr())
        }
    }
}
