//! Which wave has accessed each unit of a memory since the last barrier: a filter that never misses a race, and that
//! takes waves which share a unit for racing when one of them writes.

use super::access::Kind;
use super::located::HALF;
use super::noted::Noted;
use super::records::Party;
use crate::execute::array::from_fn;

/// Bytes of a unit of the LDS.
const UNIT_BYTES: u32 = 16;
/// Units of the largest LDS.
pub(super) const UNITS: usize = (64 << 10) / UNIT_BYTES as usize;

const WAVE_MASK: u32 = 31;
/// Accesses are recorded elsewhere.
const MIXED: u32 = 1 << 5;
const WROTE: u32 = 1 << 6;
/// Other waves than the first one have read it too.
const SHARED: u32 = 1 << 7;
/// The interval is above; records of others are none.
const INTERVAL_SHIFT: u32 = 8;

#[derive(Debug)]
pub(super) struct Owners {
    interval: u32,
    records: Vec<u32>,
}

/// The record after an access, and whether the access may race.
#[inline(always)]
fn next(old: u32, mine: u32, writes: bool) -> (u32, bool) {
    let is_current = (old ^ mine) >> INTERVAL_SHIFT == 0;
    let is_own = (old ^ mine) & !WROTE == 0;
    if writes {
        return (mine | WROTE, is_current && !is_own);
    }
    let shared = if is_current { old | SHARED } else { mine };
    (if is_own { old } else { shared }, is_current && !is_own && old & (WROTE | MIXED) != 0)
}

impl Owners {
    pub fn new(units: usize) -> Owners {
        Owners { interval: 1, records: vec![0; units] }
    }

    pub fn begin_interval(&mut self) {
        self.interval += 1;
        if self.interval >> (u32::BITS - INTERVAL_SHIFT) != 0 {
            self.records.fill(0);
            self.interval = 1;
        }
    }

    #[inline(always)]
    fn mine(&self, wave: u32) -> u32 {
        self.interval << INTERVAL_SHIFT | wave & WAVE_MASK
    }

    /// Notes an access to the unit of that number, unless it may race.
    #[inline(always)]
    pub fn note_buffer(&mut self, unit: u32, party: &Party) -> bool {
        let (mine, unit) = (self.mine(party.wave), unit as usize);
        if self.records.len() <= unit {
            self.records.resize(unit + 1, 0);
        }
        let (record, may_race) = next(self.records[unit], mine, party.kind != Kind::Load);
        if !may_race {
            self.records[unit] = record;
        }
        !may_race && party.kind != Kind::Atomic
    }

    /// Says that accesses to a unit are recorded elsewhere; whether that is new.
    pub fn mix(&mut self, unit: u32) -> bool {
        let mixed = self.mine(0) | MIXED;
        std::mem::replace(&mut self.records[unit as usize], mixed) != mixed
    }

    /// Notes an access to the LDS, unless it may race.
    #[inline(always)]
    pub fn note_units(&mut self, noted: &Noted) -> bool {
        let mine = self.mine(noted.party.wave);
        let Some(records) = self.records.first_chunk_mut::<UNITS>() else { return false };
        match noted.offsets.first_chunk::<HALF>() {
            Some(half) if noted.repeats => note_lanes(records, noted, half, mine),
            _ => note_lanes(records, noted, &noted.offsets, mine),
        }
    }
}

/// Notes lanes at these offsets.
#[inline(always)]
fn note_lanes<const N: usize>(records: &mut [u32; UNITS], noted: &Noted, offsets: &[u32; N], mine: u32) -> bool {
    let (base, more) = (noted.base as u32, noted.bytes - 1);
    let first: [u32; N] = from_fn(|lane| (base + offsets[lane]) / UNIT_BYTES % UNITS as u32);
    let last: [u32; N] = from_fn(|lane| (base + offsets[lane] + more) / UNIT_BYTES % UNITS as u32);
    let mut crossing = 0;
    for lane in 0..N {
        crossing |= first[lane] ^ last[lane];
    }
    let writes = noted.party.kind != Kind::Load;
    note_each(records, &first, mine, writes) && (crossing == 0 || note_each(records, &last, mine, writes))
}

/// Notes an access to units, unless it may race.
#[inline(always)]
fn note_each<const N: usize>(records: &mut [u32; UNITS], units: &[u32; N], mine: u32, writes: bool) -> bool {
    let old: [u32; N] = from_fn(|lane| records[units[lane] as usize % UNITS]);
    let (mut new, mut may_race) = ([0; N], 0);
    for lane in 0..N {
        let (record, races) = next(old[lane], mine, writes);
        new[lane] = record;
        may_race |= u32::from(races);
    }
    if may_race == 0 {
        for lane in 0..N {
            records[units[lane] as usize % UNITS] = new[lane];
        }
    }
    may_race == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execute::wave::LANES;

    /// What a filter tells of accesses by wave and kind, `w` for a write, all to one unit.
    fn tell(owners: &mut Owners, accesses: &str) -> Vec<bool> {
        let party = |wave: char, kind: char| Party {
            wave: wave.to_digit(10).unwrap_or(0),
            pc: 0,
            kind: if kind == 'w' { Kind::Store } else { Kind::Load },
            compares: false,
        };
        let mut letters = accesses.chars();
        std::iter::from_fn(|| {
            let party = party(letters.next()?, letters.next()?);
            let noted =
                Noted { base: 32, offsets: [0; LANES], exec: 1, bytes: 4, is_dwords: true, repeats: false, party };
            let (unit, buffer) = (owners.note_units(&noted), owners.note_buffer(0, &party));
            assert_eq!(unit, buffer, "{accesses}");
            Some(unit)
        })
        .collect()
    }

    #[test]
    fn waves_may_share_what_they_read_and_own_what_they_write() {
        let cases = [
            ("0r1r2r0r", "1111"),
            ("0w0r0w0r", "1111"),
            ("0r0w0r", "111"),
            ("0w1r", "10"),
            ("0w1w", "10"),
            ("0r1w", "10"),
            ("0r1r0w", "110"),
            ("0r1r1w", "110"),
            ("0r0w1r", "110"),
        ];
        let mut owners = Owners::new(UNITS);
        for (accesses, expected) in cases {
            let told: String =
                tell(&mut owners, accesses).into_iter().map(|free| if free { '1' } else { '0' }).collect();
            assert_eq!(told, expected, "{accesses}");
            owners.begin_interval();
        }
    }

    #[test]
    fn the_number_of_intervals_does_not_matter() {
        let mut owners = Owners::new(UNITS);
        assert_eq!(tell(&mut owners, "0w"), [true]);
        owners.interval = (1 << (u32::BITS - INTERVAL_SHIFT)) - 1;
        assert_eq!(tell(&mut owners, "1w"), [true]);
        owners.begin_interval();
        assert_eq!((owners.interval, tell(&mut owners, "2w1w")), (1, vec![true, false]));
    }
}
