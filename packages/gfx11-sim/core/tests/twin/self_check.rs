//! The judge judged: the host's fibers against results computed in Rust.

use super::{Argument, Case, Host};
use crate::cases::groups;

fn words(bytes: &[u8]) -> Vec<u32> {
    bytes.chunks_exact(4).map(|word| u32::from_le_bytes(word.try_into().unwrap())).collect()
}

/// What a kernel `(out, in)` reads and writes on the host.
fn run(host: &Host, case: &Case) -> (Vec<u32>, Vec<u32>) {
    let Argument::Buffer(_, input) = &case.arguments[1] else { panic!("the second argument is a buffer") };
    (words(input), words(&host.run(case)[0]))
}

#[test]
fn threads_of_the_host_meet_at_barriers_and_lane_operations() {
    let host = Host::compile("groups.hip", ["reduce", "scan", "by_key"].into_iter());
    for threads in [32, 96, 100, 1024] {
        let (input, sums) = run(&host, &groups::reduce(threads));
        let expected: Vec<u32> = input
            .chunks(threads as usize)
            .map(|group| group.iter().fold(0, |sum, &x| u32::wrapping_add(sum, x)))
            .collect();
        assert_eq!(sums, expected, "{threads} threads");
    }
    let (input, found) = run(&host, &groups::scan());
    for group in 0..2 {
        let mut sum = 0_u32;
        for i in group * 256..(group + 1) * 256 {
            assert_eq!(found[i], sum, "element {i}");
            sum = sum.wrapping_add(input[i]);
        }
    }
    let (keys, found) = run(&host, &groups::by_key());
    for (wave, keys) in keys.chunks(32).enumerate() {
        let mut order: Vec<u32> = Vec::new();
        keys.iter().for_each(|key| {
            if !order.contains(key) {
                order.push(*key)
            }
        });
        for (lane, key) in keys.iter().enumerate() {
            let peers = (0..32).fold(0, |mask, other| mask | u32::from(keys[other] == *key) << other);
            let turns = order.iter().position(|other| other == key).unwrap() as u32 + 1;
            assert_eq!(found[wave * 32 + lane], peers ^ turns << 27, "wave {wave} lane {lane}");
        }
    }
}
