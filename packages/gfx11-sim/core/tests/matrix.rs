//! What a kernel can do wrong with matrix operations, and what dual instructions, swaps and relative moves do.

#[path = "support/assembly.rs"]
mod assembly;
mod support;

use assembly::Assembly;
use moe_gfx11_sim::SimError;
use moe_gfx11_sim::execute::{Launch, Memory, Options, Report, Watch, launch};

/// v1 to v32 are zero, v40 to v47 are a zero sum.
const ZERO: &str = ".set i, 1\n.rept 32\nv_mov_b32 v[i], 0\n.set i, i+1\n.endr\n.set i, 40\n.rept 8\nv_mov_b32 v[i], 0\n.set i, i+1\n.endr\n";
const WMMA: &str = "v_wmma_f32_16x16x16_f16 v[40:47], v[8:15], v[16:23], v[40:47]\n";

fn run(name: &str, code: &str, options: &Options) -> Result<(Report, Vec<u8>), SimError> {
    let code = format!("s_load_b64 s[4:5], s[0:1], 0x0\n{code}\ns_endpgm");
    let object = Assembly { name, code: &code, lds_bytes: 0, scratch_bytes: 0 }.load();
    let mut memory = Memory::default();
    let out = memory.add("out", &[0; 1024]);
    let arguments = [out.to_le_bytes(), out.to_le_bytes()].concat();
    let request =
        Launch { kernel: "test", grid: [1, 1, 1], block: [32, 1, 1], arguments: &arguments, dynamic_lds_bytes: 0 };
    let report = launch(&object, &mut memory, &request, options, &Watch::default())?;
    Ok((report, memory.buffer(out).unwrap().to_vec()))
}

fn outcome(name: &str, code: &str) -> Result<(), String> {
    run(name, &format!("{ZERO}{code}"), &Options::default())
        .map(drop)
        .map_err(|error| format!("{} {error}", error.code()))
}

#[test]
fn a_matrix_operation_on_the_result_of_the_one_before_needs_an_operation_between() {
    let next = "v_wmma_f32_16x16x16_f16 v[24:31], v[8:15], v[44:51], v[24:31]\n";
    let fill = ".set i, 48\n.rept 4\nv_mov_b32 v[i], 0\n.set i, i+1\n.endr\n";
    let error = outcome("hazard", &format!("{fill}{WMMA}s_nop 0\n{next}")).unwrap_err();
    assert!(error.starts_with("E_MATRIX_HAZARD"), "{error}");
    assert!(error.contains("v44 is the result of the matrix operation directly before"), "{error}");
    // One register of the factor is a result: its last one, its first one, none.
    let zeros = ".set i, 32\n.rept 24\nv_mov_b32 v[i], 0\n.set i, i+1\n.endr\n";
    let at = |first: u32| {
        let next = next.replace("v[44:51]", &format!("v[{first}:{}]", first + 7));
        let outcome = outcome(&format!("hazard{first}"), &format!("{zeros}{WMMA}{next}"));
        outcome.map_err(|error| error[..error.len().min(15)].to_owned())
    };
    assert_eq!([at(33), at(47)], [Err("E_MATRIX_HAZARD".to_owned()), Err("E_MATRIX_HAZARD".to_owned())]);
    assert_eq!([at(32), at(48)], [Ok(()), Ok(())]);
    assert_eq!(outcome("hazard_nop", &format!("{fill}{WMMA}v_nop\n{next}")), Ok(()));
    assert_eq!(outcome("hazard_c", &format!("{WMMA}{WMMA}")), Ok(()), "C may be the result before");
}

#[test]
fn factors_have_to_be_repeated_and_defined_in_all_lanes() {
    let error = outcome("repeat", &format!("v_mov_b32 v9, v0\n{WMMA}")).unwrap_err();
    assert!(error.starts_with("E_MATRIX_LANES") && error.contains("lane 0 of v9 differs from lane 16"), "{error}");
    assert_eq!(outcome("repeated", &format!("v_and_b32 v9, 15, v0\n{WMMA}")), Ok(()));
    let undefined = WMMA.replace("v[16:23]", "v[60:67]");
    let error = outcome("undefined", &undefined).unwrap_err();
    assert!(error.starts_with("E_UNINITIALIZED") && error.contains("v60"), "{error}");
}

/// The first dword of v40 after code that begins with zeros everywhere.
fn first_sum(name: &str, code: &str) -> u32 {
    let store = "s_waitcnt lgkmcnt(0)\nv_lshlrev_b32 v3, 2, v0\nglobal_store_b32 v3, v40, s[4:5]";
    let (_, out) = run(name, &format!("{ZERO}{code}{store}"), &Options::default()).unwrap();
    u32::from_le_bytes(out[..4].try_into().unwrap())
}

#[test]
fn sums_of_16_bits_begin_with_a_constant_of_their_type_and_keep_the_other_half() {
    let cases = [
        ("bf16_16x16x16_bf16", "", 0xabcd_3f80),
        ("f16_16x16x16_f16", "", 0xabcd_3c00),
        ("bf16_16x16x16_bf16", " op_sel:[0,0,1]", 0x3f80_1234),
        ("f16_16x16x16_f16", " op_sel:[0,0,1]", 0x3c00_1234),
    ];
    for (index, (name, half, expected)) in cases.into_iter().enumerate() {
        let code = format!("v_mov_b32 v40, 0xabcd1234\nv_wmma_{name} v[40:47], v[8:15], v[16:23], 1.0{half}\n");
        assert_eq!(first_sum(&format!("constant{index}"), &code), expected, "{name}{half}");
    }
}

/// Modes: bit 0 keeps subnormal f32 that come in, bit 1 those that come out; bits 2 and 3 the same of f16.
#[test]
fn subnormal_sums_and_factors_are_kept_or_not_as_the_mode_says() {
    let subnormal = "v_mov_b32 v40, 1\n";
    // Twice 2^-24 times 1, in every lane.
    let factors = "v_mov_b32 v8, 0x00010001\nv_mov_b32 v16, 0x3c003c00\n";
    let cases = [
        (15, subnormal, 1),
        (13, subnormal, 0),
        (14, subnormal, 0),
        (15, factors, 0x3400_0000),
        (12, factors, 0x3400_0000),
        (11, factors, 0),
    ];
    for (index, (mode, begin, expected)) in cases.into_iter().enumerate() {
        let code = format!("{begin}s_denorm_mode {mode}\n{WMMA}");
        assert_eq!(first_sum(&format!("subnormal{index}"), &code), expected, "{mode} {begin}");
    }
}

#[test]
fn both_halves_of_a_dual_instruction_read_before_either_writes() {
    let store = "s_waitcnt lgkmcnt(0)\nv_lshlrev_b32 v3, 3, v0\nglobal_store_b64 v3, v[4:5], s[4:5]";
    let add = "v_mov_b32 v4, 7\nv_add_nc_u32 v5, 100, v0\n";
    let cases = [
        ("v_dual_mov_b32 v4, v5 :: v_dual_mov_b32 v5, v4", [103, 7]),
        ("v_dual_mov_b32 v4, v5 :: v_dual_add_nc_u32 v5, v4, v5", [103, 110]),
        ("v_dual_mov_b32 v4, v5 :: v_dual_lshlrev_b32 v5, 1, v4", [103, 14]),
        ("v_dual_mov_b32 v4, 1 :: v_dual_and_b32 v5, 6, v4", [1, 6]),
    ];
    for (index, (dual, expected)) in cases.into_iter().enumerate() {
        let (_, out) = run(&format!("dual{index}"), &format!("{add}{dual}\n{store}"), &Options::default()).unwrap();
        let word = |at: usize| u32::from_le_bytes(out[at..at + 4].try_into().unwrap());
        assert_eq!([word(24), word(28)], expected, "{dual} in lane 3");
    }
}

#[test]
fn swaps_and_relative_moves_reach_the_registers_that_m0_names() {
    let store = "s_waitcnt lgkmcnt(0)\nv_lshlrev_b32 v3, 3, v0\nglobal_store_b64 v3, v[4:5], s[4:5]";
    let start = "v_mov_b32 v4, 7\nv_mov_b32 v5, 9\nv_mov_b32 v9, 11\ns_mov_b32 m0, 4\n";
    let cases = [
        ("v_swap_b32 v4, v5", [9, 7]),
        ("v_movrels_b32 v4, v5", [11, 9]),
        ("v_movreld_b32 v1, 21", [7, 21]),
        ("s_mov_b32 m0, 0x10004\nv_movrelsd_2_b32 v3, v5", [11, 9]),
    ];
    for (index, (code, expected)) in cases.into_iter().enumerate() {
        let (_, out) =
            run(&format!("relative{index}"), &format!("{start}{code}\n{store}"), &Options::default()).unwrap();
        let word = |at: usize| u32::from_le_bytes(out[at..at + 4].try_into().unwrap());
        assert_eq!([word(0), word(4)], expected, "{code}");
    }
    let far = format!("{start}s_movk_i32 m0, 0x3ff\nv_movrels_b32 v4, v5");
    assert_eq!(run("relative_far", &far, &Options::default()).unwrap_err().code(), "E_REGISTER");
}
