//! Loads and stores: the register side, the same for all memories.

use super::access::{Access, Kind};
use super::cells::{self, Data, Reach};
use super::fault::{Fault, Space};
use super::group::Group;
use super::handlers::compiled;
use super::host_isa::Level;
use super::in_flight::{finish_load, finish_store, loads_through};
use super::place::{Place, Target, vector};
use super::records::Party;
use super::scratch;
use super::step::{Flow, Handler, Outcome, Step};
use super::waits::{Counter, Load};
use super::wave::{LANES, Lanes, Wave};
use crate::execute::array::from_fn;

/// How a loaded value fills its registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fill {
    /// 1 or 2 bytes, zero-extended to 32 bits.
    Zero(u32),
    Sign(u32),
    /// Into the lower half, zero-extended to 16 bits; the other half stays.
    LowZero(u32),
    LowSign(u32),
    HighZero(u32),
    HighSign(u32),
    /// 4 to 16 bytes.
    Words(u32),
}

impl Fill {
    fn bytes(self) -> u32 {
        match self {
            Fill::Zero(bytes) | Fill::Sign(bytes) | Fill::LowZero(bytes) | Fill::LowSign(bytes) => bytes,
            Fill::HighZero(bytes) | Fill::HighSign(bytes) | Fill::Words(bytes) => bytes,
        }
    }

    #[inline(always)]
    fn merge(self, old: u32, raw: u32) -> u32 {
        let signed = |bytes: u32| (raw << (32 - 8 * bytes)) as i32 >> (32 - 8 * bytes);
        match self {
            Fill::Zero(_) | Fill::Words(_) => raw,
            Fill::Sign(bytes) => signed(bytes) as u32,
            Fill::LowZero(_) => old & 0xffff_0000 | raw,
            Fill::LowSign(bytes) => old & 0xffff_0000 | signed(bytes) as u32 & 0xffff,
            Fill::HighZero(_) => old & 0xffff | raw << 16,
            Fill::HighSign(bytes) => old & 0xffff | (signed(bytes) as u32) << 16,
        }
    }
}

/// The handler of a load or store by its name without the family's prefix.
pub(super) fn handler<L: Level, T: Target>(name: &str) -> Option<Handler> {
    Some(match name {
        "load_u8" => compiled!(L: load::<L, T>, Fill::Zero(1)),
        "load_i8" => compiled!(L: load::<L, T>, Fill::Sign(1)),
        "load_u16" => compiled!(L: load::<L, T>, Fill::Zero(2)),
        "load_i16" => compiled!(L: load::<L, T>, Fill::Sign(2)),
        "load_d16_u8" | "load_u8_d16" => compiled!(L: load::<L, T>, Fill::LowZero(1)),
        "load_d16_i8" | "load_i8_d16" => compiled!(L: load::<L, T>, Fill::LowSign(1)),
        "load_d16_b16" | "load_u16_d16" => compiled!(L: load::<L, T>, Fill::LowZero(2)),
        "load_d16_hi_u8" | "load_u8_d16_hi" => compiled!(L: load::<L, T>, Fill::HighZero(1)),
        "load_d16_hi_i8" | "load_i8_d16_hi" => compiled!(L: load::<L, T>, Fill::HighSign(1)),
        "load_d16_hi_b16" | "load_u16_d16_hi" => compiled!(L: load::<L, T>, Fill::HighZero(2)),
        "load_b32" | "load_addtid_b32" => compiled!(L: load::<L, T>, Fill::Words(4)),
        "load_b64" => compiled!(L: load::<L, T>, Fill::Words(8)),
        "load_b96" => compiled!(L: load::<L, T>, Fill::Words(12)),
        "load_b128" => compiled!(L: load::<L, T>, Fill::Words(16)),
        "store_b8" => compiled!(L: store::<L, T>, 1, 0),
        "store_b16" => compiled!(L: store::<L, T>, 2, 0),
        "store_d16_hi_b8" | "store_b8_d16_hi" => compiled!(L: store::<L, T>, 1, 16),
        "store_d16_hi_b16" | "store_b16_d16_hi" => compiled!(L: store::<L, T>, 2, 16),
        "store_b32" | "store_addtid_b32" => compiled!(L: store::<L, T>, 4, 0),
        "store_b64" => compiled!(L: store::<L, T>, 8, 0),
        "store_b96" => compiled!(L: store::<L, T>, 12, 0),
        "store_b128" => compiled!(L: store::<L, T>, 16, 0),
        _ => return None,
    })
}

#[inline(always)]
fn load<L: Level, T: Target>(wave: &mut Wave, group: &mut Group<'_>, step: &Step, fill: Fill) -> Outcome {
    let bytes = fill.bytes();
    let place = T::place(wave, group, step, bytes)?;
    let (mut data, mut defined) = ([[0; LANES]; 4], [wave.exec(); 4]);
    let party = Party { compares: step.instruction.cache.glc, ..wave.party(Kind::Load) };
    fetch::<L>(wave, group, &place, bytes, party, &mut data, &mut defined)?;
    let first = vector(step, T::LOADED)?;
    let (counter, count) = (loads_through(T::RETURNS), bytes.div_ceil(4) as u8);
    fill_registers(wave, counter, first, count, &data, fill)?;
    finish_load(wave, group, T::RETURNS, Load { register: first, count, lanes: defined, pc: wave.at });
    Ok(Flow::Next)
}

/// Reads the lanes of a place; `defined` loses those that get what nothing has written.
#[inline(always)]
pub(super) fn fetch<L: Level>(
    wave: &Wave,
    group: &mut Group<'_>,
    place: &Place,
    bytes: u32,
    party: Party,
    data: &mut Data,
    defined: &mut [u32; 4],
) -> Result<(), Box<Fault>> {
    if let Some(in_range) = place.in_range {
        note_in_range::<L>(wave, group, place, bytes, in_range, Kind::Load);
        return by_dwords(wave, place, bytes, in_range, |reach, dword| {
            let mut one = [[0; LANES]; 4];
            cells::read::<L>(group, reach, &mut one)?;
            data[dword] = one[0];
            Ok(())
        });
    }
    for_each_space(
        place,
        #[inline(always)]
        |space, exec| {
            let is_all = exec == place.global | place.lds | place.scratch;
            let reach = Reach { space, exec, addresses: &place.addresses, bytes, is_all, party };
            group.note::<L>(wave, &access(&reach));
            match space {
                Space::Scratch => scratch::read(wave, &reach, group.checks.bounds, data, defined),
                _ => cells::read::<L>(group, &reach, data),
            }
        },
    )
}

/// Calls for each memory that lanes access. Mostly it is known which one that is, and only its code remains.
#[inline(always)]
fn for_each_space(
    place: &Place,
    mut visit: impl FnMut(Space, u32) -> Result<(), Box<Fault>>,
) -> Result<(), Box<Fault>> {
    if place.global != 0 {
        visit(Space::Global, place.global)?;
    }
    if place.lds != 0 {
        visit(Space::Lds, place.lds)?;
    }
    if place.scratch != 0 {
        visit(Space::Scratch, place.scratch)?;
    }
    Ok(())
}

/// Tells of an access through a descriptor as one, by the lanes whose first dword is in range.
fn note_in_range<L: Level>(
    wave: &Wave,
    group: &mut Group<'_>,
    place: &Place,
    bytes: u32,
    in_range: [u32; 4],
    kind: Kind,
) {
    let (exec, addresses) = (place.global & in_range[0], &place.addresses);
    group.note::<L>(wave, &Access { space: Space::Global, kind, bytes_per_lane: bytes, exec, addresses });
}

/// Accesses the dwords of a place one by one, those lanes that are in range.
fn by_dwords(
    wave: &Wave,
    place: &Place,
    bytes: u32,
    in_range: [u32; 4],
    mut access: impl FnMut(&Reach<'_>, usize) -> Result<(), Box<Fault>>,
) -> Result<(), Box<Fault>> {
    for (dword, in_range) in in_range.into_iter().enumerate().take(bytes.div_ceil(4) as usize) {
        let addresses = place.addresses.map(|address| address.wrapping_add(4 * dword as u64));
        let (space, exec, party) = (Space::Global, place.global & in_range, wave.party(Kind::Load));
        access(&Reach { space, exec, addresses: &addresses, bytes: bytes.min(4), is_all: false, party }, dword)?;
    }
    Ok(())
}

pub(super) fn access<'a>(reach: &Reach<'a>) -> Access<'a> {
    let Reach { space, exec, addresses, bytes, party, .. } = *reach;
    Access { space, kind: party.kind, bytes_per_lane: bytes, exec, addresses }
}

/// Writes the active lanes of the loaded registers.
#[inline(always)]
fn fill_registers(
    wave: &mut Wave,
    counter: Counter,
    first: u8,
    count: u8,
    data: &Data,
    fill: Fill,
) -> Result<(), Box<Fault>> {
    let exec = wave.exec();
    wave.matrix_result = None;
    for (register, data) in (usize::from(first)..).zip(&data[..usize::from(count)]) {
        wave.waits.check_order(register as u8, counter)?;
        let values = &mut wave.vectors[register].0;
        if let (Fill::Words(_), u32::MAX) = (fill, exec) {
            *values = *data;
            continue;
        }
        for lane in 0..LANES {
            let active = 0_u32.wrapping_sub(exec >> lane & 1);
            values[lane] = values[lane] & !active | fill.merge(values[lane], data[lane]) & active;
        }
    }
    Ok(())
}

#[inline(always)]
fn store<L: Level, T: Target>(wave: &mut Wave, group: &mut Group<'_>, step: &Step, bytes: u32, shift: u32) -> Outcome {
    let place = T::place(wave, group, step, bytes)?;
    let first = vector(step, T::DATA)?;
    put::<L>(wave, group, &place, bytes, first, shift)?;
    finish_store(wave, group, T::RETURNS, &place, bytes, Kind::Store);
    Ok(Flow::Next)
}

/// Writes registers to the lanes of a place. Only scratch takes lanes without a value.
#[inline(always)]
pub(super) fn put<L: Level>(
    wave: &mut Wave,
    group: &mut Group<'_>,
    place: &Place,
    bytes: u32,
    first: u8,
    shift: u32,
) -> Result<(), Box<Fault>> {
    let count = bytes.div_ceil(4) as usize;
    let registers = || (first..=u8::MAX).take(count).enumerate();
    let mut data: Data = [[0; LANES]; 4];
    for (dword, register) in registers() {
        wave.check_ready(register, wave.exec() & !place.scratch)?;
        let values: &Lanes = &wave.vectors[usize::from(register)].0;
        data[dword] = from_fn(|lane| values[lane] >> shift);
    }
    let party = wave.party(Kind::Store);
    if let Some(in_range) = place.in_range {
        note_in_range::<L>(wave, group, place, bytes, in_range, Kind::Store);
        return by_dwords(wave, place, bytes, in_range, |reach, dword| {
            let reach = Reach { party, ..*reach };
            let mut one = [[0; LANES]; 4];
            one[0] = data[dword];
            cells::write::<L>(group, &reach, &one)
        });
    }
    for_each_space(
        place,
        #[inline(always)]
        |space, exec| {
            let reach = Reach { space, exec, addresses: &place.addresses, bytes, is_all: false, party };
            group.note::<L>(wave, &access(&reach));
            match space {
                Space::Scratch => {
                    let mut defined = [0; 4];
                    for (dword, register) in registers() {
                        wave.waits.check_vector(register)?;
                        defined[dword] = wave.ready[usize::from(register)];
                    }
                    scratch::write(wave, &reach, group.checks.bounds, &data, &defined)
                }
                _ => cells::write::<L>(group, &reach, &data),
            }
        },
    )
}
