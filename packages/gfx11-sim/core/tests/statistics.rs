//! Counts of kernels in assembly against counts by hand.

#[path = "support/assembly.rs"]
mod assembly;
#[path = "statistics/memory.rs"]
mod memory;
#[path = "statistics/roles.rs"]
mod roles;
mod support;

use assembly::Assembly;
use moe_gfx11_sim::execute::{Checks, Launch, Memory, Options, Schedule, Watch, launch};
use moe_gfx11_sim::statistics::{Class, Part, Profile, Report, Role, annotate};
use moe_gfx11_sim::{CodeObject, SimError};

/// Loads both arguments into s[4:5] (out) and s[6:7] (in).
const ARGUMENTS: &str = "s_load_b128 s[4:7], s[0:1], 0\ns_waitcnt lgkmcnt(0)\n";
const BUFFER_BYTES: usize = 64 << 10;

fn assemble(name: &str, code: &str) -> CodeObject {
    Assembly { name, code, lds_bytes: 16 << 10, scratch_bytes: 0 }.load()
}

/// Runs `test` with two buffers, `out` and `in`.
fn run(object: &CodeObject, grid: u32, block: u32, options: &Options) -> Result<Report, SimError> {
    let mut memory = Memory::default();
    let out = memory.add("out", &[0; BUFFER_BYTES]);
    let data = memory.add("in", &[1; BUFFER_BYTES]);
    let arguments = [out.to_le_bytes(), data.to_le_bytes()].concat();
    let request = Launch {
        kernel: "test",
        grid: [grid, 1, 1],
        block: [block, 1, 1],
        arguments: &arguments,
        dynamic_lds_bytes: 0,
    };
    launch(object, &mut memory, &request, options, &Watch::default())
}

/// The options of tests that read what nothing has written.
fn unchecked() -> Options {
    Options { checks: Checks::NONE, threads: 1, ..Options::default() }
}

fn wave_report(name: &str, code: &str) -> Report {
    run(&assemble(name, code), 1, 32, &unchecked()).unwrap()
}

/// The profile's rows whose instruction begins like this.
fn rows<'a>(report: &'a Report, name: &str) -> Vec<&'a Profile> {
    report.profile.iter().filter(|row| row.text.starts_with(name)).collect()
}

fn role(name: &str, part: Part) -> Role {
    Role { name: name.to_owned(), part }
}

/// A scalar loop of five rounds around a body.
fn five_times(body: &str) -> String {
    format!("s_mov_b32 s8, 5\nloop:\n{body}s_sub_u32 s8, s8, 1\ns_cmp_lg_u32 s8, 0\ns_cbranch_scc1 loop\n")
}

#[test]
fn every_class_is_counted_as_often_as_its_instructions_execute() {
    let body = "v_add_nc_u32_e32 v1, v0, v0\nv_lshlrev_b32_e32 v2, 2, v0\ns_nop 0\n";
    let code = format!(
        "{ARGUMENTS}{}global_load_b32 v3, v2, s[6:7]\ns_waitcnt vmcnt(0)\nglobal_store_b32 v2, v3, s[4:5]\ns_barrier\ns_endpgm",
        five_times(body)
    );
    let report = run(&assemble("classes", &code), 3, 64, &Options::default()).unwrap();
    let waves = 6;
    let expected = [
        (Class::Vector, 10),
        (Class::Scalar, 11),
        (Class::ScalarLoad, 1),
        (Class::Branch, 5),
        (Class::GlobalLoad, 1),
        (Class::GlobalStore, 1),
        (Class::Wait, 2),
        (Class::Barrier, 1),
        (Class::Other, 6),
    ];
    for class in Class::ALL {
        let each = expected.iter().find(|(of, _)| *of == class).map_or(0, |(_, count)| *count);
        assert_eq!(report.total.class(class).executions, waves * each, "{class}");
    }
    let all: u64 = expected.iter().map(|(_, count)| waves * count).sum();
    assert_eq!((report.groups, report.waves, report.instructions, report.total.instructions), (3, waves, all, all));
    assert_eq!(report.profile.iter().map(|row| row.executions).sum::<u64>(), all);
    assert_eq!(report.total.opcodes.iter().map(|opcode| opcode.executions).sum::<u64>(), all);
    assert_eq!(report.total.scalar_load_bytes, 16 * waves);
    let names: Vec<(&str, u64)> =
        report.total.opcodes.iter().take(4).map(|opcode| (opcode.name.as_str(), opcode.executions)).collect();
    let often = ["s_cbranch_scc1", "s_cmp_lg_u32", "s_nop", "s_sub_u32"].map(|name| (name, 30));
    assert_eq!(names, often);
}

#[test]
fn active_lanes_are_those_of_exec() {
    let code = "v_mov_b32_e32 v1, 0\ns_mov_b32 exec_lo, 0xff\nv_mov_b32_e32 v1, 1\nv_mov_b32_e32 v1, 2\ns_endpgm";
    let report = wave_report("lanes", code);
    assert_eq!(rows(&report, "v_mov").iter().map(|row| row.active_lanes).collect::<Vec<_>>(), [32, 8, 8]);
    assert_eq!(report.total.class(Class::Vector).average_lanes(), Some(16.0));
    assert_eq!(report.total.class(Class::Matrix).average_lanes(), None);
    // A workgroup of 40 threads has a second wave of 8 lanes.
    let report = run(&assemble("lanes_of_40", "v_mov_b32_e32 v1, 0\ns_endpgm"), 1, 40, &unchecked()).unwrap();
    assert_eq!(report.total.class(Class::Vector).average_lanes(), Some(20.0));
}

#[test]
fn cycles_weigh_what_takes_longer_than_one() {
    let code = "v_mul_lo_u32 v1, v0, v0\nv_add_nc_u32_e32 v1, v0, v0\nv_mul_u32_u24_e32 v1, v0, v0\ns_mul_i32 s8, s8, s8\n\
                v_add_f64 v[2:3], v[4:5], v[6:7]\nv_exp_f32_e32 v1, v0\ns_endpgm";
    let report = wave_report("cycles", code);
    assert_eq!(report.total.cycles.vector, 4 + 1 + 1 + 16 + 1);
    assert_eq!(rows(&report, "v_").iter().map(|row| row.cycles).collect::<Vec<_>>(), [4, 1, 1, 16, 4]);
    assert_eq!(report.total.cycles.transcendental, 4);
    assert_eq!((report.total.issue.matrix, report.total.issue.other_vector), (0, 5));
    assert_eq!(report.total.issue.efficiency(None), Some(0.0));
}

#[test]
fn matrix_chains_and_bank_collisions_are_counted_as_they_execute() {
    // The first of the loop depends on the last of it but for the first round.
    let body = "v_wmma_f32_16x16x16_bf16 v[0:7], v[32:39], v[41:48], v[0:7]
v_wmma_f32_16x16x16_bf16 v[2:9], v[32:39], v[41:48], 0
v_wmma_f32_16x16x16_bf16 v[0:7], v[2:9], v[41:48], v[10:17]
";
    let report = wave_report("matrix", &format!("{}s_endpgm", five_times(body)));
    let [first, second, third] = rows(&report, "v_wmma")[..] else { panic!("{report:?}") };
    assert_eq!([first, second, third].map(|row| row.matrix.dependent), [4, 0, 0]);
    assert_eq!([first, second, third].map(|row| row.matrix.feeding), [0, 0, 5]);
    // Banks of A, B and C: 0 1 0, 0 1 and none, 2 1 2.
    assert_eq!([first, second, third].map(|row| row.matrix.collisions), [5, 0, 5]);
    assert_eq!([first, second, third].map(|row| row.cycles), [5 * 34, 5 * 32, 5 * 34]);
    assert_eq!([first, second, third].map(|row| row.matrix.longest), [2, 1, 1]);
    let total = report.total.matrix;
    let counts = [total.executions, total.collisions, total.dependent, total.feeding, total.longest];
    assert_eq!(counts, [15, 10, 4, 5, 2]);
    assert_eq!(report.total.cycles.vector, 10 * 34 + 5 * 32);
}

#[test]
fn issue_efficiency_is_the_share_of_useful_matrix_cycles() {
    let body = "v_wmma_f32_16x16x16_bf16 v[0:7], v[32:39], v[41:48], v[2:9]
v_add_nc_u32_e32 v9, v10, v10
v_mul_lo_u32 v50, v51, v52
v_cmp_eq_u32_e32 vcc_lo, v50, v51
";
    let issue = wave_report("issue", &format!("{}s_endpgm", five_times(body))).total.issue;
    assert_eq!((issue.matrix, issue.other_vector), (5, 15));
    assert_eq!(issue.efficiency(None), Some(160.0 / 175.0));
    assert_eq!(issue.efficiency(Some(4)), Some(128.0 / 175.0));
    assert_eq!(issue.efficiency(Some(9)), Some(160.0 / 175.0), "not more than all can be useful");
}

#[test]
fn without_statistics_executions_are_counted_alone() {
    let code = format!("{ARGUMENTS}v_lshlrev_b32_e32 v1, 2, v0\nglobal_load_b32 v8, v1, s[6:7]\ns_endpgm");
    let object = assemble("undetailed", &code);
    let full = run(&object, 1, 32, &unchecked()).unwrap();
    let report = run(&object, 1, 32, &Options { statistics: false, ..unchecked() }).unwrap();
    assert!(full.detailed && !report.detailed);
    assert_eq!(full.total.global.loads.lines, 1);
    assert_eq!((report.total.global.loads.accesses, report.buffers.len()), (0, 0));
    assert_eq!((&report.total.classes, &report.total.opcodes), (&full.total.classes, &full.total.opcodes));
}

#[test]
fn resources_and_occupancy_are_those_of_the_kernel() {
    let report = wave_report("resources", "s_endpgm");
    let resources = report.resources;
    assert_eq!(
        (resources.vgprs, resources.sgprs, resources.lds_bytes, resources.waves_per_group),
        (96, 16, 16 << 10, 1)
    );
    assert_eq!((resources.occupancy.workgroups, resources.occupancy.waves_per_simd), (8, 2));
}

#[test]
fn annotate_lists_the_kernel_with_what_each_instruction_cost() {
    let code = format!(
        "{ARGUMENTS}v_lshlrev_b32_e32 v1, 4, v0
s_cbranch_scc1 never
global_load_b32 v8, v1, s[6:7]
s_mov_b32 exec_lo, 0xff
v_mov_b32_e32 v1, 0
s_endpgm
never:
s_nop 0
s_endpgm"
    );
    let object = assemble("annotate", &code);
    let report = run(&object, 2, 64, &unchecked()).unwrap();
    let start = object.kernels[0].entry;
    let rows = [
        (0x00, "           4  12.50 %  32.0                             ", "s_load_b128 s[4:7], s[0:1], null"),
        (0x08, "           4  12.50 %  32.0                             ", "s_waitcnt lgkmcnt(0)"),
        (0x0c, "           4  12.50 %  32.0                             ", "v_lshlrev_b32_e32 v1, 4, v0"),
        (0x10, "           4  12.50 %  32.0                             ", "s_cbranch_scc1 6 // TARGET"),
        (0x14, "           4  12.50 %  32.0  4.0 lines, 0.25 coalesced  ", "global_load_b32 v8, v1, s[6:7]"),
        (0x1c, "           4  12.50 %  32.0                             ", "s_mov_b32 exec_lo, 0xff"),
        (0x24, "           4  12.50 %   8.0                             ", "v_mov_b32_e32 v1, 0"),
        (0x28, "           4  12.50 %   8.0                             ", "s_endpgm"),
        (0x2c, "                                                        ", "s_nop 0"),
        (0x30, "                                                        ", "s_endpgm"),
    ];
    let mut expected = format!("test at {start:#x}: 32 of 32 wave instructions (100.00 %)\n");
    expected += "       count    share lanes  cost                        address  instruction\n";
    for (offset, numbers, text) in rows {
        let target = format!("{:#x}", start + 0x2c);
        expected += &format!("{numbers}{:>8x}  {}\n", start + offset, text.replace("TARGET", &target));
    }
    assert_eq!(annotate(&object, &report), expected);
}

#[test]
fn reports_do_not_depend_on_threads_or_on_the_schedule() {
    // The number of rounds and the stride of the loads depend on the workgroup, which s2 holds. The chain of matrix
    // operations begins anew with each workgroup.
    let code = format!(
        "s_and_b32 s3, s2, 3\ns_add_u32 s3, s3, 2\n{ARGUMENTS}
v_lshlrev_b32_e32 v1, s3, v0
round:
global_load_b32 v8, v1, s[6:7]
v_wmma_f32_16x16x16_bf16 v[16:23], v[32:39], v[41:48], v[16:23]
s_waitcnt vmcnt(0)
s_barrier
s_sub_u32 s3, s3, 1
s_cmp_lg_u32 s3, 0
s_cbranch_scc1 round
s_endpgm"
    );
    let object = assemble("determinism", &code);
    let roles = vec![role("first", Part::Waves(0..1)), role("last", Part::Waves(3..4))];
    let options = Options { threads: 1, roles, ..unchecked() };
    let groups = 600;
    let mut expected = run(&object, groups, 128, &options).unwrap();
    assert_eq!(expected.total.matrix.longest, 5, "as many as the most rounds");
    assert!(expected.total.global.loads.lines > expected.total.global.loads.accesses);
    for threads in 2..=4 {
        for seed in 0..3 {
            let options = Options { threads, schedule: Schedule::Random { seed }, ..options.clone() };
            let report = run(&object, groups, 128, &options).unwrap();
            expected.threads = report.threads;
            assert_eq!(report, expected, "{threads} threads, seed {seed}");
        }
    }
}
