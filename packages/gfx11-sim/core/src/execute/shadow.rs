//! The exact records of one memory: who last read and who last wrote each byte since the last barrier.
//!
//! Pages of records are made when first touched in an interval and used again in the next, so that the cost is that of
//! the bytes touched.

use super::access::Kind;
use super::host_isa::Level;
use super::lane_mask::lanes;
use super::noted::Noted;
use super::records::{Conflict, PAGE, Page, Party};

const PAGE_SHIFT: u32 = 10;
/// More pages than this in one interval are not watched: 16 MiB that one workgroup touches between two barriers.
const MAX_PAGES: usize = 16 << 10;

#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    key: u64,
    interval: u32,
    page: u32,
}

#[derive(Debug)]
pub(super) struct Shadow {
    /// Of all workgroups of this thread; entries of other intervals are empty.
    interval: u32,
    used: usize,
    pages: Vec<Page>,
    /// Open addressing by key; a power of two, at most half full.
    table: Vec<Entry>,
    last: Entry,
}

impl Default for Shadow {
    fn default() -> Shadow {
        let table = vec![Entry::default(); 64];
        Shadow { interval: 1, used: 0, pages: Vec::new(), table, last: Entry::default() }
    }
}

impl Shadow {
    /// Forgets all accesses: all waves have passed a barrier, or a workgroup begins.
    pub fn begin_interval(&mut self) {
        (self.used, self.last) = (0, Entry::default());
        self.interval = self.interval.wrapping_add(1);
        if self.interval == 0 {
            self.table.fill(Entry::default());
            self.interval = 1;
        }
    }

    /// The page of an address, made if need be; `None` when there are too many.
    #[inline(always)]
    fn page(&mut self, address: u64) -> Option<&mut Page> {
        let key = address >> PAGE_SHIFT;
        if self.last.interval != self.interval || self.last.key != key {
            self.last = self.find(key)?;
        }
        self.pages.get_mut(self.last.page as usize)
    }

    fn find(&mut self, key: u64) -> Option<Entry> {
        if 2 * (self.used + 1) > self.table.len() {
            self.grow();
        }
        let slot = self.slot(key);
        if self.table[slot].interval != self.interval {
            if self.used == MAX_PAGES {
                return None;
            }
            if self.used == self.pages.len() {
                self.pages.push(Page::new());
            }
            self.pages[self.used].reset();
            self.table[slot] = Entry { key, interval: self.interval, page: self.used as u32 };
            self.used += 1;
        }
        Some(self.table[slot])
    }

    /// Where a key is, or may be put.
    fn slot(&self, key: u64) -> usize {
        let mask = self.table.len() - 1;
        let mut slot = (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize & mask;
        while self.table[slot].interval == self.interval && self.table[slot].key != key {
            slot = (slot + 1) & mask;
        }
        slot
    }

    fn grow(&mut self) {
        let entries = vec![Entry::default(); 2 * self.table.len()];
        let old = std::mem::replace(&mut self.table, entries);
        for entry in old.into_iter().filter(|entry| entry.interval == self.interval) {
            let slot = self.slot(entry.key);
            self.table[slot] = entry;
        }
    }

    /// Notes an access of any bytes of one lane.
    pub fn touch(&mut self, address: u64, bytes: u32, party: &Party) -> Result<(), Conflict> {
        let end = address.saturating_add(bytes.into());
        let mut at = address;
        while at < end {
            let dword = at & !3;
            let next = (dword + 4).min(end);
            let bits = ((1 << (next - at)) - 1) << (at - dword);
            let Some(page) = self.page(at) else { return Ok(()) };
            let touched = page.touch((dword / 4) as usize % PAGE, bits, party);
            touched.map_err(|(record, other_writes)| party.conflict(at, record, other_writes))?;
            at = next;
        }
        Ok(())
    }

    /// Notes an access; else the first lane that races, and with what.
    pub fn note<L: Level>(&mut self, noted: &Noted) -> Result<(), (usize, Conflict)> {
        if noted.is_dwords
            && noted.party.kind != Kind::Atomic
            && L::run(
                #[inline(always)]
                || self.touch_rows(noted),
            )
        {
            return Ok(());
        }
        for lane in lanes(noted.exec) {
            self.touch(noted.address(lane), noted.bytes, &noted.party).map_err(|conflict| (lane, conflict))?;
        }
        Ok(())
    }

    /// Notes loads or plain stores of whole dwords; false if one needs a closer look, which it then gets unchanged.
    #[inline(always)]
    fn touch_rows(&mut self, noted: &Noted) -> bool {
        let (mine, is_load) = (noted.party.record(15), noted.party.kind == Kind::Load);
        let dwords_of_lane = (noted.bytes / 4) as usize;
        let mut clean = true;
        noted.for_each_run(
            #[inline(always)]
            |lane, count| {
                let (mut at, mut left) = (noted.address(lane), count * dwords_of_lane);
                while left > 0 {
                    let first = (at >> 2) as usize % PAGE;
                    let count = left.min(PAGE - first);
                    let Some(page) = self.page(at) else { return };
                    clean &= page.touch_row(first, count, mine, is_load);
                    (at, left) = (at + 4 * count as u64, left - count);
                }
            },
        );
        clean
    }
}
