//! The scalar unit: arithmetic, branches and scalar loads.

use super::Stop;
use super::memory::Memory;
use super::wave::Wave;
use crate::isa::slot::{Field, Number};
use crate::isa::{Instruction, Opcode, Operand};

/// Executes a scalar instruction; `next` is the address behind it.
pub(super) fn execute(wave: &mut Wave, memory: &Memory, i: &Instruction, next: u64) -> Result<(), Stop> {
    use Opcode::*;
    let row = i.opcode.row();
    let wide = |index: usize| row.slots.get(index).is_some_and(|slot| slot.number == Number::WideInt);
    let read = |wave: &Wave, index: usize| {
        let slot = row.slots[index];
        wave.uniform(i.operands[index], slot.number, i.literal).ok_or(Stop::Unimplemented)
    };
    let relative = next.wrapping_add_signed(i64::from(i.immediate as i16) * 4);
    let branch = |wave: &mut Wave, taken: bool| {
        wave.pc = if taken { relative } else { next };
        Ok(())
    };
    wave.pc = next;
    match i.opcode {
        s_nop
        | s_clause
        | s_delay_alu
        | s_waitcnt
        | s_sendmsg
        | s_set_inst_prefetch_distance
        | s_setprio
        | s_waitcnt_depctr
        | s_sleep
        | s_code_end
        | s_waitcnt_vscnt => return Ok(()),
        s_endpgm => return Err(Stop::End),
        s_barrier => return Err(Stop::Barrier),
        s_branch => return branch(wave, true),
        s_cbranch_scc0 => return branch(wave, !wave.scc),
        s_cbranch_scc1 => return branch(wave, wave.scc),
        s_cbranch_vccz => return branch(wave, wave.vcc() == 0),
        s_cbranch_vccnz => return branch(wave, wave.vcc() != 0),
        s_cbranch_execz => return branch(wave, wave.exec() == 0),
        s_cbranch_execnz => return branch(wave, wave.exec() != 0),
        s_load_b32 | s_load_b64 | s_load_b128 | s_load_b256 | s_load_b512 => return load(wave, memory, i),
        s_getpc_b64 => {
            wave.set_scalar64(i.operands[0].code().into(), next);
            return Ok(());
        }
        s_setpc_b64 => {
            wave.pc = read(wave, 0)?;
            return Ok(());
        }
        s_swappc_b64 => {
            let target = read(wave, 1)?;
            wave.set_scalar64(i.operands[0].code().into(), next);
            wave.pc = target;
            return Ok(());
        }
        _ => {}
    }
    let writes = row.slots.first().is_some_and(|slot| slot.field == Field::ScalarDst);
    let dst = usize::from(i.operands[0].code());
    let first = usize::from(writes);
    let a = if row.slots.len() > first && row.slots[first].field == Field::Source { read(wave, first)? } else { 0 };
    let b = match row.slots.get(first + 1) {
        Some(slot) if slot.field == Field::Source => read(wave, first + 1)?,
        _ => i64::from(i.immediate as i16) as u64,
    };
    let (a32, b32) = (a as u32, b as u32);
    let (sa, sb) = (a32 as i32, b32 as i32);
    // Most results set SCC to whether they are not zero.
    let nonzero = |value: u64| (value, Some(value != 0));
    let word = |value: u32| (u64::from(value), Some(value != 0));
    let plain = |value: u32| (u64::from(value), None);
    let compare = |result: bool| (0, Some(result));
    let narrow = |value: u64| if wide(first) { value } else { u64::from(value as u32) };
    let (value, scc) = match i.opcode {
        s_mov_b32 | s_mov_b64 => (a, None),
        s_movk_i32 => plain(b32),
        s_cselect_b32 | s_cselect_b64 => (if wave.scc { a } else { b }, None),
        s_add_u32 | s_add_i32 | s_sub_u32 | s_sub_i32 | s_addc_u32 | s_subb_u32 => {
            let carry = u64::from(wave.scc);
            let (exact, signed) = match i.opcode {
                s_add_u32 => (u64::from(a32) + u64::from(b32), None),
                s_addc_u32 => (u64::from(a32) + u64::from(b32) + carry, None),
                s_sub_u32 => (u64::from(a32).wrapping_sub(u64::from(b32)), None),
                s_subb_u32 => (u64::from(a32).wrapping_sub(u64::from(b32) + carry), None),
                s_add_i32 => (u64::from(a32.wrapping_add(b32)), Some(sa.checked_add(sb).is_none())),
                _ => (u64::from(a32.wrapping_sub(b32)), Some(sa.checked_sub(sb).is_none())),
            };
            (u64::from(exact as u32), Some(signed.unwrap_or(exact >> 32 != 0)))
        }
        s_mul_i32 => plain(a32.wrapping_mul(b32)),
        s_mul_hi_u32 => plain(((u64::from(a32) * u64::from(b32)) >> 32) as u32),
        s_mul_hi_i32 => plain(((i64::from(sa) * i64::from(sb)) >> 32) as u32),
        s_mulk_i32 => plain(wave.scalar(dst).wrapping_mul(b32)),
        s_addk_i32 => {
            let sum = (wave.scalar(dst) as i32).overflowing_add(sb);
            (u64::from(sum.0 as u32), Some(sum.1))
        }
        s_and_b32 | s_and_b64 => nonzero(a & b),
        s_or_b32 | s_or_b64 => nonzero(a | b),
        s_xor_b32 | s_xor_b64 => nonzero(a ^ b),
        s_and_not1_b32 | s_and_not1_b64 => nonzero(narrow(a & !b)),
        s_or_not1_b32 | s_or_not1_b64 => nonzero(narrow(a | !b)),
        s_xnor_b32 | s_xnor_b64 => nonzero(narrow(!(a ^ b))),
        s_not_b32 | s_not_b64 => nonzero(narrow(!a)),
        s_lshl_b32 => word(a32 << (b32 & 31)),
        s_lshr_b32 => word(a32 >> (b32 & 31)),
        s_ashr_i32 => word((sa >> (b32 & 31)) as u32),
        s_lshl_b64 => nonzero(a << (b & 63)),
        s_lshr_b64 => nonzero(a >> (b & 63)),
        s_ashr_i64 => nonzero((a as i64 >> (b & 63)) as u64),
        s_min_i32 => (u64::from(sa.min(sb) as u32), Some(sa < sb)),
        s_min_u32 => (u64::from(a32.min(b32)), Some(a32 < b32)),
        s_max_i32 => (u64::from(sa.max(sb) as u32), Some(sa >= sb)),
        s_max_u32 => (u64::from(a32.max(b32)), Some(a32 >= b32)),
        s_abs_i32 => word(sa.unsigned_abs()),
        s_brev_b32 => plain(a32.reverse_bits()),
        s_bcnt1_i32_b32 => word(a32.count_ones()),
        s_bcnt1_i32_b64 => word(a.count_ones()),
        s_ctz_i32_b32 => plain(if a32 == 0 { u32::MAX } else { a32.trailing_zeros() }),
        s_clz_i32_u32 => plain(if a32 == 0 { u32::MAX } else { a32.leading_zeros() }),
        s_sext_i32_i8 => plain(sa as i8 as u32),
        s_sext_i32_i16 => plain(sa as i16 as u32),
        s_and_saveexec_b32 | s_or_saveexec_b32 | s_xor_saveexec_b32 | s_and_not1_saveexec_b32 => {
            let old = wave.exec();
            let mask = match i.opcode {
                s_and_saveexec_b32 => a32 & old,
                s_or_saveexec_b32 => a32 | old,
                s_xor_saveexec_b32 => a32 ^ old,
                _ => a32 & !old,
            };
            wave.set_exec(mask);
            (old.into(), Some(mask != 0))
        }
        s_cmp_eq_i32 | s_cmp_eq_u32 | s_cmp_eq_u64 => compare(a == b),
        s_cmp_lg_i32 | s_cmp_lg_u32 | s_cmp_lg_u64 => compare(a != b),
        s_cmp_gt_i32 => compare(sa > sb),
        s_cmp_ge_i32 => compare(sa >= sb),
        s_cmp_lt_i32 => compare(sa < sb),
        s_cmp_le_i32 => compare(sa <= sb),
        s_cmp_gt_u32 => compare(a32 > b32),
        s_cmp_ge_u32 => compare(a32 >= b32),
        s_cmp_lt_u32 => compare(a32 < b32),
        s_cmp_le_u32 => compare(a32 <= b32),
        s_cmpk_eq_i32 => compare(wave.scalar(dst) as i32 == sb),
        s_cmpk_lg_i32 => compare(wave.scalar(dst) as i32 != sb),
        s_cmpk_gt_u32 => compare(wave.scalar(dst) > u32::from(i.immediate)),
        s_bitcmp0_b32 => compare(a32 >> (b32 & 31) & 1 == 0),
        s_bitcmp1_b32 => compare(a32 >> (b32 & 31) & 1 != 0),
        _ => return Err(Stop::Unimplemented),
    };
    let keeps_dst = matches!(i.opcode, s_cmpk_eq_i32 | s_cmpk_lg_i32 | s_cmpk_gt_u32);
    if writes && !keeps_dst && row.slots[0].dwords == 2 {
        wave.set_scalar64(dst, value);
    } else if writes && !keeps_dst {
        wave.set_scalar(dst, value as u32);
    }
    wave.scc = scc.unwrap_or(wave.scc);
    Ok(())
}

fn load(wave: &mut Wave, memory: &Memory, i: &Instruction) -> Result<(), Stop> {
    let [data, base, offset] = [i.operands[0], i.operands[1], i.operands[2]];
    let register = if offset == Operand::NULL { 0 } else { u64::from(wave.scalar(offset.code().into())) };
    let start = wave.scalar64(base.code().into()).wrapping_add_signed(i.offset.into()).wrapping_add(register) & !3;
    for dword in 0..u64::from(i.opcode.row().slots[0].dwords) {
        let address = start.wrapping_add(dword * 4);
        let value = memory.read(address).ok_or(Stop::Fault { address, bytes: 4, lane: None })?;
        wave.set_scalar(usize::from(data.code()) + dword as usize, u32::from_le_bytes(value));
    }
    Ok(())
}
