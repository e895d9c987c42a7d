//! Two operations in one instruction (VOPD): both read their operands before either writes.

use super::dispatch;
use super::group::Group;
use super::host_isa::HostIsa;
use super::step::{Flow, Outcome, Step};
use super::wave::{Wave, unimplemented};
use crate::isa::{Form, Instruction, Opcode, Operand};

/// The operations of a dual instruction as instructions of their own, in an order in which they can be executed.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    first: Step,
    second: Step,
    /// Each reads what the other writes, so that no order will do.
    crossed: bool,
}

impl Pair {
    /// `None` when an operation is not implemented.
    pub fn new(instruction: &Instruction, isa: HostIsa) -> Option<Pair> {
        let [x, y] = halves(instruction)?;
        let bind = |half: &Instruction| Some(dispatch::prepared(Step::new(*half, dispatch::handler(half, isa)?), isa));
        let (x_reads_y, y_reads_x) = (reads(&x, y.operands[0]), reads(&y, x.operands[0]));
        let (first, second) = if y_reads_x { (y, x) } else { (x, y) };
        Some(Pair { first: bind(&first)?, second: bind(&second)?, crossed: x_reads_y && y_reads_x })
    }
}

/// Executes both operations of a dual step.
pub(super) fn execute(wave: &mut Wave, group: &mut Group<'_>, step: &Step) -> Outcome {
    let Some(pair) = &step.pair else { return unimplemented(wave, group, step) };
    if pair.crossed {
        return execute_crossed(wave, group, pair);
    }
    (pair.first.run)(wave, group, &pair.first)?;
    wave.undefined.set(0);
    (pair.second.run)(wave, group, &pair.second)
}

fn execute_crossed(wave: &mut Wave, group: &mut Group<'_>, pair: &Pair) -> Outcome {
    let written = usize::from(pair.first.dst);
    let old = (wave.vectors[written], wave.ready[written]);
    (pair.first.run)(wave, group, &pair.first)?;
    let new = (wave.vectors[written], wave.ready[written]);
    (wave.vectors[written], wave.ready[written]) = old;
    wave.undefined.set(0);
    (pair.second.run)(wave, group, &pair.second)?;
    (wave.vectors[written], wave.ready[written]) = new;
    Ok(Flow::Next)
}

fn halves(instruction: &Instruction) -> Option<[Instruction; 2]> {
    let [x_dst, x0, x1, y_dst, y0, y1] = instruction.operands;
    Some([
        half(instruction, instruction.opcode, [x_dst, x0, x1]),
        half(instruction, instruction.dual?, [y_dst, y0, y1]),
    ])
}

/// One operation in the form that its opcode has alone.
fn half(instruction: &Instruction, opcode: Opcode, [dst, a, b]: [Operand; 3]) -> Instruction {
    let none = Operand::NONE;
    let operands = match opcode {
        Opcode::v_fmaak_f32 => [dst, a, b, Operand::LITERAL, none, none],
        Opcode::v_fmamk_f32 => [dst, a, Operand::LITERAL, b, none, none],
        Opcode::v_cndmask_b32 => [dst, a, b, Operand::VCC, none, none],
        _ => [dst, a, b, none, none, none],
    };
    Instruction { opcode, form: Form::E64, operands, dual: None, ..*instruction }
}

fn reads(instruction: &Instruction, register: Operand) -> bool {
    instruction.operands[1..].contains(&register)
}
