//! In which order the waves of a workgroup run, and for how long at a time.

/// The order; each is fair, and gives the same order for the same seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Schedule {
    /// Round robin with 4096 instructions a turn: waves that spin on each other make progress.
    #[default]
    RoundRobin,
    /// Turns of 1 to 64 instructions of a random wave; finds what depends on the order.
    Random { seed: u64 },
}

const ROUND_ROBIN_QUANTUM: u64 = 4096;
const MAX_RANDOM_QUANTUM: u64 = 64;

impl Schedule {
    /// The turns of a workgroup of that number.
    pub(super) fn turns(self, group: u64, waves: usize) -> Turns {
        let state = match self {
            Schedule::RoundRobin => None,
            Schedule::Random { seed } => Some(mix(seed ^ mix(group.wrapping_add(0x9e37_79b9_7f4a_7c15))) | 1),
        };
        Turns { state, waves, last: waves.saturating_sub(1) }
    }
}

/// SplitMix64's finalizer.
fn mix(value: u64) -> u64 {
    let value = (value ^ value >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ value >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ value >> 31
}

pub(super) struct Turns {
    /// Of the random generator.
    state: Option<u64>,
    waves: usize,
    last: usize,
}

impl Turns {
    /// The next wave that can run and how many instructions it may execute; `None` when none can.
    pub fn next(&mut self, runs: impl Fn(usize) -> bool) -> Option<(usize, u64)> {
        let (skip, quantum) = match &mut self.state {
            None => (1, ROUND_ROBIN_QUANTUM),
            Some(state) => {
                *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
                let random = mix(*state);
                (1 + random as usize % self.waves.max(1), 1 + (random >> 32) % MAX_RANDOM_QUANTUM)
            }
        };
        let first = self.last + skip;
        let index = (0..self.waves).map(|step| (first + step) % self.waves).find(|&index| runs(index))?;
        self.last = index;
        Some((index, quantum))
    }
}
