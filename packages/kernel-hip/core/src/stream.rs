//! Order and time on a device.

use crate::device::Device;
use crate::error::GpuError;
use crate::symbols::Handle;

/// Work of a stream runs in order.
pub struct Stream {
    device: Device,
    stream: Handle,
}

/// A point in a stream, with its time.
pub struct Event {
    device: Device,
    event: Handle,
}

// SAFETY: the drivers' handles may be used from every thread.
unsafe impl Send for Stream {}
// SAFETY: as above.
unsafe impl Sync for Stream {}
// SAFETY: as above.
unsafe impl Send for Event {}
// SAFETY: as above.
unsafe impl Sync for Event {}

impl Stream {
    pub(crate) fn new(device: Device, stream: Handle) -> Stream {
        Stream { device, stream }
    }

    pub(crate) fn handle(&self) -> Handle {
        self.stream
    }

    pub(crate) fn device(&self) -> &Device {
        &self.device
    }

    /// Blocks this thread until all work of the stream is done.
    ///
    /// # Errors
    /// `E_LAUNCH` naming the launches that may have failed, `E_DRIVER`.
    pub fn wait(&self) -> Result<(), GpuError> {
        let open = &self.device.open;
        // SAFETY: the stream is live.
        open.waited(open.current().and_then(|symbols| unsafe { symbols.stream_wait(self.stream) }))
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // SAFETY: the stream is live and is destroyed once; a failure has nobody to tell.
        let _ = self.device.open.current().and_then(|symbols| unsafe { symbols.stream_destroy(self.stream) });
    }
}

impl Event {
    pub(crate) fn new(device: Device, event: Handle) -> Event {
        Event { device, event }
    }

    /// Puts the event behind all work that the stream has so far.
    ///
    /// # Errors
    /// `E_DRIVER`.
    pub fn record(&self, stream: &Stream) -> Result<(), GpuError> {
        // SAFETY: both are live.
        let record =
            self.device.open.current().and_then(|symbols| unsafe { symbols.event_record(self.event, stream.stream) });
        record.map_err(|problem| GpuError::Driver { problem })
    }

    /// Blocks this thread until the event has happened.
    ///
    /// # Errors
    /// As [`Stream::wait`].
    pub fn wait(&self) -> Result<(), GpuError> {
        let open = &self.device.open;
        // SAFETY: the event is live.
        open.waited(open.current().and_then(|symbols| unsafe { symbols.event_wait(self.event) }))
    }

    /// Milliseconds from an earlier event to this one; both have happened.
    ///
    /// # Errors
    /// `E_DRIVER`, also when one of them has not happened yet.
    pub fn milliseconds_since(&self, start: &Event) -> Result<f32, GpuError> {
        let mut milliseconds = 0.0;
        let elapsed = |symbols: &crate::symbols::Symbols| {
            // SAFETY: both are live, the place is valid.
            unsafe { symbols.event_elapsed(&mut milliseconds, start.event, self.event) }
        };
        self.device.open.current().and_then(elapsed).map_err(|problem| GpuError::Driver { problem })?;
        Ok(milliseconds)
    }
}

impl Drop for Event {
    fn drop(&mut self) {
        // SAFETY: the event is live and is destroyed once; a failure has nobody to tell.
        let _ = self.device.open.current().and_then(|symbols| unsafe { symbols.event_destroy(self.event) });
    }
}
