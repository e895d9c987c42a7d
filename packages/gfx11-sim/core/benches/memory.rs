//! Prints what memory instructions cost: nanoseconds a wave instruction on one thread, with all checks, with all but
//! races, and with none. Needs clang-19 and lld-19. Usage: `cargo bench -p moe-gfx11-sim --features llvm --bench memory`.

#[path = "../tests/support/assembly.rs"]
mod assembly;
#[path = "../tests/support/mod.rs"]
mod support;

use assembly::Assembly;
use moe_gfx11_sim::execute::{Checks, Launch, Memory, Options, Watch, launch};
use std::time::Instant;

/// Instructions in a loop, and its rounds.
const UNROLLED: u32 = 16;
const ROUNDS: u32 = 4000;
const SAMPLES: u32 = 7;

/// Text of the instruction, with v1 = 4 bytes, v2 = 16 bytes, v3 = 64 bytes a lane and v[20:23] as data.
const INSTRUCTIONS: [(&str, &str); 17] = [
    ("valu (v_add_nc_u32)", "v_add_nc_u32_e32 v10, v1, v2"),
    ("global_load_b32, rows", "global_load_b32 v10, v1, s[4:5]"),
    ("global_load_b128, rows", "global_load_b128 v[10:13], v2, s[4:5]"),
    ("global_load_b32, 64 B apart", "global_load_b32 v10, v3, s[4:5]"),
    ("global_load_b128, 64 B apart", "global_load_b128 v[10:13], v3, s[4:5]"),
    ("global_load_b32, one address", "global_load_b32 v10, v4, s[4:5]"),
    ("global_load_u16, 4 B apart", "global_load_u16 v10, v1, s[4:5]"),
    ("global_store_b32, rows", "global_store_b32 v1, v20, s[8:9]"),
    ("global_store_b128, rows", "global_store_b128 v2, v[20:23], s[8:9]"),
    ("global_atomic_add_u32, rows", "global_atomic_add_u32 v1, v20, s[8:9]"),
    ("ds_load_b32, rows", "ds_load_b32 v10, v1"),
    ("ds_load_b128, rows", "ds_load_b128 v[10:13], v2"),
    ("ds_load_b128, 64 B apart", "ds_load_b128 v[10:13], v3"),
    ("ds_load_b128, one address", "ds_load_b128 v[10:13], v4"),
    ("ds_store_b32, rows", "ds_store_b32 v1, v20 offset:4096"),
    ("ds_store_b128, rows", "ds_store_b128 v2, v[20:23] offset:4096"),
    ("scratch_load_b32", "scratch_load_b32 v10, off, off offset:16"),
];

fn code(instruction: &str) -> String {
    // Loads in flight into registers of their own, as compilers issue them.
    let numbered = |n: u32| {
        let (first, last) = (32 + 4 * n, 35 + 4 * n);
        instruction.replace("v[10:13]", &format!("v[{first}:{last}]")).replace("v10", &format!("v{first}"))
    };
    let body: String = (0..UNROLLED).map(|n| numbered(n) + "\n").collect();
    // Each wave stores to bytes of its own.
    format!(
        "s_load_b128 s[4:7], s[0:1], 0\ns_waitcnt lgkmcnt(0)\n\
         v_and_b32_e32 v30, 31, v0\nv_lshlrev_b32_e32 v1, 2, v30\nv_lshlrev_b32_e32 v2, 4, v30\nv_lshlrev_b32_e32 v3, 6, v30\n\
         v_mov_b32_e32 v4, 64\nv_mov_b32_e32 v20, 1\nv_mov_b32_e32 v21, 2\nv_mov_b32_e32 v22, 3\nv_mov_b32_e32 v23, 4\n\
         v_readfirstlane_b32 s10, v0\ns_lshl_b32 s10, s10, 6\ns_add_u32 s8, s6, s10\ns_addc_u32 s9, s7, 0\n\
         s_cmp_lg_u32 s10, 0\ns_cbranch_scc1 ready\n\
         ds_store_b128 v2, v[20:23]\nds_store_b128 v2, v[20:23] offset:512\nds_store_b128 v2, v[20:23] offset:1024\n\
         ds_store_b128 v2, v[20:23] offset:1536\nready:\nscratch_store_b32 off, v20, off offset:16\n\
         s_waitcnt vmcnt(0) lgkmcnt(0)\ns_waitcnt_vscnt null, 0x0\ns_barrier\ns_movk_i32 s11, {ROUNDS}\nloop:\n{body}\
         s_waitcnt vmcnt(0) lgkmcnt(0)\ns_waitcnt_vscnt null, 0x0\ns_sub_u32 s11, s11, 1\ns_cmp_lg_u32 s11, 0\n\
         s_cbranch_scc1 loop\ns_endpgm"
    )
}

/// Nanoseconds of the fastest sample, per wave instruction of the loop, of two waves, or of one where they would race.
fn measure(instruction: &str, checks: Checks) -> f64 {
    let own = instruction.starts_with("ds_store");
    let object = Assembly { name: "memory-speed", code: &code(instruction), lds_bytes: 8192, scratch_bytes: 64 }.load();
    let threads = if own { 32 } else { 64 };
    let run = || {
        let mut memory = Memory::default();
        let data = memory.add("in", &[7; 8192]);
        let out = memory.create("out", 8192).expect("memory");
        memory.buffer(out).expect("out").write(0, &[0; 8192]);
        let arguments = [data.to_le_bytes(), out.to_le_bytes()].concat();
        let request = Launch {
            kernel: "test",
            grid: [1; 3],
            block: [threads, 1, 1],
            arguments: &arguments,
            dynamic_lds_bytes: 0,
        };
        let options = Options { checks, threads: 1, statistics: false, ..Options::default() };
        let start = Instant::now();
        launch(&object, &mut memory, &request, &options, &Watch::default()).expect("the kernel runs");
        start.elapsed().as_secs_f64()
    };
    let best = (0..SAMPLES).map(|_| run()).fold(f64::INFINITY, f64::min);
    best * 1e9 / f64::from(ROUNDS * UNROLLED * threads / 32)
}

fn main() {
    println!("{:<32} {:>8} {:>8} {:>8}", "ns a wave instruction", "all", "-races", "none");
    let ways = [Checks::default(), Checks { races: false, ..Checks::default() }, Checks::NONE];
    for (name, instruction) in INSTRUCTIONS {
        let [all, without_races, none] = ways.map(|checks| measure(instruction, checks));
        println!("{name:<32} {all:>8.1} {without_races:>8.1} {none:>8.1}");
    }
}
