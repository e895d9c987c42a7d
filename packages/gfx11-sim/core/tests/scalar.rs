//! Scalar opcodes in assembly against references in Rust: result, SCC and EXEC.

#[path = "support/assembly.rs"]
mod assembly;
mod support;

use assembly::Assembly;
use moe_gfx11_sim::execute::{Launch, Memory, Options, Watch, launch};

/// What an instruction finds: sources `s[8:9]` and `s[10:11]`, the old destination `s[12:13]`, SCC; EXEC is `s10`.
#[derive(Clone, Copy, Debug)]
struct Before {
    a: u64,
    b: u64,
    d: u64,
    scc: bool,
}

impl Before {
    fn words(self) -> (u32, u32, u32) {
        (self.a as u32, self.b as u32, self.d as u32)
    }
}

/// What it leaves: the destination, SCC and EXEC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct After {
    d: u64,
    scc: bool,
    exec: u32,
}

type Reference = fn(Before) -> After;

/// A new low word of the destination; SCC as before.
fn word(before: Before, value: u32) -> After {
    After { d: before.d & !0xffff_ffff | u64::from(value), scc: before.scc, exec: before.b as u32 }
}

/// As [`word`], SCC telling whether it is not zero.
fn test(before: Before, value: u32) -> After {
    After { scc: value != 0, ..word(before, value) }
}

fn pair(before: Before, d: u64) -> After {
    After { d, scc: before.scc, exec: before.b as u32 }
}

fn pair_test(before: Before, d: u64) -> After {
    After { scc: d != 0, ..pair(before, d) }
}

fn condition(before: Before, scc: bool) -> After {
    After { d: before.d, scc, exec: before.b as u32 }
}

fn saved(before: Before, exec: u32) -> After {
    After { d: before.d & !0xffff_ffff | before.b & 0xffff_ffff, scc: exec != 0, exec }
}

/// The bits of `value` that a field names, one by one.
fn field(value: u64, field: u32, bits: u32, signed: bool) -> u64 {
    let (low, width) = (field & (bits - 1), (field >> 16 & 0x7f).min(bits));
    let top = if signed && value >> (bits - 1) & 1 != 0 { 1 } else { 0 };
    let bit = |i: u32| if low + i < bits { value >> (low + i) & 1 } else { top };
    let mut result = (0..width).fold(0, |result, i| result | bit(i) << i);
    if signed && width > 0 && result >> (width - 1) & 1 != 0 {
        result |= (width..bits).fold(0, |mask, i| mask | 1 << i);
    }
    result
}

fn single(bits: u32) -> f32 {
    f32::from_bits(bits)
}

const CASES: &[(&str, Reference)] = &[
    ("s_absdiff_i32 s12, s8, s10", |i| test(i, (i.a as i32).wrapping_sub(i.b as i32).wrapping_abs() as u32)),
    ("s_addc_u32 s12, s8, s10", |i| {
        let sum = (i.a & 0xffff_ffff) + (i.b & 0xffff_ffff) + u64::from(i.scc);
        After { scc: sum >> 32 != 0, ..word(i, sum as u32) }
    }),
    ("s_subb_u32 s12, s8, s10", |i| {
        let difference = i128::from(i.a as u32) - i128::from(i.b as u32) - i128::from(i.scc);
        After { scc: difference < 0, ..word(i, difference as u32) }
    }),
    ("s_add_i32 s12, s8, s10", |i| {
        let sum = i64::from(i.a as i32) + i64::from(i.b as i32);
        After { scc: i64::from(sum as i32) != sum, ..word(i, sum as u32) }
    }),
    ("s_lshl3_add_u32 s12, s8, s10", |i| {
        let sum = ((i.a & 0xffff_ffff) * 8) + (i.b & 0xffff_ffff);
        After { scc: sum >> 32 != 0, ..word(i, sum as u32) }
    }),
    ("s_max_i32 s12, s8, s10", |i| {
        let (a, b) = (i.a as i32, i.b as i32);
        After { scc: a >= b, ..word(i, if a >= b { a } else { b } as u32) }
    }),
    ("s_nand_b32 s12, s8, s10", |i| test(i, !(i.words().0 & i.words().1))),
    ("s_nor_b64 s[12:13], s[8:9], s[10:11]", |i| pair_test(i, !(i.a | i.b))),
    ("s_xnor_b64 s[12:13], s[8:9], s[10:11]", |i| pair_test(i, !(i.a ^ i.b))),
    ("s_or_not1_b32 s12, s8, s10", |i| test(i, i.words().0 | !i.words().1)),
    ("s_bfe_u32 s12, s8, s10", |i| test(i, field(i.a & 0xffff_ffff, i.b as u32, 32, false) as u32)),
    ("s_bfe_i32 s12, s8, s10", |i| test(i, field(i.a & 0xffff_ffff, i.b as u32, 32, true) as u32)),
    ("s_bfe_u64 s[12:13], s[8:9], s10", |i| pair_test(i, field(i.a, i.b as u32, 64, false))),
    ("s_bfe_i64 s[12:13], s[8:9], s10", |i| pair_test(i, field(i.a, i.b as u32, 64, true))),
    ("s_bfm_b32 s12, s8, s10", |i| word(i, (((1_u64 << (i.a & 31)) - 1) << (i.b & 31)) as u32)),
    ("s_bfm_b64 s[12:13], s8, s10", |i| pair(i, ((1_u64 << (i.a & 63)) - 1) << (i.b & 63))),
    ("s_ashr_i64 s[12:13], s[8:9], s10", |i| pair_test(i, (i.a as i64 >> (i.b & 63)) as u64)),
    ("s_pack_ll_b32_b16 s12, s8, s10", |i| word(i, i.words().0 & 0xffff | i.words().1 << 16)),
    ("s_pack_lh_b32_b16 s12, s8, s10", |i| word(i, i.words().0 & 0xffff | i.words().1 >> 16 << 16)),
    ("s_pack_hh_b32_b16 s12, s8, s10", |i| word(i, i.words().0 >> 16 | i.words().1 >> 16 << 16)),
    ("s_pack_hl_b32_b16 s12, s8, s10", |i| word(i, i.words().0 >> 16 | i.words().1 << 16)),
    ("s_cmov_b32 s12, s8", |i| word(i, if i.scc { i.a } else { i.d } as u32)),
    ("s_cmov_b64 s[12:13], s[8:9]", |i| pair(i, if i.scc { i.a } else { i.d })),
    ("s_cselect_b64 s[12:13], s[8:9], s[10:11]", |i| pair(i, if i.scc { i.a } else { i.b })),
    ("s_brev_b64 s[12:13], s[8:9]", |i| pair(i, i.a.reverse_bits())),
    ("s_ctz_i32_b64 s12, s[8:9]", |i| word(i, (0..64).position(|bit| i.a >> bit & 1 != 0).map_or(!0, |n| n as u32))),
    ("s_clz_i32_u64 s12, s[8:9]", |i| word(i, (0..64).position(|bit| i.a << bit >> 63 != 0).map_or(!0, |n| n as u32))),
    ("s_cls_i32 s12, s8", |i| {
        let a = i.a as u32;
        word(i, (1..32).position(|bit| a << bit >> 31 != a >> 31).map_or(!0, |n| n as u32 + 1))
    }),
    ("s_cls_i32_i64 s12, s[8:9]", |i| {
        word(i, (1..64).position(|bit| i.a << bit >> 63 != i.a >> 63).map_or(!0, |n| n as u32 + 1))
    }),
    ("s_bitset0_b32 s12, s8", |i| word(i, i.d as u32 & !(1 << (i.a & 31)))),
    ("s_bitset1_b64 s[12:13], s8", |i| pair(i, i.d | 1 << (i.a & 63))),
    ("s_bitreplicate_b64_b32 s[12:13], s8", |i| {
        pair(i, (0..64).fold(0, |bits, bit| bits | (i.a >> (bit / 2) & 1) << bit))
    }),
    ("s_bcnt0_i32_b64 s12, s[8:9]", |i| test(i, 64 - i.a.count_ones())),
    ("s_quadmask_b32 s12, s8", |i| {
        test(i, (0..8).fold(0, |mask, quad| mask | u32::from(i.a as u32 >> (4 * quad) & 15 != 0) << quad))
    }),
    ("s_wqm_b64 s[12:13], s[8:9]", |i| {
        pair_test(i, (0..64).fold(0, |mask, bit| mask | u64::from(i.a >> (bit / 4 * 4) & 15 != 0) << bit))
    }),
    ("s_and_saveexec_b32 s12, s8", |i| saved(i, i.words().0 & i.words().1)),
    ("s_nand_saveexec_b32 s12, s8", |i| saved(i, !(i.words().0 & i.words().1))),
    ("s_nor_saveexec_b32 s12, s8", |i| saved(i, !(i.words().0 | i.words().1))),
    ("s_xnor_saveexec_b32 s12, s8", |i| saved(i, !(i.words().0 ^ i.words().1))),
    ("s_and_not0_saveexec_b32 s12, s8", |i| saved(i, !i.words().0 & i.words().1)),
    ("s_or_not0_saveexec_b32 s12, s8", |i| saved(i, !i.words().0 | i.words().1)),
    ("s_and_not1_saveexec_b32 s12, s8", |i| saved(i, i.words().0 & !i.words().1)),
    ("s_or_not1_saveexec_b32 s12, s8", |i| saved(i, i.words().0 | !i.words().1)),
    ("s_and_not0_wrexec_b32 s12, s8", |i| {
        let exec = !i.words().0 & i.words().1;
        After { exec, ..test(i, exec) }
    }),
    ("s_and_not1_wrexec_b32 s12, s8", |i| {
        let exec = i.words().0 & !i.words().1;
        After { exec, ..test(i, exec) }
    }),
    ("s_cmpk_ge_i32 s8, -5", |i| condition(i, i.a as i32 >= -5)),
    ("s_cmpk_lt_i32 s8, 0x7f", |i| condition(i, (i.a as i32) < 0x7f)),
    ("s_cmpk_le_u32 s8, 0xfff0", |i| condition(i, i.a as u32 <= 0xfff0)),
    ("s_cmpk_eq_u32 s8, 1", |i| condition(i, i.a as u32 == 1)),
    ("s_bitcmp1_b64 s[8:9], s10", |i| condition(i, i.a >> (i.b & 63) & 1 != 0)),
    ("s_bitcmp0_b32 s8, s10", |i| condition(i, i.a >> (i.b & 31) & 1 == 0)),
    ("s_cmp_lg_u64 s[8:9], s[10:11]", |i| condition(i, i.a != i.b)),
    ("s_cmovk_i32 s12, -3", |i| word(i, if i.scc { -3_i32 as u32 } else { i.d as u32 })),
    ("s_mulk_i32 s12, -3", |i| word(i, (i.d as u32).wrapping_mul(-3_i32 as u32))),
    ("s_addk_i32 s12, 0x7fff", |i| {
        let sum = i64::from(i.d as i32) + 0x7fff;
        After { scc: i64::from(sum as i32) != sum, ..word(i, sum as u32) }
    }),
    ("s_movrels_b32 s12, s8", |i| word(i, i.b as u32)),
    ("s_movreld_b32 s10, s8", |i| word(i, i.a as u32)),
    ("s_add_f32 s12, s8, s10", |i| word(i, (single(i.words().0) + single(i.words().1)).to_bits())),
    ("s_mul_f32 s12, s8, s10", |i| word(i, (single(i.words().0) * single(i.words().1)).to_bits())),
    ("s_fmac_f32 s12, s8, s10", |i| {
        let (a, b, d) = i.words();
        word(i, single(a).mul_add(single(b), single(d)).to_bits())
    }),
    ("s_fmaak_f32 s12, s8, s10, 0x40490fdb", |i| {
        word(i, single(i.words().0).mul_add(single(i.words().1), std::f32::consts::PI).to_bits())
    }),
    ("s_fmamk_f32 s12, s8, 0x40490fdb, s10", |i| {
        word(i, single(i.words().0).mul_add(std::f32::consts::PI, single(i.words().1)).to_bits())
    }),
    ("s_floor_f32 s12, s8", |i| word(i, single(i.words().0).floor().to_bits())),
    ("s_cvt_f32_u32 s12, s8", |i| word(i, (i.a as u32 as f32).to_bits())),
    ("s_cvt_f32_i32 s12, s8", |i| word(i, (i.a as i32 as f32).to_bits())),
    ("s_cvt_u32_f32 s12, s8", |i| word(i, single(i.words().0) as u32)),
    ("s_cvt_i32_f32 s12, s8", |i| word(i, single(i.words().0) as i32 as u32)),
    ("s_cmp_lt_f32 s8, s10", |i| condition(i, single(i.words().0) < single(i.words().1))),
    ("s_cmp_nge_f32 s8, s10", |i| {
        let (a, b) = (single(i.words().0), single(i.words().1));
        condition(i, a.is_nan() || b.is_nan() || a < b)
    }),
    ("s_cmp_u_f32 s8, s10", |i| condition(i, single(i.words().0).is_nan() || single(i.words().1).is_nan())),
];

/// Small and extreme words, and floats.
fn inputs() -> Vec<Before> {
    const WORDS: [u32; 16] = [
        0,
        1,
        2,
        31,
        0x7fff_ffff,
        0x8000_0000,
        u32::MAX,
        0x0008_0004,
        0x0020_0000,
        0x3f80_0000,
        0xc020_0000,
        0x7f80_0000,
        0x0040_0010,
        0xdead_beef,
        0x4f00_0000,
        0x1234_5678,
    ];
    let at = |n: usize| u64::from(WORDS[n % WORDS.len()]);
    (0..48)
        .map(|n| Before {
            a: at(n) | at(5 * n + 3) << 32,
            b: at(7 * n + n / 16) | at(3 * n + 1) << 32,
            d: at(n + 9) | at(n + 2) << 32,
            scc: n % 3 == 0,
        })
        .collect()
}

const RESULT_BYTES: usize = 16;

/// Sets the registers, executes, and stores destination, SCC and EXEC.
fn code(instruction: &str, before: Before, at: usize) -> String {
    let set = |register: u32, value: u64| {
        format!("s_mov_b32 s{register}, {:#x}\ns_mov_b32 s{}, {:#x}\n", value as u32, register + 1, value >> 32)
    };
    let registers = set(8, before.a) + &set(10, before.b) + &set(12, before.d);
    format!(
        "{registers}s_mov_b32 m0, 2\ns_mov_b32 exec_lo, s10\ns_cmp_lg_u32 {}, 0\n{instruction}\n\
         s_cselect_b32 s15, 1, 0\ns_mov_b32 s14, exec_lo\ns_mov_b32 exec_lo, 1\n\
         v_mov_b32_e32 v1, s12\nv_mov_b32_e32 v2, s13\nv_mov_b32_e32 v3, s15\nv_mov_b32_e32 v4, s14\n\
         v_mov_b32_e32 v5, {at:#x}\nglobal_store_b128 v5, v[1:4], s[4:5]\n",
        u32::from(before.scc)
    )
}

fn run(name: &str, code: &str, bytes: usize) -> Vec<u32> {
    let code = format!("s_load_b64 s[4:5], s[0:1], 0\ns_waitcnt lgkmcnt(0)\n{code}s_endpgm");
    let object = Assembly { name, code: &code, lds_bytes: 0, scratch_bytes: 0 }.load();
    let mut memory = Memory::default();
    let out = memory.add("out", &vec![0; bytes]);
    let request =
        Launch { kernel: "test", grid: [1; 3], block: [1, 1, 1], arguments: &out.to_le_bytes(), dynamic_lds_bytes: 0 };
    launch(&object, &mut memory, &request, &Options::default(), &Watch::default()).unwrap();
    let bytes = memory.buffer(out).unwrap().to_vec();
    bytes.chunks_exact(4).map(|word| u32::from_le_bytes(word.try_into().unwrap())).collect()
}

#[test]
fn scalar_opcodes_agree_with_their_references() {
    let rows = || CASES.iter().flat_map(|case| inputs().into_iter().map(move |before| (case, before)));
    let body: String =
        rows().enumerate().map(|(n, ((text, _), before))| code(text, before, n * RESULT_BYTES)).collect();
    let body = format!("s_denorm_mode 15\n{body}");
    let words = run("scalar_opcodes", &body, rows().count() * RESULT_BYTES);
    for (((text, reference), before), found) in rows().zip(words.chunks_exact(4)) {
        let found = After { d: u64::from(found[0]) | u64::from(found[1]) << 32, scc: found[2] != 0, exec: found[3] };
        let expected = reference(before);
        let both_nan =
            text.contains("_f32 s12") && single(found.d as u32).is_nan() && single(expected.d as u32).is_nan();
        assert!(both_nan || found == expected, "{text} of {before:x?} leaves {found:x?}, not {expected:x?}");
    }
}

#[test]
fn a_kernel_reads_and_changes_its_float_mode() {
    let code = "
        s_getreg_b32 s8, hwreg(HW_REG_MODE, 0, 10)
        s_round_mode 0x3
        s_getreg_b32 s9, hwreg(HW_REG_MODE, 0, 4)
        v_mov_b32_e32 v0, 1.0
        v_add_f32_e32 v1, 0x33ffffff, v0
        s_setreg_imm32_b32 hwreg(HW_REG_MODE, 0, 2), 1
        v_add_f32_e32 v2, 0x31000000, v0
        s_denorm_mode 0
        v_mul_f32_e32 v3, 0x00400000, v0
        s_mov_b32 s10, 2
        s_setreg_b32 hwreg(HW_REG_MODE, 4, 2), s10
        v_mul_f32_e32 v4, 0x00800000, v0
        v_mul_f32_e32 v4, 0.5, v4
        v_mov_b32_e32 v5, 0
        global_store_b128 v5, v[1:4], s[4:5]
        v_mov_b32_e32 v6, s8
        v_mov_b32_e32 v7, s9
        global_store_b64 v5, v[6:7], s[4:5] offset:16\n";
    let words = run("float_mode", code, 24);
    // 1 + 2^-23 - a bit is cut toward zero; 1 + 2^-29 goes up; denormals are flushed as sources, then kept as results.
    assert_eq!(words, [0x3f80_0000, 0x3f80_0001, 0, 0x0040_0000, 0x3f0, 3]);
}
