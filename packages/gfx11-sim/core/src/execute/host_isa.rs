//! The vector instructions of the host that lane loops are compiled for.

use std::fmt;

/// A level of the host's vector unit; each executes the same code with the same results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum HostIsa {
    /// What every processor of the target has (NEON on 64-bit Arm).
    Portable,
    /// x86-64 with AVX2, FMA and F16C.
    Avx2,
    /// x86-64 with AVX-512 F, BW, DQ and VL.
    Avx512,
}

impl HostIsa {
    /// All levels that this machine can run, the fastest last.
    pub fn available() -> Vec<HostIsa> {
        #[cfg(target_arch = "x86_64")]
        let wider = {
            let avx2 = is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("fma")
                && is_x86_feature_detected!("f16c")
                && is_x86_feature_detected!("bmi2");
            let avx512 = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl");
            [avx2.then_some(HostIsa::Avx2), (avx2 && avx512).then_some(HostIsa::Avx512)]
        };
        #[cfg(not(target_arch = "x86_64"))]
        let wider = [None; 2];
        std::iter::once(HostIsa::Portable).chain(wider.into_iter().flatten()).collect()
    }

    /// The fastest level of this machine.
    pub fn best() -> HostIsa {
        HostIsa::available().pop().unwrap_or(HostIsa::Portable)
    }

    pub fn name(self) -> &'static str {
        match self {
            HostIsa::Portable => "portable",
            HostIsa::Avx2 => "avx2",
            HostIsa::Avx512 => "avx512",
        }
    }
}

impl fmt::Display for HostIsa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Compiles a closure for a level. Values of the types exist only after the level was found to be available.
pub(crate) trait Level: 'static {
    const ISA: HostIsa;

    fn run<R>(work: impl FnOnce() -> R) -> R;
}

pub(crate) struct Portable;

impl Level for Portable {
    const ISA: HostIsa = HostIsa::Portable;

    #[inline(always)]
    fn run<R>(work: impl FnOnce() -> R) -> R {
        work()
    }
}

#[cfg(target_arch = "x86_64")]
macro_rules! x86_level {
    ($name:ident, $features:literal) => {
        pub(crate) struct $name;

        impl Level for $name {
            const ISA: HostIsa = HostIsa::$name;

            #[inline(always)]
            fn run<R>(work: impl FnOnce() -> R) -> R {
                #[target_feature(enable = $features)]
                #[inline]
                fn compiled<R>(work: impl FnOnce() -> R) -> R {
                    work()
                }
                // SAFETY: handlers of this level are chosen only when `HostIsa::available` lists it.
                unsafe { compiled(work) }
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
x86_level!(Avx2, "avx2,fma,f16c,bmi1,bmi2,lzcnt,popcnt");
#[cfg(target_arch = "x86_64")]
x86_level!(Avx512, "avx2,fma,f16c,bmi1,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512dq,avx512vl");
