//! gfx11 (RDNA3 and RDNA3.5) code objects without a GPU.

mod arch;
pub mod isa;

pub use arch::Arch;
