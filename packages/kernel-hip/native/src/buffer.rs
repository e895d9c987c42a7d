//! Memory of a device; freed by `dispose`, else when JavaScript has forgotten it.

use crate::failure::{Failure, attempt};
use crate::stream::GpuStream;
use moe_kernel_hip::Buffer;
use napi::bindgen_prelude::*;
use napi_derive::napi;
use std::sync::Arc;

#[napi]
pub struct GpuBuffer {
    buffer: Option<Arc<Buffer>>,
}

impl GpuBuffer {
    pub fn new(buffer: Buffer) -> GpuBuffer {
        GpuBuffer { buffer: Some(Arc::new(buffer)) }
    }

    pub fn get(&self) -> std::result::Result<&Arc<Buffer>, Box<Failure>> {
        self.buffer.as_ref().ok_or_else(|| Failure::disposed("buffer"))
    }
}

#[napi]
impl GpuBuffer {
    /// Where kernels see it.
    #[napi]
    pub fn address(&self) -> Option<BigInt> {
        self.buffer.as_ref().map(|buffer| buffer.address().into())
    }

    #[napi]
    pub fn write(&self, offset: f64, data: Uint8Array) -> Option<Failure> {
        attempt(|| Ok(self.get()?.write(offset as u64, &data)?))
    }

    #[napi]
    pub fn read(&self, offset: f64, mut out: Uint8Array) -> Option<Failure> {
        // SAFETY: the call is synchronous, so that JavaScript does not touch the array while it is written.
        let out = unsafe { out.as_mut() };
        attempt(|| Ok(self.get()?.read(offset as u64, out)?))
    }

    #[napi]
    pub fn fill(&self, value: u8, stream: &GpuStream) -> Option<Failure> {
        attempt(|| Ok(self.get()?.fill(value, stream.get()?)?))
    }

    #[napi]
    pub fn copy_from(&self, other: &GpuBuffer, stream: &GpuStream) -> Option<Failure> {
        attempt(|| Ok(self.get()?.copy_from(other.get()?, stream.get()?)?))
    }

    #[napi]
    pub fn dispose(&mut self) {
        self.buffer = None;
    }
}
