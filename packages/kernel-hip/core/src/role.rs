//! What a shared library is loaded for.

use crate::vendor::Vendor;
use std::fmt;

/// What a shared library is loaded for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Devices of a vendor.
    Driver(Vendor),
    /// NVIDIA's management library: `libnvidia-ml.so.1`.
    Nvml,
    /// HIP's run-time compiler: `libhiprtc.so.7`, `.6` or `.5`.
    Compiler,
    /// Ranges on the time line of a vendor's profiler.
    Ranges(Vendor),
}

impl Role {
    /// Where the loader looks, first to last.
    pub(crate) fn library_names(self) -> &'static [&'static str] {
        match self {
            Role::Driver(vendor) => vendor.library_names(),
            Role::Nvml => &["libnvidia-ml.so.1"],
            Role::Ranges(Vendor::Amd) => &["librocprofiler-sdk-roctx.so.1", "libroctx64.so.4", "libroctx64.so"],
            Role::Ranges(Vendor::Nvidia) => &["libnvToolsExt.so.1", "libnvToolsExt.so"],
            Role::Compiler => &["libhiprtc.so.7", "libhiprtc.so.6", "libhiprtc.so.5"],
        }
    }

    /// What a user without the library does next.
    pub(crate) fn advice(self) -> &'static str {
        match self {
            Role::Driver(vendor) => vendor.advice(),
            Role::Nvml => "install NVIDIA's driver, or set MOE_NVML_LIBRARY to the path of libnvidia-ml.so.1",
            Role::Ranges(Vendor::Amd) => {
                "install rocprofiler-sdk or roctracer, or set MOE_ROCTX_LIBRARY to the path of their roctx library"
            }
            Role::Ranges(Vendor::Nvidia) => {
                "run under Nsight Systems, or set MOE_NVTX_LIBRARY to the path of libnvToolsExt.so"
            }
            Role::Compiler => "install ROCm's hiprtc, or set MOE_HIPRTC_LIBRARY to the path of libhiprtc.so",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Role::Driver(vendor) => write!(f, "{vendor} driver"),
            Role::Nvml => f.write_str("NVML"),
            Role::Ranges(vendor) => write!(f, "library for {vendor} profilers"),
            Role::Compiler => f.write_str("HIP run-time compiler"),
        }
    }
}
