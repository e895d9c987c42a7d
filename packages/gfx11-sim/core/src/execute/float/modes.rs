//! The arithmetic that a wave's mode asks for.

use super::format::Format;
use super::soft::Soft;
use crate::execute::wave::Mode;

impl Soft {
    pub fn f32(mode: &Mode) -> Soft {
        Soft {
            format: Format::F32,
            rounding: mode.round_f32,
            denormals: mode.denormals_f32,
            ieee: mode.ieee,
            overflow_clamps: false,
        }
    }

    pub fn f64(mode: &Mode) -> Soft {
        Soft {
            format: Format::F64,
            rounding: mode.round_f16_f64,
            denormals: mode.denormals_f16_f64,
            ieee: mode.ieee,
            overflow_clamps: false,
        }
    }

    pub fn f16(mode: &Mode) -> Soft {
        Soft { format: Format::F16, overflow_clamps: mode.fp16_overflow_clamps, ..Soft::f64(mode) }
    }

    /// bf16 follows the mode of f32, which its operations compute in.
    pub fn bf16(mode: &Mode) -> Soft {
        Soft { format: Format::BF16, ..Soft::f32(mode) }
    }
}
