//! Cycles of an LDS access, from its addresses.
//!
//! A compute unit's LDS has 32 banks of one dword (a pair of compute units: 64 in two sets of 32), so that it moves 128
//! bytes a cycle; the bank is the dword address modulo 32. The lanes are served in order, in passes that need one cycle
//! without conflicts: 32 lanes of up to 4 bytes, 16 of 8 bytes, 8 of 12 or 16 bytes. A pass takes as many cycles as the
//! fullest bank has different dwords: lanes that share a dword share its cycle, except with atomics, which take their
//! turns. Passes without an active lane take none. So b32 takes 1 cycle at best, b64 2, b96 and b128 4, an instruction
//! with two addresses twice as much as one with one; a row stride is free of conflicts if it is an odd multiple of the
//! width.
//!
//! Sources: RDNA3.5 ISA, "LDS" (banks); a measured b128 read takes 4 cycles; Composable Kernel's notes on LDS bank
//! conflicts (8 lanes a pass for b128). How 12-byte lanes are grouped is not published; they are taken to be like 16.

use super::traffic::LdsTraffic;
use crate::execute::{Access, Kind};

const BANKS: usize = 32;
const LANES: usize = 32;

/// The traffic of one access.
#[inline(always)]
pub(super) fn traffic(access: &Access<'_>) -> LdsTraffic {
    let (ideal_cycles, cycles) = match access.bytes_per_lane {
        0..=4 => passes::<32, 4>(access),
        5..=8 => passes::<16, 8>(access),
        _ => passes::<8, 16>(access),
    };
    LdsTraffic {
        accesses: u64::from(access.exec != 0),
        bytes: u64::from(access.exec.count_ones() * access.bytes_per_lane),
        ideal_cycles,
        cycles,
    }
}

/// Ideal and modelled cycles of passes of that many lanes, whose widest access has that many bytes.
#[inline(always)]
fn passes<const PASS: usize, const WIDTH: u32>(access: &Access<'_>) -> (u64, u64) {
    let ideal = passes_of(access.exec, PASS);
    (ideal, if are_free::<PASS, WIDTH>(access) { ideal } else { conflicting::<PASS, WIDTH>(access) })
}

/// Passes with an active lane.
#[inline(always)]
fn passes_of(exec: u32, lanes: usize) -> u64 {
    let mut passes = 0;
    for first in (0..LANES).step_by(lanes) {
        passes += u64::from(exec >> first & (u32::MAX >> (LANES - lanes)) != 0);
    }
    passes
}

/// Whether each active lane is inside one unit of `WIDTH` bytes, and no other lane of its pass in one of the same banks.
/// May be false for lanes that are free in another way. Passes times units are 32, so that one word has a bit for each.
#[inline(always)]
fn are_free<const PASS: usize, const WIDTH: u32>(access: &Access<'_>) -> bool {
    let (mut taken, mut crossing) = (0_u32, 0);
    for (lane, &address) in access.addresses.iter().enumerate() {
        let (address, active) = (address as u32, 0_u32.wrapping_sub(access.exec >> lane & 1));
        let first = (lane / PASS * PASS) as u32;
        taken |= 1 << (first + address / WIDTH % PASS as u32) & active;
        crossing |= (address % WIDTH + access.bytes_per_lane.max(1) - 1) & active;
    }
    crossing < WIDTH && taken.count_ones() == access.exec.count_ones()
}

/// The cycles of passes of which some may have conflicts.
#[inline(never)]
fn conflicting<const PASS: usize, const WIDTH: u32>(access: &Access<'_>) -> u64 {
    let is_atomic = access.kind == Kind::Atomic;
    let mut cycles = 0;
    for (first, addresses) in (0_u32..).step_by(PASS).zip(access.addresses.as_chunks::<PASS>().0) {
        let active = access.exec >> first & (u32::MAX >> (LANES - PASS));
        let of_units =
            if is_atomic { None } else { fullest_unit::<PASS, WIDTH>(addresses, active, access.bytes_per_lane) };
        cycles += of_units.unwrap_or_else(|| fullest_bank(addresses, active, access));
    }
    cycles
}

/// The most units that a pass wants of the same banks, if each lane is inside of one unit and accesses all its banks.
fn fullest_unit<const PASS: usize, const WIDTH: u32>(addresses: &[u64; PASS], active: u32, bytes: u32) -> Option<u64> {
    let mut most = 0;
    // The first lane of each unit, by the unit's banks, and how many they are.
    let (mut wanted, mut counts) = ([0_u32; PASS], [0; PASS]);
    for (lane, &address) in addresses.iter().enumerate().filter(|(lane, _)| active >> lane & 1 != 0) {
        let (unit, within) = (address / u64::from(WIDTH), (address % u64::from(WIDTH)) as u32);
        let has_one_bank = WIDTH == 4;
        if within + bytes > WIDTH || bytes != WIDTH && !has_one_bank {
            return None;
        }
        let banks = unit as usize % PASS;
        let mut others = wanted[banks];
        let is_shared = loop {
            let other = others.trailing_zeros() as usize;
            match addresses.get(other) {
                Some(taken) if taken / u64::from(WIDTH) == unit => break true,
                Some(_) => others &= others - 1,
                None => break false,
            }
        };
        if !is_shared {
            wanted[banks] |= 1 << lane;
            counts[banks] += 1;
            most = most.max(counts[banks]);
        }
    }
    Some(most)
}

/// Dwords that a lane can touch: 16 bytes that begin inside of one.
const MAX_DWORDS: usize = 5;

/// The most dwords that a pass wants of one bank.
#[inline(never)]
fn fullest_bank(addresses: &[u64], active: u32, access: &Access<'_>) -> u64 {
    let is_atomic = access.kind == Kind::Atomic;
    let mut buffer = [0; MAX_DWORDS * LANES];
    let mut count = 0;
    for (_, &address) in addresses.iter().enumerate().filter(|(lane, _)| active >> lane & 1 != 0) {
        let last = address.saturating_add(u64::from(access.bytes_per_lane.max(1)) - 1) / 4;
        for dword in (address / 4..=last).take(MAX_DWORDS) {
            buffer[count] = dword;
            count += 1;
        }
    }
    let dwords = &mut buffer[..count];
    if !is_atomic {
        dwords.sort_unstable();
    }
    let mut banks = [0; BANKS];
    let mut before = None;
    for &dword in dwords.iter() {
        let is_shared = !is_atomic && before == Some(dword);
        banks[(dword % BANKS as u64) as usize] += u64::from(!is_shared);
        before = Some(dword);
    }
    banks.into_iter().max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execute::Space;
    use std::array::from_fn;

    fn cycles(kind: Kind, bytes_per_lane: u32, exec: u32, address: impl Fn(u64) -> u64) -> (u64, u64) {
        let addresses = from_fn(|lane| address(lane as u64));
        let found = traffic(&Access { space: Space::Lds, kind, bytes_per_lane, exec, addresses: &addresses });
        (found.ideal_cycles, found.cycles)
    }

    fn loads(bytes: u32, stride: u64) -> (u64, u64) {
        cycles(Kind::Load, bytes, u32::MAX, |lane| lane * stride)
    }

    #[test]
    fn dword_strides_conflict_by_their_common_divisor_with_the_banks() {
        assert_eq!([1, 2, 3, 4, 16, 32, 33, 64].map(|stride| loads(4, 4 * stride).1), [1, 2, 1, 4, 16, 32, 1, 32]);
        assert_eq!(loads(4, 128).0, 1);
    }

    #[test]
    fn a_stride_of_an_odd_multiple_of_the_width_is_free_for_every_width() {
        for (bytes, ideal) in [(4, 1), (8, 2), (16, 4)] {
            for odd in [1, 3, 5, 17, 33] {
                assert_eq!(loads(bytes, u64::from(bytes) * odd), (ideal, ideal), "{bytes} bytes, {odd} times");
            }
            for even in [2, 4, 6, 8] {
                let conflicts = 1 << u64::trailing_zeros(even);
                assert_eq!(loads(bytes, u64::from(bytes) * even), (ideal, ideal * conflicts), "{bytes}, {even} times");
            }
        }
    }

    #[test]
    fn rows_of_256_bytes_are_free_only_with_16_bytes_of_padding() {
        assert_eq!(loads(16, 256), (4, 32));
        assert_eq!(loads(16, 256 + 16), (4, 4));
        assert_eq!(loads(16, 256 + 8), (4, 8));
    }

    #[test]
    fn twelve_byte_lanes_are_free_when_consecutive() {
        assert_eq!(loads(12, 12), (4, 4));
        assert_eq!(loads(12, 128), (4, 32));
    }

    #[test]
    fn lanes_that_share_a_dword_share_its_cycle_unless_they_are_atomic() {
        assert_eq!(loads(4, 0), (1, 1));
        assert_eq!(loads(16, 0), (4, 4));
        assert_eq!(loads(1, 1), (1, 1));
        assert_eq!(loads(2, 2), (1, 1));
        assert_eq!(cycles(Kind::Store, 1, u32::MAX, |lane| lane), (1, 1));
        assert_eq!(cycles(Kind::Atomic, 4, u32::MAX, |_| 64), (1, 32));
        assert_eq!(cycles(Kind::Atomic, 4, u32::MAX, |lane| 4 * lane), (1, 1));
        assert_eq!(cycles(Kind::Atomic, 4, 0xff, |lane| 4 * (lane / 2)), (1, 2));
    }

    #[test]
    fn idle_lanes_want_no_bank_and_idle_passes_take_no_cycle() {
        assert_eq!(cycles(Kind::Load, 4, 0, |_| 0), (0, 0));
        assert_eq!(cycles(Kind::Load, 4, 0b101, |lane| 64 * lane), (1, 2));
        assert_eq!(cycles(Kind::Load, 4, 0b111, |lane| 64 * lane), (1, 2));
        assert_eq!(cycles(Kind::Load, 4, 0b11, |lane| 64 * lane), (1, 1));
        assert_eq!(cycles(Kind::Load, 16, 0x0000_ff00, |lane| 16 * lane), (1, 1));
        assert_eq!(cycles(Kind::Load, 8, 0x8000_0000, |lane| 8 * lane), (1, 1));
    }

    #[test]
    fn an_unaligned_lane_wants_both_dwords_that_it_touches() {
        // Lane 0 has dwords 0 and 1, lane 1 has dwords 32 and 33.
        assert_eq!(cycles(Kind::Load, 4, 0b11, |lane| 2 + 128 * lane), (1, 2));
        assert_eq!(cycles(Kind::Load, 4, u32::MAX, |lane| 2 + 4 * lane), (1, 2));
        assert_eq!(cycles(Kind::Load, 2, 0b11, |lane| 3 + 124 * lane), (1, 2));
    }
}
