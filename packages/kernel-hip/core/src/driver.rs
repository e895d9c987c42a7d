//! A vendor's driver and the devices that it knows.

use crate::device::Device;
use crate::error::{GpuError, Problem, number};
use crate::library::Library;
use crate::role::Role;
use crate::symbols::Symbols;
use crate::vendor::Vendor;
use std::ffi::{CStr, c_char};
use std::sync::Arc;

/// A loaded and initialised driver.
#[derive(Clone)]
pub struct Driver {
    symbols: Arc<Symbols>,
}

/// What a driver says of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceInfo {
    pub vendor: Vendor,
    /// Position among the driver's devices.
    pub index: u32,
    pub name: String,
    /// `gfx1151`, `sm_90`.
    pub arch: String,
    /// Compute units (AMD) or multiprocessors (NVIDIA).
    pub compute_units: u32,
    /// Lanes of a wave or warp.
    pub wave_size: u32,
    /// Peak clock of the compute units.
    pub clock_khz: u32,
    pub memory_clock_khz: u32,
    pub memory_bus_bits: u32,
    /// 0 when unknown.
    pub l2_bytes: u32,
    pub memory_bytes: u64,
    /// The most LDS (shared memory) that a workgroup may have.
    pub shared_bytes_per_group: u32,
}

impl Driver {
    /// Loads a vendor's driver: the library that `MOE_HIP_LIBRARY` (AMD) or `MOE_CUDA_LIBRARY` (NVIDIA) names, else the
    /// usual ones.
    ///
    /// # Errors
    /// `E_NO_LIBRARY`, `E_DRIVER_OLD`; `E_NO_DEVICE` when the driver itself says so; `E_DRIVER`.
    pub fn load(vendor: Vendor) -> Result<Driver, GpuError> {
        Driver::load_from(vendor, std::env::var(vendor.override_variable()).ok().as_deref())
    }

    /// As [`Driver::load`], from the library of that name and no other; from the usual ones when there is none or it is
    /// empty.
    ///
    /// # Errors
    /// As [`Driver::load`].
    pub fn load_from(vendor: Vendor, library: Option<&str>) -> Result<Driver, GpuError> {
        let symbols = Symbols::load(vendor, Library::find(Role::Driver(vendor), library)?)?;
        let driver = Driver { symbols: Arc::new(symbols) };
        // SAFETY: no arguments to be wrong.
        driver.usable(unsafe { driver.symbols.init(0) })?;
        Ok(driver)
    }

    pub fn vendor(&self) -> Vendor {
        self.symbols.vendor
    }

    /// The name that the library was found by.
    pub fn library(&self) -> &str {
        &self.symbols.library.name
    }

    /// The driver's version number, as it counts them.
    ///
    /// # Errors
    /// `E_DRIVER`.
    pub fn version(&self) -> Result<i32, GpuError> {
        let mut version = 0;
        // SAFETY: the place is valid.
        unsafe { self.symbols.driver_version(&mut version) }.map_err(|problem| GpuError::Driver { problem })?;
        Ok(version)
    }

    fn usable(&self, result: Result<(), Problem>) -> Result<(), GpuError> {
        result.map_err(|problem| match problem.number {
            // ROCm 5 without a device says the second one.
            number::NO_DEVICE | number::INVALID_DEVICE => self.no_device(problem.to_string()),
            _ => GpuError::Driver { problem },
        })
    }

    fn no_device(&self, reason: String) -> GpuError {
        GpuError::NoDevice { vendor: self.vendor(), library: self.library().to_owned(), reason }
    }

    fn count(&self) -> Result<u32, GpuError> {
        let mut count = 0;
        // SAFETY: the place is valid.
        self.usable(unsafe { self.symbols.device_count(&mut count) })?;
        match u32::try_from(count) {
            Ok(count) if count > 0 => Ok(count),
            _ => Err(self.no_device("it counts none".into())),
        }
    }

    /// All devices.
    ///
    /// # Errors
    /// `E_NO_DEVICE`, `E_DRIVER`.
    pub fn devices(&self) -> Result<Vec<DeviceInfo>, GpuError> {
        (0..self.count()?).map(|index| self.describe(index).map_err(|problem| GpuError::Driver { problem })).collect()
    }

    /// Opens a device.
    ///
    /// # Errors
    /// `E_NO_DEVICE`, `E_DEVICE_INDEX`, `E_DRIVER`.
    pub fn open(&self, index: u32) -> Result<Device, GpuError> {
        let count = self.count()?;
        if index >= count {
            return Err(GpuError::Index { given: index, count });
        }
        let driver = |problem| GpuError::Driver { problem };
        let info = self.describe(index).map_err(driver)?;
        Device::open(Arc::clone(&self.symbols), self.handle(index).map_err(driver)?, info)
    }

    fn handle(&self, index: u32) -> Result<i32, Problem> {
        let mut device = 0;
        // SAFETY: the place is valid.
        unsafe { self.symbols.device(&mut device, index as i32)? };
        Ok(device)
    }

    fn describe(&self, index: u32) -> Result<DeviceInfo, Problem> {
        let device = self.handle(index)?;
        let attributes = self.vendor().attributes();
        let attribute = |number: i32| {
            let mut value = 0;
            // SAFETY: the place is valid.
            unsafe { self.symbols.device_attribute(&mut value, number, device)? };
            Ok(u32::try_from(value).unwrap_or(0))
        };
        Ok(DeviceInfo {
            vendor: self.vendor(),
            index,
            name: self.name(device)?,
            arch: self.symbols.arch(device)?,
            compute_units: attribute(attributes.compute_units)?,
            wave_size: attribute(attributes.wave_size)?,
            clock_khz: attribute(attributes.clock_khz)?,
            memory_clock_khz: attribute(attributes.memory_clock_khz)?,
            memory_bus_bits: attribute(attributes.memory_bus_bits)?,
            l2_bytes: attribute(attributes.l2_bytes)?,
            memory_bytes: self.memory(device)?,
            shared_bytes_per_group: attribute(attributes.shared_bytes_per_group)?,
        })
    }

    fn name(&self, device: i32) -> Result<String, Problem> {
        let mut name = [0 as c_char; 256];
        // SAFETY: the length is that of the place; its last byte stays zero.
        unsafe {
            self.symbols.device_name(name.as_mut_ptr(), name.len() as i32 - 1, device)?;
            Ok(CStr::from_ptr(name.as_ptr()).to_string_lossy().into_owned())
        }
    }

    fn memory(&self, device: i32) -> Result<u64, Problem> {
        let mut bytes = 0;
        // SAFETY: the place is valid.
        unsafe { self.symbols.device_memory(&mut bytes, device)? };
        Ok(bytes as u64)
    }
}
