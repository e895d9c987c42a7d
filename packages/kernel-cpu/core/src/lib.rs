//! W4A16 mixture-of-experts GEMM for CPUs.
//!
//! Terms: n = `num_valid_tokens` routes; a *flat index* is a row of C; a *run* is an expert with the routed rows of its
//! consecutive blocks; a *panel* is `NR` consecutive columns of one expert's weights, decoded; a *tile* is up to `MR`
//! rows of a run against one panel.
//!
//! The kernel decodes each panel of int4 weights once to small exact integers (bf16 or f32), keeps it in the L1 cache
//! for all rows of the run, accumulates one scale group in registers, and applies the group's scale to that sum. See
//! `docs/numerics.md` for why the scale is not multiplied into the weights.
//!
//! Start reading at [`gemm::moe_gemm_w4a16`], then `driver.rs`, then one file of `kernels/`.

mod bf16;
mod buffer;
pub mod cache;
mod driver;
mod error;
pub mod gemm;
mod isa;
mod kernels;
pub mod layer;
pub mod peaks;
mod pool;
pub mod problem;
pub mod reference;
mod schedule;

pub use error::KernelError;
pub use gemm::{Control, RunOptions, RunReport, moe_gemm_w4a16};
pub use isa::Isa;
pub use layer::{LayerProblem, moe_forward};
pub use problem::{GemmProblem, Weights};
pub use reference::reference_gemm;
