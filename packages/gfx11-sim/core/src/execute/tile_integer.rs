//! The integer kernel of matrix operations: exact, wrapping or saturating when C is added.

#[cfg(target_arch = "x86_64")]
use super::host_isa::HostIsa;
use super::host_isa::Level;
use super::tile::{IntegerTile, Pairs, SIZE};
use super::wave::Lanes;
use crate::execute::array::from_fn;

/// The bytes of lanes 0 to 15 as pairs; A and B are paired alike, so that which k meet does not matter.
#[inline(always)]
pub(super) fn pairs_of_bytes<L: Level>(registers: &[Lanes; 4], signed: bool) -> Pairs {
    pairs::<L, 4, 8>(registers, signed)
}

/// As `pairs_of_bytes`, of nibbles.
#[inline(always)]
pub(super) fn pairs_of_nibbles<L: Level>(registers: &[Lanes; 2], signed: bool) -> Pairs {
    pairs::<L, 2, 4>(registers, signed)
}

/// Every `BITS` bits of both halves of each register.
#[inline(always)]
fn pairs<L: Level, const COUNT: usize, const BITS: usize>(registers: &[Lanes; COUNT], signed: bool) -> Pairs {
    let low = (1 << BITS) - 1;
    let mask = low | low << 16;
    let signs = if signed { 1 << (BITS - 1) | 1 << (BITS + 15) } else { 0 };
    match L::ISA {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a level's code runs only where `HostIsa::available` lists it.
        HostIsa::Avx512 => unsafe { x86::pairs_avx512::<COUNT, BITS>(registers, mask, signs) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        HostIsa::Avx2 => unsafe { x86::pairs_avx2::<COUNT, BITS>(registers, mask, signs) },
        _ => Pairs(from_fn(|index| {
            let (lanes, shift) = (&registers[index * BITS / 16], index * BITS % 16);
            from_fn(|lane| {
                let pair = lanes[lane] >> shift & mask;
                // The bits above the sign of each half: 2^16 - 2^BITS where it is set.
                let sign = pair & signs;
                pair | (sign << (17 - BITS)).wrapping_sub(sign << 1)
            })
        })),
    }
}

/// Adds A times B to a sum.
#[inline(always)]
pub(super) fn accumulate<L: Level>(a: &Pairs, b: &Pairs, sum: &mut IntegerTile, saturates: bool) {
    if !saturates {
        return add_products::<L>(a, b, sum);
    }
    let mut products = IntegerTile([[0; SIZE]; SIZE]);
    add_products::<L>(a, b, &mut products);
    for (sums, products) in sum.0.iter_mut().zip(&products.0) {
        for n in 0..SIZE {
            sums[n] = sums[n].saturating_add(products[n]);
        }
    }
}

/// Adds the products and wraps.
#[inline(always)]
fn add_products<L: Level>(a: &Pairs, b: &Pairs, sum: &mut IntegerTile) {
    match L::ISA {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a level's code runs only where `HostIsa::available` lists it.
        HostIsa::Avx512 => unsafe { x86::add_products_avx512(a, b, sum) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        HostIsa::Avx2 => unsafe { x86::add_products_avx2(a, b, sum) },
        _ => add_products_portable(a, b, sum),
    }
}

fn add_products_portable(a: &Pairs, b: &Pairs, sum: &mut IntegerTile) {
    for (column, row) in a.0.iter().zip(&b.0) {
        for (sums, a) in sum.0.iter_mut().zip(column) {
            let parts = |pair: u32| (i32::from(pair as i16), pair as i32 >> 16);
            let (low, high) = parts(*a);
            for (sum, b) in sums.iter_mut().zip(row) {
                *sum = sum.wrapping_add(low * parts(*b).0 + high * parts(*b).1);
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{IntegerTile, Lanes, Pairs, SIZE};
    use std::arch::x86_64::*;

    /// As [`super::pairs`]; bits outside of `mask` do not count, those of `signs` are signs.
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
    #[inline]
    pub fn pairs_avx512<const COUNT: usize, const BITS: usize>(
        registers: &[Lanes; COUNT],
        mask: u32,
        signs: u32,
    ) -> Pairs {
        let mut pairs = Pairs([[0; SIZE]; SIZE / 2]);
        let (mask, signs) = (_mm512_set1_epi32(mask as i32), _mm512_set1_epi32(signs as i32));
        for (index, row) in pairs.0.iter_mut().enumerate() {
            // SAFETY: a register has 32 lanes.
            let words = unsafe { _mm512_loadu_si512(registers[index * BITS / 16].as_ptr().cast()) };
            let shift = _mm_cvtsi32_si128((index * BITS % 16) as i32);
            let pair = _mm512_and_si512(_mm512_srl_epi32(words, shift), mask);
            // Extending a sign: flipped, and its weight taken off again.
            let extended = _mm512_sub_epi16(_mm512_xor_si512(pair, signs), signs);
            // SAFETY: a row has 16 pairs of 4 bytes.
            unsafe { _mm512_storeu_si512(row.as_mut_ptr().cast(), extended) };
        }
        pairs
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
    #[inline]
    pub fn add_products_avx512(a: &Pairs, b: &Pairs, sum: &mut IntegerTile) {
        let mut sums = [_mm512_setzero_si512(); SIZE];
        for (sums, row) in sums.iter_mut().zip(&sum.0) {
            // SAFETY: a row has 16 elements of 4 bytes.
            *sums = unsafe { _mm512_loadu_si512(row.as_ptr().cast()) };
        }
        for (column, row) in a.0.iter().zip(&b.0) {
            // SAFETY: a row has 16 pairs of 4 bytes.
            let row = unsafe { _mm512_loadu_si512(row.as_ptr().cast()) };
            for m in 0..SIZE {
                let product = _mm512_madd_epi16(_mm512_set1_epi32(column[m] as i32), row);
                sums[m] = _mm512_add_epi32(sums[m], product);
            }
        }
        for (row, sums) in sum.0.iter_mut().zip(sums) {
            // SAFETY: a row has 16 elements of 4 bytes.
            unsafe { _mm512_storeu_si512(row.as_mut_ptr().cast(), sums) };
        }
    }

    const WIDTH: usize = 8;

    /// As [`pairs_avx512`].
    #[target_feature(enable = "avx2")]
    #[inline]
    pub fn pairs_avx2<const COUNT: usize, const BITS: usize>(
        registers: &[Lanes; COUNT],
        mask: u32,
        signs: u32,
    ) -> Pairs {
        let mut pairs = Pairs([[0; SIZE]; SIZE / 2]);
        let (mask, signs) = (_mm256_set1_epi32(mask as i32), _mm256_set1_epi32(signs as i32));
        for (index, row) in pairs.0.iter_mut().enumerate() {
            let shift = _mm_cvtsi32_si128((index * BITS % 16) as i32);
            for first in [0, WIDTH] {
                // SAFETY: eight lanes from `first` on are in the register.
                let words = unsafe { _mm256_loadu_si256(registers[index * BITS / 16].as_ptr().add(first).cast()) };
                let pair = _mm256_and_si256(_mm256_srl_epi32(words, shift), mask);
                let extended = _mm256_sub_epi16(_mm256_xor_si256(pair, signs), signs);
                // SAFETY: eight pairs from `first` on are in the row.
                unsafe { _mm256_storeu_si256(row.as_mut_ptr().add(first).cast(), extended) };
            }
        }
        pairs
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    pub fn add_products_avx2(a: &Pairs, b: &Pairs, sum: &mut IntegerTile) {
        for first_m in (0..SIZE).step_by(WIDTH) {
            for first_n in (0..SIZE).step_by(WIDTH) {
                add_block(a, b, sum, first_m, first_n);
            }
        }
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn add_block(a: &Pairs, b: &Pairs, sum: &mut IntegerTile, first_m: usize, first_n: usize) {
        assert!(first_m + WIDTH <= SIZE && first_n + WIDTH <= SIZE);
        let mut sums = [_mm256_setzero_si256(); WIDTH];
        for (sums, row) in sums.iter_mut().zip(&sum.0[first_m..]) {
            // SAFETY: eight elements from `first_n` on are in the row.
            *sums = unsafe { _mm256_loadu_si256(row.as_ptr().add(first_n).cast()) };
        }
        for (column, row) in a.0.iter().zip(&b.0) {
            // SAFETY: eight pairs from `first_n` on are in the row.
            let row = unsafe { _mm256_loadu_si256(row.as_ptr().add(first_n).cast()) };
            for m in 0..WIDTH {
                let product = _mm256_madd_epi16(_mm256_set1_epi32(column[first_m + m] as i32), row);
                sums[m] = _mm256_add_epi32(sums[m], product);
            }
        }
        for (row, sums) in sum.0[first_m..].iter_mut().zip(sums) {
            // SAFETY: eight elements from `first_n` on are in the row.
            unsafe { _mm256_storeu_si256(row.as_mut_ptr().add(first_n).cast(), sums) };
        }
    }
}
