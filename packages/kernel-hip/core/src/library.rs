//! A shared library of a vendor. It is never unloaded: drivers leave threads and exit handlers behind.

use crate::error::GpuError;
use crate::role::Role;
use std::mem::ManuallyDrop;

/// A loaded library and the name that it was found by.
pub(crate) struct Library {
    handle: ManuallyDrop<libloading::Library>,
    role: Role,
    pub name: String,
}

impl Library {
    /// Loads a library: the one that the caller names, else the first of the usual ones.
    pub fn find(role: Role, named: Option<&str>) -> Result<Library, GpuError> {
        let names = match named.filter(|name| !name.is_empty()) {
            Some(name) => vec![name],
            None => role.library_names().to_vec(),
        };
        let mut tried = Vec::new();
        for name in names {
            // SAFETY: the vendors' libraries may be loaded at any time; another one that the user names is their choice.
            match unsafe { libloading::Library::new(name) } {
                Ok(handle) => return Ok(Library { handle: ManuallyDrop::new(handle), role, name: name.to_owned() }),
                Err(reason) => tried.push(format!("{name} ({reason})")),
            }
        }
        Err(GpuError::NoLibrary { role, tried })
    }

    /// A library that something in this process has loaded already.
    pub fn loaded(role: Role, name: &str) -> Option<Library> {
        #[cfg(unix)]
        {
            const NOW: std::ffi::c_int = 2; // RTLD_NOW
            #[cfg(target_os = "macos")]
            const NO_LOAD: std::ffi::c_int = 0x10; // RTLD_NOLOAD
            #[cfg(not(target_os = "macos"))]
            const NO_LOAD: std::ffi::c_int = 4;
            // SAFETY: nothing is loaded, so that no initializer runs.
            let handle = unsafe { libloading::os::unix::Library::open(Some(name), NOW | NO_LOAD) }.ok()?;
            Some(Library { handle: ManuallyDrop::new(handle.into()), role, name: name.to_owned() })
        }
        #[cfg(not(unix))]
        {
            _ = (role, name);
            None
        }
    }

    /// A function of the library.
    ///
    /// # Safety
    /// `T` is the function's type.
    pub unsafe fn symbol<T: Copy>(&self, name: &str) -> Result<T, GpuError> {
        // SAFETY: the caller's promise.
        let symbol = unsafe { self.handle.get::<T>(name.as_bytes()) };
        let missing = |_| GpuError::Symbol { role: self.role, library: self.name.clone(), symbol: name.to_owned() };
        symbol.map(|symbol| *symbol).map_err(missing)
    }
}
