//! Who last read and who last wrote each dword of a page, and each byte where waves share a dword.
//!
//! Two atomics never race. Neither do a compare-and-swap and a load: compilers begin loops of compare-and-swap with a plain
//! load, so that a kernel that only looks at such memory without a barrier is not found. A load with `glc`, as compilers
//! emit for atomic ones, races with no atomic.

use super::access::Kind;

/// Who accesses.
#[derive(Clone, Copy, Debug)]
pub(super) struct Party {
    pub wave: u32,
    /// Word offset of the instruction.
    pub pc: u32,
    pub kind: Kind,
    /// An atomic that compares and swaps, or a load that means to see atomics (`glc`).
    pub compares: bool,
}

/// An access that races with an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Conflict {
    pub address: u64,
    pub other_wave: u32,
    pub other_pc: u32,
    pub other_writes: bool,
}

const VALID: u32 = 1 << 31;
/// Other waves did the same since; one of them is in the page's `others`.
const SHARED: u32 = 1 << 30;
const ATOMIC: u32 = 1 << 29;
const WAVE_SHIFT: u32 = 24;
const WAVE_MASK: u32 = 31 << WAVE_SHIFT;
const BYTES_SHIFT: u32 = 20;
const BYTES_MASK: u32 = 15 << BYTES_SHIFT;
/// Of an atomic: all of them compare and swap.
const COMPARES: u32 = 1 << 19;
const PC_BITS: u32 = 19;
const PC_MASK: u32 = (1 << PC_BITS) - 1;

/// Dwords of a page.
pub(super) const PAGE: usize = 256;

/// Records of `N` dwords or bytes, 0 for none.
#[derive(Clone, Debug)]
struct Records<const N: usize> {
    reads: [u32; N],
    writes: [u32; N],
    /// Another wave's record, where SHARED is set.
    other_reads: [u32; N],
    other_writes: [u32; N],
}

#[derive(Debug)]
pub(super) struct Page {
    words: Records<PAGE>,
    /// Records of single bytes, once waves share a dword.
    bytes: Option<Box<Records<{ 4 * PAGE }>>>,
}

impl Party {
    /// The record of an access to some bytes of a dword, one bit each.
    pub fn record(&self, bytes: u32) -> u32 {
        let atomic = if self.kind == Kind::Atomic { ATOMIC } else { 0 };
        let compares = if self.compares { COMPARES } else { 0 };
        VALID | atomic | compares | (self.wave << WAVE_SHIFT & WAVE_MASK) | bytes << BYTES_SHIFT | self.pc & PC_MASK
    }

    /// Programs of more than 2 MiB have several instructions with the same lowest bits; the nearest one is named.
    pub fn conflict(&self, address: u64, record: u32, other_writes: bool) -> Conflict {
        let distance = ((record.wrapping_sub(self.pc) & PC_MASK) << (32 - PC_BITS)) as i32 >> (32 - PC_BITS);
        let other_pc = self.pc.wrapping_add_signed(distance);
        Conflict { address, other_wave: (record & WAVE_MASK) >> WAVE_SHIFT, other_pc, other_writes }
    }
}

/// Whether a record is of another wave too.
#[inline(always)]
fn foreign(record: u32, mine: u32) -> bool {
    record != 0 && ((record ^ mine) & WAVE_MASK | record & SHARED) != 0
}

impl<const N: usize> Records<N> {
    const NONE: Records<N> = Records { reads: [0; N], writes: [0; N], other_reads: [0; N], other_writes: [0; N] };

    fn clear(&mut self) {
        self.reads.fill(0);
        self.writes.fill(0);
    }

    /// Notes an access of all of an item, after finding that it does not race; else the record it races with.
    fn touch(&mut self, index: usize, mine: u32, kind: Kind) -> Result<(), (u32, bool)> {
        let (read, write) = (self.reads[index], self.writes[index]);
        let compares = mine & COMPARES != 0 || kind == Kind::Load && write & COMPARES != 0;
        let allowed = write & ATOMIC != 0 && (kind == Kind::Atomic || kind == Kind::Load && compares);
        if foreign(write, mine) && !allowed {
            return Err((other(write, self.other_writes[index], mine), true));
        }
        if kind == Kind::Load {
            add(&mut self.reads[index], &mut self.other_reads[index], mine);
            self.reads[index] &= mine | !COMPARES;
            return Ok(());
        }
        if foreign(read, mine) && !(kind == Kind::Atomic && (mine | read) & COMPARES != 0) {
            return Err((other(read, self.other_reads[index], mine), false));
        }
        if write == 0 || mine & ATOMIC == 0 {
            self.writes[index] = mine;
        } else if write & ATOMIC != 0 {
            add(&mut self.writes[index], &mut self.other_writes[index], mine);
            self.writes[index] &= mine | !COMPARES;
        }
        Ok(())
    }
}

/// The record of the two that is not mine.
fn other(record: u32, second: u32, mine: u32) -> u32 {
    if (record ^ mine) & WAVE_MASK != 0 { record } else { second }
}

#[inline(always)]
fn add(record: &mut u32, second: &mut u32, mine: u32) {
    if *record == 0 {
        *record = mine;
    } else if (*record ^ mine) & WAVE_MASK != 0 && *record & SHARED == 0 {
        *second = mine;
        *record |= SHARED;
    }
}

impl Page {
    pub fn new() -> Page {
        Page { words: Records::NONE, bytes: None }
    }

    pub fn reset(&mut self) {
        self.words.clear();
        self.bytes = None;
    }

    /// Notes an access of bytes of one dword; else the record it races with, and whether that one writes.
    pub fn touch(&mut self, dword: usize, bytes: u32, party: &Party) -> Result<(), (u32, bool)> {
        let mine = party.record(bytes);
        if self.bytes.is_none() && self.fits(dword, mine) {
            let widened = self.words.writes[dword] & BYTES_MASK;
            self.words.touch(dword, mine, party.kind)?;
            match party.kind {
                Kind::Load => self.words.reads[dword] |= mine & BYTES_MASK,
                _ => self.words.writes[dword] |= mine & BYTES_MASK | widened,
            }
            return Ok(());
        }
        let records = self.bytes.get_or_insert_with(|| split(&self.words));
        (0..4)
            .filter(|byte| bytes >> byte & 1 != 0)
            .try_for_each(|byte| records.touch(4 * dword + byte, mine, party.kind))
    }

    /// Whether one record can still speak for all bytes of a dword: it is one wave's, or all waves access the same bytes.
    fn fits(&self, dword: usize, mine: u32) -> bool {
        let alike = |record: u32, same_kind: bool| {
            let same_bytes = (record ^ mine) & BYTES_MASK == 0;
            record == 0 || same_bytes || !foreign(record, mine) && same_kind
        };
        let write = self.words.writes[dword];
        alike(self.words.reads[dword], true) && alike(write, (write ^ mine) & ATOMIC == 0)
    }

    /// Notes loads or plain stores of whole dwords in a row, all on this page; false if one needs a closer look, which it
    /// then gets unchanged.
    #[inline(always)]
    pub fn touch_row(&mut self, first: usize, count: usize, mine: u32, is_load: bool) -> bool {
        if self.bytes.is_some() {
            return false;
        }
        let (mut at, end, mut clean) = (first, first + count, true);
        while at < end {
            at += match end - at {
                WIDE.. => {
                    clean &= row::<WIDE>(&mut self.words, at, mine, is_load);
                    WIDE
                }
                NARROW.. => {
                    clean &= row::<NARROW>(&mut self.words, at, mine, is_load);
                    NARROW
                }
                _ => {
                    clean &= row::<1>(&mut self.words, at, mine, is_load);
                    1
                }
            };
        }
        clean
    }
}

/// Dwords that are noted at once.
const WIDE: usize = 16;
const NARROW: usize = 4;

fn split(words: &Records<PAGE>) -> Box<Records<{ 4 * PAGE }>> {
    let mut records = Box::new(Records::NONE);
    for index in 0..4 * PAGE {
        let of = |record: u32| if record >> BYTES_SHIFT >> (index % 4) & 1 != 0 { record } else { 0 };
        let dword = index / 4;
        records.reads[index] = of(words.reads[dword]);
        records.writes[index] = of(words.writes[dword]);
        records.other_reads[index] = words.other_reads[dword];
        records.other_writes[index] = words.other_writes[dword];
    }
    records
}

#[inline(always)]
fn row<const N: usize>(records: &mut Records<PAGE>, first: usize, mine: u32, is_load: bool) -> bool {
    if is_load { read_row::<N>(records, first, mine) } else { write_row::<N>(records, first, mine) }
}

#[inline(always)]
fn read_row<const N: usize>(records: &mut Records<PAGE>, first: usize, mine: u32) -> bool {
    let (Some(reads), Some(writes), Some(others)) = (
        records.reads[first..].first_chunk_mut::<N>(),
        records.writes[first..].first_chunk::<N>(),
        records.other_reads[first..].first_chunk_mut::<N>(),
    ) else {
        return false;
    };
    let mut look = 0;
    for index in 0..N {
        let old = reads[index];
        let differs = old != 0 && (old ^ mine) & WAVE_MASK != 0;
        let partial = old != 0 && old & BYTES_MASK != BYTES_MASK;
        look |= u32::from(foreign(writes[index], mine)) | u32::from(partial);
        let shares = differs && !partial && old & SHARED == 0;
        others[index] = if shares { mine } else { others[index] };
        let kept = if shares { old | SHARED } else { old };
        reads[index] = if old == 0 { mine } else { kept & (mine | !COMPARES) };
    }
    look == 0
}

#[inline(always)]
fn write_row<const N: usize>(records: &mut Records<PAGE>, first: usize, mine: u32) -> bool {
    let (Some(reads), Some(writes)) =
        (records.reads[first..].first_chunk::<N>(), records.writes[first..].first_chunk_mut::<N>())
    else {
        return false;
    };
    let mut look = 0;
    for index in 0..N {
        let bad = foreign(writes[index], mine) | foreign(reads[index], mine);
        look |= u32::from(bad);
        writes[index] = if bad { writes[index] } else { mine };
    }
    look == 0
}
