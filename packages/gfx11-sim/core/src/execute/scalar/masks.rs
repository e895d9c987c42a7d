//! Operations that change EXEC. SCC tells whether it has a bit set.

use super::operands::{pair, target, word};
use crate::execute::handlers::plain_handlers;
use crate::execute::step::{Flow, Outcome, Step};
use crate::execute::wave::Wave;

/// The register pair of EXEC.
const EXEC: usize = 126;

plain_handlers! {
    handler:
    save {
        s_and_saveexec_b32 => |source, exec| source & exec;
        s_or_saveexec_b32 => |source, exec| source | exec;
        s_xor_saveexec_b32 => |source, exec| source ^ exec;
        s_nand_saveexec_b32 => |source, exec| !(source & exec);
        s_nor_saveexec_b32 => |source, exec| !(source | exec);
        s_xnor_saveexec_b32 => |source, exec| !(source ^ exec);
        s_and_not0_saveexec_b32 => |source, exec| !source & exec;
        s_or_not0_saveexec_b32 => |source, exec| !source | exec;
        s_and_not1_saveexec_b32 => |source, exec| source & !exec;
        s_or_not1_saveexec_b32 => |source, exec| source | !exec;
    }
    save64 {
        s_and_saveexec_b64 => |source, exec| source & exec;
        s_or_saveexec_b64 => |source, exec| source | exec;
        s_xor_saveexec_b64 => |source, exec| source ^ exec;
        s_nand_saveexec_b64 => |source, exec| !(source & exec);
        s_nor_saveexec_b64 => |source, exec| !(source | exec);
        s_xnor_saveexec_b64 => |source, exec| !(source ^ exec);
        s_and_not0_saveexec_b64 => |source, exec| !source & exec;
        s_or_not0_saveexec_b64 => |source, exec| !source | exec;
        s_and_not1_saveexec_b64 => |source, exec| source & !exec;
        s_or_not1_saveexec_b64 => |source, exec| source | !exec;
    }
    write {
        s_and_not0_wrexec_b32 => |source, exec| !source & exec;
        s_and_not1_wrexec_b32 => |source, exec| source & !exec;
    }
    write64 {
        s_and_not0_wrexec_b64 => |source, exec| !source & exec;
        s_and_not1_wrexec_b64 => |source, exec| source & !exec;
    }
}

/// The destination gets the old mask.
#[inline(always)]
fn save(wave: &mut Wave, step: &Step, operation: impl Fn(u32, u32) -> u32) -> Outcome {
    let old = wave.exec();
    let mask = operation(word(wave, step, 0)?, old);
    wave.set_exec(mask);
    wave.set_scalar(target(step), old)?;
    wave.scc = mask != 0;
    Ok(Flow::Next)
}

#[inline(always)]
fn save64(wave: &mut Wave, step: &Step, operation: impl Fn(u64, u64) -> u64) -> Outcome {
    let old = wave.scalar64(EXEC)?;
    let mask = operation(pair(wave, step, 0)?, old);
    wave.set_scalar64(EXEC, mask)?;
    wave.set_scalar64(target(step), old)?;
    wave.scc = mask != 0;
    Ok(Flow::Next)
}

/// The destination gets the new mask.
#[inline(always)]
fn write(wave: &mut Wave, step: &Step, operation: impl Fn(u32, u32) -> u32) -> Outcome {
    let mask = operation(word(wave, step, 0)?, wave.exec());
    wave.set_exec(mask);
    wave.set_scalar(target(step), mask)?;
    wave.scc = mask != 0;
    Ok(Flow::Next)
}

#[inline(always)]
fn write64(wave: &mut Wave, step: &Step, operation: impl Fn(u64, u64) -> u64) -> Outcome {
    let mask = operation(pair(wave, step, 0)?, wave.scalar64(EXEC)?);
    wave.set_scalar64(EXEC, mask)?;
    wave.set_scalar64(target(step), mask)?;
    wave.scc = mask != 0;
    Ok(Flow::Next)
}
