//! NVIDIA's management library: what a device does at the moment. Loaded at run time, apart from the driver.
//!
//! Signatures and numbers: NVIDIA's NVML API reference.

use crate::error::{GpuError, Problem};
use crate::library::Library;
use crate::role::Role;
use std::ffi::{CStr, c_char, c_void};

/// Clocks, heat and power of a device; `None` for what it does not tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sensors {
    /// Of the multiprocessors, now and at most.
    pub clock_mhz: Option<u32>,
    pub max_clock_mhz: Option<u32>,
    pub memory_clock_mhz: Option<u32>,
    pub temperature_c: Option<u32>,
    pub power_mw: Option<u32>,
    pub power_limit_mw: Option<u32>,
    /// Why the clocks are not higher, by NVML's names; a bit that has none is its number.
    pub throttle_reasons: Option<Vec<String>>,
}

/// `nvmlDevice_t`.
type Handle = *mut c_void;
type ReadNumber = unsafe extern "C" fn(Handle, *mut u32) -> i32;
type ReadKind = unsafe extern "C" fn(Handle, u32, *mut u32) -> i32;

struct Functions {
    shutdown: unsafe extern "C" fn() -> i32,
    handle: unsafe extern "C" fn(*const c_char, *mut Handle) -> i32,
    clock: ReadKind,
    max_clock: ReadKind,
    temperature: ReadKind,
    power: ReadNumber,
    power_limit: ReadNumber,
    throttle_reasons: unsafe extern "C" fn(Handle, *mut u64) -> i32,
    error_string: unsafe extern "C" fn(i32) -> *const c_char,
}

/// A device as NVML knows it; shuts NVML down when it goes.
pub(crate) struct NvmlDevice {
    functions: Functions,
    device: Handle,
}

// SAFETY: NVML's functions may be called from every thread, with every handle.
unsafe impl Send for NvmlDevice {}
// SAFETY: as above.
unsafe impl Sync for NvmlDevice {}

const NOT_SUPPORTED: i32 = 3;
const SM_CLOCK: u32 = 1;
const MEMORY_CLOCK: u32 = 2;
const GPU_TEMPERATURE: u32 = 0;

/// `nvmlClocksThrottleReason…`, from bit 0.
const REASONS: [&str; 9] = [
    "GpuIdle",
    "ApplicationsClocksSetting",
    "SwPowerCap",
    "HwSlowdown",
    "SyncBoost",
    "SwThermalSlowdown",
    "HwThermalSlowdown",
    "HwPowerBrakeSlowdown",
    "DisplayClockSetting",
];

impl NvmlDevice {
    /// Finds a device by where it is plugged in, as both libraries count devices in their own order.
    pub fn open(named: Option<&str>, pci_bus_id: &CStr) -> Result<NvmlDevice, GpuError> {
        let library = Library::find(Role::Nvml, named)?;
        let (init, functions) = Functions::load(&library)?;
        // SAFETY: no arguments to be wrong.
        functions.result("nvmlInit_v2", unsafe { init() })?;
        // From here on NVML is shut down when this goes.
        let mut opened = NvmlDevice { functions, device: std::ptr::null_mut() };
        // SAFETY: the text ends with a zero, the place is valid.
        let number = unsafe { (opened.functions.handle)(pci_bus_id.as_ptr(), &mut opened.device) };
        opened.functions.result("nvmlDeviceGetHandleByPciBusId_v2", number)?;
        Ok(opened)
    }

    /// What the device does now.
    pub fn sensors(&self) -> Result<Sensors, GpuError> {
        let Functions { clock, max_clock, temperature, power, power_limit, .. } = self.functions;
        Ok(Sensors {
            clock_mhz: self.kind("nvmlDeviceGetClockInfo", clock, SM_CLOCK)?,
            max_clock_mhz: self.kind("nvmlDeviceGetMaxClockInfo", max_clock, SM_CLOCK)?,
            memory_clock_mhz: self.kind("nvmlDeviceGetClockInfo", clock, MEMORY_CLOCK)?,
            temperature_c: self.kind("nvmlDeviceGetTemperature", temperature, GPU_TEMPERATURE)?,
            power_mw: self.number("nvmlDeviceGetPowerUsage", power)?,
            power_limit_mw: self.number("nvmlDeviceGetEnforcedPowerLimit", power_limit)?,
            throttle_reasons: self.throttle_reasons()?,
        })
    }

    fn throttle_reasons(&self) -> Result<Option<Vec<String>>, GpuError> {
        let mut bits = 0_u64;
        // SAFETY: the device is NVML's, the place is valid.
        let number = unsafe { (self.functions.throttle_reasons)(self.device, &mut bits) };
        let known = self.known("nvmlDeviceGetCurrentClocksThrottleReasons", number)?;
        let name = |bit: usize| REASONS.get(bit).map_or_else(|| format!("bit {bit}"), |&name| name.to_owned());
        Ok(known.then(|| (0..64).filter(|bit| bits >> bit & 1 == 1).map(name).collect()))
    }

    fn kind(&self, call: &'static str, read: ReadKind, kind: u32) -> Result<Option<u32>, GpuError> {
        let mut value = 0;
        // SAFETY: the device is NVML's, the place is valid.
        let number = unsafe { read(self.device, kind, &mut value) };
        Ok(self.known(call, number)?.then_some(value))
    }

    fn number(&self, call: &'static str, read: ReadNumber) -> Result<Option<u32>, GpuError> {
        let mut value = 0;
        // SAFETY: the device is NVML's, the place is valid.
        let number = unsafe { read(self.device, &mut value) };
        Ok(self.known(call, number)?.then_some(value))
    }

    /// Whether there is a value; many devices lack some sensor.
    fn known(&self, call: &'static str, number: i32) -> Result<bool, GpuError> {
        if number == NOT_SUPPORTED { Ok(false) } else { self.functions.result(call, number).map(|()| true) }
    }
}

impl Drop for NvmlDevice {
    fn drop(&mut self) {
        // SAFETY: NVML was initialized and is shut down once; a failure has nobody to tell.
        unsafe { (self.functions.shutdown)() };
    }
}

impl Functions {
    fn load(library: &Library) -> Result<(unsafe extern "C" fn() -> i32, Functions), GpuError> {
        // SAFETY: the types are those of NVML's reference.
        unsafe {
            let functions = Functions {
                shutdown: library.symbol("nvmlShutdown")?,
                handle: library.symbol("nvmlDeviceGetHandleByPciBusId_v2")?,
                clock: library.symbol("nvmlDeviceGetClockInfo")?,
                max_clock: library.symbol("nvmlDeviceGetMaxClockInfo")?,
                temperature: library.symbol("nvmlDeviceGetTemperature")?,
                power: library.symbol("nvmlDeviceGetPowerUsage")?,
                power_limit: library.symbol("nvmlDeviceGetEnforcedPowerLimit")?,
                throttle_reasons: library.symbol("nvmlDeviceGetCurrentClocksThrottleReasons")?,
                error_string: library.symbol("nvmlErrorString")?,
            };
            Ok((library.symbol("nvmlInit_v2")?, functions))
        }
    }

    fn result(&self, call: &'static str, number: i32) -> Result<(), GpuError> {
        // SAFETY: NVML gives a static string for every number.
        let result = unsafe { Problem::check(call, number, || (self.error_string)(number)) };
        result.map_err(|problem| GpuError::Driver { problem })
    }
}
