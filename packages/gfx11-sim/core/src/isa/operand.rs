//! A decoded operand: the 9-bit source code of the hardware, kept as it is because it is compact and total.

use std::fmt;

/// What an operand code names; registers by their first dword. The width is the slot's.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Operand(u16);

impl Operand {
    /// An absent operand, printed as `off` where the syntax has a place for it.
    pub const NONE: Operand = Operand(u16::MAX);
    pub const VCC: Operand = Operand(106);
    pub const NULL: Operand = Operand(124);
    pub const M0: Operand = Operand(125);
    pub const EXEC: Operand = Operand(126);
    pub const SCC: Operand = Operand(253);
    pub const LDS_DIRECT: Operand = Operand(254);
    /// The constant in [`super::Instruction::literal`].
    pub const LITERAL: Operand = Operand(255);

    pub(crate) const fn from_code(code: u16) -> Operand {
        Operand(code)
    }

    /// The vector register `v<number>`.
    pub const fn vector(number: u8) -> Operand {
        Operand(256 + number as u16)
    }

    /// The 9-bit source code: 0 to 105 scalar registers, 106 `vcc`, 108 to 123 trap registers, 124 `null`, 125 `m0`, 126
    /// `exec`, 128 to 248 inline constants, 255 literal, 256 to 511 vector registers.
    pub const fn code(self) -> u16 {
        self.0
    }

    pub fn is_some(self) -> bool {
        self != Operand::NONE
    }

    /// The number of a vector register.
    pub fn as_vector(self) -> Option<u8> {
        (256..512).contains(&self.0).then(|| (self.0 - 256) as u8)
    }

    /// The number of a scalar register, `s0` to `s105`.
    pub fn as_scalar(self) -> Option<u8> {
        (self.0 < 106).then_some(self.0 as u8)
    }

    /// The name of a scalar register, alone.
    pub(crate) fn scalar_name(self) -> String {
        match self.0 {
            106 => "vcc_lo".into(),
            107 => "vcc_hi".into(),
            108..=123 => format!("ttmp{}", self.0 - 108),
            125 => "m0".into(),
            126 => "exec_lo".into(),
            127 => "exec_hi".into(),
            code => format!("s{code}"),
        }
    }

    /// The value of an inline integer constant, -16 to 64 (included).
    pub fn as_inline_integer(self) -> Option<i32> {
        match self.0 {
            128..=192 => Some(i32::from(self.0) - 128),
            193..=208 => Some(192 - i32::from(self.0)),
            _ => None,
        }
    }

    /// The value of an inline float constant.
    pub fn as_inline_float(self) -> Option<f64> {
        const VALUES: [f64; 8] = [0.5, -0.5, 1.0, -1.0, 2.0, -2.0, 4.0, -4.0];
        match self.0 {
            240..=247 => Some(VALUES[usize::from(self.0) - 240]),
            248 => Some(0.159_154_943_091_895_32), // 1 / (2 pi)
            _ => None,
        }
    }

    /// Whether the operand is an inline constant or the literal.
    pub fn is_constant(self) -> bool {
        matches!(self.0, 128..=208 | 240..=248 | 255)
    }
}

impl fmt::Debug for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Operand({})", self.0)
    }
}
