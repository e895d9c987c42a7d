//! Cache lines that an access to global memory touches.

use super::traffic::{LINE_BYTES, LineTraffic};

/// The traffic of the given lanes of an access of up to 16 bytes a lane.
pub(super) fn traffic(lanes: u32, bytes_per_lane: u32, addresses: &[u64; 32]) -> LineTraffic {
    let lines = || any(lanes, bytes_per_lane, addresses);
    ascending_traffic(lanes, bytes_per_lane, addresses).unwrap_or_else(|| sum(lanes, bytes_per_lane, lines()))
}

/// The same, if no lane begins in a line below the last one of the lane before it.
#[inline(always)]
pub(super) fn ascending_traffic(lanes: u32, bytes_per_lane: u32, addresses: &[u64; 32]) -> Option<LineTraffic> {
    Some(sum(lanes, bytes_per_lane, ascending(lanes, bytes_per_lane, addresses)?))
}

fn sum(lanes: u32, bytes_per_lane: u32, lines: u64) -> LineTraffic {
    LineTraffic { accesses: u64::from(lanes != 0), bytes: u64::from(lanes.count_ones() * bytes_per_lane), lines }
}

/// First and last line of a lane.
#[inline(always)]
fn range(address: u64, bytes: u32) -> (u64, u64) {
    (address / LINE_BYTES, address.saturating_add(u64::from(bytes.max(1)) - 1) / LINE_BYTES)
}

/// The number of lines when no lane begins in a line below the last one of the lane before it.
#[inline(always)]
fn ascending(lanes: u32, bytes: u32, addresses: &[u64; 32]) -> Option<u64> {
    if lanes != u32::MAX {
        return ascending_of_some(lanes, bytes, addresses);
    }
    let mut lasts = [0; 32];
    for (last, &address) in lasts.iter_mut().zip(addresses) {
        *last = range(address, bytes).1;
    }
    // Of the first lane: a line before its own.
    let mut before = [range(addresses[0], bytes).0.wrapping_sub(1); 32];
    before[1..].copy_from_slice(&lasts[..31]);
    let (mut count, mut descends) = (0, 0);
    for lane in 0..32 {
        let first = range(addresses[lane], bytes).0;
        count += lasts[lane] - first + u64::from(first != before[lane]);
        descends |= u64::from(lane != 0 && first < before[lane]);
    }
    (descends == 0).then_some(count)
}

#[inline(never)]
fn ascending_of_some(lanes: u32, bytes: u32, addresses: &[u64; 32]) -> Option<u64> {
    let (mut count, mut before) = (0, None);
    for (_, &address) in addresses.iter().enumerate().filter(|(lane, _)| lanes >> lane & 1 != 0) {
        let (first, last) = range(address, bytes);
        if before.is_some_and(|before| first < before) {
            return None;
        }
        count += last - first + u64::from(before != Some(first));
        before = Some(last);
    }
    Some(count)
}

/// The number of lines in any order.
#[inline(never)]
fn any(lanes: u32, bytes: u32, addresses: &[u64; 32]) -> u64 {
    let mut lines = [0; 64];
    let mut count = 0;
    for (_, &address) in addresses.iter().enumerate().filter(|(lane, _)| lanes >> lane & 1 != 0) {
        let (first, last) = range(address, bytes);
        (lines[count], lines[count + 1]) = (first, last);
        count += 2;
    }
    lines[..count].sort_unstable();
    let mut before = None;
    let is_new = |line: &&u64| before.replace(**line) != Some(**line);
    lines[..count].iter().filter(is_new).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::array::from_fn;

    fn count(lanes: u32, bytes: u32, address: impl Fn(u64) -> u64) -> (u64, u64) {
        let found = traffic(lanes, bytes, &from_fn(|lane| address(lane as u64)));
        (found.bytes, found.lines)
    }

    #[test]
    fn consecutive_lanes_fill_their_lines() {
        for bytes in [4, 8, 16] {
            assert_eq!(
                count(u32::MAX, bytes, |lane| 4096 + lane * u64::from(bytes)),
                (u64::from(32 * bytes), u64::from(bytes) / 4)
            );
        }
        assert_eq!(count(u32::MAX, 1, |lane| 4096 + lane), (32, 1));
    }

    #[test]
    fn a_start_inside_of_a_line_costs_one_more() {
        assert_eq!(count(u32::MAX, 4, |lane| 4100 + 4 * lane), (128, 2));
        assert_eq!(count(1, 4, |_| 4094), (4, 2));
    }

    #[test]
    fn strides_touch_more_lines_and_a_shared_address_one() {
        assert_eq!([2, 3, 32, 64].map(|stride| count(u32::MAX, 4, |lane| 4 * stride * lane).1), [2, 3, 32, 32]);
        assert_eq!(count(u32::MAX, 4, |_| 4096), (128, 1));
    }

    #[test]
    fn the_order_of_the_lanes_does_not_matter() {
        let forward = count(u32::MAX, 8, |lane| 40 * lane);
        assert_eq!(forward, (256, 10));
        assert_eq!(count(u32::MAX, 8, |lane| 40 * (31 - lane)), forward);
        assert_eq!(count(u32::MAX, 8, |lane| 40 * (lane * 13 % 32)), forward);
    }

    #[test]
    fn idle_lanes_and_the_end_of_the_address_space_count_as_little_as_they_touch() {
        assert_eq!(count(0, 4, |lane| lane << 20), (0, 0));
        assert_eq!(count(0x8000_0001, 4, |lane| lane << 20), (8, 2));
        assert_eq!(count(u32::MAX, 16, |_| u64::MAX), (512, 1));
    }
}
