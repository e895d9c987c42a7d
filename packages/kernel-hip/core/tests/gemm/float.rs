//! The 16-bit floats of the kernels.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Float {
    Bf16,
    F16,
}

impl Float {
    pub const ALL: [Float; 2] = [Float::Bf16, Float::F16];

    pub fn name(self) -> &'static str {
        match self {
            Float::Bf16 => "bf16",
            Float::F16 => "f16",
        }
    }

    /// Significant bits.
    fn precision(self) -> i32 {
        match self {
            Float::Bf16 => 8,
            Float::F16 => 11,
        }
    }

    /// Half a step, as a share of the value: what rounding to nearest adds at most.
    pub fn roundoff(self) -> f64 {
        (-f64::from(self.precision())).exp2()
    }

    /// Exponent of the least normal number.
    fn least_exponent(self) -> i32 {
        match self {
            Float::Bf16 => -126,
            Float::F16 => -14,
        }
    }

    /// To nearest, ties to even; subnormals are kept, too large numbers become infinities.
    pub fn encode(self, value: f64) -> u16 {
        let (fraction_bits, least) = (self.precision() - 1, self.least_exponent());
        let special = (0x7fff_u16 >> fraction_bits) << fraction_bits;
        let sign = if value.is_sign_negative() { 0x8000 } else { 0 };
        if value.is_nan() {
            return sign | special | 1 << (fraction_bits - 1);
        }
        let exponent = if value == 0.0 { least } else { (value.abs().log2().floor() as i32).clamp(least, 200) };
        let steps = (value.abs() * f64::from(fraction_bits - exponent).exp2()).round_ties_even();
        let base = ((exponent - least) as f64) * f64::from(1_u32 << fraction_bits);
        sign | (base + steps).min(special.into()) as u16
    }

    pub fn decode(self, bits: u16) -> f64 {
        let (fraction_bits, least) = (self.precision() - 1, self.least_exponent());
        let fraction = f64::from(bits & ((1 << fraction_bits) - 1));
        let exponent = i32::from((bits & 0x7fff) >> fraction_bits);
        let one = f64::from(1_u32 << fraction_bits);
        let magnitude = match exponent {
            _ if exponent == i32::from(0x7fff_u16 >> fraction_bits) && fraction == 0.0 => f64::INFINITY,
            _ if exponent == i32::from(0x7fff_u16 >> fraction_bits) => f64::NAN,
            0 => fraction / one * f64::from(least).exp2(),
            _ => (one + fraction) / one * f64::from(exponent - 1 + least).exp2(),
        };
        if bits & 0x8000 == 0 { magnitude } else { -magnitude }
    }
}
