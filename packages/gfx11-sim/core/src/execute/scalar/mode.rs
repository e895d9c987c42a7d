//! The hardware registers that kernels read and write: the float mode, and a clock.

use super::operands::target;
use crate::descriptor::{Denormals, Rounding, denormals, rounding};
use crate::execute::fault::Fault;
use crate::execute::group::Group;
use crate::execute::step::{Flow, Handler, Outcome, Step};
use crate::execute::wave::{Mode, Wave};
use crate::isa::Opcode;

const MODE: u16 = 1;
const SHADER_CYCLES: u16 = 29;

/// The handler of an access to hardware registers.
pub(super) fn handler(opcode: Opcode) -> Option<Handler> {
    Some(match opcode {
        Opcode::s_getreg_b32 => get,
        // The operands are in the order of the text: the hardware register first.
        Opcode::s_setreg_b32 => |wave, _, step| {
            let value = wave.scalar(step.instruction.operands[1].code().into())?;
            set(wave, Field::of(step), value)
        },
        Opcode::s_setreg_imm32_b32 => |wave, _, step| set(wave, Field::of(step), step.instruction.literal),
        Opcode::s_round_mode => |wave, _, step| {
            let value = step.instruction.immediate.into();
            set(wave, Field { register: MODE, low: 0, width: 4 }, value)
        },
        Opcode::s_denorm_mode => |wave, _, step| {
            let value = step.instruction.immediate.into();
            set(wave, Field { register: MODE, low: 4, width: 4 }, value)
        },
        _ => return None,
    })
}

/// Some bits of a hardware register.
struct Field {
    register: u16,
    low: u32,
    /// 1 to 32 (included).
    width: u32,
}

impl Field {
    fn of(step: &Step) -> Field {
        let bits = step.instruction.immediate;
        Field { register: bits & 63, low: (bits >> 6 & 31).into(), width: u32::from(bits >> 11) + 1 }
    }

    fn mask(&self) -> u32 {
        u32::MAX >> (32 - self.width)
    }
}

/// A register that is not known is a fault. The clock counts the wave's instructions.
fn get(wave: &mut Wave, _: &mut Group<'_>, step: &Step) -> Outcome {
    let field = Field::of(step);
    let whole = match field.register {
        MODE => bits(&wave.mode),
        SHADER_CYCLES => wave.executed as u32 & 0xf_ffff,
        _ => return Err(Box::new(Fault::Unimplemented)),
    };
    wave.set_scalar(target(step), whole >> field.low & field.mask())?;
    Ok(Flow::Next)
}

fn set(wave: &mut Wave, field: Field, value: u32) -> Outcome {
    if field.register != MODE {
        return Err(Box::new(Fault::Unimplemented));
    }
    let mask = field.mask() << field.low;
    let whole = bits(&wave.mode) & !mask | value << field.low & mask;
    let mode = mode(whole);
    // Exceptions and debugging have no place here.
    if bits(&mode) != whole {
        return Err(Box::new(Fault::Unimplemented));
    }
    wave.set_mode(mode);
    Ok(Flow::Next)
}

/// The MODE register: rounding in bits 0 to 3, denormals in 4 to 7, `dx10_clamp` 8, `ieee` 9, `fp16_ovfl` 23.
fn bits(mode: &Mode) -> u32 {
    let round = |rounding: Rounding| match rounding {
        Rounding::NearestEven => 0,
        Rounding::TowardPositive => 1,
        Rounding::TowardNegative => 2,
        Rounding::TowardZero => 3,
    };
    let keep = |denormals: Denormals| u32::from(denormals.keep_inputs) | u32::from(denormals.keep_outputs) << 1;
    round(mode.round_f32)
        | round(mode.round_f16_f64) << 2
        | keep(mode.denormals_f32) << 4
        | keep(mode.denormals_f16_f64) << 6
        | u32::from(mode.dx10_clamp) << 8
        | u32::from(mode.ieee) << 9
        | u32::from(mode.fp16_overflow_clamps) << 23
}

fn mode(bits: u32) -> Mode {
    Mode {
        round_f32: rounding(bits),
        round_f16_f64: rounding(bits >> 2),
        denormals_f32: denormals(bits >> 4),
        denormals_f16_f64: denormals(bits >> 6),
        dx10_clamp: bits >> 8 & 1 != 0,
        ieee: bits >> 9 & 1 != 0,
        fp16_overflow_clamps: bits >> 23 & 1 != 0,
    }
}
