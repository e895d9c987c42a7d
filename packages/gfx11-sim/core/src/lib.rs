//! gfx11 (RDNA3 and RDNA3.5) code objects without a GPU.
//!
//! [`CodeObject::load`] reads the ELF file that clang or Triton wrote, [`isa`] decodes its instructions and prints them
//! as LLVM does, [`occupancy()`] tells how many waves of a kernel run at a time, [`execute::launch`] runs it, and its
//! [`statistics::Report`] tells what was executed and touched.

mod arch;
mod code_object;
mod descriptor;
mod elf;
mod error;
pub mod execute;
pub mod isa;
mod listing;
mod message_pack;
mod metadata;
pub mod occupancy;
mod place;
pub mod statistics;

pub use arch::Arch;
pub use code_object::{Abi, CodeObject, Kernel, MAX_IMAGE_BYTES, Relocation, Segment};
pub use descriptor::{DESCRIPTOR_BYTES, Denormals, KernelDescriptor, Rounding, UserSgprs};
pub use elf::Symbol;
pub use error::SimError;
pub use listing::Line;
pub use metadata::{Argument, KernelMetadata};
pub use occupancy::occupancy;
pub use place::{NearBuffer, Place};
