//! The Node-API binding of `moe-kernel-hip`: conversion only, no logic.
//!
//! Errors do not throw here: a call returns its result or a [`Failure`](failure::Failure), from which the TypeScript
//! side makes its one error class.

pub mod buffer;
pub mod compiler;
pub mod device;
pub mod driver;
pub mod failure;
pub mod module;
pub mod ranges;
pub mod stream;

use napi_derive::napi;

/// Version of the crate, which must equal the version of the npm package that loads it.
#[napi]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
