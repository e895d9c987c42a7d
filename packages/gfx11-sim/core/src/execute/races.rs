//! Finds races: bytes that waves of a workgroup access between the same two barriers, at least one of them writing.
//!
//! Most intervals have none, nor anything near to one: waves read the same buffers and write units of memory that are
//! their own. A filter knows for each unit which wave has accessed it; while it can exclude a race, accesses are only
//! listed. When it cannot, the list is replayed into the exact records, in the order of execution, and all that follows
//! until the barrier goes there. What is found, and where, is what exact records of all accesses would tell.

use super::access::Kind;
use super::fault::Space;
use super::host_isa::{Level, Portable};
use super::lane_mask::lanes;
use super::noted::Noted;
use super::owners::{Owners, UNITS};
use super::records::{Conflict, Party};
use super::shadow::Shadow;
use super::waits::Stored;
use super::wave::Wave;

/// Accesses of an interval that are listed at most; with more, all of them are recorded exactly.
const MAX_LISTED: usize = 2048;

/// What was accessed in one memory since the last barrier.
#[derive(Debug)]
struct Watched {
    owners: Owners,
    /// The accesses to buffers that are not exact, with the number of the buffer; behind `count`, old ones.
    listed: Vec<(u32, Noted)>,
    count: usize,
    shadow: Shadow,
    /// Whether everything is recorded exactly.
    is_exact: bool,
}

/// What was accessed in the memories of a workgroup.
#[derive(Debug)]
pub(super) struct Races {
    /// Its units are whole buffers.
    global: Watched,
    /// Its units are 16 bytes.
    lds: Watched,
}

impl Watched {
    fn new(units: usize) -> Watched {
        Watched { owners: Owners::new(units), listed: Vec::new(), count: 0, shadow: Shadow::default(), is_exact: false }
    }

    fn begin_interval(&mut self) {
        self.owners.begin_interval();
        self.count = 0;
        self.shadow.begin_interval();
        self.is_exact = false;
    }

    /// Lists an access that cannot race; false when the list is full.
    #[inline(always)]
    fn list(&mut self, buffer: u32, noted: &Noted) -> bool {
        match self.listed.get_mut(self.count) {
            Some((number, place)) => {
                *number = buffer;
                noted.put(place);
            }
            None if self.count < MAX_LISTED => self.extend(buffer, noted),
            None => return false,
        }
        self.count += 1;
        true
    }

    #[cold]
    fn extend(&mut self, buffer: u32, noted: &Noted) {
        self.listed.push((buffer, *noted));
    }

    /// Records everything exactly from now on.
    #[cold]
    fn make_exact<L: Level>(&mut self) {
        self.is_exact = true;
        for (_, noted) in &self.listed[..self.count] {
            // None of them races with those before it.
            let _ = self.shadow.note::<L>(noted);
        }
        self.count = 0;
    }

    /// Moves the listed accesses to one buffer to the exact records.
    #[cold]
    fn make_buffer_exact<L: Level>(&mut self, buffer: u32) {
        let mut kept = 0;
        for index in 0..self.count {
            if self.listed[index].0 == buffer {
                let _ = self.shadow.note::<L>(&self.listed[index].1);
            } else {
                self.listed.swap(kept, index);
                kept += 1;
            }
        }
        self.count = kept;
    }
}

impl Default for Races {
    fn default() -> Races {
        Races { global: Watched::new(0), lds: Watched::new(UNITS) }
    }
}

impl Races {
    /// Forgets what the barrier orders, or another workgroup did.
    pub fn begin_interval(&mut self) {
        self.global.begin_interval();
        self.lds.begin_interval();
    }

    /// Carries a store into an interval that does not order it.
    pub fn keep(&mut self, wave: u32, stored: &Stored) {
        let watched = if stored.space == Space::Lds { &mut self.lds } else { &mut self.global };
        watched.make_exact::<Portable>();
        let party = Party { wave, pc: stored.pc, kind: stored.kind, compares: false };
        for lane in lanes(stored.exec) {
            // Two of them that race have done so before.
            let _ = watched.shadow.touch(stored.addresses[lane], stored.bytes, &party);
        }
    }

    /// Notes an access to the LDS; else the first lane that races, and with what.
    #[inline(always)]
    pub fn note_lds<L: Level>(&mut self, noted: &Noted) -> Result<(), (usize, Conflict)> {
        let watched = &mut self.lds;
        if !watched.is_exact {
            let is_plain = noted.party.kind != Kind::Atomic;
            if is_plain && watched.owners.note_units(noted) && watched.list(0, noted) {
                return Ok(());
            }
            watched.make_exact::<L>();
        }
        watched.shadow.note::<L>(noted)
    }

    /// Notes an access to the buffer of that number; else the first lane that races, and with what.
    #[inline(always)]
    pub fn note_global<L: Level>(&mut self, buffer: u32, noted: &Noted) -> Result<(), (usize, Conflict)> {
        let watched = &mut self.global;
        if !watched.is_exact {
            if watched.owners.note_buffer(buffer, &noted.party) {
                if watched.list(buffer, noted) {
                    return Ok(());
                }
                watched.make_exact::<L>();
            } else if watched.owners.mix(buffer) {
                watched.make_buffer_exact::<L>(buffer);
            }
        }
        watched.shadow.note::<L>(noted)
    }
}

impl Wave {
    /// This wave, doing what it does now.
    pub fn party(&self, kind: Kind) -> Party {
        Party { wave: self.index, pc: self.at, kind, compares: false }
    }
}
