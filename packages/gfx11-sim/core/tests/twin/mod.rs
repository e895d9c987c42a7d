//! Launches that run here and, from the same source, on the host.

mod agree;
mod case;
mod host;
mod self_check;

pub use agree::{Agreement, agree, load, simulate};
pub use case::{Argument, Case, Random, bytes};
pub use host::Host;
