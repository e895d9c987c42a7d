//! Which lane each lane reads its first source from: DPP8, DPP16, and what other moves between lanes have in common.
//!
//! After the RDNA3 ISA, "Data parallel processing": a DPP8 lane that reads an inactive lane gets 0. A DPP16 lane that
//! reads outside of its row, or an inactive lane, gets 0 with `bound_ctrl`, and is not written without.

#[cfg(target_arch = "x86_64")]
use super::host_isa::HostIsa;
use super::host_isa::Level;
use super::lane_mask::lane_mask;
use super::wave::{LANES, Lanes};
use crate::execute::array::from_fn;
use crate::isa::Dpp;

const ROW: usize = 16;

/// What does not depend on a wave.
#[derive(Clone, Debug)]
pub(super) struct Moves {
    /// By lane; any lane where there is none to read.
    from: [u32; LANES],
    /// Lanes that have one to read.
    inside: u32,
    /// Lanes that the masks let be written.
    selected: u32,
    /// Whether lanes that read none are written.
    pub bound_control: bool,
    /// Whether inactive lanes are read.
    pub fetch_inactive: bool,
}

impl Moves {
    /// `None` where no lane is moved.
    pub fn new(dpp: Dpp) -> Option<Moves> {
        match dpp {
            Dpp::None => None,
            Dpp::Lanes8 { selectors, fetch_inactive } => {
                let from = from_fn(|lane| lane as u32 & !7 | selectors >> (3 * (lane & 7)) & 7);
                Some(Moves { from, inside: u32::MAX, selected: u32::MAX, bound_control: true, fetch_inactive })
            }
            Dpp::Lanes16 { control, row_mask, bank_mask, bound_control, fetch_inactive } => {
                let from = from_fn(|lane| row_source(control, lane).unwrap_or(lane) as u32);
                let inside = lane_mask(|lane| row_source(control, lane).is_some());
                let selected =
                    lane_mask(|lane| row_mask >> (lane / ROW) & 1 != 0 && bank_mask >> (lane / 4 % 4) & 1 != 0);
                Some(Moves { from, inside, selected, bound_control, fetch_inactive })
            }
        }
    }

    /// Moves of any lanes, of which those `inside` have one to read; what is not moved reads 0 and is written.
    pub fn any(from: [u32; LANES], inside: u32) -> Moves {
        Moves { from, inside, selected: u32::MAX, bound_control: true, fetch_inactive: false }
    }

    /// The lanes that read another one in a wave with these active lanes; the others read 0.
    #[inline(always)]
    pub fn reading(&self, exec: u32) -> u32 {
        if self.fetch_inactive || exec == u32::MAX { self.inside } else { self.inside & self.moved_mask(exec) }
    }

    /// The lanes whose results are written.
    #[inline(always)]
    pub fn written(&self, reading: u32) -> u32 {
        self.selected & if self.bound_control { u32::MAX } else { reading }
    }

    /// The bit of the lane that each lane reads.
    #[inline(always)]
    pub fn moved_mask(&self, mask: u32) -> u32 {
        lane_mask(
            #[inline(always)]
            |lane| mask >> (self.from[lane] & 31) & 1 != 0,
        )
    }

    /// Lanes that some of these lanes read.
    pub fn fetched(&self, lanes: u32) -> u32 {
        (0..LANES).filter(|lane| lanes >> lane & 1 != 0).fold(0, |mask, lane| mask | 1 << (self.from[lane] & 31))
    }

    /// The moved lanes.
    #[inline(always)]
    pub fn gather(&self, lanes: &Lanes, reading: u32) -> Lanes {
        from_fn(|lane| if reading >> lane & 1 != 0 { lanes[self.from[lane] as usize % LANES] } else { 0 })
    }

    /// As [`Moves::gather`], where no lane reads one of another row of 16.
    #[inline(always)]
    pub fn apply<L: Level>(&self, lanes: &Lanes, reading: u32) -> Lanes {
        match L::ISA {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: a level's code runs only where `HostIsa::available` lists it.
            HostIsa::Avx512 => unsafe { x86::moved_avx512(lanes, &self.from, reading) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            HostIsa::Avx2 => unsafe { x86::moved_avx2(lanes, &self.from, reading) },
            _ => self.gather(lanes, reading),
        }
    }
}

/// Lanes of the same row of 16 by their numbers.
#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{LANES, Lanes, ROW};
    use std::arch::x86_64::*;

    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
    #[inline]
    pub fn moved_avx512(lanes: &Lanes, from: &[u32; LANES], reading: u32) -> Lanes {
        let mut moved = [0; LANES];
        for first in [0, ROW] {
            // SAFETY: sixteen lanes from `first` on are in each of the three.
            unsafe {
                let row = _mm512_loadu_si512(lanes.as_ptr().add(first).cast());
                let places = _mm512_loadu_si512(from.as_ptr().add(first).cast());
                let values = _mm512_maskz_permutexvar_epi32((reading >> first) as u16, places, row);
                _mm512_storeu_si512(moved.as_mut_ptr().add(first).cast(), values);
            }
        }
        moved
    }

    const HALF: usize = ROW / 2;

    #[target_feature(enable = "avx2")]
    #[inline]
    pub fn moved_avx2(lanes: &Lanes, from: &[u32; LANES], reading: u32) -> Lanes {
        let mut moved = [0; LANES];
        let bits = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
        for first in (0..LANES).step_by(HALF) {
            let row = first & ROW;
            // SAFETY: eight lanes from `first` on, and sixteen from `row` on, are in each of the three.
            unsafe {
                let low = _mm256_loadu_si256(lanes.as_ptr().add(row).cast());
                let high = _mm256_loadu_si256(lanes.as_ptr().add(row + HALF).cast());
                let places = _mm256_loadu_si256(from.as_ptr().add(first).cast());
                let (low, high) = (_mm256_permutevar8x32_epi32(low, places), _mm256_permutevar8x32_epi32(high, places));
                let is_high = _mm256_slli_epi32::<28>(places);
                let (low, high) = (_mm256_castsi256_ps(low), _mm256_castsi256_ps(high));
                let values = _mm256_castps_si256(_mm256_blendv_ps(low, high, _mm256_castsi256_ps(is_high)));
                let mask = _mm256_and_si256(_mm256_set1_epi32((reading >> first) as i32), bits);
                let kept = _mm256_and_si256(values, _mm256_cmpeq_epi32(mask, bits));
                _mm256_storeu_si256(moved.as_mut_ptr().add(first).cast(), kept);
            }
        }
        moved
    }
}

/// The lane that a DPP16 control makes a lane read; `None` outside of its row of 16.
fn row_source(control: u16, lane: usize) -> Option<usize> {
    let (row, place) = (lane & !(ROW - 1), lane % ROW);
    let count = usize::from(control & 15);
    let inside = match control {
        0..=0xff => place & !3 | usize::from(control >> (2 * (lane & 3)) & 3),
        0x101..=0x10f => (place + count < ROW).then_some(place + count)?,
        0x111..=0x11f => place.checked_sub(count)?,
        0x121..=0x12f => (place + ROW - count) % ROW,
        0x140 => ROW - 1 - place,
        0x141 => place ^ 7,
        0x150..=0x15f => count,
        _ => place ^ count,
    };
    Some(row + inside)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execute::host_isa::Portable;
    #[cfg(target_arch = "x86_64")]
    use crate::execute::host_isa::{Avx2, Avx512};

    fn dpp16(control: u16) -> [Option<u32>; LANES] {
        let dpp = Dpp::Lanes16 { control, row_mask: 15, bank_mask: 15, bound_control: false, fetch_inactive: true };
        let moves = Moves::new(dpp).unwrap();
        from_fn(|lane| (moves.inside >> lane & 1 != 0).then_some(moves.from[lane]))
    }

    /// The same at every level of this machine.
    fn applied(moves: &Moves, lanes: &Lanes, reading: u32) -> Lanes {
        let portable = moves.apply::<Portable>(lanes, reading);
        #[cfg(target_arch = "x86_64")]
        for isa in HostIsa::available() {
            let found = match isa {
                HostIsa::Avx512 => moves.apply::<Avx512>(lanes, reading),
                HostIsa::Avx2 => moves.apply::<Avx2>(lanes, reading),
                _ => portable,
            };
            assert_eq!(found, portable, "{isa}");
        }
        portable
    }

    #[test]
    fn shifts_and_rotations_stay_inside_their_row() {
        let left = dpp16(0x103);
        assert_eq!((left[0], left[12], left[13], left[16], left[31]), (Some(3), Some(15), None, Some(19), None));
        let right = dpp16(0x113);
        assert_eq!((right[2], right[3], right[18], right[19]), (None, Some(0), None, Some(16)));
        let rotated = dpp16(0x124);
        assert_eq!((rotated[0], rotated[4], rotated[16], rotated[31]), (Some(12), Some(0), Some(28), Some(27)));
    }

    #[test]
    fn mirrors_shares_and_exchanges_name_the_right_lane() {
        assert_eq!(dpp16(0x140)[18], Some(29));
        assert_eq!(dpp16(0x141)[18], Some(21));
        assert_eq!(dpp16(0x155)[18], Some(21));
        assert_eq!(dpp16(0x163)[18], Some(17));
        assert_eq!(dpp16(0b00_01_10_11)[18], Some(17));
    }

    #[test]
    fn lanes_that_read_nothing_are_zero_with_bound_control_and_kept_without() {
        let shift = |bound_control| {
            let fetch_inactive = false;
            Moves::new(Dpp::Lanes16 {
                control: 0x111,
                row_mask: 0b10,
                bank_mask: 0b0101,
                bound_control,
                fetch_inactive,
            })
            .unwrap()
        };
        // Lanes 16 to 19 and 24 to 27 are selected; 16 is at the border, 25 reads the inactive lane 24.
        let (with, without) = (shift(true), shift(false));
        let reading = with.reading(!(1 << 24));
        assert_eq!(without.written(reading), 0b1101 << 24 | 0b1110 << 16);
        assert_eq!(with.written(reading), 0b1111 << 24 | 0b1111 << 16);
        let moved = applied(&with, &from_fn(|lane| lane as u32 + 100), reading);
        assert_eq!((moved[16], moved[17], moved[24], moved[25]), (0, 116, 123, 0));
        let fetched = with.fetched(with.written(reading) & reading);
        assert_eq!(fetched, 0b1110 << 23 & !(1 << 24) | 0b111 << 16 | 1 << 23);
    }

    #[test]
    fn eight_lanes_select_among_themselves() {
        let moves = Moves::new(Dpp::Lanes8 { selectors: 0o0123_4567, fetch_inactive: false }).unwrap();
        let reading = moves.reading(!(1 << 9));
        assert_eq!((moves.from[8], moves.from[15], reading, moves.written(reading)), (15, 8, !(1 << 14), u32::MAX));
        let moved = applied(&moves, &from_fn(|lane| lane as u32 + 100), reading);
        assert_eq!((moved[8], moved[14], moved[15], moved[24]), (115, 0, 108, 131));
    }
}
