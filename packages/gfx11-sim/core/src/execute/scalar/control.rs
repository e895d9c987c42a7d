//! Branches, waits, the end, and hints that change nothing here.

use super::operands::target;
use crate::execute::fault::Fault;
use crate::execute::group::Group;
use crate::execute::step::{Flow, Handler, Outcome, Step};
use crate::execute::waits::Allowed;
use crate::execute::wave::Wave;
use crate::isa::{Opcode, Operand};

/// The largest count of `vmcnt` and `lgkmcnt`: waits for nothing.
const ANY: u16 = 63;

/// The handler of an instruction that steers the wave.
pub(super) fn handler(opcode: Opcode) -> Option<Handler> {
    use Opcode::*;
    Some(match opcode {
        s_nop
        | s_clause
        | s_delay_alu
        | s_sendmsg
        | s_set_inst_prefetch_distance
        | s_setprio
        | s_waitcnt_depctr
        | s_sleep
        | s_wakeup
        | s_code_end
        | s_singleuse_vdst
        | s_icache_inv
        | s_incperflevel
        | s_decperflevel
        | s_version
        | s_ttracedata
        | s_ttracedata_imm => |_, _, _| Ok(Flow::Next),
        s_waitcnt => |wave, _, step| {
            wave.wait(Allowed::from_immediate(step.instruction.immediate));
            Ok(Flow::Next)
        },
        s_wait_idle => |wave, _, _| {
            wave.wait(Allowed { vector: 0, lds_and_scalar: 0 });
            wave.wait_stores(0);
            Ok(Flow::Next)
        },
        s_waitcnt_vscnt => |wave, _, step| {
            let count = count(wave, step)?;
            wave.wait_stores(count.into());
            Ok(Flow::Next)
        },
        s_waitcnt_vmcnt => |wave, _, step| {
            let count = count(wave, step)?;
            wave.wait(Allowed { vector: count.into(), lds_and_scalar: ANY.into() });
            Ok(Flow::Next)
        },
        s_waitcnt_lgkmcnt => |wave, _, step| {
            let count = count(wave, step)?;
            wave.wait(Allowed { vector: ANY.into(), lds_and_scalar: count.into() });
            Ok(Flow::Next)
        },
        // Nothing that runs here counts there: exports do not exist, and stores read their data at once.
        s_waitcnt_expcnt => |_, _, _| Ok(Flow::Next),
        s_endpgm => |_, _, _| Ok(Flow::End),
        s_barrier => barrier,
        s_branch => |wave, _, step| branch(wave, step, true),
        s_cbranch_scc0 => |wave, _, step| branch(wave, step, !wave.scc),
        s_cbranch_scc1 => |wave, _, step| branch(wave, step, wave.scc),
        s_cbranch_vccz => |wave, _, step| branch(wave, step, wave.vcc() == 0),
        s_cbranch_vccnz => |wave, _, step| branch(wave, step, wave.vcc() != 0),
        s_cbranch_execz => |wave, _, step| branch(wave, step, wave.exec() == 0),
        s_cbranch_execnz => |wave, _, step| branch(wave, step, wave.exec() != 0),
        // Only a debugger sets the conditions.
        s_cbranch_cdbgsys | s_cbranch_cdbguser | s_cbranch_cdbgsys_or_user | s_cbranch_cdbgsys_and_user => {
            |_, _, _| Ok(Flow::Next)
        }
        s_getpc_b64 => |wave, group, step| {
            let next = address(group, wave.pc);
            wave.set_scalar64(target(step), next)?;
            Ok(Flow::Next)
        },
        s_setpc_b64 => |wave, group, step| {
            let to = wave.uniform(step.sources[0], true)?;
            wave.pc = jump(group, to)?;
            Ok(Flow::Next)
        },
        s_swappc_b64 => |wave, group, step| {
            let (to, next) = (wave.uniform(step.sources[0], true)?, address(group, wave.pc));
            wave.set_scalar64(target(step), next)?;
            wave.pc = jump(group, to)?;
            Ok(Flow::Next)
        },
        s_call_b64 => |wave, group, step| {
            let next = address(group, wave.pc);
            wave.set_scalar64(target(step), next)?;
            branch(wave, step, true)
        },
        _ => return None,
    })
}

/// The immediate of a wait; a register that adds to it is never used by compilers.
fn count(_: &Wave, step: &Step) -> Result<u16, Box<Fault>> {
    let plain = step.instruction.operands[0] == Operand::NULL;
    if plain { Ok(step.instruction.immediate & ANY) } else { Err(Box::new(Fault::Unimplemented)) }
}

#[inline(always)]
fn branch(wave: &mut Wave, step: &Step, taken: bool) -> Outcome {
    if taken {
        wave.pc = wave.pc.wrapping_add_signed(i32::from(step.instruction.immediate as i16));
    }
    Ok(Flow::Next)
}

fn barrier(wave: &mut Wave, group: &mut Group<'_>, _: &Step) -> Outcome {
    if group.checks.barriers && wave.exec() != wave.launched {
        let reason = format!("EXEC is {:#x}, but the wave has lanes {:#x}", wave.exec(), wave.launched);
        return Err(Box::new(Fault::Barrier { reason }));
    }
    Ok(Flow::Barrier)
}

/// The address of a word of the image.
fn address(group: &Group<'_>, word: u32) -> u64 {
    group.program.base + u64::from(word) * 4
}

/// The word offset of an address in the image.
fn jump(group: &Group<'_>, address: u64) -> Result<u32, Box<Fault>> {
    let offset = address.wrapping_sub(group.program.base);
    if offset.is_multiple_of(4) && offset / 4 < group.program.words().into() {
        Ok((offset / 4) as u32)
    } else {
        Err(Box::new(Fault::Outside { address }))
    }
}
