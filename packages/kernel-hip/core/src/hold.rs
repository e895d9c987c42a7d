//! Work that is kept from starting until all of it is in the queue.

use crate::device::Device;
use crate::error::GpuError;
use crate::stream::Stream;
use crate::symbols::Handle;
use std::collections::BTreeSet;
use std::ffi::c_void;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Duration;

/// `CUhostFn`.
pub(crate) type HostFunction = unsafe extern "C" fn(*mut c_void);

/// `hipStreamCallback_t`.
pub(crate) type StreamCallback = unsafe extern "C" fn(Handle, i32, *mut c_void);

/// Keeps what is put behind it in a stream from starting, until it is dropped, or for [`Hold::LIMIT`].
///
/// Work in front of it is not held. A call that waits for the stream, or that finds the driver's queue full (some 1,024
/// entries), waits for the hold too.
pub struct Hold {
    number: usize,
    _device: Device,
}

/// Those that are closed. The driver is given a number and no pointer: after an error of the device it may never call, and
/// nothing is lost then.
static CLOSED: Mutex<BTreeSet<usize>> = Mutex::new(BTreeSet::new());
static OPENED: Condvar = Condvar::new();

impl Hold {
    /// After this time a device goes on by itself: a hundred times what a host needs to fill the queue.
    pub const LIMIT: Duration = Duration::from_millis(100);

    fn close(device: Device) -> Hold {
        static NEXT: AtomicUsize = AtomicUsize::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        closed().insert(number);
        Hold { number, _device: device }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        closed().remove(&self.number);
        OPENED.notify_all();
    }
}

impl Stream {
    /// Holds back what is put into the stream from now on.
    ///
    /// # Errors
    /// `E_DRIVER`.
    pub fn hold(&self) -> Result<Hold, GpuError> {
        let hold = Hold::close(self.device().clone());
        let number = hold.number as *mut c_void;
        // SAFETY: the stream is live; the number is no pointer to anybody.
        let enqueue = |symbols: &crate::symbols::Symbols| unsafe { symbols.call_host(self.handle(), number) };
        self.device().open.current().and_then(enqueue).map_err(|problem| GpuError::Driver { problem })?;
        Ok(hold)
    }
}

fn closed() -> MutexGuard<'static, BTreeSet<usize>> {
    CLOSED.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// What CUDA calls when it is the hold's turn. No driver call is allowed in it.
pub(crate) unsafe extern "C" fn wait_in_cuda(number: *mut c_void) {
    let number = number as usize;
    _ = OPENED.wait_timeout_while(closed(), Hold::LIMIT, |closed| closed.contains(&number));
}

/// What HIP calls: it also tells the stream and whether it has failed.
pub(crate) unsafe extern "C" fn wait_in_hip(_stream: Handle, _error: i32, number: *mut c_void) {
    // SAFETY: any number will do.
    unsafe { wait_in_cuda(number) }
}
