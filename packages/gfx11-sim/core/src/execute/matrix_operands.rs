//! The registers of matrix operations, and what has to hold for them.

use super::fault::Fault;
use super::group::Group;
use super::half;
use super::step::{Source, Step};
use super::tile::SIZE;
use super::wave::{Lanes, Register, Wave};
use crate::isa::{Instruction, Operand};

/// Registers of C and D.
const SUMS: u8 = 8;

/// C: registers that hold a value in every lane, by the first one, or an inline constant.
#[derive(Clone, Copy)]
pub(super) enum Addend {
    Registers(u8),
    Constant(Constant),
}

/// The bits of an inline constant.
#[derive(Clone, Copy)]
pub(super) struct Constant {
    pub single: u32,
    pub half: u16,
}

pub(super) fn unimplemented() -> Box<Fault> {
    Box::new(Fault::Unimplemented)
}

/// The registers of A or B.
#[inline(always)]
pub(super) fn factor<'a, const COUNT: usize>(
    wave: &'a Wave,
    group: &Group<'_>,
    step: &Step,
    index: usize,
) -> Result<&'a [Lanes; COUNT], Box<Fault>> {
    let Source::Vector(first) = step.sources[index] else { return Err(unimplemented()) };
    let registers = defined::<COUNT>(wave, first)?;
    if group.checks.hazards {
        check_hazard(wave, first, COUNT as u8)?;
        if !repeated(registers) {
            return Err(not_repeated(registers, first));
        }
    }
    Ok(registers)
}

#[inline(always)]
pub(super) fn addend(wave: &Wave, step: &Step) -> Result<Addend, Box<Fault>> {
    match step.sources[2] {
        Source::Vector(first) => defined::<{ SUMS as usize }>(wave, first).map(|_| Addend::Registers(first)),
        _ => inline(&step.instruction).map(Addend::Constant).ok_or_else(unimplemented),
    }
}

/// The registers of C.
#[inline(always)]
pub(super) fn addend_rows(wave: &Wave, first: u8) -> Result<&[Lanes; SUMS as usize], Box<Fault>> {
    registers(wave, first).ok_or_else(unimplemented)
}

/// The registers of D, which from now on hold a value in every lane.
#[inline(always)]
pub(super) fn result<'a>(wave: &'a mut Wave, step: &Step) -> Result<&'a mut [Register; SUMS as usize], Box<Fault>> {
    let first = usize::from(step.dst);
    for register in (step.dst..=u8::MAX).take(SUMS.into()) {
        wave.before_write(register)?;
    }
    wave.matrix_result = Some((step.dst, SUMS));
    let ready = wave.ready.get_mut(first..).and_then(|rest| rest.first_chunk_mut::<{ SUMS as usize }>());
    *ready.ok_or_else(unimplemented)? = [u32::MAX; SUMS as usize];
    wave.vectors.get_mut(first..).and_then(|rest| rest.first_chunk_mut()).ok_or_else(unimplemented)
}

/// As [`result`], with C in them.
#[inline(always)]
pub(super) fn result_from<'a>(
    wave: &'a mut Wave,
    step: &Step,
    start: Addend,
) -> Result<&'a mut [Register; SUMS as usize], Box<Fault>> {
    match start {
        Addend::Registers(first) => {
            if first != step.dst {
                let rows = *addend_rows(wave, first)?;
                for (register, row) in result(wave, step)?.iter_mut().zip(&rows) {
                    register.0 = *row;
                }
            }
        }
        Addend::Constant(constant) => {
            *result(wave, step)? = [Register([constant.single; 2 * SIZE]); SUMS as usize];
        }
    }
    result(wave, step)
}

#[cold]
fn inline(instruction: &Instruction) -> Option<Constant> {
    let operand: Operand = instruction.operands[3];
    if let Some(value) = operand.as_inline_integer() {
        return Some(Constant { single: value as u32, half: value as u16 });
    }
    let value = operand.as_inline_float()?;
    Some(Constant { single: (value as f32).to_bits(), half: half::f16_from_f64(value) })
}

#[inline(always)]
fn registers<const COUNT: usize>(wave: &Wave, first: u8) -> Option<&[Lanes; COUNT]> {
    let registers = wave.vectors.get(usize::from(first)..)?.get(..COUNT)?;
    Register::lanes_of(registers).first_chunk()
}

/// Registers that hold a value in every lane.
#[inline(always)]
fn defined<const COUNT: usize>(wave: &Wave, first: u8) -> Result<&[Lanes; COUNT], Box<Fault>> {
    let start = usize::from(first);
    let ready: &[u32; COUNT] = wave.ready.get(start..).and_then(|rest| rest.first_chunk()).ok_or_else(unimplemented)?;
    let mut everywhere = u32::MAX;
    for lanes in ready {
        everywhere &= lanes;
    }
    if everywhere != u32::MAX {
        let without = ready.iter().position(|lanes| *lanes != u32::MAX).unwrap_or(0);
        return Err(wave.not_ready(first + without as u8, u32::MAX));
    }
    registers(wave, first).ok_or_else(unimplemented)
}

/// Whether lanes 16 to 31 repeat lanes 0 to 15.
#[inline(always)]
fn repeated<const COUNT: usize>(registers: &[Lanes; COUNT]) -> bool {
    let mut equal = true;
    for lanes in registers {
        // Comparisons of whole rows become two instructions; a loop over lanes would be turned into one over registers.
        let [low, high] = lanes.as_chunks::<SIZE>().0 else { return false };
        equal &= low == high;
    }
    equal
}

/// A fault when the matrix operation directly before writes one of these registers.
#[inline(always)]
fn check_hazard(wave: &Wave, first: u8, count: u8) -> Result<(), Box<Fault>> {
    match wave.matrix_result {
        Some((result, results)) => {
            let register = first.max(result);
            let overlaps = register - first < count && register - result < results;
            if overlaps { Err(Box::new(Fault::MatrixHazard { register })) } else { Ok(()) }
        }
        None => Ok(()),
    }
}

#[cold]
fn not_repeated(registers: &[Lanes], first: u8) -> Box<Fault> {
    let differs = |lanes: &Lanes| (0..SIZE).find(|&lane| lanes[lane] != lanes[lane + SIZE]);
    let mut found =
        (first..=u8::MAX).zip(registers).filter_map(|(register, lanes)| Some((register, differs(lanes)? as u32)));
    let (register, lane) = found.next().unwrap_or((first, 0));
    Box::new(Fault::NotRepeated { register, lane })
}
