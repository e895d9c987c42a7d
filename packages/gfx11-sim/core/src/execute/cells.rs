//! The memory side of an access to global memory or the LDS: which bytes, whether they may be touched, their data.

use super::access::Kind;
use super::buffer::Buffer;
use super::checks::Checks;
use super::copy::{copy_in, copy_out};
use super::fault::{Fault, Space};
use super::group::Group;
use super::host_isa::Level;
use super::lane_mask::lanes;
use super::located::{HALF, Located};
use super::noted::Noted;
use super::races::Races;
use super::records::{Conflict, Party};
use super::wave::{LANES, Lanes};

/// The dwords of every lane.
pub(super) type Data = [Lanes; 4];

/// One access of a wave to one memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reach<'a> {
    pub space: Space,
    pub exec: u32,
    pub addresses: &'a [u64; LANES],
    /// Of each lane: 1, 2, 4, 8, 12 or 16.
    pub bytes: u32,
    /// Whether these are all the lanes that get data.
    pub is_all: bool,
    pub party: Party,
}

/// The lanes of an access that are in one buffer, and what is known of it.
struct Part<'a> {
    buffer: &'a Buffer,
    /// Of the buffer, among those of global memory.
    number: u32,
    located: Located,
    races: Option<&'a mut Races>,
    checks: Checks,
}

/// Loads into the active lanes; what is outside of every buffer stays as it is when that is no fault. Compiled once for
/// all loads.
#[inline(never)]
pub(super) fn read<L: Level>(group: &mut Group<'_>, reach: &Reach<'_>, out: &mut Data) -> Result<(), Box<Fault>> {
    L::run(
        #[inline(always)]
        || {
            for_each_buffer(
                group,
                reach,
                #[inline(always)]
                |mut part| {
                    part.check_poison(reach)?;
                    part.check_races::<L>(reach)?;
                    copy_in(part.buffer, &part.located, reach, out);
                    Ok(())
                },
            )
        },
    )
}

/// Stores the data of the active lanes, those of higher lanes last. Compiled once for all stores.
#[inline(never)]
pub(super) fn write<L: Level>(group: &mut Group<'_>, reach: &Reach<'_>, data: &Data) -> Result<(), Box<Fault>> {
    L::run(
        #[inline(always)]
        || {
            for_each_buffer(
                group,
                reach,
                #[inline(always)]
                |mut part| {
                    part.check_races::<L>(reach)?;
                    part.set_written();
                    copy_out(part.buffer, &part.located, reach, data);
                    Ok(())
                },
            )
        },
    )
}

/// Replaces what the active lanes point to, lane after lane, and gives what was there.
pub(super) fn exchange<L: Level>(
    group: &mut Group<'_>,
    reach: &Reach<'_>,
    out: &mut Data,
    operation: impl Fn(usize, u64) -> u64,
) -> Result<(), Box<Fault>> {
    for_each_buffer(
        group,
        reach,
        #[inline(always)]
        |mut part| {
            part.check_poison(reach)?;
            part.check_races::<L>(reach)?;
            let Part { buffer, located, .. } = part;
            for lane in lanes(located.exec) {
                let offset = located.offsets[lane];
                let low = u64::from(buffer.load(offset, 4));
                let old = if reach.bytes == 8 { low | u64::from(buffer.load(offset + 4, 4)) << 32 } else { low };
                let new = operation(lane, old);
                buffer.store(offset, 4, new as u32);
                if reach.bytes == 8 {
                    buffer.store(offset + 4, 4, (new >> 32) as u32);
                }
                buffer.set_written(offset, reach.bytes.into());
                (out[0][lane], out[1][lane]) = (old as u32, (old >> 32) as u32);
            }
            Ok(())
        },
    )
}

/// Calls for each buffer that lanes point into, mostly one.
#[inline(always)]
fn for_each_buffer(
    group: &mut Group<'_>,
    reach: &Reach<'_>,
    mut visit: impl FnMut(Part<'_>) -> Result<(), Box<Fault>>,
) -> Result<(), Box<Fault>> {
    let Group { memory, lds, races, checks, .. } = group;
    let mut rest = reach.exec;
    while rest != 0 {
        let lane = rest.trailing_zeros() as usize;
        let address = reach.addresses[lane];
        let (number, buffer) = match reach.space {
            Space::Lds => (0, Some(&*lds)),
            _ => memory.number(address).map_or((0, None), |number| (number as u32, memory.buffers().get(number))),
        };
        let inside = buffer.filter(|buffer| buffer.offset(address, reach.bytes).is_some());
        let Some(buffer) = inside else {
            if checks.bounds {
                let (space, bytes) = (reach.space, reach.bytes);
                return Err(Box::new(Fault::Bounds { space, lane: Some(lane as u32), address, bytes }));
            }
            rest &= rest - 1;
            continue;
        };
        let located = Located::new(buffer, reach.addresses, reach.bytes, rest, address);
        rest &= !located.exec;
        visit(Part { buffer, number, located, races: races.as_mut(), checks: *checks })?;
    }
    Ok(())
}

impl Part<'_> {
    /// A fault when a lane reads what nothing has written.
    #[inline(always)]
    fn check_poison(&self, reach: &Reach<'_>) -> Result<(), Box<Fault>> {
        if !self.checks.poison || self.is_written() { Ok(()) } else { self.find_poison(reach) }
    }

    /// Whether all bytes of the lanes were written.
    #[inline(always)]
    fn is_written(&self) -> bool {
        let Located { offsets, bytes, is_row, is_in_units, repeats, first, last, .. } = &self.located;
        let Some(written) = self.buffer.written() else { return true };
        match (is_in_units, offsets.first_chunk::<HALF>()) {
            _ if *is_row => written.covers(*first, last - first),
            (true, Some(half)) if *repeats => written.covers_each_unit(half, *bytes),
            (true, _) => written.covers_each_unit(offsets, *bytes),
            _ => written.covers_each(offsets, *bytes),
        }
    }

    #[cold]
    fn find_poison(&self, reach: &Reach<'_>) -> Result<(), Box<Fault>> {
        let (space, bytes) = (reach.space, reach.bytes);
        let is_poison = |lane: &usize| !self.buffer.is_written(self.located.offsets[*lane], bytes.into());
        match lanes(self.located.exec).find(is_poison) {
            None => Ok(()),
            Some(lane) => {
                Err(Box::new(Fault::Poison { space, lane: Some(lane as u32), address: reach.addresses[lane], bytes }))
            }
        }
    }

    /// Notes that the lanes' bytes are written.
    #[inline(always)]
    fn set_written(&self) {
        let Some(written) = self.buffer.written() else { return };
        let Located { offsets, bytes, is_row, first, last, .. } = &self.located;
        if *is_row {
            written.set(*first, last - first);
        } else if !self.is_written() {
            self.located.for_each_run(|lane, count| written.set(offsets[lane], count as u64 * u64::from(*bytes)));
        }
    }

    /// A fault when the access races with an earlier one.
    #[inline(always)]
    fn check_races<L: Level>(&mut self, reach: &Reach<'_>) -> Result<(), Box<Fault>> {
        let Some(races) = &mut self.races else { return Ok(()) };
        let number = self.number;
        let mut note = |noted: &Noted| match reach.space {
            Space::Lds => races.note_lds::<L>(noted),
            _ => races.note_global::<L>(number, noted),
        };
        let (located, party) = (&self.located, reach.party);
        let noted = match located.noted(self.buffer, party) {
            Some(noted) => note(&noted),
            None => lanes(located.exec).try_for_each(|lane| note(&located.noted_lane(self.buffer, party, lane))),
        };
        noted.map_err(|(lane, conflict)| race(reach, lane, conflict))
    }
}

#[cold]
fn race(reach: &Reach<'_>, lane: usize, conflict: Conflict) -> Box<Fault> {
    Box::new(Fault::Race {
        space: reach.space,
        lane: lane as u32,
        address: conflict.address,
        other_wave: conflict.other_wave,
        other_pc: conflict.other_pc,
        writes: reach.party.kind != Kind::Load,
        other_writes: conflict.other_writes,
    })
}
