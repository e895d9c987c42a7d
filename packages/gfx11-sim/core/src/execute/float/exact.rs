//! Unrounded results: enough bits of them to round from, in any format.

/// `(mantissa + ε) * 2^exponent`, with an ε between 0 and 1 (both excluded) where `sticky`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exact {
    pub negative: bool,
    pub mantissa: u128,
    pub exponent: i32,
    pub sticky: bool,
}

impl Exact {
    /// Moves the highest bit to bit 125, so that a sum cannot overflow; zero stays.
    fn normalized(self) -> Exact {
        let shift = self.mantissa.leading_zeros().wrapping_sub(2);
        match self.mantissa {
            0 => self,
            _ if shift > 126 => self,
            mantissa => Exact { mantissa: mantissa << shift, exponent: self.exponent - shift as i32, ..self },
        }
    }

    /// The same value with a larger exponent, its lost bits sticky.
    fn at_exponent(self, exponent: i32) -> Exact {
        let shift = exponent.saturating_sub(self.exponent) as u32;
        let mantissa = self.mantissa.checked_shr(shift).unwrap_or(0);
        let lost = mantissa.checked_shl(shift).unwrap_or(0) != self.mantissa;
        Exact { mantissa, exponent, sticky: self.sticky || lost, ..self }
    }

    /// Exact but for the sticky part; two normalized mantissas cannot both lose bits.
    pub fn plus(self, other: Exact) -> Exact {
        if self.mantissa == 0 || other.mantissa == 0 {
            return if self.mantissa == 0 { other } else { self };
        }
        let (a, b) = (self.normalized(), other.normalized());
        let (large, small) = if (a.exponent, a.mantissa) >= (b.exponent, b.mantissa) { (a, b) } else { (b, a) };
        let small = small.at_exponent(large.exponent);
        let mantissa = if large.negative == small.negative {
            large.mantissa + small.mantissa
        } else {
            large.mantissa - small.mantissa - u128::from(small.sticky)
        };
        Exact { mantissa, sticky: small.sticky, ..large }
    }
}

/// A quotient of numbers that are not zero, with at least 66 bits.
pub(super) fn quotient(a: Exact, b: Exact) -> Exact {
    let (up, down) = (a.mantissa.leading_zeros(), b.mantissa.leading_zeros() - 64);
    let (dividend, divisor) = (a.mantissa << up, b.mantissa << down);
    Exact {
        negative: a.negative != b.negative,
        mantissa: dividend / divisor,
        exponent: a.exponent - up as i32 - (b.exponent - down as i32),
        sticky: dividend % divisor != 0 || a.sticky,
    }
}

/// The root of a positive number, with at least 63 bits.
pub(super) fn root(a: Exact) -> Exact {
    let shift = a.mantissa.leading_zeros();
    let shift = if (a.exponent - shift as i32) % 2 == 0 { shift } else { shift - 1 };
    let radicand = a.mantissa << shift;
    let mantissa = radicand.isqrt();
    let sticky = mantissa * mantissa != radicand || a.sticky;
    Exact { negative: false, mantissa, exponent: (a.exponent - shift as i32) / 2, sticky }
}
