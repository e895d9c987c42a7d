//! Where the lanes of an access are in a buffer.

use super::buffer::Buffer;
use super::lane_mask::lane_mask;
use super::noted::{Noted, distances, for_each_run};
use super::records::Party;
use super::wave::LANES;
use crate::execute::array::from_fn;

/// The lanes of an access that are in one buffer.
pub(super) struct Located {
    /// From the buffer's first byte; of idle lanes: that of an active one.
    pub offsets: [u64; LANES],
    pub exec: u32,
    /// Of each lane: 1, 2, 4, 8, 12 or 16.
    pub bytes: u32,
    /// Whole dwords at multiples of 4.
    pub is_aligned: bool,
    /// Each lane's bytes are in one unit of 16.
    pub is_in_units: bool,
    /// All 32 lanes, one behind the other without gaps.
    pub is_row: bool,
    /// Lanes 16 to 31 access what lanes 0 to 15 do, as for A and B of matrix operations.
    pub repeats: bool,
    pub first: u64,
    pub last: u64,
}

/// Bytes of a unit.
const UNIT: u64 = 16;
/// Half of the lanes.
pub(super) const HALF: usize = LANES / 2;

impl Located {
    /// Those of `rest`, of which `address` is the first one's and in the buffer.
    #[inline(always)]
    pub fn new(buffer: &Buffer, addresses: &[u64; LANES], bytes: u32, rest: u32, address: u64) -> Located {
        let (base, size) = (buffer.address(), u64::from(bytes));
        let (last_offset, fallback) = (buffer.len().wrapping_sub(size), address.wrapping_sub(base));
        let mut offsets: [u64; LANES] = from_fn(|lane| addresses[lane].wrapping_sub(base));
        let exec = lane_mask(|lane| offsets[lane] <= last_offset) & rest;
        if exec != u32::MAX {
            offsets = from_fn(|lane| if exec >> lane & 1 != 0 { offsets[lane] } else { fallback });
        }
        let mut repeated = 0;
        for lane in 0..HALF {
            repeated |= offsets[lane] ^ offsets[lane + HALF];
        }
        let (mut low_bits, mut gaps, mut crossing, mut first, mut last) = (0, 0, 0, u64::MAX, 0);
        for (lane, &offset) in offsets.iter().enumerate() {
            low_bits |= offset;
            gaps |= offset ^ fallback.wrapping_add(lane as u64 * size);
            crossing |= offset % UNIT + size - 1;
            first = first.min(offset);
            last = last.max(offset);
        }
        Located {
            offsets,
            exec,
            bytes,
            is_aligned: (low_bits | size) % 4 == 0,
            is_in_units: crossing < UNIT,
            is_row: gaps == 0 && exec == u32::MAX,
            repeats: repeated == 0 && exec == u32::MAX,
            first,
            last: last + size,
        }
    }

    /// Visits runs of active lanes whose bytes follow each other: first lane and count.
    #[inline(always)]
    pub fn for_each_run(&self, visit: impl FnMut(usize, usize)) {
        for_each_run(&distances(&self.offsets, u64::wrapping_sub), self.exec, self.bytes.into(), visit);
    }

    /// What is to be remembered of it; `None` when the lanes are too far apart.
    #[inline(always)]
    pub fn noted(&self, buffer: &Buffer, party: Party) -> Option<Noted> {
        let Located { exec, bytes, is_aligned, repeats, first, .. } = *self;
        let base = buffer.address() + first;
        let offsets = from_fn(|lane| (self.offsets[lane] - first) as u32);
        let is_near = self.last - first <= u64::from(u32::MAX);
        is_near.then_some(Noted { base, offsets, exec, bytes, is_dwords: is_aligned, repeats, party })
    }

    /// What is to be remembered of one lane.
    pub fn noted_lane(&self, buffer: &Buffer, party: Party, lane: usize) -> Noted {
        let Located { bytes, is_aligned, .. } = *self;
        let base = buffer.address() + self.offsets[lane];
        Noted { base, offsets: [0; LANES], exec: 1 << lane, bytes, is_dwords: is_aligned, repeats: false, party }
    }
}
