//! The f16 in the low 16 bits of all lanes to and from f32, with the host's instructions where it has them.
//!
//! They agree with the functions of [`half`](super::half), NaN included.

use super::half;
#[cfg(any(target_arch = "x86_64", test))]
use super::host_isa::HostIsa;
use super::host_isa::Level;
use super::wave::Lanes;
use crate::execute::array::Each;

/// The bits of the f32; the upper 16 bits of each lane must be zero.
#[inline(always)]
pub(super) fn widen<L: Level>(halves: &Lanes) -> Lanes {
    match L::ISA {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a level's code runs only where `HostIsa::available` lists it.
        HostIsa::Avx512 => unsafe { x86::widen_avx512(halves) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        HostIsa::Avx2 => unsafe { x86::widen_avx2(halves) },
        _ => halves.each(
            #[inline(always)]
            |bits| half::f32_from_f16(bits as u16).to_bits(),
        ),
    }
}

/// The f16 nearest to each f32, ties to even.
#[inline(always)]
pub(super) fn narrow<L: Level>(singles: &Lanes) -> Lanes {
    match L::ISA {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a level's code runs only where `HostIsa::available` lists it.
        HostIsa::Avx512 => unsafe { x86::narrow_avx512::<{ x86::NEAREST }>(singles) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        HostIsa::Avx2 => unsafe { x86::narrow_avx2::<{ x86::NEAREST }>(singles) },
        _ => singles.each(
            #[inline(always)]
            |bits| half::f16_from_f32(f32::from_bits(bits)).into(),
        ),
    }
}

/// As [`narrow`], toward zero.
#[inline(always)]
pub(super) fn narrow_toward_zero<L: Level>(singles: &Lanes) -> Lanes {
    match L::ISA {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a level's code runs only where `HostIsa::available` lists it.
        HostIsa::Avx512 => unsafe { x86::narrow_avx512::<{ x86::TOWARD_ZERO }>(singles) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        HostIsa::Avx2 => unsafe { x86::narrow_avx2::<{ x86::TOWARD_ZERO }>(singles) },
        _ => singles.each(
            #[inline(always)]
            |bits| half::f16_toward_zero(f32::from_bits(bits)).into(),
        ),
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use crate::execute::wave::{LANES, Lanes};
    use std::arch::x86_64::*;

    pub const NEAREST: i32 = _MM_FROUND_TO_NEAREST_INT;
    pub const TOWARD_ZERO: i32 = _MM_FROUND_TO_ZERO;

    /// Lanes of a 512-bit vector.
    const WIDTH: usize = 16;
    const HALF: usize = WIDTH / 2;

    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
    #[inline]
    pub fn widen_avx512(halves: &Lanes) -> Lanes {
        let mut singles = [0; LANES];
        for first in [0, WIDTH] {
            // SAFETY: sixteen lanes from `first` on are in both.
            unsafe {
                let bits = _mm512_loadu_si512(halves.as_ptr().add(first).cast());
                let values = _mm512_cvtph_ps(_mm512_cvtepi32_epi16(bits));
                _mm512_storeu_ps(singles.as_mut_ptr().add(first).cast(), values);
            }
        }
        singles
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
    #[inline]
    pub fn narrow_avx512<const ROUNDING: i32>(singles: &Lanes) -> Lanes {
        let mut halves = [0; LANES];
        for first in [0, WIDTH] {
            // SAFETY: sixteen lanes from `first` on are in both.
            unsafe {
                let values = _mm512_loadu_ps(singles.as_ptr().add(first).cast());
                let bits = _mm512_cvtepu16_epi32(_mm512_cvtps_ph::<ROUNDING>(values));
                _mm512_storeu_si512(halves.as_mut_ptr().add(first).cast(), bits);
            }
        }
        halves
    }

    #[target_feature(enable = "avx2,f16c")]
    #[inline]
    pub fn widen_avx2(halves: &Lanes) -> Lanes {
        let mut singles = [0; LANES];
        for first in (0..LANES).step_by(HALF) {
            // SAFETY: eight lanes from `first` on are in both.
            unsafe {
                let bits = _mm256_loadu_si256(halves.as_ptr().add(first).cast());
                // The words of each 128 bits, then those of both.
                let words = _mm256_permute4x64_epi64::<0b10_00>(_mm256_packus_epi32(bits, bits));
                let values = _mm256_cvtph_ps(_mm256_castsi256_si128(words));
                _mm256_storeu_ps(singles.as_mut_ptr().add(first).cast(), values);
            }
        }
        singles
    }

    #[target_feature(enable = "avx2,f16c")]
    #[inline]
    pub fn narrow_avx2<const ROUNDING: i32>(singles: &Lanes) -> Lanes {
        let mut halves = [0; LANES];
        for first in (0..LANES).step_by(HALF) {
            // SAFETY: eight lanes from `first` on are in both.
            unsafe {
                let values = _mm256_loadu_ps(singles.as_ptr().add(first).cast());
                let bits = _mm256_cvtepu16_epi32(_mm256_cvtps_ph::<ROUNDING>(values));
                _mm256_storeu_si256(halves.as_mut_ptr().add(first).cast(), bits);
            }
        }
        halves
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "x86_64")]
    use crate::execute::host_isa::{Avx2, Avx512};

    type Conversions = [fn(&Lanes) -> Lanes; 3];

    fn of<L: Level>() -> Conversions {
        [widen::<L>, narrow::<L>, narrow_toward_zero::<L>]
    }

    fn conversions(isa: HostIsa) -> Conversions {
        match isa {
            #[cfg(target_arch = "x86_64")]
            HostIsa::Avx512 => of::<Avx512>(),
            #[cfg(target_arch = "x86_64")]
            HostIsa::Avx2 => of::<Avx2>(),
            _ => of::<crate::execute::host_isa::Portable>(),
        }
    }

    #[test]
    fn every_level_converts_every_f16_like_the_definition() {
        for isa in HostIsa::available() {
            let [widen, ..] = conversions(isa);
            for first in (0..=u16::MAX).step_by(32) {
                let halves = crate::execute::array::from_fn(|lane| u32::from(first) + lane as u32);
                let expected = halves.each(|bits| half::f32_from_f16(bits as u16).to_bits());
                assert_eq!(widen(&halves), expected, "{isa} {first:#x}");
            }
        }
    }

    #[test]
    fn every_level_rounds_f32_like_the_definition() {
        for isa in HostIsa::available() {
            let [_, narrow, toward_zero] = conversions(isa);
            // All exponents and signs, the bits that decide the rounding, NaN quiet and signalling.
            for high in (0..=u16::MAX).step_by(8) {
                let low = [0, 1, 0xfff, 0x1000, 0x1001, 0x1fff, 0x2fff, 0x3000, 0x3001, 0x7fff, 0x8000, 0xffff];
                let singles = crate::execute::array::from_fn(|lane| {
                    (u32::from(high) + lane as u32 / 4) << 16 | low[lane % low.len()]
                });
                let nearest = singles.each(|bits| half::f16_from_f32(f32::from_bits(bits)).into());
                assert_eq!(narrow(&singles), nearest, "{isa} {high:#x}");
                let cut = singles.each(|bits| half::f16_toward_zero(f32::from_bits(bits)).into());
                assert_eq!(toward_zero(&singles), cut, "{isa} {high:#x}");
            }
        }
    }
}
