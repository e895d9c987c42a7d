//! Whose driver it is, and in what the two differ beside the names of their functions.

use std::fmt;

/// The maker of a GPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Vendor {
    /// HIP: `libamdhip64.so.7`, `.6` or `.5`.
    Amd,
    /// The CUDA driver: `libcuda.so.1`.
    Nvidia,
}

/// Numbers by which a driver knows what can be asked of a device.
pub(crate) struct Attributes {
    pub compute_units: i32,
    pub clock_khz: i32,
    pub memory_clock_khz: i32,
    pub memory_bus_bits: i32,
    pub l2_bytes: i32,
    pub shared_bytes_per_group: i32,
    pub wave_size: i32,
}

impl Vendor {
    /// The environment variable that names another library.
    pub fn override_variable(self) -> &'static str {
        match self {
            Vendor::Amd => "MOE_HIP_LIBRARY",
            Vendor::Nvidia => "MOE_CUDA_LIBRARY",
        }
    }

    /// Where the loader looks, first to last.
    pub fn library_names(self) -> &'static [&'static str] {
        match self {
            Vendor::Amd => &["libamdhip64.so.7", "libamdhip64.so.6", "libamdhip64.so.5"],
            Vendor::Nvidia => &["libcuda.so.1"],
        }
    }

    /// `hip` or `cuda`.
    pub fn api(self) -> &'static str {
        match self {
            Vendor::Amd => "hip",
            Vendor::Nvidia => "cuda",
        }
    }

    /// What a user without the library does next.
    pub(crate) fn advice(self) -> &'static str {
        match self {
            Vendor::Amd => "install ROCm 5 or later, or set MOE_HIP_LIBRARY to the path of libamdhip64.so",
            Vendor::Nvidia => "install NVIDIA's driver, or set MOE_CUDA_LIBRARY to the path of libcuda.so.1",
        }
    }

    /// `hipDeviceAttribute_t` of ROCm/HIP include/hip/hip_runtime_api.h (the same in ROCm 5.2 and 6.2), `CUdevice_attribute` of CUDA's
    /// driver API.
    pub(crate) fn attributes(self) -> Attributes {
        match self {
            Vendor::Amd => Attributes {
                compute_units: 63,
                clock_khz: 5,
                memory_clock_khz: 60,
                memory_bus_bits: 59,
                l2_bytes: 19,
                shared_bytes_per_group: 74,
                wave_size: 87,
            },
            Vendor::Nvidia => Attributes {
                compute_units: 16,
                clock_khz: 13,
                memory_clock_khz: 36,
                memory_bus_bits: 37,
                l2_bytes: 38,
                shared_bytes_per_group: 97, // with opt-in
                wave_size: 10,
            },
        }
    }

    /// What ends the list of launch parameters.
    pub(crate) fn launch_parameters_end(self) -> usize {
        match self {
            Vendor::Amd => 3,
            Vendor::Nvidia => 0,
        }
    }
}

impl fmt::Display for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Vendor::Amd => "AMD",
            Vendor::Nvidia => "NVIDIA",
        })
    }
}
