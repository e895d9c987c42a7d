//! What a launch executed and touched, and the models of issue cycles, banks and cache lines that are applied to it.
//!
//! Executions and active lanes are counted for each instruction. With [`Options::statistics`], the addresses of memory
//! accesses and the chains of matrix operations are looked at too. All counts are sums and maxima of integers, so that a
//! report does not depend on the number of threads.
//!
//! [`Options::statistics`]: crate::execute::Options::statistics

mod annotate;
mod banks;
mod chains;
mod class;
mod cycles;
mod lines;
mod matrix;
mod recorder;
mod report;
mod role;
mod summary;
mod traffic;

pub use annotate::annotate;
pub use class::Class;
pub use matrix::{CYCLES as MATRIX_CYCLES, CYCLES_COLLIDING as MATRIX_CYCLES_COLLIDING};
pub(crate) use recorder::Recorder;
pub use report::{
    ClassCount, Cycles, Issue, MatrixChains, OpcodeCount, Profile, Report, ResourceUse, RoleStatistics, Statistics,
};
pub use role::{Part, Role};
pub(crate) use role::{WaveRoles, check as check_roles};
pub(crate) use summary::{Counted, Launched, report};
pub use traffic::{BufferTraffic, ByKind, LINE_BYTES, LdsTraffic, LineTraffic, ScratchTraffic};
