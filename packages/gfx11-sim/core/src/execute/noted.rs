//! One access as it is remembered until it is known whether it races.

use super::lane_mask::lane_mask;
use super::records::Party;
use super::wave::LANES;
use crate::execute::array::from_fn;

/// An access of a wave to one buffer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noted {
    pub base: u64,
    /// From `base`; of idle lanes: that of an active one.
    pub offsets: [u32; LANES],
    pub exec: u32,
    /// Of each lane: 1 to 16.
    pub bytes: u32,
    /// Whether all lanes access whole dwords.
    pub is_dwords: bool,
    /// Lanes 16 to 31 access what lanes 0 to 15 do.
    pub repeats: bool,
    pub party: Party,
}

impl Noted {
    /// Replaces another one, without a copy on the way.
    #[inline(always)]
    pub fn put(&self, place: &mut Noted) {
        let Noted { base, offsets, exec, bytes, is_dwords, repeats, party } = self;
        place.offsets = *offsets;
        (place.base, place.exec, place.bytes) = (*base, *exec, *bytes);
        (place.is_dwords, place.repeats, place.party) = (*is_dwords, *repeats, *party);
    }

    pub fn address(&self, lane: usize) -> u64 {
        self.base + u64::from(self.offsets[lane])
    }

    /// Visits runs of active lanes whose bytes follow each other: first lane and count. Of neighbours that access the same
    /// bytes, one is visited.
    #[inline(always)]
    pub fn for_each_run(&self, visit: impl FnMut(usize, usize)) {
        let distances = distances(&self.offsets, u32::wrapping_sub);
        for_each_run(&distances, self.exec, self.bytes, visit);
    }
}

/// How far each lane is behind the one before it; of the first one 0.
#[inline(always)]
pub(super) fn distances<T: Copy + Default>(offsets: &[T; LANES], subtract: impl Fn(T, T) -> T) -> [T; LANES] {
    let mut before = *offsets;
    before[1..].copy_from_slice(&offsets[..LANES - 1]);
    from_fn(|lane| subtract(offsets[lane], before[lane]))
}

/// Visits runs of lanes, with the distances of all of them.
#[inline(always)]
pub(super) fn for_each_run<T: Copy + Default + PartialEq>(
    distances: &[T; LANES],
    exec: u32,
    bytes: T,
    mut visit: impl FnMut(usize, usize),
) {
    let neighbours = exec & exec << 1;
    let repeats = lane_mask(|lane| distances[lane] == T::default()) & neighbours;
    let follows = lane_mask(|lane| distances[lane] == bytes) & neighbours & !(repeats << 1);
    let mut starts = exec & !repeats & !follows;
    while starts != 0 {
        let lane = starts.trailing_zeros();
        starts &= starts - 1;
        let count = 1 + (follows >> lane >> 1).trailing_ones();
        visit(lane as usize, count as usize);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_cover_every_active_lane_once_and_repeated_bytes_once() {
        let mut offsets: [u32; LANES] = from_fn(|lane| 4 * lane as u32);
        // Lanes 3 and 4 repeat lane 2, lane 5 follows them; lanes 8 to 11 go back to the start.
        (offsets[3], offsets[4], offsets[5]) = (8, 8, 12);
        (8..12).for_each(|lane| offsets[lane] = 4 * (lane as u32 - 8));
        let runs = |exec: u32| {
            let mut runs = Vec::new();
            for_each_run(&distances(&offsets, u32::wrapping_sub), exec, 4, |lane, count| runs.push((lane, count)));
            runs
        };
        assert_eq!(runs(0xffff), [(0, 3), (5, 1), (6, 2), (8, 4), (12, 4)]);
        assert_eq!(runs(0b1011_0101_0001), [(0, 1), (4, 1), (6, 1), (8, 2), (11, 1)]);
        assert_eq!(runs(0), []);
        assert_eq!(runs(1 << 31), [(31, 1)]);
    }
}
