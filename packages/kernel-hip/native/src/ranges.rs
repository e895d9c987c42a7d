//! Ranges on a profiler's time line.

use crate::driver::vendor;
use crate::failure::{Failure, attempt, guarded};
use moe_kernel_hip::Ranges;
use napi::bindgen_prelude::*;
use napi_derive::napi;

#[napi]
pub struct ProfilerRanges {
    ranges: Ranges,
}

#[napi]
impl ProfilerRanges {
    /// The name that the library was found by.
    #[napi]
    pub fn library(&self) -> String {
        self.ranges.library().to_owned()
    }

    #[napi]
    pub fn push(&self, label: String) -> Option<Failure> {
        attempt(|| Ok(self.ranges.push(&label)?))
    }

    #[napi]
    pub fn pop(&self) {
        self.ranges.pop();
    }
}

/// Loads ROCTx (`hip`) or NVTX (`cuda`), from that library if one is named.
#[napi]
pub fn load_ranges(api: String, library: Option<String>) -> Either<ProfilerRanges, Failure> {
    guarded(|| Ok(ProfilerRanges { ranges: Ranges::load(vendor(&api)?, library.as_deref())? }))
}
