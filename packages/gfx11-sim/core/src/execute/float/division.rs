//! The three steps that compilers build a correctly rounded division from: scale, multiply-add, repair.

use super::format::Format;
use super::soft::Soft;

/// Exponent limits of a format in `v_div_scale_*` and `v_div_fixup_*` (RDNA3.5 ISA).
///
/// The document contradicts itself and hardware in three places. Here `v_div_fmas_*` undoes the scale of
/// `v_div_scale_*` in the direction that the quotient's size tells, as tests on hardware report; a large denominator is
/// scaled down, without which its product is infinite; a quotient counts as tiny by its operands' exponents alone.
struct Limits {
    /// Quotients of at least this exponent are computed with a scaled denominator.
    large: i32,
    /// Numerators of at most this exponent field are scaled.
    tiny: i32,
    /// Power of two that operands are scaled by.
    scale: i32,
    /// Quotients whose operands' exponents differ by at most this may be denormal.
    small: i32,
    /// Quotients below this exponent are zero.
    underflow: i32,
}

const F32: Limits = Limits { large: 96, tiny: 23, scale: 64, small: -126, underflow: -150 };
const F64: Limits = Limits { large: 768, tiny: 53, scale: 128, small: -1022, underflow: -1075 };

impl Soft {
    fn limits(&self) -> Limits {
        if self.format == Format::F64 { F64 } else { F32 }
    }

    /// `operand`, which is the numerator or the denominator, scaled so that the steps of a division neither overflow nor
    /// lose bits; and whether [`Soft::div_fmas`] has to scale its result.
    pub fn div_scale(&self, operand: u64, denominator: u64, numerator: u64) -> (u64, bool) {
        let format = self.format;
        let [operand, denominator, numerator] = [operand, denominator, numerator].map(|bits| self.input(bits));
        let limits = self.limits();
        if format.magnitude(numerator) == 0 || format.magnitude(denominator) == 0 {
            return (format.invalid(), true);
        }
        let kept = Soft { denormals: crate::descriptor::Denormals { keep_inputs: true, keep_outputs: true }, ..*self };
        let scaled = |power: i32| kept.ldexp(operand, power);
        let difference = format.exponent(numerator) - format.exponent(denominator);
        let reciprocal_is_tiny = format.is_denormal(kept.div(format.one(), denominator));
        let quotient_is_tiny = self.frexp_exp(numerator) - self.frexp_exp(denominator) <= limits.small;
        let (is_denominator, is_numerator) = (operand == denominator, operand == numerator);
        if difference >= limits.large {
            (if is_denominator { scaled(limits.scale) } else { operand }, true)
        } else if format.is_denormal(denominator) {
            (scaled(limits.scale), false)
        } else if reciprocal_is_tiny && quotient_is_tiny {
            (if is_denominator { scaled(-limits.scale) } else { operand }, true)
        } else if reciprocal_is_tiny {
            (scaled(-limits.scale), false)
        } else if quotient_is_tiny {
            (if is_numerator { scaled(limits.scale) } else { operand }, true)
        } else if format.exponent(numerator) <= limits.tiny {
            (scaled(limits.scale), false)
        } else {
            (operand, false)
        }
    }

    /// `a * b + c`, scaled back where the division was scaled, rounded once. `c` is the quotient so far.
    pub fn div_fmas(&self, a: u64, b: u64, c: u64, scaled: bool) -> u64 {
        let scale = self.limits().scale;
        let large = self.format.exponent(c) > self.format.exponent(self.format.one());
        let power = if large { scale } else { -scale };
        self.fma_scaled(a, b, c, if scaled { power } else { 0 })
    }

    /// The quotient of a division: what the steps gave, or what they cannot give.
    pub fn div_fixup(&self, quotient: u64, denominator: u64, numerator: u64) -> u64 {
        let format = self.format;
        let (denominator, numerator) = (self.input(denominator), self.input(numerator));
        let sign = (denominator ^ numerator) & format.sign();
        if let Some(nan) = self.nan_of(&[numerator, denominator]) {
            return nan;
        }
        let zeros = [numerator, denominator].map(|bits| format.magnitude(bits) == 0);
        let infinities = [numerator, denominator].map(|bits| format.is_infinite(bits));
        let underflows = format.exponent(numerator) - format.exponent(denominator) < self.limits().underflow;
        match (zeros, infinities) {
            ([true, true], _) | (_, [true, true]) => format.invalid(),
            ([_, true], _) | (_, [true, _]) => sign | format.infinity(),
            ([true, _], _) | (_, [_, true]) => sign,
            _ if format != Format::F16 && underflows => self.smallest(sign != 0),
            _ if format.is_nan(quotient) => sign | format.infinity(),
            _ => sign | format.magnitude(quotient),
        }
    }
}
