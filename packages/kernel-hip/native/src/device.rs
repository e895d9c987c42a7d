//! An open device; closed by `dispose`, or when JavaScript has forgotten it, and everything on it.

use crate::buffer::GpuBuffer;
use crate::driver::GpuInfo;
use crate::failure::{Failure, guarded};
use crate::module::GpuModule;
use crate::stream::{GpuEvent, GpuStream};
use moe_kernel_hip::{Device, Sensors};
use napi::bindgen_prelude::*;
use napi_derive::napi;

#[napi]
pub struct GpuDevice {
    device: Option<Device>,
}

/// Free and total bytes.
#[napi(object, object_from_js = false)]
pub struct GpuMemory {
    pub free_bytes: f64,
    pub total_bytes: f64,
}

/// What a device does at the moment; absent is what it does not tell.
#[napi(object, object_from_js = false)]
pub struct GpuSensors {
    pub clock_mhz: Option<u32>,
    pub max_clock_mhz: Option<u32>,
    pub memory_clock_mhz: Option<u32>,
    pub temperature_c: Option<u32>,
    pub power_mw: Option<u32>,
    pub power_limit_mw: Option<u32>,
    /// Why the clocks are not higher, by NVML's names.
    pub throttle_reasons: Option<Vec<String>>,
}

impl From<Sensors> for GpuSensors {
    fn from(sensors: Sensors) -> GpuSensors {
        GpuSensors {
            clock_mhz: sensors.clock_mhz,
            max_clock_mhz: sensors.max_clock_mhz,
            memory_clock_mhz: sensors.memory_clock_mhz,
            temperature_c: sensors.temperature_c,
            power_mw: sensors.power_mw,
            power_limit_mw: sensors.power_limit_mw,
            throttle_reasons: sensors.throttle_reasons,
        }
    }
}

impl GpuDevice {
    pub fn new(device: Device) -> GpuDevice {
        GpuDevice { device: Some(device) }
    }

    fn get(&self) -> std::result::Result<&Device, Box<Failure>> {
        self.device.as_ref().ok_or_else(|| Failure::disposed("device"))
    }
}

#[napi]
impl GpuDevice {
    #[napi]
    pub fn info(&self) -> Either<GpuInfo, Failure> {
        guarded(|| Ok(self.get()?.info().into()))
    }

    #[napi]
    pub fn memory(&self) -> Either<GpuMemory, Failure> {
        guarded(|| {
            let (free, total) = self.get()?.memory()?;
            Ok(GpuMemory { free_bytes: free as f64, total_bytes: total as f64 })
        })
    }

    /// Through NVML: of that library if one is named.
    #[napi]
    pub fn sensors(&self, library: Option<String>) -> Either<GpuSensors, Failure> {
        guarded(|| Ok(self.get()?.sensors(library.as_deref())?.into()))
    }

    #[napi]
    pub fn allocate(&self, bytes: f64) -> Either<GpuBuffer, Failure> {
        guarded(|| Ok(GpuBuffer::new(self.get()?.allocate(bytes as u64)?)))
    }

    #[napi]
    pub fn load_module(&self, image: Uint8Array) -> Either<GpuModule, Failure> {
        guarded(|| Ok(GpuModule::new(self.get()?.load_module(&image)?)))
    }

    #[napi]
    pub fn stream(&self) -> Either<GpuStream, Failure> {
        guarded(|| Ok(GpuStream::new(self.get()?.stream()?)))
    }

    #[napi]
    pub fn event(&self) -> Either<GpuEvent, Failure> {
        guarded(|| Ok(GpuEvent::new(self.get()?.event()?)))
    }

    #[napi]
    pub fn dispose(&mut self) {
        self.device = None;
    }
}
