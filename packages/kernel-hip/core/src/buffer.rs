//! Memory of a device.

use crate::device::Device;
use crate::error::GpuError;
use crate::stream::Stream;

/// Memory of a device; freed when it is dropped.
pub struct Buffer {
    device: Device,
    address: u64,
    bytes: u64,
}

impl Buffer {
    pub(crate) fn new(device: Device, address: u64, bytes: u64) -> Buffer {
        Buffer { device, address, bytes }
    }

    /// Where kernels see it.
    pub fn address(&self) -> u64 {
        self.address
    }

    /// Size in bytes, at least 1.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    fn check(&self, offset: u64, bytes: u64) -> Result<(), GpuError> {
        if offset.checked_add(bytes).is_some_and(|end| end <= self.bytes) {
            return Ok(());
        }
        let given = format!("{offset} to {}", offset.saturating_add(bytes));
        Err(GpuError::Range { what: "the byte range", given, allowed: format!("inside 0 to {}", self.bytes) })
    }

    /// Copies bytes in from the host; returns when they are there.
    ///
    /// # Errors
    /// `E_RANGE`; `E_LAUNCH` when a launch before it failed; `E_DRIVER`.
    pub fn write(&self, offset: u64, data: &[u8]) -> Result<(), GpuError> {
        self.check(offset, data.len() as u64)?;
        let open = &self.device.open;
        let copy = |symbols: &crate::symbols::Symbols| {
            // SAFETY: the range was checked, the data lives until the call returns.
            unsafe { symbols.copy_in(self.address + offset, data.as_ptr().cast(), data.len()) }
        };
        if data.is_empty() { Ok(()) } else { open.waited(open.current().and_then(copy)) }
    }

    /// Copies bytes out to the host. Launches on streams are not waited for: see [`Stream::wait`].
    ///
    /// # Errors
    /// As [`Buffer::write`].
    pub fn read(&self, offset: u64, data: &mut [u8]) -> Result<(), GpuError> {
        self.check(offset, data.len() as u64)?;
        let open = &self.device.open;
        if data.is_empty() {
            return Ok(());
        }
        let copy = |symbols: &crate::symbols::Symbols| {
            // SAFETY: the range was checked, the place lives until the call returns.
            unsafe { symbols.copy_out(data.as_mut_ptr().cast(), self.address + offset, data.len()) }
        };
        open.waited(open.current().and_then(copy))
    }

    /// Sets all bytes, in a stream's order.
    ///
    /// # Errors
    /// `E_DRIVER`.
    pub fn fill(&self, value: u8, stream: &Stream) -> Result<(), GpuError> {
        let fill = |symbols: &crate::symbols::Symbols| {
            // SAFETY: the whole buffer, a live stream.
            unsafe { symbols.fill_bytes(self.address, value, self.bytes as usize, stream.handle()) }
        };
        self.device.open.current().and_then(fill).map_err(|problem| GpuError::Driver { problem })
    }

    /// Copies another buffer of the same device here, in a stream's order.
    ///
    /// # Errors
    /// `E_RANGE` when it is larger than this one, `E_DRIVER`.
    pub fn copy_from(&self, other: &Buffer, stream: &Stream) -> Result<(), GpuError> {
        self.check(0, other.bytes)?;
        let copy = |symbols: &crate::symbols::Symbols| {
            // SAFETY: both are live, the size was checked.
            unsafe { symbols.copy(self.address, other.address, other.bytes as usize, stream.handle()) }
        };
        self.device.open.current().and_then(copy).map_err(|problem| GpuError::Driver { problem })
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        // A failure has nobody to tell: the next call that waits reports what is wrong with the device.
        // SAFETY: the address was allocated and is freed once.
        let _ = self.device.open.current().and_then(|symbols| unsafe { symbols.free(self.address) });
    }
}
