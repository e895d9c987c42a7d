//! Named ranges on a profiler's time line: ROCTx of AMD, NVTX of NVIDIA, loaded at run time.
//!
//! Signatures: ROCm's roctx.h, NVIDIA's nvtx3 (nvToolsExt.h, nvtxDetail/nvtxTypes.h).

use crate::error::GpuError;
use crate::injection;
use crate::library::Library;
use crate::role::Role;
use crate::vendor::Vendor;
use std::ffi::{CString, c_char};

/// `roctxRangePushA` and `nvtxRangePushA`; what they return is how deep ranges are nested.
pub(crate) type Push = unsafe extern "C" fn(*const c_char) -> i32;
/// `roctxRangePop` and `nvtxRangePop`.
pub(crate) type Pop = unsafe extern "C" fn() -> i32;

/// A profiler's library that takes ranges. A range belongs to the thread that pushes it.
pub struct Ranges {
    library: Library,
    push: Push,
    pop: Pop,
}

impl Ranges {
    /// Loads the library of that name and no other; the usual ones where there is none or it is empty. For NVIDIA, a library
    /// can be one that a profiler injects into programs (`NVTX_INJECTION64_PATH`), or `libnvToolsExt`.
    ///
    /// # Errors
    /// `E_NO_LIBRARY` with what was tried.
    pub fn load(vendor: Vendor, named: Option<&str>) -> Result<Ranges, GpuError> {
        let role = Role::Ranges(vendor);
        let library = Library::find(role, named)?;
        match functions(vendor, &library) {
            Some((push, pop)) => Ok(Ranges { library, push, pop }),
            None => Err(GpuError::NoLibrary { role, tried: vec![format!("{} (it takes no ranges)", library.name)] }),
        }
    }

    /// The name that the library was found by.
    pub fn library(&self) -> &str {
        &self.library.name
    }

    /// Begins a range of this thread, inside of those that have begun and not ended.
    ///
    /// # Errors
    /// `E_RANGE` for a label with a zero in it.
    pub fn push(&self, label: &str) -> Result<(), GpuError> {
        let unusable = |_| GpuError::Range {
            what: "the label of a range",
            given: format!("{label:?}"),
            allowed: "text without zero".into(),
        };
        let text = CString::new(label).map_err(unusable)?;
        // SAFETY: the text ends with a zero and outlives the call, during which it is copied.
        unsafe { (self.push)(text.as_ptr()) };
        Ok(())
    }

    /// Ends the last range of this thread that has begun.
    pub fn pop(&self) {
        // SAFETY: without a range it does nothing.
        unsafe { (self.pop)() };
    }
}

fn functions(vendor: Vendor, library: &Library) -> Option<(Push, Pop)> {
    // SAFETY: the types are those of the vendors' headers.
    unsafe {
        if vendor == Vendor::Nvidia
            && let Ok(initialize) = library.symbol::<injection::Initialize>("InitializeInjectionNvtx2")
            && let Some(functions) = injection::attach(initialize)
        {
            return Some(functions);
        }
        let [push, pop] = match vendor {
            Vendor::Amd => ["roctxRangePushA", "roctxRangePop"],
            Vendor::Nvidia => ["nvtxRangePushA", "nvtxRangePop"],
        };
        Some((library.symbol(push).ok()?, library.symbol(pop).ok()?))
    }
}
