//! Float arithmetic in integers, exact and then rounded: the reference for every mode, and what decides NaN.
//!
//! Lane loops compute with the host's floats in the usual mode; an instruction that meets a NaN or another mode is
//! computed here. NaN follow the hardware: the first NaN source, made quiet, is the result; an invalid operation gives
//! the negative quiet NaN (RDNA3.5 ISA, `V_DIV_FIXUP_F32`, `V_SQRT_F32`).

use super::exact::{Exact, quotient, root};
use super::format::Format;
use crate::descriptor::{Denormals, Rounding};

/// Arithmetic of one format in one mode. Values are bit patterns in the low bits of a `u64`.
#[derive(Clone, Copy, Debug)]
pub(in crate::execute) struct Soft {
    pub format: Format,
    pub rounding: Rounding,
    pub denormals: Denormals,
    /// Signalling NaN win over numbers in min and max.
    pub ieee: bool,
    /// Finite results that are too large become the largest finite value.
    pub overflow_clamps: bool,
}

impl Soft {
    /// A source as the operations see it: a denormal is zero where they are not kept.
    pub fn input(&self, bits: u64) -> u64 {
        let flushed = !self.denormals.keep_inputs && self.format.is_denormal(bits);
        if flushed { bits & self.format.sign() } else { bits }
    }

    /// A result as it is written: a denormal is zero where they are not kept.
    pub fn output(&self, bits: u64) -> u64 {
        let flushed = !self.denormals.keep_outputs && self.format.is_denormal(bits);
        if flushed { bits & self.format.sign() } else { bits }
    }

    /// The first NaN of the sources, quiet.
    pub fn nan_of(&self, sources: &[u64]) -> Option<u64> {
        sources.iter().find(|&&bits| self.format.is_nan(bits)).map(|bits| bits | self.format.quiet_bit())
    }

    /// A finite value.
    pub(super) fn exact(&self, bits: u64) -> Exact {
        let Format { fraction, .. } = self.format;
        let field = self.format.exponent(bits);
        let hidden = u64::from(field != 0) << fraction;
        let mantissa = u128::from(self.format.magnitude(bits) & ((1 << fraction) - 1) | hidden);
        let exponent = field.max(1) - self.format.bias() - fraction as i32;
        Exact { negative: self.format.is_negative(bits), mantissa, exponent, sticky: false }
    }

    /// The result nearest to an exact value in the rounding mode.
    pub(super) fn round(&self, value: Exact) -> u64 {
        let Format { fraction, .. } = self.format;
        let sign = if value.negative { self.format.sign() } else { 0 };
        if value.mantissa == 0 {
            return sign;
        }
        let top = value.exponent + 127 - value.mantissa.leading_zeros() as i32;
        let smallest = 1 - self.format.bias();
        let last = top.max(smallest) - fraction as i32;
        let rounded = self.shifted(value, last);
        let fields = 1 << (self.format.bits - fraction - 1);
        let field = (top.max(smallest) + self.format.bias() - 1).min(fields) as u64;
        // The hidden bit of a normal value, and a carry out of the fraction, raise the exponent.
        let bits = (field << fraction) + rounded as u64;
        let fits = bits < self.format.infinity() && field < fields as u64;
        sign | if fits { self.output(bits) } else { self.overflow(value.negative) }
    }

    /// The mantissa as a multiple of `2^last`, rounded.
    pub(super) fn shifted(&self, value: Exact, last: i32) -> u128 {
        let shift = last - value.exponent;
        if shift <= 0 {
            return value.mantissa << -shift;
        }
        let shift = shift as u32;
        let kept = value.mantissa.checked_shr(shift).unwrap_or(0);
        let half = 1_u128.checked_shl(shift - 1);
        let rest = value.mantissa & 1_u128.checked_shl(shift).map_or(u128::MAX, |unit| unit - 1);
        let inexact = rest != 0 || value.sticky;
        let up = match self.rounding {
            Rounding::NearestEven => {
                half.is_some_and(|half| rest > half || rest == half && (value.sticky || kept & 1 != 0))
            }
            Rounding::TowardPositive => inexact && !value.negative,
            Rounding::TowardNegative => inexact && value.negative,
            Rounding::TowardZero => false,
        };
        kept + u128::from(up)
    }

    fn overflow(&self, negative: bool) -> u64 {
        let infinite = match self.rounding {
            Rounding::NearestEven => true,
            Rounding::TowardPositive => !negative,
            Rounding::TowardNegative => negative,
            Rounding::TowardZero => false,
        };
        self.format.infinity() - u64::from(!infinite || self.overflow_clamps)
    }

    pub fn negated(&self, bits: u64) -> u64 {
        bits ^ self.format.sign()
    }

    pub fn add(&self, a: u64, b: u64) -> u64 {
        let (a, b) = (self.input(a), self.input(b));
        self.nan_of(&[a, b]).unwrap_or_else(|| self.sum(a, b))
    }

    fn sum(&self, a: u64, b: u64) -> u64 {
        let format = self.format;
        match (format.is_infinite(a), format.is_infinite(b)) {
            (true, true) if a != b => format.invalid(),
            (true, _) => a,
            (_, true) => b,
            _ => self.round_sum(self.exact(a), self.exact(b)),
        }
    }

    /// A sum that is exactly zero is positive unless both are negative or the mode rounds down.
    fn round_sum(&self, a: Exact, b: Exact) -> u64 {
        let sum = a.plus(b);
        let zero = sum.mantissa == 0;
        let negative = if a.negative == b.negative { a.negative } else { self.rounding == Rounding::TowardNegative };
        self.round(if zero { Exact { negative, ..sum } } else { sum })
    }

    pub fn sub(&self, a: u64, b: u64) -> u64 {
        self.add(a, if self.format.is_nan(b) { b } else { self.negated(b) })
    }

    pub fn mul(&self, a: u64, b: u64) -> u64 {
        let (a, b) = (self.input(a), self.input(b));
        self.nan_of(&[a, b]).unwrap_or_else(|| match self.special_product(a, b) {
            Some(product) => product,
            None => self.round(self.product(a, b)),
        })
    }

    /// The product if a factor is infinite.
    fn special_product(&self, a: u64, b: u64) -> Option<u64> {
        let format = self.format;
        let zero = format.magnitude(a) == 0 || format.magnitude(b) == 0;
        let infinite = format.is_infinite(a) || format.is_infinite(b);
        infinite.then(|| if zero { format.invalid() } else { (a ^ b) & format.sign() | format.infinity() })
    }

    fn product(&self, a: u64, b: u64) -> Exact {
        let (a, b) = (self.exact(a), self.exact(b));
        Exact {
            negative: a.negative != b.negative,
            mantissa: a.mantissa * b.mantissa,
            exponent: a.exponent + b.exponent,
            sticky: false,
        }
    }

    pub fn fma(&self, a: u64, b: u64, c: u64) -> u64 {
        self.fma_scaled(a, b, c, 0)
    }

    /// `(a * b + c) * 2^power`, rounded once.
    pub(super) fn fma_scaled(&self, a: u64, b: u64, c: u64, power: i32) -> u64 {
        let [a, b, c] = [a, b, c].map(|bits| self.input(bits));
        if let Some(nan) = self.nan_of(&[a, b, c]) {
            return nan;
        }
        match self.special_product(a, b) {
            Some(product) if self.format.is_nan(product) => product,
            Some(product) => self.sum(product, c),
            None if self.format.is_infinite(c) => c,
            None => {
                let raised = |value: Exact| Exact { exponent: value.exponent + power, ..value };
                self.round_sum(raised(self.product(a, b)), raised(self.exact(c)))
            }
        }
    }

    /// What a value of the smallest magnitudes, far below a denormal's, is rounded to.
    pub(super) fn smallest(&self, negative: bool) -> u64 {
        self.round(Exact { negative, mantissa: 1, exponent: -5000, sticky: false })
    }

    pub fn div(&self, a: u64, b: u64) -> u64 {
        let format = self.format;
        let (a, b) = (self.input(a), self.input(b));
        let sign = (a ^ b) & format.sign();
        if let Some(nan) = self.nan_of(&[a, b]) {
            return nan;
        }
        let (zero_a, zero_b) = (format.magnitude(a) == 0, format.magnitude(b) == 0);
        match (format.is_infinite(a), format.is_infinite(b)) {
            (true, true) => format.invalid(),
            (true, _) => sign | format.infinity(),
            (_, true) => sign,
            _ if zero_b => {
                if zero_a {
                    format.invalid()
                } else {
                    sign | format.infinity()
                }
            }
            _ if zero_a => sign,
            _ => self.round(quotient(self.exact(a), self.exact(b))),
        }
    }

    /// The square root; of a negative number an invalid operation, of -0 itself.
    pub fn sqrt(&self, a: u64) -> u64 {
        let format = self.format;
        let a = self.input(a);
        match self.nan_of(&[a]) {
            Some(nan) => nan,
            None if format.magnitude(a) == 0 || a == format.infinity() => a,
            None if format.is_negative(a) => format.invalid(),
            None => self.round(root(self.exact(a))),
        }
    }

    /// `1 / sqrt(a)` with one rounding.
    pub fn reciprocal_root(&self, a: u64) -> u64 {
        let format = self.format;
        let a = self.input(a);
        match self.nan_of(&[a]) {
            Some(nan) => nan,
            None if format.magnitude(a) == 0 => a & format.sign() | format.infinity(),
            None if format.is_negative(a) => format.invalid(),
            None if a == format.infinity() => 0,
            None => self.round(root(quotient(self.exact(format.one()), self.exact(a)))),
        }
    }

    /// `a * 2^power`.
    pub fn ldexp(&self, a: u64, power: i32) -> u64 {
        let a = self.input(a);
        if let Some(nan) = self.nan_of(&[a]) {
            return nan;
        }
        if self.format.is_infinite(a) {
            return a;
        }
        let value = self.exact(a);
        self.round(Exact { exponent: value.exponent + power.clamp(-5000, 5000), ..value })
    }

    /// A value of another format in this one.
    pub fn convert(&self, from: &Soft, a: u64) -> u64 {
        let a = from.input(a);
        let (source, target) = (from.format, self.format);
        let sign = if source.is_negative(a) { target.sign() } else { 0 };
        if source.is_nan(a) {
            let payload = a & (source.quiet_bit() - 1);
            let payload = match target.fraction.checked_sub(source.fraction) {
                Some(wider) => payload << wider,
                None => payload >> (source.fraction - target.fraction),
            };
            return sign | target.infinity() | target.quiet_bit() | payload;
        }
        if source.is_infinite(a) { sign | target.infinity() } else { self.round(from.exact(a)) }
    }

    /// An integer as a float.
    pub fn of_integer(&self, value: i64) -> u64 {
        self.round(Exact { negative: value < 0, mantissa: value.unsigned_abs().into(), exponent: 0, sticky: false })
    }
}
