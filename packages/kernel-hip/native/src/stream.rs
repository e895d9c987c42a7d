//! Streams, holds and events.

use crate::failure::{Failure, attempt, guarded};
use moe_kernel_hip::{Event, Hold, Stream};
use napi::bindgen_prelude::*;
use napi_derive::napi;
use std::sync::Arc;

#[napi]
pub struct GpuStream {
    stream: Option<Arc<Stream>>,
}

#[napi]
pub struct GpuHold {
    hold: Option<Hold>,
}

#[napi]
pub struct GpuEvent {
    event: Option<Event>,
}

impl GpuStream {
    pub fn new(stream: Stream) -> GpuStream {
        GpuStream { stream: Some(Arc::new(stream)) }
    }

    pub fn get(&self) -> std::result::Result<&Arc<Stream>, Box<Failure>> {
        self.stream.as_ref().ok_or_else(|| Failure::disposed("stream"))
    }
}

/// Waits on a thread of the runtime's pool.
pub struct WaitTask {
    stream: std::result::Result<Arc<Stream>, Box<Failure>>,
}

impl Task for WaitTask {
    type Output = Option<Failure>;
    type JsValue = Option<Failure>;

    fn compute(&mut self) -> Result<Option<Failure>> {
        let stream = std::mem::replace(&mut self.stream, Err(Failure::disposed("stream")));
        Ok(attempt(|| Ok(stream?.wait()?)))
    }

    fn resolve(&mut self, _: Env, failure: Option<Failure>) -> Result<Option<Failure>> {
        Ok(failure)
    }
}

#[napi]
impl GpuStream {
    /// Resolves when all work of the stream is done.
    #[napi]
    pub fn wait(&self) -> AsyncTask<WaitTask> {
        AsyncTask::new(WaitTask { stream: self.get().cloned() })
    }

    /// Keeps what is put behind it from starting, until it is released, or for 100 ms.
    #[napi]
    pub fn hold(&self) -> Either<GpuHold, Failure> {
        guarded(|| Ok(GpuHold { hold: Some(self.get()?.hold()?) }))
    }

    #[napi]
    pub fn dispose(&mut self) {
        self.stream = None;
    }
}

#[napi]
impl GpuHold {
    /// A second time is nothing.
    #[napi]
    pub fn release(&mut self) {
        self.hold = None;
    }
}

impl GpuEvent {
    pub fn new(event: Event) -> GpuEvent {
        GpuEvent { event: Some(event) }
    }

    fn get(&self) -> std::result::Result<&Event, Box<Failure>> {
        self.event.as_ref().ok_or_else(|| Failure::disposed("event"))
    }
}

#[napi]
impl GpuEvent {
    #[napi]
    pub fn record(&self, stream: &GpuStream) -> Option<Failure> {
        attempt(|| Ok(self.get()?.record(stream.get()?)?))
    }

    /// Milliseconds from an earlier event; both have happened.
    #[napi]
    pub fn milliseconds_since(&self, start: &GpuEvent) -> Either<f64, Failure> {
        guarded(|| Ok(f64::from(self.get()?.milliseconds_since(start.get()?)?)))
    }

    #[napi]
    pub fn dispose(&mut self) {
        self.event = None;
    }
}
