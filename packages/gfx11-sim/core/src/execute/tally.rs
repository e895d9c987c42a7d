//! How often each instruction was executed, by the role of the wave.

use super::paged::Paged;
use super::program::PAGE_WORDS;
use crate::statistics::WaveRoles;

/// Of one instruction.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Count {
    pub executions: u64,
    /// Lanes set in EXEC, added up over the executions.
    pub lanes: u64,
}

impl Count {
    pub fn add(&mut self, other: &Count) {
        self.executions += other.executions;
        self.lanes += other.lanes;
    }
}

/// The counts of a page.
pub(super) type Counts = Box<[Count; PAGE_WORDS]>;

#[derive(Clone, Debug)]
pub(super) struct Tally {
    roles: WaveRoles,
    slots: Vec<Paged<Count>>,
}

impl Tally {
    /// For waves in that many slots.
    pub fn new(roles: WaveRoles, slots: usize) -> Tally {
        Tally { roles, slots: vec![Paged::default(); slots] }
    }

    /// The slot that a wave is counted in.
    #[inline(always)]
    pub fn slot(&self, wave: u32) -> usize {
        self.roles.slot(wave)
    }

    /// The counts of a page for a wave, to be given back with `put`.
    pub fn take(&mut self, wave: u32, page: usize) -> Counts {
        let slot = self.slot(wave);
        self.slots[slot].take(page)
    }

    pub fn put(&mut self, wave: u32, page: usize, counts: Counts) {
        let slot = self.slot(wave);
        self.slots[slot].put(page, counts);
    }

    /// The counts of each slot.
    pub fn into_slots(self) -> Vec<Paged<Count>> {
        self.slots
    }
}
