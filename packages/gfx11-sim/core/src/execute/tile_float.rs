//! The float kernel of matrix operations.
//!
//! Element (m, n) is C plus sixteen products in the order of ascending k, each addition rounded to nearest even in f32.
//! The products are exact (f16, bf16), as in a fused multiply-add. The hardware's order is not documented; any order
//! differs from the exact sum by at most 16 * 2^-24 / (1 - 16 * 2^-24) times |C| plus the sum of the products'
//! magnitudes. A NaN result is 0x7fc00000 on every host.

use super::half;
#[cfg(target_arch = "x86_64")]
use super::host_isa::HostIsa;
use super::host_isa::Level;
use super::tile::{FloatTile, SIZE};
use super::wave::Lanes;
use crate::execute::array::from_fn;

/// Row k of the result is element k of lanes 0 to 15.
#[inline(always)]
pub(super) fn widen_bf16<L: Level>(registers: &[Lanes; SIZE / 2]) -> FloatTile {
    match L::ISA {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a level's code runs only where `HostIsa::available` lists it.
        HostIsa::Avx512 => unsafe { x86::widen_bf16_avx512(registers) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        HostIsa::Avx2 => unsafe { x86::widen_bf16_avx2(registers) },
        _ => FloatTile(from_fn(|k| {
            let (shift, mask) = if k % 2 == 0 { (16, u32::MAX) } else { (0, 0xffff_0000) };
            from_fn(|lane| f32::from_bits(registers[k / 2][lane] << shift & mask))
        })),
    }
}

/// As `widen_bf16`, of f16.
#[inline(always)]
pub(super) fn widen_f16<L: Level>(registers: &[Lanes; SIZE / 2]) -> FloatTile {
    match L::ISA {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a level's code runs only where `HostIsa::available` lists it.
        HostIsa::Avx512 => unsafe { x86::widen_f16_avx512(registers) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        HostIsa::Avx2 => unsafe { x86::widen_f16_avx2(registers) },
        _ => FloatTile(from_fn(|k| {
            from_fn(|lane| half::f32_from_f16((registers[k / 2][lane] >> (16 * (k % 2))) as u16))
        })),
    }
}

/// Adds A times B; row k of `a` is column k of A. `exact`: all products are f32.
#[inline(always)]
pub(super) fn accumulate<L: Level>(a: &FloatTile, b: &FloatTile, sum: &mut FloatTile, exact: bool) {
    match L::ISA {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a level's code runs only where `HostIsa::available` lists it.
        HostIsa::Avx512 => unsafe { x86::accumulate_avx512(a, b, sum) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        HostIsa::Avx2 => unsafe { x86::accumulate_avx2(a, b, sum) },
        _ => accumulate_portable(a, b, sum, exact),
    }
}

fn accumulate_portable(a: &FloatTile, b: &FloatTile, sum: &mut FloatTile, exact: bool) {
    let fuses = cfg!(any(target_feature = "fma", target_arch = "aarch64"));
    if fuses || !(exact || products_are_exact(a, b)) {
        add_products(a, b, sum, |a, b, sum| a.mul_add(b, sum));
    } else {
        // Without a fused instruction, a separate addition to an exact product is the same and much faster.
        add_products(a, b, sum, |a, b, sum| a * b + sum);
    }
    for value in sum.0.as_flattened_mut() {
        *value = if value.is_nan() { f32::from_bits(NAN) } else { *value };
    }
}

const NAN: u32 = 0x7fc0_0000;

#[inline(always)]
fn add_products(a: &FloatTile, b: &FloatTile, sum: &mut FloatTile, fused: impl Fn(f32, f32, f32) -> f32) {
    for (column, row) in a.0.iter().zip(&b.0) {
        for (sums, &a) in sum.0.iter_mut().zip(column) {
            sums.iter_mut().zip(row).for_each(|(sum, &b)| *sum = fused(a, b, *sum));
        }
    }
}

/// Whether no product of bf16 values can overflow or lose bits below the smallest f32.
fn products_are_exact(a: &FloatTile, b: &FloatTile) -> bool {
    let exponents = |tile: &FloatTile| {
        let of = |value: &f32| (value.to_bits() >> 23 & 0xff) as i32 - 127;
        let values = tile.0.as_flattened().iter().filter(|value| **value != 0.0 && value.is_finite());
        values.fold((127, -127), |(least, most), value| (least.min(of(value)), most.max(of(value))))
    };
    let ((least_a, most_a), (least_b, most_b)) = (exponents(a), exponents(b));
    // Eight significant bits each: the product's last one is 14 places below its exponent, those of subnormals too.
    least_a + least_b - 14 >= -149 && most_a + most_b + 2 <= 128
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{FloatTile, Lanes, NAN, SIZE};
    use std::arch::x86_64::*;

    /// Words 2i of a vector of 32, then words 2i + 1.
    const EVEN_THEN_ODD: [u16; 32] = {
        let mut order = [0; 32];
        let mut place = 0;
        while place < 32 {
            order[place] = (place % 16 * 2 + place / 16) as u16;
            place += 1;
        }
        order
    };

    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
    #[inline]
    pub fn widen_f16_avx512(registers: &[Lanes; SIZE / 2]) -> FloatTile {
        let mut tile = FloatTile([[0.0; SIZE]; SIZE]);
        // SAFETY: the table has 64 bytes.
        let order = unsafe { _mm512_loadu_si512(EVEN_THEN_ODD.as_ptr().cast()) };
        for (lanes, rows) in registers.iter().zip(tile.0.as_chunks_mut::<2>().0) {
            // SAFETY: a register has 32 lanes.
            let pairs = unsafe { _mm512_loadu_si512(lanes.as_ptr().cast()) };
            let halves = _mm512_permutexvar_epi16(order, pairs);
            let (even, odd) = (_mm512_castsi512_si256(halves), _mm512_extracti64x4_epi64::<1>(halves));
            for (row, bits) in rows.iter_mut().zip([even, odd]) {
                // SAFETY: a row has 16 elements.
                unsafe { _mm512_storeu_ps(row.as_mut_ptr(), _mm512_cvtph_ps(bits)) };
            }
        }
        tile
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
    #[inline]
    pub fn widen_bf16_avx512(registers: &[Lanes; SIZE / 2]) -> FloatTile {
        let mut tile = FloatTile([[0.0; SIZE]; SIZE]);
        for (lanes, [even, odd]) in registers.iter().zip(tile.0.as_chunks_mut::<2>().0) {
            // SAFETY: a register has 32 lanes.
            let pairs = unsafe { _mm512_loadu_si512(lanes.as_ptr().cast()) };
            let upper = _mm512_and_si512(pairs, _mm512_set1_epi32(!0xffff));
            // SAFETY: a row has 16 elements.
            unsafe {
                _mm512_storeu_si512(even.as_mut_ptr().cast(), _mm512_slli_epi32::<16>(pairs));
                _mm512_storeu_si512(odd.as_mut_ptr().cast(), upper);
            }
        }
        tile
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
    #[inline]
    pub fn accumulate_avx512(a: &FloatTile, b: &FloatTile, sum: &mut FloatTile) {
        let mut sums = [_mm512_setzero_ps(); SIZE];
        for (sums, row) in sums.iter_mut().zip(&sum.0) {
            // SAFETY: a row has 16 elements.
            *sums = unsafe { _mm512_loadu_ps(row.as_ptr()) };
        }
        for (column, row) in a.0.iter().zip(&b.0) {
            // SAFETY: as above.
            let row = unsafe { _mm512_loadu_ps(row.as_ptr()) };
            for m in 0..SIZE {
                sums[m] = _mm512_fmadd_ps(_mm512_set1_ps(column[m]), row, sums[m]);
            }
        }
        let mut unordered = 0;
        for m in (0..SIZE).step_by(2) {
            unordered |= _mm512_cmp_ps_mask::<_CMP_UNORD_Q>(sums[m], sums[m + 1]);
        }
        if unordered != 0 {
            let nan = _mm512_set1_ps(f32::from_bits(NAN));
            for sum in &mut sums {
                *sum = _mm512_mask_mov_ps(*sum, _mm512_cmp_ps_mask::<_CMP_UNORD_Q>(*sum, *sum), nan);
            }
        }
        for (row, sums) in sum.0.iter_mut().zip(sums) {
            // SAFETY: as above.
            unsafe { _mm512_storeu_ps(row.as_mut_ptr(), sums) };
        }
    }

    const WIDTH: usize = 8;

    #[target_feature(enable = "avx2")]
    #[inline]
    pub fn widen_bf16_avx2(registers: &[Lanes; SIZE / 2]) -> FloatTile {
        let mut tile = FloatTile([[0.0; SIZE]; SIZE]);
        for (lanes, [even, odd]) in registers.iter().zip(tile.0.as_chunks_mut::<2>().0) {
            for first in [0, WIDTH] {
                // SAFETY: eight lanes from `first` on are in the register, and eight elements in each row.
                unsafe {
                    let pairs = _mm256_loadu_si256(lanes.as_ptr().add(first).cast());
                    let upper = _mm256_and_si256(pairs, _mm256_set1_epi32(!0xffff));
                    _mm256_storeu_si256(even.as_mut_ptr().add(first).cast(), _mm256_slli_epi32::<16>(pairs));
                    _mm256_storeu_si256(odd.as_mut_ptr().add(first).cast(), upper);
                }
            }
        }
        tile
    }

    #[target_feature(enable = "avx2,f16c")]
    #[inline]
    pub fn widen_f16_avx2(registers: &[Lanes; SIZE / 2]) -> FloatTile {
        let mut tile = FloatTile([[0.0; SIZE]; SIZE]);
        for (lanes, [even, odd]) in registers.iter().zip(tile.0.as_chunks_mut::<2>().0) {
            for first in [0, WIDTH] {
                // SAFETY: eight lanes from `first` on are in the register.
                let pairs = unsafe { _mm256_loadu_si256(lanes.as_ptr().add(first).cast()) };
                for (row, bits) in [(&mut *even, pairs), (&mut *odd, _mm256_srli_epi32::<16>(pairs))] {
                    let narrow = _mm256_packus_epi32(_mm256_and_si256(bits, _mm256_set1_epi32(0xffff)), bits);
                    let halves = _mm256_castsi256_si128(_mm256_permute4x64_epi64::<0b10_00>(narrow));
                    // SAFETY: eight elements from `first` on are in the row.
                    unsafe { _mm256_storeu_ps(row.as_mut_ptr().add(first), _mm256_cvtph_ps(halves)) };
                }
            }
        }
        tile
    }

    #[target_feature(enable = "avx2,fma")]
    #[inline]
    pub fn accumulate_avx2(a: &FloatTile, b: &FloatTile, sum: &mut FloatTile) {
        for first_m in (0..SIZE).step_by(WIDTH) {
            for first_n in (0..SIZE).step_by(WIDTH) {
                accumulate_block(a, b, sum, first_m, first_n);
            }
        }
    }

    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn accumulate_block(a: &FloatTile, b: &FloatTile, sum: &mut FloatTile, first_m: usize, first_n: usize) {
        assert!(first_m + WIDTH <= SIZE && first_n + WIDTH <= SIZE);
        let mut sums = [_mm256_setzero_ps(); WIDTH];
        for (sums, row) in sums.iter_mut().zip(&sum.0[first_m..]) {
            // SAFETY: eight elements from `first_n` on are in the row.
            *sums = unsafe { _mm256_loadu_ps(row.as_ptr().add(first_n)) };
        }
        for (column, row) in a.0.iter().zip(&b.0) {
            // SAFETY: as above.
            let row = unsafe { _mm256_loadu_ps(row.as_ptr().add(first_n)) };
            for m in 0..WIDTH {
                sums[m] = _mm256_fmadd_ps(_mm256_set1_ps(column[first_m + m]), row, sums[m]);
            }
        }
        let nan = _mm256_set1_ps(f32::from_bits(NAN));
        for (row, sums) in sum.0[first_m..].iter_mut().zip(sums) {
            let unordered = _mm256_cmp_ps::<_CMP_UNORD_Q>(sums, sums);
            // SAFETY: as above.
            unsafe { _mm256_storeu_ps(row.as_mut_ptr().add(first_n), _mm256_blendv_ps(sums, nan, unordered)) };
        }
    }
}
