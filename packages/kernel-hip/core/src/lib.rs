//! AMD and NVIDIA GPUs through their drivers, which are loaded at run time and never linked.
//!
//! HIP's module API and CUDA's driver API have the same functions under other names, so that one table of symbols serves
//! both. [`Driver::load`] finds the library, [`Driver::devices`] lists what it can use, [`Driver::open`] gives a
//! [`Device`]; buffers, streams, holds, events and modules keep their device alive and free themselves.

mod arguments;
mod buffer;
mod compiler;
mod device;
mod driver;
mod error;
mod hold;
mod injection;
mod library;
mod module;
mod nvml;
mod ranges;
mod role;
mod stream;
mod symbols;
mod vendor;

pub use arguments::Arguments;
pub use buffer::Buffer;
pub use compiler::Compiler;
pub use device::Device;
pub use driver::{DeviceInfo, Driver};
pub use error::{GpuError, Problem};
pub use hold::Hold;
pub use module::{Function, LaunchSize, Module, Start};
pub use nvml::Sensors;
pub use ranges::Ranges;
pub use role::Role;
pub use stream::{Event, Stream};
pub use vendor::Vendor;
