//! Kernels that each commit one fault, and their twins that do not.

#[path = "support/assembly.rs"]
mod assembly;
#[path = "faults/many_waves.rs"]
mod many_waves;
#[path = "faults/races.rs"]
mod races;
mod support;

use assembly::Assembly;
use moe_gfx11_sim::execute::{Checks, Launch, Memory, Options, Watch, launch};
use moe_gfx11_sim::{CodeObject, SimError};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// `out` in s[4:5] holds zeros, `fresh` in s[6:7] nothing; v1 is 4 bytes a thread, s8 the wave's number.
const BEGIN: &str = "s_load_b128 s[4:7], s[0:1], 0\ns_waitcnt lgkmcnt(0)\nv_lshlrev_b32_e32 v1, 2, v0\nv_mov_b32_e32 v2, 0\n\
    v_readfirstlane_b32 s8, v0\ns_lshr_b32 s8, s8, 5\n";
const BUFFER_BYTES: usize = 256;
const WAIT: &str = "s_waitcnt vmcnt(0) lgkmcnt(0)\ns_waitcnt_vscnt null, 0x0\n";
const BARRIER: &str = "s_waitcnt vmcnt(0) lgkmcnt(0)\ns_waitcnt_vscnt null, 0x0\ns_barrier\n";

fn assemble(name: &str, code: &str) -> CodeObject {
    let code = format!("{BEGIN}{code}\ns_endpgm");
    Assembly { name: &format!("fault-{name}"), code: &code, lds_bytes: 512, scratch_bytes: 16 }.load()
}

/// Runs two waves; gives `out`.
fn run_with(name: &str, code: &str, checks: Checks) -> Result<Vec<u8>, SimError> {
    run_groups(name, code, checks, 1, BUFFER_BYTES)
}

/// Runs workgroups of two waves, one after another, with a buffer `out` of so many bytes; gives it.
fn run_groups(name: &str, code: &str, checks: Checks, groups: u32, bytes: usize) -> Result<Vec<u8>, SimError> {
    let object = assemble(name, code);
    let mut memory = Memory::default();
    let out = memory.add("out", &vec![0; bytes]);
    let fresh = memory.create("fresh", BUFFER_BYTES as u64).unwrap();
    let arguments = [out.to_le_bytes(), fresh.to_le_bytes()].concat();
    let request =
        Launch { kernel: "test", grid: [groups, 1, 1], block: [64, 1, 1], arguments: &arguments, dynamic_lds_bytes: 0 };
    let options = Options { checks, threads: 1, ..Options::default() };
    launch(&object, &mut memory, &request, &options, &Watch::default())?;
    Ok(memory.buffer(out).unwrap().to_vec())
}

/// The faulty code ends with this error, whose text has all of `parts`; the corrected code runs.
fn twins(name: &str, faulty: &str, corrected: &str, code: &str, parts: &[&str]) {
    let error = run_with(&format!("{name}-faulty"), faulty, Checks::default()).unwrap_err();
    println!("{error}");
    assert_eq!(error.code(), code, "{error}");
    parts.iter().for_each(|part| assert!(error.to_string().contains(part), "no '{part}' in: {error}"));
    if let Err(error) = run_with(&format!("{name}-corrected"), corrected, Checks::default()) {
        panic!("the corrected {name}: {error}");
    }
}

#[test]
fn a_load_outside_of_every_buffer_names_buffer_lane_and_instruction() {
    let load = |offset: u32| format!("global_load_b32 v3, v1, s[4:5] offset:{offset}\n{WAIT}");
    let parts =
        ["global_load_b32 v3, v1, s[4:5] offset:4", "wave 1, lane 31", "0 bytes behind the end of buffer 'out'"];
    twins("bounds-load", &load(4), &load(0), "E_BOUNDS", &parts);
}

#[test]
fn a_store_or_an_atomic_outside_of_every_buffer_is_found() {
    let store = |offset: i32| by_wave("", &format!("global_store_b64 v1, v[1:2], s[4:5] offset:{offset}\n{WAIT}"));
    twins("bounds-store", &store(4), &store(-8), "E_BOUNDS", &["lane 30", "8 bytes at", "'out'"]);
    let atomic = |offset: i32| format!("global_atomic_add_u32 v1, v2, s[4:5] offset:{offset}\n{WAIT}");
    twins("bounds-atomic", &atomic(-4), &atomic(0), "E_BOUNDS", &["lane 0", "before buffer 'out'"]);
}

#[test]
fn accesses_outside_of_lds_and_scratch_are_found() {
    let lds = |offset: u32| format!("ds_store_b32 v1, v2 offset:{offset}\n{WAIT}");
    twins("bounds-lds", &lds(388), &lds(256), "E_BOUNDS", &["wave 0, lane 31: 4 bytes at 0x200", "LDS"]);
    let scratch = |offset: u32| format!("scratch_store_b32 off, v2, off offset:{offset}\n{WAIT}");
    twins("bounds-scratch", &scratch(16), &scratch(12), "E_BOUNDS", &["lane 0: 4 bytes at 0x10", "scratch"]);
    let flat = |offset: u32| {
        format!(
            "s_mov_b64 s[10:11], src_shared_base\nv_mov_b32_e32 v4, s11\nv_mov_b32_e32 v3, v1\nv_mov_b32_e32 v5, 7\n\
         flat_store_b32 v[3:4], v5 offset:{offset}\n{WAIT}"
        )
    };
    twins("bounds-flat", &flat(388), &flat(0), "E_BOUNDS", &["lane 31", "LDS"]);
}

#[test]
fn without_the_check_what_is_outside_loads_as_zero_and_is_not_stored() {
    let code = format!(
        "v_mov_b32_e32 v3, 9\nglobal_load_b32 v3, v1, s[4:5] offset:1024\nds_load_b32 v4, v1 offset:4096\n{WAIT}\
         v_add_nc_u32_e32 v3, 5, v3\nv_add_nc_u32_e32 v3, v3, v4\nglobal_store_b32 v1, v3, s[4:5] offset:128\n{WAIT}"
    );
    let out = run_with("bounds-off", &code, Checks { bounds: false, ..Checks::default() }).unwrap();
    assert_eq!(out[..128], [0; 128]);
    assert_eq!(out[128..], [5, 0, 0, 0].repeat(32));
}

#[test]
fn a_misaligned_atomic_is_found_and_misaligned_loads_are_not() {
    let atomic = |offset: u32| format!("global_atomic_add_u32 v2, v1, s[4:5] offset:{offset}\n{WAIT}");
    twins("align-global", &atomic(2), &atomic(8), "E_ALIGNMENT", &["lane 0", "no multiple of 4", "'out'"]);
    let lds = |offset: u32| {
        format!(
            "v_lshlrev_b32_e32 v3, 1, v1\nv_mov_b32_e32 v4, 0\nds_store_b64 v3, v[1:2]\n{BARRIER}ds_add_u64 v4, v[1:2] offset:{offset}\n{WAIT}"
        )
    };
    twins("align-lds", &lds(4), &lds(8), "E_ALIGNMENT", &["LDS address 0x4 is no multiple of 8"]);
    let loads = format!("v_mov_b32_e32 v3, 1\nglobal_load_b128 v[4:7], v3, s[4:5]\n{WAIT}");
    assert!(run_with("align-load", &loads, Checks::default()).is_ok());
}

#[test]
fn reading_memory_that_nothing_has_written_is_found() {
    let load = |first: &str| format!("{first}global_load_b32 v3, v1, s[6:7]\n{WAIT}");
    let store = format!("global_store_b32 v1, v2, s[6:7]\n{WAIT}");
    twins("poison-global", &load(""), &load(&store), "E_POISON", &["lane 0", "offset 0 of buffer 'fresh'", "4 bytes"]);
    let bytes = format!("global_store_b16 v1, v2, s[6:7]\n{WAIT}");
    let halves = format!("{bytes}global_load_u16 v3, v1, s[6:7]\n{WAIT}");
    twins("poison-bytes", &load(&bytes), &halves, "E_POISON", &["lane 0", "'fresh'"]);
    // Eight bytes, the last four of one row of 32 and the first four of the next.
    let pair = |second: &str| {
        let store = |at: u32| format!("global_store_b32 v1, v2, s[6:7] offset:{at}\n{WAIT}");
        let stores = [28, 36].map(store).concat();
        format!("s_mov_b32 exec_lo, 1\n{stores}{second}global_load_b64 v[4:5], v1, s[6:7] offset:28\n{WAIT}")
    };
    let store = format!("global_store_b32 v1, v2, s[6:7] offset:32\n{WAIT}");
    twins("poison-across", &pair(""), &pair(&store), "E_POISON", &["lane 0", "offset 28 of buffer 'fresh'", "8 bytes"]);
    let lds = |first: &str| format!("{first}ds_load_b32 v3, v1\n{WAIT}");
    let store = format!("ds_store_b32 v1, v2\n{WAIT}");
    twins("poison-lds", &lds(""), &lds(&store), "E_POISON", &["lane 0", "LDS address 0x0"]);
}

#[test]
fn a_buffer_ends_at_its_last_byte_also_inside_a_dword() {
    let load = |name: &str, width: &str| {
        let code = format!("global_load_{width} v3, v2, s[4:5] offset:4\n{WAIT}");
        run_groups(name, &code, Checks::default(), 1, 6).map_err(|error| error.code())
    };
    assert_eq!(load("bounds-dword", "b32"), Err("E_BOUNDS"));
    assert_eq!(load("bounds-short", "u16"), Ok(vec![0; 6]));
}

#[test]
fn what_a_workgroup_leaves_in_the_lds_is_not_there_for_the_next() {
    // s2 is the workgroup's number: the first stores to the LDS, the second reads it.
    let code = format!(
        "s_cmp_eq_u32 s2, 0\ns_cbranch_scc0 second\nv_mov_b32_e32 v3, 7\nds_store_b32 v1, v3\ns_branch end\n\
         second:\nds_load_b32 v3, v1\n{WAIT}global_store_b32 v1, v3, s[4:5]\nend:\n{WAIT}"
    );
    let error = run_groups("lds-poison", &code, Checks::default(), 2, BUFFER_BYTES).unwrap_err();
    assert!(error.code() == "E_POISON" && error.to_string().contains("workgroup [1, 0, 0]"), "{error}");
    let unchecked = run_groups("lds-zero", &code, Checks { poison: false, ..Checks::default() }, 2, BUFFER_BYTES);
    assert_eq!(unchecked, Ok(vec![0; BUFFER_BYTES]));
}

#[test]
fn storing_a_register_that_nothing_has_written_is_found_but_spilling_it_is_not() {
    let store = |register: &str| format!("global_store_b32 v1, {register}, s[4:5]\n{WAIT}");
    twins("undefined-store", &store("v9"), &store("v2"), "E_UNINITIALIZED", &["lane 0: v9 is read"]);
    let spill = |register: &str| {
        format!(
            "scratch_store_b32 off, {register}, off offset:4\n{WAIT}scratch_load_b32 v10, off, off offset:4\n{WAIT}"
        )
    };
    let used = format!("{}{}", spill("v9"), store("v10"));
    let corrected = format!("{}{}{}", spill("v9"), spill("v2"), store("v10"));
    twins("undefined-spill", &used, &corrected, "E_UNINITIALIZED", &["v10 is read"]);
}

/// The instructions of the first wave, then those of the second.
fn by_wave(first: &str, second: &str) -> String {
    static LABELS: AtomicU32 = AtomicU32::new(0);
    let n = LABELS.fetch_add(1, Relaxed);
    format!("s_cmp_eq_u32 s8, 1\ns_cbranch_scc1 second{n}\n{first}s_branch end{n}\nsecond{n}:\n{second}end{n}:\n")
}

#[test]
fn using_a_register_before_its_load_was_waited_for_is_found() {
    let load = "global_load_b32 v3, v1, s[4:5]\nglobal_load_b32 v4, v1, s[4:5]\n";
    let lds = "ds_store_b32 v1, v2\nds_load_b32 v3, v1\nds_load_b32 v4, v1\n";
    let scalar = "s_load_b32 s10, s[0:1], 0\n";
    let cases = [
        (
            "vector",
            load,
            "s_waitcnt vmcnt(2)",
            "s_waitcnt vmcnt(1)",
            "v_mov_b32_e32 v5, v3",
            "v3 is used while",
            "vmcnt",
        ),
        (
            "order",
            load,
            "s_waitcnt vmcnt(1)",
            "s_waitcnt vmcnt(0)",
            "v_mov_b32_e32 v5, v4",
            "v4 is used while",
            "vmcnt",
        ),
        (
            "lds",
            lds,
            "s_waitcnt lgkmcnt(2)",
            "s_waitcnt lgkmcnt(1)",
            "v_mov_b32_e32 v5, v3",
            "v3 is used while",
            "lgkmcnt",
        ),
        (
            "own-form",
            load,
            "s_waitcnt_vmcnt null, 0x1\ns_waitcnt_lgkmcnt null, 0x0",
            "s_waitcnt_vmcnt null, 0x0",
            "v_mov_b32_e32 v5, v4",
            "v4 is used while",
            "vmcnt",
        ),
        (
            "own-form-lds",
            lds,
            "s_waitcnt_lgkmcnt null, 0x1\ns_waitcnt_vmcnt null, 0x0",
            "s_waitcnt_lgkmcnt null, 0x0",
            "v_mov_b32_e32 v5, v4",
            "v4 is used while",
            "lgkmcnt",
        ),
        ("write", load, "s_waitcnt vmcnt(2)", "s_waitcnt vmcnt(1)", "v_mov_b32_e32 v3, 1", "v3 is used while", "vmcnt"),
        (
            "address",
            load,
            "",
            "s_waitcnt vmcnt(0)",
            "v_and_b32_e32 v3, 0, v3\nglobal_load_b32 v5, v3, s[4:5]",
            "v3 is used",
            "vmcnt",
        ),
        ("data", load, "", "s_waitcnt vmcnt(0)", "global_store_b32 v1, v4, s[4:5]", "v4 is used", "vmcnt"),
        (
            "two-memories",
            load,
            "",
            "s_waitcnt vmcnt(0)",
            "ds_store_b32 v1, v2\nds_load_b32 v4, v1",
            "v4 is used",
            "vmcnt",
        ),
        (
            "scalar",
            scalar,
            "s_waitcnt lgkmcnt(1)",
            "s_waitcnt lgkmcnt(0)",
            "s_mov_b32 s11, s10",
            "s10 is used",
            "lgkmcnt",
        ),
    ];
    for (name, begin, short, enough, then, part, counter) in cases {
        let code = |wait: &str| format!("{begin}{wait}\n{then}\n{WAIT}");
        twins(
            &format!("wait-{name}"),
            &code(short),
            &code(enough),
            "E_IN_FLIGHT",
            &[part, &format!("wait for {counter} before")],
        );
    }
}

/// Counters go up to 63.
#[test]
fn a_counter_that_is_full_waits_for_its_oldest_operation() {
    let loads = |count: u32, load: &str| format!(".set i, 10\n.rept {count}\n{load}\n.set i, i+1\n.endr\n");
    let global =
        |read: &str| format!("{}v_mov_b32_e32 v5, {read}\n{WAIT}", loads(64, "global_load_b32 v[i], v1, s[4:5]"));
    for (name, register) in [("second", "v11"), ("last", "v73")] {
        let part = format!("{register} is used while");
        twins(&format!("full-{name}"), &global(register), &global("v10"), "E_IN_FLIGHT", &[&part]);
    }
    let lds = |read: &str| {
        let begin = format!("ds_store_b32 v1, v2\n{WAIT}{}", loads(42, "ds_load_b32 v[i], v1"));
        format!("{begin}s_waitcnt lgkmcnt(40)\nv_mov_b32_e32 v5, {read}\n{WAIT}")
    };
    twins("full-lds", &lds("v12"), &lds("v11"), "E_IN_FLIGHT", &["v12 is used while"]);
}

/// A flat load counts in both; vmcnt alone does not tell that it has arrived.
#[test]
fn a_flat_load_has_to_be_waited_for_in_both_counters() {
    let code = |wait: &str| {
        format!(
            "v_mov_b32_e32 v4, s5\nv_add_co_u32 v3, vcc_lo, s4, v1\nv_add_co_ci_u32_e64 v4, vcc_lo, v4, 0, vcc_lo\n\
         flat_load_b32 v5, v[3:4]\n{wait}\nv_mov_b32_e32 v6, v5\n{WAIT}"
        )
    };
    let both = code("s_waitcnt vmcnt(0) lgkmcnt(0)");
    twins("flat-vector", &code("s_waitcnt vmcnt(0)"), &both, "E_IN_FLIGHT", &["v5 is used", "wait for lgkmcnt"]);
    twins("flat-lds", &code("s_waitcnt lgkmcnt(0)"), &both, "E_IN_FLIGHT", &["v5 is used", "wait for vmcnt"]);
}

/// As LLVM emits them: loads of one kind return in order, and stores read their registers at once.
#[test]
fn loads_into_both_halves_of_a_register_and_overwriting_stored_registers_are_no_faults() {
    let code = format!(
        "global_load_u16 v3, v1, s[4:5]\nglobal_load_d16_hi_b16 v3, v1, s[4:5] offset:2\ns_waitcnt vmcnt(0)\n\
         global_store_b32 v1, v3, s[4:5]\nv_mov_b32_e32 v3, 1\n{WAIT}"
    );
    assert!(run_with("halves", &code, Checks::default()).is_ok());
    let early = code.replace("vmcnt(0)\nglobal", "vmcnt(1)\nglobal");
    assert_eq!(run_with("halves-early", &early, Checks::default()).unwrap_err().code(), "E_IN_FLIGHT");
}

#[test]
fn a_barrier_that_some_lanes_or_waves_do_not_reach_is_found() {
    let lanes = "s_mov_b32 exec_lo, 0xffff\ns_barrier\n";
    twins("barrier-lanes", lanes, "s_mov_b32 exec_lo, -1\ns_barrier\n", "E_BARRIER", &["EXEC is 0xffff"]);
    twins(
        "barrier-waves",
        &by_wave("s_barrier\n", ""),
        &by_wave("s_barrier\n", "s_barrier\n"),
        "E_BARRIER",
        &["wave 1 has ended"],
    );
}

#[test]
fn each_check_can_be_switched_off() {
    let off = Checks::default();
    let cases = [
        (
            "off-poison",
            format!("global_load_b32 v3, v1, s[6:7]\nglobal_store_b32 v1, v9, s[4:5]\n{WAIT}"),
            Checks { poison: false, ..off },
        ),
        ("off-races", format!("v_mov_b32_e32 v3, 0\nds_store_b32 v3, v2\n{WAIT}"), Checks { races: false, ..off }),
        ("off-waits", "global_load_b32 v3, v1, s[4:5]\nv_mov_b32_e32 v4, v3\n".into(), Checks { waits: false, ..off }),
        (
            "off-alignment",
            format!("global_atomic_add_u32 v2, v1, s[4:5] offset:2\n{WAIT}"),
            Checks { alignment: false, ..off },
        ),
        ("off-barriers", "s_mov_b32 exec_lo, 0xffff\ns_barrier\n".into(), Checks { barriers: false, ..off }),
    ];
    for (name, code, checks) in cases {
        assert!(run_with(name, &code, Checks::default()).is_err(), "{name}");
        run_with(name, &code, checks).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}
