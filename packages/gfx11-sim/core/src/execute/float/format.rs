//! The binary formats of floats.

/// A binary format of IEEE 754, by the widths of the whole and of the fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::execute) struct Format {
    pub bits: u32,
    pub fraction: u32,
}

impl Format {
    pub const F16: Format = Format { bits: 16, fraction: 10 };
    pub const BF16: Format = Format { bits: 16, fraction: 7 };
    pub const F32: Format = Format { bits: 32, fraction: 23 };
    pub const F64: Format = Format { bits: 64, fraction: 52 };

    pub fn sign(self) -> u64 {
        1 << (self.bits - 1)
    }

    /// Positive infinity: the exponent's bits.
    pub fn infinity(self) -> u64 {
        self.sign() - (1 << self.fraction)
    }

    pub fn quiet_bit(self) -> u64 {
        1 << (self.fraction - 1)
    }

    pub fn bias(self) -> i32 {
        (1 << (self.bits - self.fraction - 2)) - 1
    }

    pub fn magnitude(self, bits: u64) -> u64 {
        bits & (self.sign() - 1)
    }

    pub fn is_negative(self, bits: u64) -> bool {
        bits & self.sign() != 0
    }

    pub fn is_nan(self, bits: u64) -> bool {
        self.magnitude(bits) > self.infinity()
    }

    pub fn is_signaling(self, bits: u64) -> bool {
        self.is_nan(bits) && bits & self.quiet_bit() == 0
    }

    pub fn is_infinite(self, bits: u64) -> bool {
        self.magnitude(bits) == self.infinity()
    }

    pub fn is_denormal(self, bits: u64) -> bool {
        self.magnitude(bits) != 0 && self.exponent(bits) == 0
    }

    /// The exponent's field.
    pub fn exponent(self, bits: u64) -> i32 {
        (self.magnitude(bits) >> self.fraction) as i32
    }

    /// 1.0.
    pub fn one(self) -> u64 {
        (self.bias() as u64) << self.fraction
    }

    /// The NaN of an invalid operation.
    pub fn invalid(self) -> u64 {
        self.sign() | self.infinity() | self.quiet_bit()
    }
}
