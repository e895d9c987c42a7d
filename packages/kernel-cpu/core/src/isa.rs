//! The code paths, which of them this CPU can run, and which one a call takes.

use crate::error::KernelError;
use std::fmt;

/// Environment variable that replaces the default path (an explicit option still wins).
pub const ISA_VARIABLE: &str = "MOE_CPU_ISA";

/// A code path, named after the instruction set that it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isa {
    /// x86-64 with AMX BF16 besides: weights and activations multiply as 16 × 16 tiles of bf16.
    Amx,
    /// x86-64 with AVX-512 F, BW, VL and BF16: weights and activations multiply as bf16 pairs.
    Avx512Bf16,
    /// x86-64 with AVX-512 F and BW: f32 multiply-add.
    Avx512,
    /// x86-64 with AVX2 and FMA: f32 multiply-add.
    Avx2,
    /// AArch64: f32 multiply-add.
    Neon,
    /// Plain Rust, any CPU.
    Portable,
}

impl Isa {
    /// Every path, in the order of [`Isa::available`] where no CPU says otherwise.
    pub const ALL: [Isa; 6] = [Isa::Amx, Isa::Avx512Bf16, Isa::Avx512, Isa::Avx2, Isa::Neon, Isa::Portable];

    pub fn name(self) -> &'static str {
        match self {
            Isa::Amx => "amx",
            Isa::Avx512Bf16 => "avx512bf16",
            Isa::Avx512 => "avx512",
            Isa::Avx2 => "avx2",
            Isa::Neon => "neon",
            Isa::Portable => "portable",
        }
    }

    pub fn parse(text: &str) -> Result<Isa, KernelError> {
        let found = Isa::ALL.into_iter().find(|isa| isa.name() == text);
        found.ok_or_else(|| KernelError::IsaUnknown { given: text.to_owned() })
    }

    /// Whether this CPU (and operating system) can run the path.
    pub fn is_available(self) -> bool {
        #[cfg(target_arch = "x86_64")]
        {
            let avx512 = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw");
            let bf16 = avx512 && is_x86_feature_detected!("avx512vl") && is_x86_feature_detected!("avx512bf16");
            match self {
                Isa::Amx => bf16 && crate::kernels::amx::is_granted(),
                Isa::Avx512Bf16 => bf16,
                Isa::Avx512 => avx512,
                Isa::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
                Isa::Neon => false,
                Isa::Portable => true,
            }
        }
        #[cfg(target_arch = "aarch64")]
        {
            matches!(self, Isa::Neon | Isa::Portable)
        }
        #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
        {
            self == Isa::Portable
        }
    }

    /// The paths this CPU can run, fastest first; never empty.
    pub fn available() -> Vec<Isa> {
        let mut isas: Vec<Isa> = Isa::ALL.into_iter().filter(|isa| isa.is_available()).collect();
        if is_intel() {
            // Measured on Sapphire Rapids: `vdpbf16ps` starts every second cycle on one port, 0.45 of the f32 rate.
            let rank = |isa| if isa == Isa::Avx512Bf16 { Isa::Avx512 as u8 * 2 + 1 } else { isa as u8 * 2 };
            isas.sort_by_key(|&isa| rank(isa));
        }
        isas
    }

    /// The path of a call: what it asked for, else `MOE_CPU_ISA`, else the fastest. An unavailable one is an error.
    pub fn resolve(asked: Option<Isa>) -> Result<Isa, KernelError> {
        let wanted = match asked {
            Some(isa) => Some(isa),
            None => match std::env::var(ISA_VARIABLE) {
                Ok(text) if !text.is_empty() => Some(Isa::parse(&text)?),
                _ => None,
            },
        };
        match wanted {
            Some(isa) if isa.is_available() => Ok(isa),
            Some(asked) => Err(KernelError::IsaUnavailable { asked, available: Isa::available() }),
            None => Ok(Isa::available()[0]),
        }
    }
}

fn is_intel() -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        let vendor = std::arch::x86_64::__cpuid(0);
        [vendor.ebx, vendor.edx, vendor.ecx].map(u32::to_le_bytes).concat() == b"GenuineIntel"
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        false
    }
}

impl fmt::Display for Isa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
