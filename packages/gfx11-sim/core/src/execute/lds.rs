//! LDS instructions (DS): loads and stores of one or two addresses a lane, and atomics.

use super::access::Kind;
use super::atomic::{self, data, exchange, give_back};
use super::cells::Data;
use super::fault::Fault;
use super::group::Group;
use super::handlers::compiled;
use super::host_isa::{Level, Portable};
use super::in_flight::{finish_load, finish_store, keep_stored};
use super::place::{Lds, LdsByLane, Place, Returns, lds_at, lds_base, vector};
use super::step::{Flow, Handler, Outcome, Step};
use super::transfer::{self, fetch, put};
use super::waits::{Counter, Load};
use super::wave::{LANES, Wave};
use crate::isa::slot::Field;
use crate::isa::{Instruction, Opcode};

/// Distance of the units that the two offsets count.
const STRIDE: u32 = 64;

/// The handler of an LDS instruction that accesses memory.
pub(super) fn handler<L: Level>(instruction: &Instruction) -> Option<Handler> {
    use Opcode::*;
    Some(match instruction.opcode {
        ds_nop => |_, _, _| Ok(Flow::Next),
        ds_load_2addr_b32 => compiled!(L: load_two::<L>, 4, 1),
        ds_load_2addr_b64 => compiled!(L: load_two::<L>, 8, 1),
        ds_load_2addr_stride64_b32 => compiled!(L: load_two::<L>, 4, STRIDE),
        ds_load_2addr_stride64_b64 => compiled!(L: load_two::<L>, 8, STRIDE),
        ds_store_2addr_b32 => compiled!(L: store_two::<L>, 4, 1),
        ds_store_2addr_b64 => compiled!(L: store_two::<L>, 8, 1),
        ds_store_2addr_stride64_b32 => compiled!(L: store_two::<L>, 4, STRIDE),
        ds_store_2addr_stride64_b64 => compiled!(L: store_two::<L>, 8, STRIDE),
        ds_storexchg_2addr_rtn_b32 => |wave, group, step| swap_two::<L>(wave, group, step, 4, 1),
        ds_storexchg_2addr_rtn_b64 => |wave, group, step| swap_two::<L>(wave, group, step, 8, 1),
        ds_storexchg_2addr_stride64_rtn_b32 => |wave, group, step| swap_two::<L>(wave, group, step, 4, STRIDE),
        ds_storexchg_2addr_stride64_rtn_b64 => |wave, group, step| swap_two::<L>(wave, group, step, 8, STRIDE),
        ds_append => |wave, group, step| count::<L>(wave, group, step, u32::wrapping_add),
        ds_consume => |wave, group, step| count::<L>(wave, group, step, u32::wrapping_sub),
        ds_load_addtid_b32 | ds_store_addtid_b32 => {
            return transfer::handler::<Portable, LdsByLane>(instruction.opcode.row().name.strip_prefix("ds_")?);
        }
        _ => {
            let name = instruction.opcode.row().name.strip_prefix("ds_")?;
            let operation = name.replacen("_rtn", "", 1);
            return transfer::handler::<L, Lds>(name).or_else(|| atomic::handler::<L, Lds>(&operation));
        }
    })
}

/// The two offsets in bytes.
fn offsets(step: &Step, bytes: u32, stride: u32) -> [u32; 2] {
    let both = step.instruction.offset as u32;
    [both & 255, both >> 8 & 255].map(|offset| offset * bytes * stride)
}

#[inline(always)]
fn load_two<L: Level>(wave: &mut Wave, group: &mut Group<'_>, step: &Step, bytes: u32, stride: u32) -> Outcome {
    let first = vector(step, Field::LdsDst)?;
    let half = (bytes / 4) as usize;
    let mut data: Data = [[0; LANES]; 4];
    for (index, offset) in offsets(step, bytes, stride).into_iter().enumerate() {
        let place = lds_at(wave, step, offset)?;
        let mut one: Data = [[0; LANES]; 4];
        fetch::<L>(wave, group, &place, bytes, wave.party(Kind::Load), &mut one, &mut [0; 4])?;
        data[index * half..(index + 1) * half].copy_from_slice(&one[..half]);
    }
    let exec = wave.exec();
    wave.matrix_result = None;
    let registers = (first..=u8::MAX).zip(&data).take(2 * half);
    for (register, data) in registers {
        wave.waits.check_order(register, Counter::Lds)?;
        let values = &mut wave.vectors[usize::from(register)].0;
        for lane in 0..LANES {
            let active = 0_u32.wrapping_sub(exec >> lane & 1);
            values[lane] = values[lane] & !active | data[lane] & active;
        }
    }
    let load = Load { register: first, count: 2 * half as u8, lanes: [exec; 4], pc: wave.at };
    finish_load(wave, group, Returns::Lds, load);
    Ok(Flow::Next)
}

#[inline(always)]
fn store_two<L: Level>(wave: &mut Wave, group: &mut Group<'_>, step: &Step, bytes: u32, stride: u32) -> Outcome {
    let sources = [vector(step, Field::LdsData0)?, vector(step, Field::LdsData1)?];
    let mut places = Vec::with_capacity(2);
    for (offset, first) in offsets(step, bytes, stride).into_iter().zip(sources) {
        let place = lds_at(wave, step, offset)?;
        put::<L>(wave, group, &place, bytes, first, 0)?;
        places.push(place);
    }
    finish_both(wave, group, &places, bytes);
    Ok(Flow::Next)
}

/// Puts one operation with two places in flight.
fn finish_both(wave: &mut Wave, group: &Group<'_>, places: &[Place], bytes: u32) {
    let [first, second] = places else { return };
    finish_store(wave, group, Returns::Lds, first, bytes, Kind::Store);
    if group.checks.waits || group.races.is_some() {
        keep_stored(wave, group, Counter::Lds, super::fault::Space::Lds, second, bytes, Kind::Store);
    }
}

fn swap_two<L: Level>(wave: &mut Wave, group: &mut Group<'_>, step: &Step, bytes: u32, stride: u32) -> Outcome {
    let sources = [vector(step, Field::LdsData0)?, vector(step, Field::LdsData1)?];
    let half = (bytes / 4) as usize;
    let mut all: Data = [[0; LANES]; 4];
    let mut last = None;
    for (index, (offset, source)) in offsets(step, bytes, stride).into_iter().zip(sources).enumerate() {
        let values = data(wave, source, bytes)?;
        let place = lds_at(wave, step, offset)?;
        let mut old: Data = [[0; LANES]; 4];
        exchange::<L>(wave, group, &place, bytes, false, &mut old, |lane, _| values[lane])?;
        all[index * half..(index + 1) * half].copy_from_slice(&old[..half]);
        last = Some(place);
    }
    let place = last.ok_or_else(|| Box::new(Fault::Unimplemented))?;
    let register = vector(step, Field::LdsDst)?;
    let load = Load { register, count: 2 * half as u8, lanes: [wave.exec(); 4], pc: wave.at };
    give_back(wave, group, Returns::Lds, &place, bytes, load, &all)?;
    Ok(Flow::Next)
}

/// Adds or subtracts the number of active lanes, once for the wave; all of them get what was there.
fn count<L: Level>(wave: &mut Wave, group: &mut Group<'_>, step: &Step, change: fn(u32, u32) -> u32) -> Outcome {
    let exec = wave.exec();
    let first = exec & exec.wrapping_neg();
    let place = Place { lds: first, ..Place::lds(wave, [lds_base(wave, step)?; LANES]) };
    let mut old: Data = [[0; LANES]; 4];
    exchange::<L>(wave, group, &place, 4, false, &mut old, |_, old| change(old as u32, exec.count_ones()).into())?;
    old[0] = [old[0][first.trailing_zeros() as usize % LANES]; LANES];
    let register = vector(step, Field::LdsDst)?;
    let load = Load { register, count: 1, lanes: [exec; 4], pc: wave.at };
    give_back(wave, group, Returns::Lds, &place, 4, load, &old)?;
    Ok(Flow::Next)
}
