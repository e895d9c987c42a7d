//! Minimum, maximum and median, classes, and rounding to whole numbers, of any format and in any mode.

use super::exact::Exact;
use super::soft::Soft;
use crate::descriptor::Rounding;

impl Soft {
    /// A number that orders all patterns that are no NaN, -0 before +0.
    fn key(&self, bits: u64) -> i64 {
        let magnitude = self.format.magnitude(bits) as i64;
        if self.format.is_negative(bits) { -magnitude - 1 } else { magnitude }
    }

    /// What a minimum or maximum is if one of its sources is a NaN: a number wins over a quiet NaN, and in IEEE mode a
    /// signalling one over all.
    fn nan_extremum(&self, a: u64, b: u64) -> Option<u64> {
        let format = self.format;
        let signaling = [a, b].into_iter().find(|&bits| self.ieee && format.is_signaling(bits));
        match signaling {
            Some(nan) => Some(nan | format.quiet_bit()),
            None if format.is_nan(b) => Some(a),
            None => format.is_nan(a).then_some(b),
        }
    }

    pub fn min(&self, a: u64, b: u64) -> u64 {
        let (a, b) = (self.input(a), self.input(b));
        let smaller = || if self.key(a) < self.key(b) { a } else { b };
        self.output(self.nan_extremum(a, b).unwrap_or_else(smaller))
    }

    pub fn max(&self, a: u64, b: u64) -> u64 {
        let (a, b) = (self.input(a), self.input(b));
        let larger = || if self.key(a) > self.key(b) { a } else { b };
        self.output(self.nan_extremum(a, b).unwrap_or_else(larger))
    }

    pub fn min3(&self, a: u64, b: u64, c: u64) -> u64 {
        self.min(self.min(a, b), c)
    }

    pub fn max3(&self, a: u64, b: u64, c: u64) -> u64 {
        self.max(self.max(a, b), c)
    }

    pub fn minmax(&self, a: u64, b: u64, c: u64) -> u64 {
        self.max(self.min(a, b), c)
    }

    pub fn maxmin(&self, a: u64, b: u64, c: u64) -> u64 {
        self.min(self.max(a, b), c)
    }

    /// The median; with a NaN among the sources their minimum.
    pub fn med3(&self, a: u64, b: u64, c: u64) -> u64 {
        if self.nan_of(&[a, b, c]).is_some() {
            return self.min3(a, b, c);
        }
        let largest = self.max3(a, b, c);
        if self.is_equal(largest, a) {
            self.max(b, c)
        } else if self.is_equal(largest, b) {
            self.max(a, c)
        } else {
            self.max(a, b)
        }
    }

    /// Whether two numbers are equal, as -0 and +0 are.
    pub fn is_equal(&self, a: u64, b: u64) -> bool {
        let (a, b) = (self.input(a), self.input(b));
        a == b || self.format.magnitude(a | b) == 0
    }

    /// The bit of `v_cmp_class_*` that a value belongs to.
    pub fn class(&self, a: u64) -> u32 {
        let format = self.format;
        let side = |negative: u32, positive: u32| if format.is_negative(a) { negative } else { positive };
        let bit = match format.magnitude(a) {
            _ if format.is_signaling(a) => 0,
            _ if format.is_nan(a) => 1,
            _ if format.is_infinite(a) => side(2, 9),
            0 => side(5, 6),
            _ if format.is_denormal(a) => side(4, 7),
            _ => side(3, 8),
        };
        1 << bit
    }

    fn whole(&self, a: u64, rounding: Rounding) -> u64 {
        let a = self.input(a);
        let sign = a & self.format.sign();
        let value = self.exact(a);
        match self.nan_of(&[a]) {
            Some(nan) => nan,
            None if self.format.is_infinite(a) || value.exponent >= 0 => a,
            None => {
                let steps = Soft { rounding, ..*self }.shifted(value, 0);
                let whole = Exact { mantissa: steps, exponent: 0, ..value };
                if steps == 0 { sign } else { self.round(whole) }
            }
        }
    }

    pub fn trunc(&self, a: u64) -> u64 {
        self.whole(a, Rounding::TowardZero)
    }

    pub fn floor(&self, a: u64) -> u64 {
        self.whole(a, Rounding::TowardNegative)
    }

    pub fn ceil(&self, a: u64) -> u64 {
        self.whole(a, Rounding::TowardPositive)
    }

    /// To the nearest whole number, ties to even, whatever the mode.
    pub fn rndne(&self, a: u64) -> u64 {
        self.whole(a, Rounding::NearestEven)
    }

    /// `a - floor(a)`, at most the largest value below 1 (as LLVM's pattern for `fract` needs).
    pub fn fract(&self, a: u64) -> u64 {
        if self.format.is_infinite(self.input(a)) {
            return self.format.invalid();
        }
        let part = self.sub(a, self.floor(a));
        if self.format.is_nan(part) { part } else { self.min(part, self.format.one() - 1) }
    }

    /// The value divided by a power of two, so that its magnitude is at least 1/2 and below 1; infinities, zeros and NaN
    /// stay.
    pub fn frexp_mant(&self, a: u64) -> u64 {
        let a = self.input(a);
        match self.nan_of(&[a]) {
            Some(nan) => nan,
            None if self.format.magnitude(a) == 0 || self.format.is_infinite(a) => a,
            None => {
                let value = self.exact(a);
                self.round(Exact { exponent: -bit_length(value.mantissa), ..value })
            }
        }
    }

    /// The exponent that belongs to [`Soft::frexp_mant`]; 0 for zeros, infinities and NaN.
    pub fn frexp_exp(&self, a: u64) -> i32 {
        let a = self.input(a);
        if self.format.magnitude(a) == 0 || self.format.magnitude(a) >= self.format.infinity() {
            return 0;
        }
        let value = self.exact(a);
        value.exponent + bit_length(value.mantissa)
    }

    /// Toward zero, limited to the range of integers of that width; NaN becomes 0.
    pub fn integer(&self, a: u64, least: i64, greatest: i64) -> i64 {
        let a = self.input(a);
        if self.format.is_nan(a) {
            return 0;
        }
        if self.format.is_infinite(a) {
            return if self.format.is_negative(a) { least } else { greatest };
        }
        let value = self.exact(a);
        let beyond = value.mantissa != 0 && value.exponent + bit_length(value.mantissa) > 64;
        let toward_zero = Soft { rounding: Rounding::TowardZero, ..*self };
        let magnitude = if beyond { i64::MAX as u128 } else { toward_zero.shifted(value, 0).min(i64::MAX as u128) };
        let signed = if value.negative { -(magnitude as i64) } else { magnitude as i64 };
        signed.clamp(least, greatest)
    }

    /// Limited to 0 to 1; a NaN is 0 if `nan_is_zero`.
    pub fn clamped(&self, a: u64, nan_is_zero: bool) -> u64 {
        match a {
            _ if self.format.is_nan(a) => {
                if nan_is_zero {
                    0
                } else {
                    a
                }
            }
            _ if self.format.is_negative(a) => 0,
            _ => a.min(self.format.one()),
        }
    }

    /// Applies an output modifier: 1 times 2, 2 times 4, 3 divided by 2. The hardware ignores it in IEEE mode and where
    /// denormal results are kept, and loses the sign of zero (RDNA3.5 ISA, "Output modifiers").
    pub fn scaled(&self, a: u64, modifier: u8) -> u64 {
        let power = [0, 1, 2, -1][usize::from(modifier & 3)];
        if power == 0 || self.ieee || self.denormals.keep_outputs {
            return a;
        }
        let scaled = self.ldexp(a, power);
        if self.format.magnitude(scaled) == 0 { 0 } else { scaled }
    }
}

fn bit_length(mantissa: u128) -> i32 {
    128 - mantissa.leading_zeros() as i32
}
