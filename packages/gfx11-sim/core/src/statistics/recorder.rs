//! What the memory accesses and matrix operations of a launch show while it runs; one for each host thread.

use super::chains::Chains;
use super::traffic::{ByKind, LdsTraffic, LineTraffic};
use super::{banks, lines};
use crate::execute::{Access, Kind, Level, Memory, Paged, Space};
use crate::isa::Instruction;

/// Of one instruction.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Facts {
    pub lds: LdsTraffic,
    pub global: LineTraffic,
    pub scratch_bytes: u64,
    /// Matrix operations that depend on the wave's one before, as in [`super::MatrixChains`].
    pub dependent: u64,
    pub feeding: u64,
    pub longest: u64,
}

impl Facts {
    pub fn add(&mut self, other: &Facts) {
        self.lds += other.lds;
        self.global += other.global;
        self.scratch_bytes += other.scratch_bytes;
        self.dependent += other.dependent;
        self.feeding += other.feeding;
        self.longest = self.longest.max(other.longest);
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Recorder {
    /// By the wave's role.
    slots: Vec<Paged<Facts>>,
    /// By the number of the buffer.
    buffers: Vec<ByKind<LineTraffic>>,
    outside: ByKind<LineTraffic>,
    chains: Chains,
}

impl Recorder {
    /// For waves in that many slots.
    pub fn new(slots: usize) -> Recorder {
        Recorder { slots: vec![Paged::default(); slots], ..Recorder::default() }
    }

    /// Forgets what the waves of the last workgroup did last.
    pub fn begin_group(&mut self) {
        self.chains = Chains::default();
    }

    /// Notes an access of the instruction at a word offset.
    #[inline(never)]
    pub fn access<L: Level>(&mut self, slot: usize, word: u32, access: &Access<'_>, memory: &Memory) {
        match access.space {
            Space::Lds => {
                self.slots[slot].at(word).lds += L::run(
                    #[inline(always)]
                    || banks::traffic(access),
                );
            }
            Space::Global => {
                let traffic = self.by_buffer::<L>(access, memory);
                self.slots[slot].at(word).global += traffic;
            }
            Space::Scratch => {
                let bytes = u64::from(access.exec.count_ones() * access.bytes_per_lane);
                self.slots[slot].at(word).scratch_bytes += bytes;
            }
        }
    }

    /// Gives each buffer its part of an access; buffers share no lines.
    fn by_buffer<L: Level>(&mut self, access: &Access<'_>, memory: &Memory) -> LineTraffic {
        let (exec, bytes, addresses) = (access.exec, access.bytes_per_lane, access.addresses);
        if exec == 0 {
            return LineTraffic::default();
        }
        let [first, last] = [exec.trailing_zeros(), 31 - exec.leading_zeros()].map(|lane| addresses[lane as usize]);
        let number = number(memory, first);
        if number.is_some_and(|number| holds(memory, number, last)) {
            // What is in lines between two of a buffer is in it.
            let ascending = L::run(
                #[inline(always)]
                || lines::ascending_traffic(exec, bytes, addresses),
            );
            if let Some(traffic) = ascending {
                *by_kind(self.buffer(number), access.kind) += traffic;
                return traffic;
            }
        }
        self.by_several(access, memory)
    }

    fn by_several(&mut self, access: &Access<'_>, memory: &Memory) -> LineTraffic {
        let (bytes, addresses) = (access.bytes_per_lane, access.addresses);
        let mut total = LineTraffic { accesses: 1, ..LineTraffic::default() };
        let mut rest = access.exec;
        while rest != 0 {
            let number = number(memory, addresses[rest.trailing_zeros() as usize]);
            let lanes = rest & mask(|lane| self::number(memory, addresses[lane]) == number);
            let traffic = lines::traffic(lanes, bytes, addresses);
            *by_kind(self.buffer(number), access.kind) += traffic;
            (total.bytes, total.lines) = (total.bytes + traffic.bytes, total.lines + traffic.lines);
            rest &= !lanes;
        }
        total
    }

    fn buffer(&mut self, number: Option<usize>) -> &mut ByKind<LineTraffic> {
        let Some(number) = number else { return &mut self.outside };
        if self.buffers.len() <= number {
            self.buffers.resize(number + 1, ByKind::default());
        }
        &mut self.buffers[number]
    }

    /// Notes a matrix operation of a wave.
    pub fn matrix(&mut self, slot: usize, wave: u32, word: u32, instruction: &Instruction) {
        let dependence = self.chains.next(wave, instruction);
        let facts = self.slots[slot].at(word);
        facts.dependent += u64::from(dependence.is_dependent);
        facts.feeding += u64::from(dependence.is_feeding);
        facts.longest = facts.longest.max(dependence.length);
    }

    /// Adds what another thread has noted.
    pub fn merge(&mut self, other: &Recorder) {
        for (mine, theirs) in self.slots.iter_mut().zip(&other.slots) {
            mine.merge(theirs, Facts::add);
        }
        for (number, theirs) in other.buffers.iter().enumerate() {
            *self.buffer(Some(number)) += *theirs;
        }
        self.outside += other.outside;
    }

    /// The facts of each instruction, for the waves of a slot.
    pub fn slot(&self, slot: usize) -> Option<&Paged<Facts>> {
        self.slots.get(slot)
    }

    /// The traffic of each buffer by its number, and that outside of every buffer.
    pub fn buffers(&self) -> (&[ByKind<LineTraffic>], ByKind<LineTraffic>) {
        (&self.buffers, self.outside)
    }
}

fn by_kind(traffic: &mut ByKind<LineTraffic>, kind: Kind) -> &mut LineTraffic {
    match kind {
        Kind::Load => &mut traffic.loads,
        Kind::Store => &mut traffic.stores,
        Kind::Atomic => &mut traffic.atomics,
    }
}

/// The number of the buffer that an address is in.
fn number(memory: &Memory, address: u64) -> Option<usize> {
    memory.number(address).filter(|&number| holds(memory, number, address))
}

/// Whether an address is in the buffer of that number.
#[inline(always)]
fn holds(memory: &Memory, number: usize, address: u64) -> bool {
    let buffer = &memory.buffers()[number];
    address.wrapping_sub(buffer.address()) < buffer.len()
}

fn mask(holds: impl Fn(usize) -> bool) -> u32 {
    (0..32).fold(0, |mask, lane| mask | u32::from(holds(lane)) << lane)
}
