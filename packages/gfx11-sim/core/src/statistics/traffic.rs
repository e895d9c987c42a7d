//! Counts of memory accesses: an access is one wave's execution of a load, store or atomic, or one of the two of a
//! `_2addr` instruction.

use std::ops::AddAssign;

/// Size of a cache line.
pub const LINE_BYTES: u64 = 128;

/// The same count for each kind of access.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ByKind<T> {
    pub loads: T,
    pub stores: T,
    pub atomics: T,
}

/// Accesses to global memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineTraffic {
    /// Accesses with at least one active lane.
    pub accesses: u64,
    /// Bytes that the active lanes ask for; a byte that several lanes ask for counts for each.
    pub bytes: u64,
    /// Lines of [`LINE_BYTES`] that each access touches, added up.
    pub lines: u64,
}

impl LineTraffic {
    /// Bytes asked for per byte of the lines touched: 1 for consecutive dwords on line boundaries, 1/32 for dwords in
    /// different lines, more than 1 where lanes share bytes. `None` without accesses.
    pub fn coalescing(&self) -> Option<f64> {
        (self.lines != 0).then(|| self.bytes as f64 / (self.lines * LINE_BYTES) as f64)
    }
}

impl AddAssign for LineTraffic {
    fn add_assign(&mut self, other: LineTraffic) {
        self.accesses += other.accesses;
        self.bytes += other.bytes;
        self.lines += other.lines;
    }
}

/// Accesses to LDS, with cycles of the model in `banks.rs`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LdsTraffic {
    /// Accesses with at least one active lane.
    pub accesses: u64,
    /// Bytes that the active lanes ask for.
    pub bytes: u64,
    /// Cycles that the accesses would take without bank conflicts.
    pub ideal_cycles: u64,
    /// Cycles that they take.
    pub cycles: u64,
}

impl LdsTraffic {
    /// Cycles lost to bank conflicts.
    pub fn conflict_cycles(&self) -> u64 {
        self.cycles - self.ideal_cycles
    }

    /// Share of the cycles that is lost to bank conflicts, 0 to 1 (excluded). `None` without accesses.
    pub fn conflict_share(&self) -> Option<f64> {
        (self.cycles != 0).then(|| self.conflict_cycles() as f64 / self.cycles as f64)
    }
}

impl AddAssign for LdsTraffic {
    fn add_assign(&mut self, other: LdsTraffic) {
        self.accesses += other.accesses;
        self.bytes += other.bytes;
        self.ideal_cycles += other.ideal_cycles;
        self.cycles += other.cycles;
    }
}

/// Traffic of private memory: spilled registers and arrays that did not fit into registers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScratchTraffic {
    /// Bytes that active lanes load.
    pub load_bytes: u64,
    /// Bytes that active lanes store.
    pub store_bytes: u64,
}

impl AddAssign for ScratchTraffic {
    fn add_assign(&mut self, other: ScratchTraffic) {
        self.load_bytes += other.load_bytes;
        self.store_bytes += other.store_bytes;
    }
}

impl<T: AddAssign> AddAssign for ByKind<T> {
    fn add_assign(&mut self, other: ByKind<T>) {
        self.loads += other.loads;
        self.stores += other.stores;
        self.atomics += other.atomics;
    }
}

/// The vector accesses to one buffer; scalar loads are not in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BufferTraffic {
    /// The buffer's name; empty for addresses outside of every buffer, which only a launch without bounds checks reaches.
    pub name: String,
    /// Size of the buffer.
    pub size_bytes: u64,
    pub traffic: ByKind<LineTraffic>,
}
