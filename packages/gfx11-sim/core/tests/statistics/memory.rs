//! Accesses to memory: bytes, lines, buffers, banks and spills.

use super::assembly::Assembly;
use super::{ARGUMENTS, BUFFER_BYTES, rows, run, unchecked, wave_report};
use moe_gfx11_sim::statistics::Class;

#[test]
fn global_accesses_touch_lines_and_buffers() {
    let code = format!(
        "{ARGUMENTS}v_lshlrev_b32_e32 v1, 2, v0
v_lshlrev_b32_e32 v2, 3, v0
v_lshlrev_b32_e32 v3, 4, v0
v_mov_b32_e32 v4, 0
global_load_b32 v8, v1, s[6:7]
global_load_b32 v8, v2, s[6:7]
global_load_b32 v8, v4, s[6:7]
global_load_b128 v[8:11], v3, s[6:7]
global_load_u8 v8, v0, s[6:7]
s_waitcnt vmcnt(0)
global_store_b32 v1, v0, s[4:5] offset:4
s_mov_b32 exec_lo, 0xffff
global_store_b64 v2, v[8:9], s[4:5]
s_endpgm"
    );
    let report = wave_report("lines", &code);
    let lines: Vec<(u64, u64)> =
        rows(&report, "global_").iter().map(|row| (row.global.bytes, row.global.lines)).collect();
    assert_eq!(lines, [(128, 1), (128, 2), (128, 1), (512, 4), (32, 1), (128, 2), (128, 1)]);
    let factors: Vec<f64> = rows(&report, "global_").iter().filter_map(|row| row.global.coalescing()).collect();
    assert_eq!(factors, [1.0, 0.5, 1.0, 1.0, 0.25, 0.5, 1.0]);
    let total = report.total.global;
    assert_eq!((total.loads.accesses, total.loads.bytes, total.loads.lines), (5, 928, 9));
    assert_eq!((total.stores.accesses, total.stores.bytes, total.stores.lines), (2, 256, 3));
    assert_eq!(total.atomics.accesses, 0);
    let buffers: Vec<_> =
        report.buffers.iter().map(|buffer| (buffer.name.as_str(), buffer.size_bytes, buffer.traffic)).collect();
    let [(out, out_bytes, stored), (data, data_bytes, loaded)] = buffers[..] else { panic!("{buffers:?}") };
    assert_eq!((out, out_bytes, data, data_bytes), ("out", BUFFER_BYTES as u64, "in", BUFFER_BYTES as u64));
    assert_eq!((stored.stores, stored.loads.bytes), (total.stores, 0));
    assert_eq!((loaded.loads, loaded.stores.bytes), (total.loads, 0));
}

#[test]
fn an_access_to_two_buffers_is_counted_for_each() {
    // Even lanes load from `in`, odd ones from `out`.
    let code = format!(
        "{ARGUMENTS}v_and_b32_e32 v1, 1, v0
v_cmp_eq_u32_e32 vcc_lo, 1, v1
v_mov_b32_e32 v4, s4
v_mov_b32_e32 v5, s5
v_mov_b32_e32 v6, s6
v_mov_b32_e32 v7, s7
v_cndmask_b32_e32 v2, v6, v4, vcc_lo
v_cndmask_b32_e32 v3, v7, v5, vcc_lo
global_load_b32 v8, v[2:3], off
s_endpgm"
    );
    let report = wave_report("two_buffers", &code);
    let loads: Vec<_> = report.buffers.iter().map(|buffer| buffer.traffic.loads).collect();
    assert_eq!(loads.iter().map(|load| (load.accesses, load.bytes, load.lines)).collect::<Vec<_>>(), [(1, 64, 1); 2]);
    let total = report.total.global.loads;
    assert_eq!((total.accesses, total.bytes, total.lines), (1, 128, 2));
}

#[test]
fn lanes_in_ascending_buffers_are_counted_for_each() {
    // `out` is before `in`; the last 16 lanes load from `in`.
    let code = format!(
        "{ARGUMENTS}v_lshrrev_b32_e32 v1, 4, v0
s_sub_u32 s8, s6, s4
v_mul_lo_u32 v1, v1, s8
v_lshl_add_u32 v1, v0, 2, v1
global_load_b32 v8, v1, s[4:5]
s_endpgm"
    );
    let report = wave_report("ascending_buffers", &code);
    let loads: Vec<_> = report.buffers.iter().map(|buffer| buffer.traffic.loads).collect();
    assert_eq!(loads.iter().map(|load| (load.accesses, load.bytes, load.lines)).collect::<Vec<_>>(), [(1, 64, 1); 2]);
    assert_eq!((report.total.global.loads.accesses, report.total.global.loads.lines), (1, 2));
}

#[test]
fn addresses_outside_of_every_buffer_are_counted_apart() {
    let code = "v_mov_b32_e32 v2, 0\nv_mov_b32_e32 v1, v0\nglobal_store_b32 v[1:2], v0, off\ns_endpgm";
    let report = wave_report("outside", code);
    let [outside] = &report.buffers[..] else { panic!("{:?}", report.buffers) };
    assert_eq!((outside.name.as_str(), outside.size_bytes), ("", 0));
    assert_eq!((outside.traffic.stores.bytes, report.total.global.stores.lines), (128, 1));
}

#[test]
fn lds_accesses_conflict_by_their_addresses() {
    let code = "v_lshlrev_b32_e32 v1, 2, v0
v_lshlrev_b32_e32 v2, 3, v0
v_lshlrev_b32_e32 v3, 7, v0
v_mad_u32_u24 v4, v0, 4, v3
v_lshlrev_b32_e32 v5, 4, v0
v_lshlrev_b32_e32 v6, 8, v0
v_mad_u32_u24 v7, v0, 16, v6
v_mov_b32_e32 v9, 0
ds_load_b32 v16, v1
ds_load_b32 v16, v2
ds_load_b32 v16, v3
ds_load_b32 v16, v4
ds_load_b32 v16, v9
ds_load_b64 v[16:17], v2
ds_load_b96 v[16:18], v5
ds_load_b128 v[16:19], v5
ds_load_b128 v[16:19], v6
ds_load_b128 v[16:19], v7
ds_load_2addr_b32 v[16:17], v1 offset1:32
ds_load_2addr_b64 v[16:19], v5 offset1:1
s_waitcnt lgkmcnt(0)
ds_store_b32 v3, v0
ds_store_b128 v6, v[16:19]
ds_add_u32 v9, v0
ds_add_rtn_u32 v16, v1, v0
s_endpgm";
    let report = wave_report("lds", code);
    let cycles: Vec<_> = rows(&report, "ds_").iter().map(|row| (row.lds.ideal_cycles, row.lds.cycles)).collect();
    let loads = [
        (1, 1),
        (1, 2),
        (1, 32),
        (1, 1),
        (1, 1),
        (2, 2),
        (4, 4),
        (4, 4),
        (4, 32),
        (4, 4),
        (2, 2),
        // Both halves of 16 bytes a lane: a stride of two widths.
        (4, 8),
    ];
    assert_eq!(cycles[..12], loads);
    assert_eq!(cycles[12..], [(1, 32), (4, 32), (1, 32), (1, 1)]);
    let total = report.total.lds;
    let ideal_and_all = loads.iter().fold((0, 0), |sum, cycles| (sum.0 + cycles.0, sum.1 + cycles.1));
    assert_eq!((total.loads.ideal_cycles, total.loads.cycles), ideal_and_all);
    assert_eq!((total.loads.accesses, total.stores.accesses, total.atomics.accesses), (14, 2, 2));
    assert_eq!(total.loads.bytes, 32 * (5 * 4 + 8 + 12 + 3 * 16 + 8 + 16));
    assert_eq!((total.stores.conflict_cycles(), total.stores.conflict_share()), (59, Some(59.0 / 64.0)));
    assert_eq!(total.atomics.conflict_cycles(), 31);
    assert_eq!(report.total.cycles.lds, total.loads.cycles + total.stores.cycles + total.atomics.cycles);
    assert_eq!(report.total.class(Class::Lds).executions, 16);
}

#[test]
fn spills_are_the_bytes_of_scratch_accesses() {
    let code = "s_mov_b32 exec_lo, 0xffff
scratch_store_b32 off, v0, off
scratch_store_b128 off, v[0:3], off offset:16
scratch_load_b64 v[4:5], off, off
s_endpgm";
    let object = Assembly { name: "spills", code, lds_bytes: 0, scratch_bytes: 64 }.load();
    let report = run(&object, 2, 32, &unchecked()).unwrap();
    let scratch = report.total.scratch;
    assert_eq!((scratch.load_bytes, scratch.store_bytes), (2 * 16 * 8, 2 * 16 * (4 + 16)));
    assert_eq!(report.resources.scratch_bytes, 64);
    assert_eq!(report.total.class(Class::Scratch).executions, 6);
    assert_eq!(report.total.global.loads.accesses, 0);
}

#[test]
fn flat_accesses_count_for_the_memory_that_they_reach() {
    let code = format!(
        "{ARGUMENTS}v_mov_b32_e32 v2, s6
v_mov_b32_e32 v3, s7
flat_load_b32 v8, v[2:3]
s_mov_b64 s[8:9], src_shared_base
v_mov_b32_e32 v5, s9
v_lshlrev_b32_e32 v4, 3, v0
flat_store_b32 v[4:5], v0
s_endpgm"
    );
    let total = wave_report("flat", &code).total;
    assert_eq!((total.global.loads.bytes, total.global.loads.lines, total.global.stores.accesses), (128, 1, 0));
    assert_eq!((total.lds.stores.cycles, total.lds.loads.accesses), (2, 0));
    assert_eq!(total.class(Class::Flat).executions, 2);
}

#[test]
fn accesses_through_a_descriptor_are_one_each() {
    // Descriptor s[4:7] of `in`: base, no stride, 256 bytes, raw.
    let code = format!(
        "{ARGUMENTS}s_mov_b32 s4, s6
s_mov_b32 s5, s7
s_movk_i32 s6, 0x100
s_mov_b32 s7, 0x31014000
v_lshlrev_b32_e32 v1, 4, v0
buffer_load_b128 v[8:11], v1, s[4:7], 0 offen
s_waitcnt vmcnt(0)
buffer_store_b128 v[8:11], v1, s[4:7], 0 offen
s_endpgm"
    );
    let global = wave_report("descriptor", &code).total.global;
    for traffic in [global.loads, global.stores] {
        assert_eq!((traffic.accesses, traffic.bytes, traffic.lines), (1, 256, 2), "16 lanes are in range");
    }
}

#[test]
fn global_atomics_are_counted_apart() {
    let code = format!("{ARGUMENTS}v_mov_b32_e32 v1, 0\nglobal_atomic_add_u32 v1, v0, s[4:5]\ns_endpgm");
    let report = wave_report("atomics", &code);
    let atomics = report.total.global.atomics;
    assert_eq!((atomics.accesses, atomics.bytes, atomics.lines), (1, 128, 1));
    assert_eq!(report.buffers[0].traffic.atomics, atomics);
    assert_eq!(report.total.class(Class::GlobalAtomic).executions, 1);
}
