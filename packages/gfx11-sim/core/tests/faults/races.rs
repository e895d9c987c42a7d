//! Races between the waves of a workgroup, and what looks like one.

use super::{BARRIER, WAIT, by_wave, twins};

#[test]
fn waves_that_access_the_same_bytes_without_a_barrier_race() {
    let own = "v_and_b32_e32 v3, 31, v0\nv_lshlrev_b32_e32 v3, 2, v3\n";
    let write = "ds_store_b32 v3, v2\n";
    let read = "ds_load_b32 v4, v3\n";
    let initial = format!("{own}{write}{BARRIER}");
    // Written by both waves at first, which is a race too.
    let once = format!("{own}{}{BARRIER}", by_wave(write, ""));
    let apart = |first: &str, second: &str| format!("{once}{}{BARRIER}{}", first, second);
    let cases = [
        (
            "read-write",
            by_wave(read, write),
            apart(&by_wave(read, ""), ""),
            "a write of LDS address 0x0 races with a read of wave 0",
        ),
        (
            "write-read",
            by_wave(write, read),
            apart(&by_wave(write, ""), read),
            "a read of LDS address 0x0 races with a write of wave 0",
        ),
        (
            "write-write",
            by_wave(write, write),
            apart("", read),
            "a write of LDS address 0x0 races with a write of wave 0",
        ),
    ];
    for (name, faulty, corrected, part) in cases {
        let faulty = format!("{once}{}", faulty);
        twins(name, &faulty, &corrected, "E_RACE", &[part, "wave 1, lane 0"]);
    }
    twins("initial", &initial, &once, "E_RACE", &["races with a write of wave 0 (ds_store_b32 v3, v2 at"]);
}

#[test]
fn waves_race_in_global_memory_too_and_only_on_the_same_bytes() {
    let store = |offset: u32| {
        format!(
            "v_lshlrev_b32_e32 v3, 2, v0\nv_and_b32_e32 v3, 0x7c, v3\nglobal_store_b8 v3, v2, s[4:5] offset:{offset}\n{WAIT}"
        )
    };
    let different = by_wave(&store(0), &store(1));
    twins(
        "race-global",
        &by_wave(&store(1), &store(1)),
        &different,
        "E_RACE",
        &["global address", "races with a write of wave 0"],
    );
    // Once waves share dwords, other bytes of them are still told apart.
    let read = "global_load_u8 v4, v3, s[4:5] offset:1\n".to_owned() + WAIT;
    let faulty = by_wave(&format!("{}{}", store(0), store(1)), &format!("{}{read}", store(2)));
    let corrected = by_wave(&store(0), &format!("{}{}{read}", store(2), store(1)));
    twins("race-bytes", &faulty, &corrected, "E_RACE", &["a read of", "races with a write of wave 0"]);
}

#[test]
fn atomics_race_with_loads_and_stores_but_not_with_atomics() {
    let begin = format!("v_mov_b32_e32 v3, 0\n{}{BARRIER}", by_wave("ds_store_b32 v3, v2\n", ""));
    let atomic = "ds_add_u32 v3, v1\n";
    let faulty = format!("{begin}{}", by_wave(atomic, "ds_load_b32 v4, v3\n"));
    let corrected = format!("{begin}{}", by_wave(atomic, atomic));
    twins(
        "race-atomic",
        &faulty,
        &corrected,
        "E_RACE",
        &["a read of LDS address 0x0 races with a write of wave 0 (ds_add_u32 v3, v1"],
    );
}

/// Compilers begin loops of compare-and-swap with a plain load.
#[test]
fn a_compare_and_swap_does_not_race_with_loads_but_with_stores() {
    let begin = format!("v_mov_b32_e32 v3, 0\nv_mov_b32_e32 v4, 0\n{}{BARRIER}", by_wave("ds_store_b32 v3, v2\n", ""));
    let swap = "ds_cmpstore_b32 v3, v1, v4\n";
    let faulty = format!("{begin}{}", by_wave(swap, "ds_store_b32 v3, v4\n"));
    let corrected = format!("{begin}{}", by_wave(swap, &format!("ds_load_b32 v5, v3\n{WAIT}{swap}")));
    twins("race-swap", &faulty, &corrected, "E_RACE", &["a write of LDS address 0x0", "races with a write of wave 0"]);
    let global = |load: &str| {
        by_wave("global_atomic_add_u32 v2, v1, s[4:5]\n", &format!("global_load_b32 v5, v2, s[4:5]{load}\n{WAIT}"))
    };
    twins("race-glc", &global(""), &global(" glc"), "E_RACE", &["a read of"]);
}

#[test]
fn a_barrier_does_not_order_a_store_that_was_not_waited_for() {
    let code = |store: &str, wait: &str, load: &str| {
        let own = "v_and_b32_e32 v3, 31, v0\nv_lshlrev_b32_e32 v3, 2, v3\n";
        format!("{own}{}{wait}s_barrier\n{}", by_wave(store, ""), by_wave("", load))
    };
    let (store, load) = ("ds_store_b32 v3, v2\n", "ds_load_b32 v4, v3\n");
    twins(
        "unordered-lds",
        &code(store, "", load),
        &code(store, "s_waitcnt lgkmcnt(0)\n", load),
        "E_RACE",
        &["races with a write of wave 0"],
    );
    let store = "ds_store_2addr_b32 v3, v2, v2 offset1:32\n";
    twins(
        "unordered-two",
        &code(store, "", "ds_load_b32 v4, v3 offset:128\n"),
        &code(store, "s_waitcnt lgkmcnt(0)\n", "ds_load_b32 v4, v3 offset:128\n"),
        "E_RACE",
        &["races with a write of wave 0"],
    );
    let (store, load) = ("global_store_b32 v3, v2, s[4:5]\n", "global_load_b32 v4, v3, s[4:5]\n");
    twins(
        "unordered-global",
        &code(store, "", load),
        &code(store, "s_waitcnt_vscnt null, 0x0\n", load),
        "E_RACE",
        &["races with a write of wave 0"],
    );
}

#[test]
fn a_barrier_does_not_order_what_any_lane_of_an_unfinished_store_wrote() {
    let begin = format!(
        "v_and_b32_e32 v3, 31, v0\nv_lshlrev_b32_e32 v3, 2, v3\n{}{BARRIER}",
        by_wave("ds_store_b32 v3, v2\n", "")
    );
    let code = |store: &str, then: &str| format!("{begin}{}s_barrier\n{}", by_wave(store, ""), by_wave("", then));
    let load = |at: u32| format!("v_mov_b32_e32 v5, {at}\nds_load_b32 v4, v5\n");
    let some = format!("s_mov_b32 exec_lo, 0x7ffffff0\n{}s_mov_b32 exec_lo, -1\n", "ds_store_b32 v3, v2\n");
    for (at, free) in [(16, 12), (120, 124)] {
        twins(
            &format!("unordered-lane{at}"),
            &code(&some, &load(at)),
            &code(&some, &load(free)),
            "E_RACE",
            &[&format!("LDS address {at:#x} races with a write of wave 0")],
        );
    }
    let atomic = "ds_add_u32 v3, v2\n";
    twins("unordered-atomic", &code(atomic, &load(4)), &code(atomic, atomic), "E_RACE", &["(ds_add_u32 v3, v2"]);
    // A descriptor of 64 bytes: the lanes behind it write nothing.
    let buffer = "s_mov_b32 s12, s4\ns_and_b32 s13, s5, 0xffff\ns_movk_i32 s14, 0x40\ns_mov_b32 s15, 0x30000000\n\
                  buffer_store_b32 v2, v3, s[12:15], 0 offen\n";
    let load = |at: u32| format!("v_mov_b32_e32 v5, {at}\nglobal_load_b32 v4, v5, s[4:5]\n");
    twins("unordered-range", &code(buffer, &load(60)), &code(buffer, &load(64)), "E_RACE", &["(buffer_store_b32 v2"]);
}
