//! One memory instruction of a wave as the statistics see it.

use super::fault::Space;
use super::group::Group;
use super::host_isa::Level;
use super::step::Step;
use super::wave::{LANES, Wave};

/// What an access does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Load,
    Store,
    /// Reads and writes at once, whether or not it returns the old value.
    Atomic,
}

/// The addresses of one memory instruction. An instruction with two addresses a lane (`ds_*_2addr_*`) is two of them,
/// a flat one is one for each space that its lanes point to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Access<'a> {
    pub space: Space,
    pub kind: Kind,
    pub bytes_per_lane: u32,
    /// The lanes that access this space; only their addresses mean something.
    pub exec: u32,
    /// Global addresses, or byte offsets in the LDS or in a lane's scratch memory.
    pub addresses: &'a [u64; LANES],
}

impl Group<'_> {
    /// Called once for each access, before it is checked; `wave.at` is the instruction.
    #[inline(always)]
    pub fn note<L: Level>(&mut self, wave: &Wave, access: &Access<'_>) {
        if let Some(recorder) = &mut self.recorder {
            recorder.access::<L>(self.tally.slot(wave.index), wave.at, access, self.memory);
        }
    }

    /// Called once for each matrix operation; `wave.at` is the instruction.
    #[inline(always)]
    pub fn note_matrix(&mut self, wave: &Wave, step: &Step) {
        if let Some(recorder) = &mut self.recorder {
            recorder.matrix(self.tally.slot(wave.index), wave.index, wave.at, &step.instruction);
        }
    }
}
