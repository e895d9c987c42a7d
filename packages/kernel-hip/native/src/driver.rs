//! Drivers and the devices that they know.

use crate::device::GpuDevice;
use crate::failure::{Failure, guarded};
use moe_kernel_hip::{DeviceInfo, Driver, Vendor};
use napi::bindgen_prelude::*;
use napi_derive::napi;

/// What a driver says of a device.
#[napi(object, object_from_js = false)]
pub struct GpuInfo {
    pub index: u32,
    pub name: String,
    pub arch: String,
    pub compute_units: u32,
    pub wave_size: u32,
    pub clock_khz: u32,
    pub memory_clock_khz: u32,
    pub memory_bus_bits: u32,
    pub l2_bytes: u32,
    pub memory_bytes: f64,
    pub shared_bytes_per_group: u32,
}

impl From<&DeviceInfo> for GpuInfo {
    fn from(info: &DeviceInfo) -> GpuInfo {
        GpuInfo {
            index: info.index,
            name: info.name.clone(),
            arch: info.arch.clone(),
            compute_units: info.compute_units,
            wave_size: info.wave_size,
            clock_khz: info.clock_khz,
            memory_clock_khz: info.memory_clock_khz,
            memory_bus_bits: info.memory_bus_bits,
            l2_bytes: info.l2_bytes,
            memory_bytes: info.memory_bytes as f64,
            shared_bytes_per_group: info.shared_bytes_per_group,
        }
    }
}

/// A driver that was found, with its devices.
#[napi(object, object_from_js = false)]
pub struct DriverInfo {
    /// The name that the library was found by.
    pub library: String,
    /// As the driver counts its versions.
    pub version: i32,
    pub devices: Vec<GpuInfo>,
}

pub fn vendor(api: &str) -> std::result::Result<Vendor, Box<Failure>> {
    [Vendor::Amd, Vendor::Nvidia]
        .into_iter()
        .find(|vendor| vendor.api() == api)
        .ok_or_else(|| Failure::new("E_RANGE", format!("the driver is '{api}', but must be hip or cuda")))
}

/// Loads the driver `hip` or `cuda`, from that library if one is named, and lists its devices.
#[napi]
pub fn driver_info(api: String, library: Option<String>) -> Either<DriverInfo, Failure> {
    guarded(|| {
        let driver = Driver::load_from(vendor(&api)?, library.as_deref())?;
        let devices = driver.devices()?;
        Ok(DriverInfo {
            library: driver.library().to_owned(),
            version: driver.version()?,
            devices: devices.iter().map(GpuInfo::from).collect(),
        })
    })
}

/// Opens a device of the driver `hip` or `cuda`.
#[napi]
pub fn open_gpu(api: String, index: u32, library: Option<String>) -> Either<GpuDevice, Failure> {
    guarded(|| Ok(GpuDevice::new(Driver::load_from(vendor(&api)?, library.as_deref())?.open(index)?)))
}
