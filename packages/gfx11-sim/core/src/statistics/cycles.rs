//! Modelled cycles of an instruction on the unit that executes it.
//!
//! A SIMD issues one wave32 vector instruction a cycle, dual ones included. Longer take:
//! - WMMA 32, or 34 on a register bank collision: AMD's matrix instruction calculator; see `matrix.rs`.
//! - f64 16: gfx1100 has 1/16 of the f32 rate of single issue (AMD's product data).
//! - 32-bit integer multiplication 4: its latency is 8 where others have 5, which is three more passes.
//!
//! A transcendental operation is issued in one cycle, then busies the SIMD's transcendental unit, of 8 lanes, for 4; those
//! of f64 are counted as f64. AMD publishes no table, so that these are models, good for finding what a kernel is bound
//! by. Latencies, dependences and fetch are not in them. Cycles of the LDS are in `banks.rs`.

use super::class::Class;
use super::matrix;
use crate::isa::Instruction;

const DOUBLE_CYCLES: u64 = 16;
const MULTIPLY_CYCLES: u64 = 4;
const TRANSCENDENTAL_CYCLES: u64 = 4;

/// Cycles of one execution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct InstructionCycles {
    /// Of vector issue.
    pub vector: u64,
    /// Of the transcendental unit.
    pub transcendental: u64,
}

/// The cycles of an instruction of a class.
pub(super) fn cycles(class: Class, instruction: &Instruction) -> InstructionCycles {
    let name = instruction.opcode.row().name;
    let vector = match class {
        Class::Matrix if matrix::collides(instruction) => matrix::CYCLES_COLLIDING,
        Class::Matrix => matrix::CYCLES,
        Class::Vector | Class::Transcendental if name.contains("f64") => DOUBLE_CYCLES,
        Class::Vector if is_wide_multiply(name) => MULTIPLY_CYCLES,
        _ if class.is_vector() => 1,
        _ => 0,
    };
    let is_transcendental = class == Class::Transcendental && vector == 1;
    InstructionCycles { vector, transcendental: if is_transcendental { TRANSCENDENTAL_CYCLES } else { 0 } }
}

fn is_wide_multiply(name: &str) -> bool {
    matches!(name, "v_mul_lo_u32" | "v_mul_hi_u32" | "v_mul_hi_i32" | "v_mad_u64_u32" | "v_mad_i64_i32")
}
