//! The memory of one simulated device.

use crate::failure::{Failure, guarded};
use moe_gfx11_sim::execute::{Buffer, Memory};
use napi::bindgen_prelude::*;
use napi_derive::napi;
use std::sync::{Arc, Mutex, MutexGuard};

/// The buffers, or nothing while a launch has them.
type Held = Arc<Mutex<Option<Memory>>>;

/// Global memory. While a launch runs, every other call fails with `E_BUSY`.
#[napi]
pub struct Device {
    held: Held,
}

/// What is held, whatever panicked before.
fn lock(held: &Held) -> MutexGuard<'_, Option<Memory>> {
    held.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl Default for Device {
    fn default() -> Self {
        Self { held: Arc::new(Mutex::new(Some(Memory::default()))) }
    }
}

#[napi]
impl Device {
    #[napi(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a buffer that nothing has written and returns its address.
    #[napi]
    pub fn create(&self, name: String, bytes: f64) -> Either<BigInt, Failure> {
        guarded(|| {
            let mut held = lock(&self.held);
            let memory = held.as_mut().ok_or_else(Failure::busy)?;
            Ok(memory.create(&name, bytes as u64)?.into())
        })
    }

    /// Copies bytes into a buffer.
    #[napi]
    pub fn write(&self, address: BigInt, offset: f64, bytes: Uint8Array) -> Option<Failure> {
        self.with(&address, offset, bytes.len(), |buffer| buffer.write(offset as u64, &bytes))
    }

    /// Copies bytes out of a buffer.
    #[napi]
    pub fn read(&self, address: BigInt, offset: f64, mut out: Uint8Array) -> Option<Failure> {
        // SAFETY: the call is synchronous, so that JavaScript does not touch the array while it is written.
        let out = unsafe { out.as_mut() };
        self.with(&address, offset, out.len(), |buffer| buffer.read(offset as u64, out))
    }

    /// Removes a buffer.
    #[napi]
    pub fn dispose(&self, address: BigInt) -> Option<Failure> {
        let mut held = lock(&self.held);
        match held.as_mut() {
            Some(memory) => memory.remove(address.get_u64().1),
            None => return Some(*Failure::busy()),
        }
        None
    }

    fn with(&self, address: &BigInt, offset: f64, bytes: usize, use_it: impl FnOnce(&Buffer)) -> Option<Failure> {
        let used = guarded(|| {
            let held = lock(&self.held);
            let memory = held.as_ref().ok_or_else(Failure::busy)?;
            let buffer = memory.buffer(address.get_u64().1).ok_or_else(Failure::no_buffer)?;
            if offset + bytes as f64 > buffer.len() as f64 {
                let size = buffer.len();
                let message = format!("{bytes} bytes at offset {offset} do not fit a buffer of {size} bytes");
                return Err(Box::new(Failure::new("E_RANGE", message)));
            }
            use_it(buffer);
            Ok(())
        });
        match used {
            Either::A(()) => None,
            Either::B(failure) => Some(failure),
        }
    }

    /// Takes the memory away until the result is dropped.
    pub fn lend(&self) -> std::result::Result<Lent, Box<Failure>> {
        let memory = lock(&self.held).take().ok_or_else(Failure::busy)?;
        Ok(Lent { memory, held: self.held.clone() })
    }
}

/// The memory of a device while a launch has it.
pub struct Lent {
    memory: Memory,
    held: Held,
}

impl Lent {
    pub fn get(&mut self) -> &mut Memory {
        &mut self.memory
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        *lock(&self.held) = Some(std::mem::take(&mut self.memory));
    }
}
