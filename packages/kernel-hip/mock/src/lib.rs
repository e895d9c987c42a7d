//! A driver for tests: the functions of `libamdhip64.so`, `libhiprtc.so`, `libcuda.so`, `libnvidia-ml.so`, and of the
//! libraries for ranges that `moe-kernel-hip` uses.
//!
//! AMD kernels run on the simulator, in its memory; NVIDIA kernels run as code of the host where a test brings it, else they
//! are only recorded. Faults of a kernel show up in the next call that waits, as on a GPU. Sources are compiled by clang-19. `mock_*` tell the driver what to be and when to fail.

mod compile;
mod control;
mod cubin;
#[macro_use]
mod exports;
mod compiler;
mod cuda;
mod hip;
mod host_calls;
pub mod host_kernels;
pub mod host_memory;
pub mod launch;
mod memory;
mod nvml;
mod ranges;
mod state;
