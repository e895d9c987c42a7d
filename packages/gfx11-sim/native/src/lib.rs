//! The Node-API binding of `moe-gfx11-sim`: conversion only, no logic.
//!
//! Errors do not throw here: a call returns its result or a [`Failure`], from which the TypeScript side makes its one
//! error class.

pub mod code_object;
pub mod device;
pub mod failure;
pub mod launch;
pub mod report;

use napi_derive::napi;

/// Version of the crate, which must equal the version of the npm package that loads it.
#[napi]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
