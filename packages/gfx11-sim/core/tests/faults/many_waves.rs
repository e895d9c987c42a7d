//! Races of workgroups of up to 32 waves, in an LDS of up to 64 KiB, for every schedule: what a filter of units could miss.

use super::{BARRIER, BEGIN, WAIT};
use crate::assembly::Assembly;
use moe_gfx11_sim::execute::{Launch, Memory, Options, Schedule, Watch, launch};
use moe_gfx11_sim::{CodeObject, SimError};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

const LDS_BYTES: u32 = 64 << 10;
const LAST_WAVE: u32 = 31;
/// v3 is the lane's number times 4, v4 zero.
const LANES: &str = "v_and_b32_e32 v3, 31, v0\nv_lshlrev_b32_e32 v3, 2, v3\nv_mov_b32_e32 v4, 0\n";

/// Instructions for one wave only.
fn only(wave: u32, code: &str) -> String {
    static LABELS: AtomicU32 = AtomicU32::new(0);
    let label = format!("not{}", LABELS.fetch_add(1, Relaxed));
    format!("s_cmp_lg_u32 s8, {wave}\ns_cbranch_scc1 {label}\n{code}{label}:\n")
}

fn assemble(name: &str, code: &str) -> CodeObject {
    let code = format!("{BEGIN}{LANES}{code}\n{WAIT}s_endpgm");
    Assembly { name: &format!("waves-{name}"), code: &code, lds_bytes: LDS_BYTES, scratch_bytes: 16 }.load()
}

/// Runs a workgroup of 32 waves; `out` and `fresh` hold zeros in 8 KiB.
fn run(object: &CodeObject, schedule: Schedule) -> Result<(), SimError> {
    let mut memory = Memory::default();
    let buffers = ["out", "fresh"].map(|name| memory.add(name, &[0; 8192]));
    let arguments = buffers.map(u64::to_le_bytes).concat();
    let block = [32 * (LAST_WAVE + 1), 1, 1];
    let request = Launch { kernel: "test", grid: [1; 3], block, arguments: &arguments, dynamic_lds_bytes: 0 };
    launch(object, &mut memory, &request, &Options { schedule, ..Options::default() }, &Watch::default()).map(|_| ())
}

fn random_schedules() -> impl Iterator<Item = Schedule> {
    (1..8).map(|seed| Schedule::Random { seed })
}

/// The code races; with the waves in order, the message has all parts.
#[track_caller]
fn races(name: &str, code: &str, parts: &[&str]) {
    let object = assemble(name, code);
    let error = run(&object, Schedule::RoundRobin).unwrap_err();
    println!("{error}");
    assert_eq!(error.code(), "E_RACE", "{error}");
    parts.iter().for_each(|part| assert!(error.to_string().contains(part), "no '{part}' in: {error}"));
    for schedule in random_schedules() {
        let error = run(&object, schedule).unwrap_err();
        assert_eq!(error.code(), "E_RACE", "{schedule:?}: {error}");
    }
}

#[track_caller]
fn is_clean(name: &str, code: &str) {
    let object = assemble(name, code);
    for schedule in std::iter::once(Schedule::RoundRobin).chain(random_schedules()) {
        run(&object, schedule).unwrap_or_else(|error| panic!("{name}, {schedule:?}: {error}"));
    }
}

#[test]
fn the_first_and_the_last_wave_race_in_the_last_dword_of_the_lds() {
    let store = "v_mov_b32_e32 v5, 0xfffc\nds_store_b32 v5, v4\n";
    let load = |offset: u32| format!("v_mov_b32_e32 v5, {offset:#x}\nds_load_b32 v6, v5\n");
    let initial = format!("{}{BARRIER}", only(7, store));
    let first = format!("{initial}{}", only(0, store));
    let parts = ["wave 31, lane 0", "a read of LDS address 0xfffc", "a write of wave 0 (ds_store_b32 v5, v4"];
    races("ends", &format!("{first}{}", only(LAST_WAVE, &load(0xfffc))), &parts);
    // The dword beside it is the last wave's own.
    let own = format!("v_mov_b32_e32 v5, 0xfff8\nds_store_b32 v5, v4\n{}", load(0xfff8));
    is_clean("ends-apart", &format!("{first}{}", only(LAST_WAVE, &own)));
}

#[test]
fn waves_may_write_bytes_beside_each_other_but_not_the_same_ones() {
    // Wave w writes byte w % 4 of the dwords of group w / 4.
    let initial: String = (0..8).map(|group| format!("ds_store_b32 v3, v4 offset:{}\n", 128 * group)).collect();
    let begin = format!("{}{BARRIER}", only(0, &initial));
    let place = &format!(
        "{begin}s_and_b32 s9, s8, 3\ns_lshr_b32 s10, s8, 2\ns_lshl_b32 s10, s10, 7\nv_add_nc_u32_e32 v5, s10, v3\n\
                 v_add_nc_u32_e32 v5, s9, v5\nds_store_b8 v5, v4\n"
    );
    is_clean("bytes", place);
    is_clean("bytes-read", &format!("{place}ds_load_u8 v6, v5\n"));
    let other = only(LAST_WAVE, "v_mov_b32_e32 v5, 2\nds_store_b8 v5, v4\n");
    races(
        "bytes-same",
        &format!("{place}{other}"),
        &["wave 31, lane 0", "LDS address 0x2 races with a write of wave 2"],
    );
    let wide = only(LAST_WAVE, "ds_load_b32 v6, v3\n");
    races("bytes-wide", &format!("{place}{wide}"), &["wave 31, lane 0", "races with a write of wave"]);
}

/// Writing the same value twice is no synchronisation: it is a race, whatever the value.
#[test]
fn two_waves_that_write_the_same_value_race() {
    let store = "ds_store_b32 v3, v4\n";
    let both = format!("{}{}", only(3, store), only(9, store));
    races("same-value", &both, &["wave 9, lane 0", "a write of LDS address 0x0 races with a write of wave 3"]);
}

#[test]
fn a_barrier_between_two_accesses_orders_them_and_so_do_two() {
    let store = || only(0, "ds_store_b128 v3, v[20:23]\n");
    let load = "ds_load_b128 v[10:13], v3\n";
    let begin = "v_lshlrev_b32_e32 v3, 2, v3\nv_mov_b32_e32 v20, 0\nv_mov_b32_e32 v21, 0\nv_mov_b32_e32 v22, 0\n\
                 v_mov_b32_e32 v23, 0\n";
    races(
        "unordered",
        &format!("{begin}{}{BARRIER}{}{WAIT}{load}", store(), store()),
        &["lane 0: a read of LDS address 0x0 races with a write"],
    );
    is_clean("ordered", &format!("{begin}{}{BARRIER}{load}", store()));
    is_clean("ordered-twice", &format!("{begin}{}{BARRIER}{BARRIER}{load}{BARRIER}{}", store(), store()));
    // What was read before the barrier may be written behind it, but not before.
    let overwrites = only(LAST_WAVE, "ds_store_b128 v3, v[20:23]\n");
    is_clean("read-write", &format!("{begin}{}{BARRIER}{load}{BARRIER}{overwrites}", store()));
    let parts = ["wave 31, lane 0", "a write of LDS address 0x0 races with a read of wave"];
    races("read-write-early", &format!("{begin}{}{BARRIER}{load}{overwrites}", store()), &parts);
}

#[test]
fn a_wave_races_with_one_that_has_ended() {
    let first = only(0, &format!("ds_store_b32 v3, v4\n{WAIT}s_endpgm\n"));
    let spin = "s_movk_i32 s9, 200\nspin:\ns_sub_u32 s9, s9, 1\ns_cmp_lg_u32 s9, 0\ns_cbranch_scc1 spin\n";
    let last = |offset: u32| only(LAST_WAVE, &format!("{spin}ds_store_b32 v3, v4 offset:{offset}\n"));
    races(
        "ended",
        &format!("{first}{}", last(4)),
        &["wave 31, lane 0", "0x4 races with a write of wave 0 (ds_store_b32"],
    );
    is_clean("ended-apart", &format!("{first}{}", last(128)));
}

/// More accesses than are listed before they are recorded exactly.
#[test]
fn a_race_is_found_after_any_number_of_accesses() {
    let initial = format!("{}{BARRIER}", only(0, "ds_store_b32 v3, v4\n"));
    let reads = String::from(
        "s_movk_i32 s9, 70\nreads:\nds_load_b32 v6, v3\nglobal_load_b32 v7, v3, s[4:5]\ns_waitcnt vmcnt(0) lgkmcnt(0)\n\
                 s_sub_u32 s9, s9, 1\ns_cmp_lg_u32 s9, 0\ns_cbranch_scc1 reads\n",
    );
    is_clean("many", &format!("{initial}{reads}"));
    let lds = only(LAST_WAVE, "ds_store_b32 v3, v4\n");
    let parts = ["wave 31, lane 0", "a write of LDS address 0x0 races with a read of wave", "(ds_load_b32 v6, v3"];
    races("many-lds", &format!("{initial}{reads}{lds}"), &parts);
    let global = only(LAST_WAVE, "global_store_b32 v3, v4, s[4:5]\n");
    let parts = ["wave 31, lane 0", "races with a read of wave", "(global_load_b32 v7, v3, s[4:5]", "buffer 'out'"];
    races("many-global", &format!("{initial}{reads}{global}"), &parts);
    // With what came after them only.
    let last = only(30, "ds_load_b32 v6, v3 offset:128\nglobal_load_b32 v7, v3, s[4:5] offset:128\n");
    let reads = reads + &last;
    let initial = format!("{}{BARRIER}", only(0, "ds_store_b32 v3, v4\nds_store_b32 v3, v4 offset:128\n"));
    let lds = only(LAST_WAVE, "ds_store_b32 v3, v4 offset:128\n");
    let parts = ["wave 31, lane 0", "a write of LDS address 0x80 races with a read of wave 30"];
    races("many-lds-last", &format!("{initial}{reads}{lds}"), &parts);
    let global = only(LAST_WAVE, "global_store_b32 v3, v4, s[4:5] offset:128\n");
    let parts = ["wave 31, lane 0", "races with a read of wave 30", "offset 128 of buffer 'out'"];
    races("many-global-last", &format!("{initial}{reads}{global}"), &parts);
}

/// Waves share units of 16 bytes and buffers, first without a race, then with one.
#[test]
fn a_race_is_found_where_waves_share_units_without_one_before() {
    // Wave w owns dword w of 32 dwords.
    let initial = format!("{}{BARRIER}", only(0, "ds_store_b32 v3, v4\n"));
    let own = &format!(
        "{initial}s_lshl_b32 s9, s8, 2\nv_mov_b32_e32 v5, s9\nds_store_b32 v5, v4\nds_load_b32 v6, v5\n\
               global_store_b32 v5, v4, s[4:5]\nglobal_load_b32 v7, v5, s[4:5]\nglobal_load_b32 v8, v3, s[6:7]\n"
    );
    is_clean("shared-units", own);
    let lds = only(LAST_WAVE, "v_mov_b32_e32 v5, 8\nds_load_b32 v6, v5\n");
    races(
        "shared-lds",
        &format!("{own}{lds}"),
        &["wave 31", "LDS address 0x8 races with a write of wave 2 (ds_store_b32"],
    );
    let out = only(LAST_WAVE, "v_mov_b32_e32 v5, 8\nglobal_store_b32 v5, v4, s[4:5]\n");
    races(
        "shared-out",
        &format!("{own}{out}"),
        &["wave 31", "offset 8 of buffer 'out'", "races with a write of wave 2"],
    );
    let fresh = only(LAST_WAVE, "global_store_b32 v3, v4, s[6:7]\n");
    let parts = ["wave 31, lane 0", "offset 0 of buffer 'fresh'", "races with a read of wave", "(global_load_b32 v8"];
    races("shared-fresh", &format!("{own}{fresh}"), &parts);
}

/// The lanes of A and B of matrix operations: 16 to 31 access what 0 to 15 do.
#[test]
fn repeated_lanes_race_like_others() {
    let begin = "v_and_b32_e32 v5, 15, v0\nv_mul_u32_u24_e32 v5, 0x50, v5\nv_mov_b32_e32 v20, 0\nv_mov_b32_e32 v21, 0\n\
                 v_mov_b32_e32 v22, 0\nv_mov_b32_e32 v23, 0\n";
    let store = format!("{}{BARRIER}", only(0, "ds_store_b128 v5, v[20:23]\n"));
    let load = "ds_load_b128 v[10:13], v5\n";
    is_clean("repeated", &format!("{begin}{store}{load}"));
    let inside = only(LAST_WAVE, "v_mov_b32_e32 v6, 0x4b8\nds_store_b32 v6, v4\n");
    let parts =
        ["wave 31, lane 0", "a write of LDS address 0x4b8 races with a read of wave", "(ds_load_b128 v[10:13], v5"];
    races("repeated-inside", &format!("{begin}{store}{load}{inside}"), &parts);
    let padding = only(LAST_WAVE, "v_mov_b32_e32 v6, 0x4c0\nds_store_b32 v6, v4\n");
    is_clean("repeated-padding", &format!("{begin}{store}{load}{padding}"));
    // What the padding never got is still told from what was written.
    let code = format!("{begin}{store}ds_load_b128 v[10:13], v5 offset:16\n");
    assert_eq!(run(&assemble("repeated-poison", &code), Schedule::RoundRobin).unwrap_err().code(), "E_POISON");
}

/// An access may begin in one unit of 16 bytes and end in the next.
#[test]
fn a_race_is_found_in_the_second_unit_that_an_access_touches() {
    let initial = only(7, "ds_store_b32 v3, v4\n") + BARRIER;
    let wide = "v_mov_b32_e32 v5, 8\nv_mov_b32_e32 v20, 0\nv_mov_b32_e32 v21, 0\nv_mov_b32_e32 v22, 0\n\
                v_mov_b32_e32 v23, 0\nds_store_b128 v5, v[20:23]\n";
    let code = |at: u32, load: &str| {
        let load = only(LAST_WAVE, &format!("v_mov_b32_e32 v5, {at}\n{load} v6, v5\n"));
        format!("{initial}{}{load}", only(0, wide))
    };
    let parts = ["wave 31, lane 0", "a read of LDS address 0x14 races with a write of wave 0 (ds_store_b128 v5"];
    races("second-unit", &code(20, "ds_load_b32"), &parts);
    is_clean("second-unit-behind", &code(24, "ds_load_b32"));
    is_clean("second-unit-before", &code(4, "ds_load_b32"));
    let bytes = |at: u32| code(at, "ds_load_u8").replace("ds_store_b128 v5, v[20:23]", "ds_store_b32 v5, v20 offset:6");
    let parts = [
        "wave 31, lane 0",
        "a read of LDS address 0x11 races with a write of wave 0 (ds_store_b32 v5, v20 offset:6 at",
    ];
    races("second-unit-byte", &bytes(17), &parts);
    is_clean("second-unit-byte-behind", &bytes(18));
}

/// What was listed is recorded exactly once it matters: bytes of a dword, both sides of a page, every buffer.
#[test]
fn a_race_is_found_with_any_byte_of_any_access_before() {
    let place = "v_mov_b32_e32 v5, 0\n";
    let initial = format!("{}{BARRIER}{place}", only(7, "ds_store_b32 v3, v4\nds_store_b32 v3, v4 offset:960\n"));
    let reads = only(0, "ds_load_u8 v6, v5\nds_load_b32 v6, v5\n");
    let store = |at: u32| only(LAST_WAVE, &format!("ds_store_b8 v5, v4 offset:{at}\n"));
    let parts = ["wave 31, lane 0", "a write of LDS address 0x1 races with a read of wave 0"];
    races("widened", &format!("{initial}{reads}{}", store(1)), &parts);
    is_clean("widened-behind", &format!("{initial}{reads}{}", store(4)));
    let row = only(0, "ds_store_b32 v3, v4 offset:960\n");
    let load = |at: u32| only(LAST_WAVE, &format!("ds_load_b32 v6, v5 offset:{at}\n"));
    let parts = ["wave 31, lane 0", "a read of LDS address 0x404 races with a write of wave 0 (ds_store_b32 v3, v4"];
    races("next-page", &format!("{initial}{row}{}", load(1028)), &parts);
    is_clean("next-page-before", &format!("{initial}{row}{}", load(956 - 832)));
    let fresh = only(0, "global_store_b32 v3, v4, s[6:7]\n");
    let own = "s_lshl_b32 s9, s8, 2\nv_mov_b32_e32 v5, s9\nglobal_store_b32 v5, v4, s[4:5]\n";
    let load = |at: u32| only(LAST_WAVE, &format!("global_load_b32 v7, v3, s[6:7] offset:{at}\n"));
    let parts = ["wave 31, lane 0", "buffer 'fresh'", "races with a write of wave 0 (global_store_b32 v3, v4, s[6:7]"];
    races("other-buffer", &format!("{initial}{fresh}{own}{}", load(0)), &parts);
    is_clean("other-buffer-behind", &format!("{initial}{fresh}{own}{}", load(128)));
}

/// A load that means to see atomics may look at the bytes that only atomics write.
#[test]
fn bytes_that_a_wave_stores_are_told_from_those_it_updates_atomically() {
    let (store, add) = ("global_store_b8 v5, v4, s[4:5]\n", "global_atomic_add_u32 v5, v4, s[4:5]\n");
    for (name, both) in [("store-add", [store, add]), ("add-store", [add, store])] {
        let load = |at: u32| only(LAST_WAVE, &format!("global_load_u8 v6, v5, s[4:5] offset:{at} glc\n"));
        let code = |at: u32| format!("v_mov_b32_e32 v5, 0\n{}{}", only(0, &both.concat()), load(at));
        is_clean(name, &code(1));
        races(&format!("{name}-same"), &code(0), &["wave 31, lane 0", "(global_store_b8 v5, v4, s[4:5]"]);
    }
}
