//! Vector opcodes in assembly against references in Rust, where the corpus does not reach.

#[path = "support/assembly.rs"]
mod assembly;
mod support;

use assembly::Assembly;
use moe_gfx11_sim::execute::{HostIsa, Launch, Memory, Options, Watch, launch};
use std::num::FpCategory;

const THREADS: u32 = 128;
const ROW_BYTES: usize = 48;

/// What a lane finds: sources `v[2:3]`, `v[4:5]` and `v[12:15]`, the old destination `v[8:11]`.
#[derive(Clone, Copy, Debug)]
struct Before {
    a: u64,
    b: u64,
    c: [u32; 4],
    d: [u32; 4],
}

impl Before {
    fn singles(&self) -> [f32; 3] {
        [self.a as u32, self.b as u32, self.c[0]].map(f32::from_bits)
    }

    fn doubles(&self) -> [f64; 2] {
        [self.a, self.b].map(f64::from_bits)
    }

    /// The destination with a new first register.
    fn word(&self, value: u32) -> [u32; 4] {
        [value, self.d[1], self.d[2], self.d[3]]
    }

    fn single(&self, value: f32) -> [u32; 4] {
        self.word(value.to_bits())
    }

    fn wide(&self, value: u64) -> [u32; 4] {
        [value as u32, (value >> 32) as u32, self.d[2], self.d[3]]
    }

    /// The destination with a new first half.
    fn half(&self, value: u32) -> [u32; 4] {
        self.word(self.d[0] & 0xffff_0000 | value & 0xffff)
    }
}

type Reference = fn(&Before) -> [u32; 4];

fn difference(a: u32, b: u32, masked: bool) -> u32 {
    let bytes = a.to_le_bytes().into_iter().zip(b.to_le_bytes()).filter(|(_, b)| !masked || *b != 0);
    bytes.map(|(a, b)| (i32::from(a) - i32::from(b)).unsigned_abs()).sum()
}

/// Four sums against the first word of `b`, each a byte further in `a`, added to 16 bits each.
fn four_halves(i: &Before, masked: bool) -> [u32; 4] {
    let c = u64::from(i.c[0]) | u64::from(i.c[1]) << 32;
    let sum = |n: u32| (c >> (16 * n)) as u16 as u32 + difference((i.a >> (8 * n)) as u32, i.b as u32, masked);
    i.wide((0..4).fold(0, |all, n| all | u64::from(sum(n) as u16) << (16 * n)))
}

fn flushed(value: f32) -> f32 {
    if value.is_subnormal() { 0_f32.copysign(value) } else { value }
}

fn class(a: f32) -> u32 {
    let negative = a.is_sign_negative();
    let pick = |if_negative: u32, if_positive: u32| 1 << if negative { if_negative } else { if_positive };
    match a.classify() {
        FpCategory::Nan => 1 << (a.to_bits() >> 22 & 1),
        FpCategory::Infinite => pick(2, 9),
        FpCategory::Normal => pick(3, 8),
        FpCategory::Subnormal => pick(4, 7),
        FpCategory::Zero => pick(5, 6),
    }
}

/// Face, s, t and major axis of a direction without NaN.
fn cube([x, y, z]: [f32; 3]) -> [f32; 4] {
    let (ax, ay, az) = (x.abs(), y.abs(), z.abs());
    if az >= ax && az >= ay {
        if z < 0.0 { [5.0, -x, -y, 2.0 * z] } else { [4.0, x, -y, 2.0 * z] }
    } else if ay >= ax {
        if y < 0.0 { [3.0, x, -z, 2.0 * y] } else { [2.0, x, z, 2.0 * y] }
    } else if x < 0.0 {
        [1.0, z, -y, 2.0 * x]
    } else {
        [0.0, -z, -y, 2.0 * x]
    }
}

/// The value of a finite f16.
fn half_value(bits: u32) -> f64 {
    let (exponent, fraction) = ((bits >> 10 & 31) as i32, f64::from(bits & 0x3ff));
    let magnitude = match exponent {
        0 => fraction * 2_f64.powi(-24),
        _ => (1024.0 + fraction) * 2_f64.powi(exponent - 25),
    };
    if bits & 0x8000 != 0 { -magnitude } else { magnitude }
}

/// The f16 nearest to a value below 65504, ties to even.
fn nearest_half(value: f64) -> u32 {
    let exponent = ((value.to_bits() >> 52 & 0x7ff) as i32 - 1023).max(-14);
    let units = (value.abs() * 2_f64.powi(10 - exponent)).round_ties_even() as u32;
    // A normal value has 1024 units at least, and a carry out of them raises the exponent.
    let bits = if units < 1024 { units } else { ((exponent + 14) as u32) * 1024 + units };
    bits | if value.is_sign_negative() { 0x8000 } else { 0 }
}

/// `a * b + d` of halves by the bits that they begin at, in the half of the destination that d is in.
fn multiply_add_half(i: &Before, [a, b, d]: [u32; 3]) -> [u32; 4] {
    let of = |word: u32, shift: u32| half_value((word & FINITE) >> shift & 0xffff);
    // Exact in f64, or too far from a tie to matter.
    let sum = of(i.a as u32, a) * of(i.b as u32, b) + of(i.d[0], d);
    i.word(i.d[0] & FINITE & !(0xffff << d) | nearest_half(sum) << d)
}

/// Halves without their highest exponent bit are below 2.
const FINITE: u32 = 0xbfff_bfff;
const FINITE_HALVES: &str =
    "v_and_b32 v2, 0xbfffbfff, v2\nv_and_b32 v4, 0xbfffbfff, v4\nv_and_b32 v8, 0xbfffbfff, v8\n";

fn median(i: &Before) -> [u32; 4] {
    let mut numbers: Vec<f32> = i.singles().into_iter().filter(|value| !value.is_nan()).collect();
    numbers.sort_by(f32::total_cmp);
    let index = if numbers.len() == 3 { 1 } else { 0 };
    i.single(numbers.get(index).copied().unwrap_or(f32::NAN))
}

const WITHOUT_IEEE: &str = "s_setreg_imm32_b32 hwreg(HW_REG_MODE, 9, 1), 0\n";
const CASES: &[(&str, &str, Reference)] = &[
    ("", "v_sad_u8 v8, v2, v4, v12", |i| i.word(difference(i.a as u32, i.b as u32, false).wrapping_add(i.c[0]))),
    ("", "v_msad_u8 v8, v2, v4, v12", |i| i.word(difference(i.a as u32, i.b as u32, true).wrapping_add(i.c[0]))),
    ("", "v_qsad_pk_u16_u8 v[8:9], v[2:3], v4, v[12:13]", |i| four_halves(i, false)),
    ("", "v_mqsad_pk_u16_u8 v[8:9], v[2:3], v4, v[12:13]", |i| four_halves(i, true)),
    ("", "v_mqsad_u32_u8 v[8:11], v[2:3], v4, v[12:15]", |i| {
        let sum = |n: usize| difference((i.a >> (8 * n)) as u32, i.b as u32, true).wrapping_add(i.c[n]);
        [sum(0), sum(1), sum(2), sum(3)]
    }),
    ("", "v_cmp_t_i32 s8, v2, v4", |i| i.word(1)),
    ("", "v_cmp_f_u64 s8, v[2:3], v[4:5]", |i| i.word(0)),
    ("", "v_cmp_lg_f32 s8, v2, v4", |i| {
        let [a, b, _] = i.singles();
        i.word(u32::from(!a.is_nan() && !b.is_nan() && a != b))
    }),
    ("", "v_cmp_nlg_f32 s8, v2, v4", |i| {
        let [a, b, _] = i.singles();
        i.word(u32::from(a.is_nan() || b.is_nan() || a == b))
    }),
    ("", "v_cmp_ngt_f64 s8, v[2:3], v[4:5]", |i| {
        let [a, b] = i.doubles();
        i.word(u32::from(a.is_nan() || b.is_nan() || a <= b))
    }),
    ("", "v_cmp_class_f32 s8, v2, v4", |i| i.word(u32::from(class(i.singles()[0]) & i.b as u32 != 0))),
    ("", "v_med3_f32 v8, v2, v4, v12", median),
    (FINITE_HALVES, "v_fmac_f16_e64 v8, v2, v4", |i| multiply_add_half(i, [0, 0, 0])),
    (FINITE_HALVES, "v_fmac_f16_e64 v8, v2, v4 op_sel:[0,0,0,1]", |i| multiply_add_half(i, [0, 0, 16])),
    (FINITE_HALVES, "v_fmac_f16_e64 v8, v2, v4 op_sel:[1,0,0,1]", |i| multiply_add_half(i, [16, 0, 16])),
    (FINITE_HALVES, "v_fmac_f16_e64 v8, v2, v4 op_sel:[0,1,0,0]", |i| multiply_add_half(i, [0, 16, 0])),
    (FINITE_HALVES, "v_pk_fmac_f16 v8, v2, v4", |i| {
        let [low, high] = [0, 16].map(|at| multiply_add_half(i, [at; 3])[0]);
        i.word(low & 0xffff | high & 0xffff_0000)
    }),
    (FINITE_HALVES, "v_pk_fma_f16 v8, v2, v4, v8 neg_lo:[0,1,0] neg_hi:[0,0,1]", |i| {
        let (mut d, a, b) = (i.d, i.a, i.b ^ 0x8000);
        d[0] ^= 0x8000_0000;
        let [low, high] = [0, 16].map(|at| multiply_add_half(&Before { a, b, d, ..*i }, [at; 3])[0]);
        i.word(low & 0xffff | high & 0xffff_0000)
    }),
    (FINITE_HALVES, "v_dot2_f32_f16 v8, v2, v4, v12 neg_lo:[0,1,1] neg_hi:[1,0,0]", |i| {
        let half = |word: u64, shift: u32| half_value((word as u32 & FINITE) >> shift & 0xffff) as f32;
        let first = half(i.a, 0).mul_add(-half(i.b, 0), -i.singles()[2]);
        i.single((-half(i.a, 16)).mul_add(half(i.b, 16), first))
    }),
    ("s_mov_b32 s9, 0xbfc00000\n", "v_fma_f32 v8, -|s9|, v4, v12", |i| {
        i.single((-1.5_f32).mul_add(i.singles()[1], i.singles()[2]))
    }),
    ("s_mov_b32 s9, 0x3fc00000\n", "v_fma_f32 v8, s9, neg(2.0), -v12", |i| {
        i.single(1.5_f32.mul_add(-2.0, -i.singles()[2]))
    }),
    ("", "v_mul_dx9_zero_f32 v8, v2, v4", |i| {
        let [a, b, _] = i.singles();
        i.single(if a == 0.0 || b == 0.0 { 0.0 } else { a * b })
    }),
    ("", "v_fma_dx9_zero_f32 v8, v2, v4, v12", |i| {
        let [a, b, c] = i.singles();
        i.single(if a == 0.0 || b == 0.0 { c } else { a.mul_add(b, c) })
    }),
    ("", "v_fma_mix_f32 v8, -|v2|, v4, v12", |i| {
        let [a, b, c] = i.singles();
        i.single((-a.abs()).mul_add(b, c))
    }),
    ("", "v_cvt_nearest_i32_f32 v8, v2", |i| {
        let a = f64::from(i.singles()[0]);
        let below = a.floor();
        i.word(if a - below >= 0.5 { below + 1.0 } else { below } as i32 as u32)
    }),
    ("", "v_cvt_floor_i32_f32 v8, v2", |i| i.word(i.singles()[0].floor() as i32 as u32)),
    ("", "v_cvt_pk_norm_u16_f32 v8, v2, v4", |i| {
        let part = |a: f32| (f64::from(a).clamp(0.0, 1.0) * 65535.0).round_ties_even() as u32;
        i.word(part(i.singles()[0]) | part(i.singles()[1]) << 16)
    }),
    ("", "v_cvt_pk_norm_i16_f32 v8, v2, v4", |i| {
        let part = |a: f32| (f64::from(a).clamp(-1.0, 1.0) * 32767.0).round_ties_even() as i16 as u16;
        i.word(u32::from(part(i.singles()[0])) | u32::from(part(i.singles()[1])) << 16)
    }),
    ("", "v_cubeid_f32 v8, v2, v4, v12", |i| i.single(cube(i.singles())[0])),
    ("", "v_cubesc_f32 v8, v2, v4, v12", |i| i.single(cube(i.singles())[1])),
    ("", "v_cubetc_f32 v8, v2, v4, v12", |i| i.single(cube(i.singles())[2])),
    ("", "v_cubema_f32 v8, v2, v4, v12", |i| i.single(cube(i.singles())[3])),
    ("", "v_mullit_f32 v8, v2, v4, v12", |i| {
        let [a, b, c] = i.singles();
        let lit = c > 0.0 && b > f32::MIN && !b.is_nan();
        i.single(if lit { a * b } else { f32::MIN })
    }),
    ("v_and_b32 v4, 0x3ff, v4\nv_subrev_nc_u32 v4, 0x200, v4\n", "v_ldexp_f32 v8, v2, v4", |i| {
        let power = (i.b as i32 & 0x3ff) - 0x200;
        i.single((f64::from(i.singles()[0]) * 2_f64.powi(power)) as f32)
    }),
    ("s_denorm_mode 3\n", "v_frexp_exp_i16_f16 v8, v2", |i| {
        let field = (i.a as u32 >> 10 & 31) as i32;
        i.half(if field == 0 || field == 31 { 0 } else { (field - 14) as u32 })
    }),
    ("", "v_mul_f32_e64 v8, v2, v4 mul:4", |i| i.single(i.singles()[0] * i.singles()[1])),
    (WITHOUT_IEEE, "v_mul_f32_e64 v8, v2, v4 mul:4", |i| i.single(i.singles()[0] * i.singles()[1])),
    (
        concat!("s_setreg_imm32_b32 hwreg(HW_REG_MODE, 9, 1), 0\n", "s_denorm_mode 0\n"),
        "v_mul_f32_e64 v8, v2, v4 mul:4",
        |i| {
            let [a, b, _] = i.singles().map(flushed);
            let scaled = flushed(flushed(a * b) * 4.0);
            i.single(if scaled == 0.0 { 0.0 } else { scaled })
        },
    ),
    ("", "v_add_f32_e64 v8, v2, v4 clamp", |i| {
        let sum = i.singles()[0] + i.singles()[1];
        i.single(if sum > 0.0 { sum.min(1.0) } else { 0.0 })
    }),
];

fn inputs() -> Vec<Before> {
    const SPECIAL: [u32; 14] = [
        0,
        0x8000_0000,
        0x3f80_0000,
        0xbf80_0000,
        0x7f80_0000,
        0xff80_0000,
        0x7fc0_0001,
        1,
        0x807f_ffff,
        0x3f00_0000,
        0x3eff_ffff,
        0xff7f_ffff,
        0x7f7f_ffff,
        0x4020_0000,
    ];
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut word = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let random = (state >> 32) as u32;
        match state % 4 {
            0 => SPECIAL[random as usize % SPECIAL.len()],
            1 => (0x3f00_0000 + random % 0x0200_0000) | random & 0x8000_0000,
            // A zero byte, which masked differences leave out.
            2 => random & !(0xff << (8 * (random & 3))),
            _ => random,
        }
    };
    // Signalling NaN become quiet ones of their own; the references know only quiet ones.
    let mut next = || match word() {
        bits if f32::from_bits(bits).is_nan() => bits | 0x0040_0000,
        bits => bits,
    };
    let rows = (0..THREADS).map(|_| Before {
        a: u64::from(next()) | u64::from(next()) << 32,
        b: u64::from(next()) | u64::from(next()) << 32,
        c: [next(), next(), next(), next()],
        d: [next(), next(), next(), next()],
    });
    rows.collect()
}

/// Loads the operands, executes, and stores the destination; a mask as 0 or 1 in its first register.
fn code(setup: &str, instruction: &str) -> String {
    let result = if instruction.contains(" s8,") { "v_cndmask_b32_e64 v8, 0, 1, s8\n" } else { "" };
    format!(
        "s_load_b128 s[4:7], s[0:1], 0\nv_mul_u32_u24_e32 v1, {ROW_BYTES}, v0\ns_waitcnt lgkmcnt(0)\n\
         global_load_b128 v[2:5], v1, s[6:7]\nglobal_load_b128 v[12:15], v1, s[6:7] offset:16\n\
         global_load_b128 v[8:11], v1, s[6:7] offset:32\ns_waitcnt vmcnt(0)\ns_denorm_mode 15\n\
         {setup}{instruction}\n{result}v_lshlrev_b32_e32 v1, 4, v0\nglobal_store_b128 v1, v[8:11], s[4:5]\ns_endpgm"
    )
}

fn run(name: &str, code: &str, input: &[u8], threads: u32) -> Vec<u32> {
    let object = Assembly { name, code, lds_bytes: 0, scratch_bytes: 0 }.load();
    let mut memory = Memory::default();
    let (out, data) = (memory.add("out", &vec![0; threads as usize * 16]), memory.add("in", input));
    let arguments = [out.to_le_bytes(), data.to_le_bytes()].concat();
    let request =
        Launch { kernel: "test", grid: [1; 3], block: [threads, 1, 1], arguments: &arguments, dynamic_lds_bytes: 0 };
    let mut results = HostIsa::available().into_iter().map(|isa| {
        launch(&object, &mut memory, &request, &Options { isa, ..Options::default() }, &Watch::default()).unwrap();
        (isa, memory.buffer(out).unwrap().to_vec())
    });
    let (_, bytes) = results.next().expect("the portable level");
    results.for_each(|(isa, other)| assert!(other == bytes, "{isa}: {code}"));
    bytes.chunks_exact(4).map(|word| u32::from_le_bytes(word.try_into().unwrap())).collect()
}

#[test]
fn vector_opcodes_agree_with_their_references() {
    let mut wrong = Vec::new();
    for (n, (setup, text, reference)) in CASES.iter().enumerate() {
        let rows = inputs();
        let words = |row: &Before| {
            let [a, b] = [row.a, row.b].map(|wide| [wide as u32, (wide >> 32) as u32]);
            [&a[..], &b, &row.c, &row.d].concat()
        };
        let input: Vec<u8> = rows.iter().flat_map(words).flat_map(u32::to_le_bytes).collect();
        let found = run(&format!("vector{n}"), &code(setup, text), &input, THREADS);
        for (row, found) in rows.iter().zip(found.chunks_exact(4)) {
            let expected = reference(row);
            let is_nan = |bits: u32| text.contains("_f32") && f32::from_bits(bits).is_nan();
            let both_nan = is_nan(found[0]) && is_nan(expected[0]) && found[1..] == expected[1..];
            // The order of directions and products by NaN is not the references' matter.
            let unordered = text.contains("cube") && row.singles().iter().any(|value| value.is_nan());
            if !(both_nan || unordered || found == expected) {
                wrong.push(format!("{setup}{text} of {row:x?}: {found:x?}, not {expected:x?}"));
                break;
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_scalar_buffer_load_gives_zero_past_the_end_of_its_descriptor() {
    for (stride, records, words) in [(0_u32, 8_u32, 2), (4, 3, 3), (0, 64, 4)] {
        let text = format!(
            "s_load_b128 s[4:7], s[0:1], 0\ns_waitcnt lgkmcnt(0)\ns_mov_b32 s8, s6\n\
             s_or_b32 s9, s7, {:#x}\ns_mov_b32 s10, {records}\ns_mov_b32 s11, 0\n\
             s_buffer_load_b128 s[12:15], s[8:11], 0\ns_waitcnt lgkmcnt(0)\n\
             v_mov_b32_e32 v2, s12\nv_mov_b32_e32 v3, s13\nv_mov_b32_e32 v4, s14\nv_mov_b32_e32 v5, s15\n\
             v_mov_b32_e32 v1, 0\nglobal_store_b128 v1, v[2:5], s[4:5]\ns_endpgm",
            stride << 16
        );
        let input: Vec<u8> = (1..=16_u32).flat_map(u32::to_le_bytes).collect();
        let found = run(&format!("buffer{stride}_{records}"), &text, &input, 1);
        let expected: Vec<u32> = (1..=4).map(|word| if word <= words { word } else { 0 }).collect();
        assert_eq!(found, expected, "stride {stride}, {records} records");
    }
}

#[test]
fn the_upper_half_of_a_register_is_not_a_register_of_its_own() {
    let code = "v_mov_b32_e32 v72, 0x12345678\nv_mov_b32_e32 v73, 0\nv_mov_b16_e32 v73.h, v72.l\n\
        v_mov_b16_e32 v73.l, v72.h\ns_load_b64 s[4:5], s[0:1], 0\ns_waitcnt lgkmcnt(0)\n\
        v_mov_b32_e32 v1, 0\nglobal_store_b32 v1, v73, s[4:5]\ns_endpgm";
    assert_eq!(run("halves", code, &[], 1)[0], 0x5678_1234);
}

#[test]
fn lanes_move_the_half_of_a_register_that_is_named() {
    // v2 is the lane's number in its upper half and 0x77 in the lower one.
    let code = |moved: &str| {
        format!(
            "v_lshlrev_b32 v2, 16, v0\nv_or_b32 v2, 0x77, v2\nv_mov_b32 v3, 0x12345678\n{moved}\n\
             s_load_b64 s[4:5], s[0:1], 0\ns_waitcnt lgkmcnt(0)\nv_lshlrev_b32 v1, 4, v0\n\
             global_store_b32 v1, v3, s[4:5]\ns_endpgm"
        )
    };
    let row_shift = "row_shr:1 row_mask:0xf bank_mask:0xf";
    // The first lane of a row has none before it and is not written.
    let shifted = |lane: u32, moved: u32| if lane.is_multiple_of(16) { 0x1234_5678 } else { moved };
    let cases: [(String, &dyn Fn(u32) -> u32); 4] = [
        (format!("v_mov_b16_dpp v3.l, v2.h {row_shift}"), &|lane| shifted(lane, 0x1234_0000 | lane.wrapping_sub(1))),
        (format!("v_mov_b16_dpp v3.h, v2.h {row_shift}"), &|lane| shifted(lane, lane.wrapping_sub(1) << 16 | 0x5678)),
        (format!("v_mov_b16_dpp v3.h, v2.l {row_shift}"), &|lane| shifted(lane, 0x0077_5678)),
        ("v_mov_b16_dpp v3.l, v2.h dpp8:[7,6,5,4,3,2,1,0]".into(), &|lane| 0x1234_0000 | lane ^ 7),
    ];
    for (index, (text, expected)) in cases.into_iter().enumerate() {
        let found = run(&format!("moved-half{index}"), &code(&text), &[], 32);
        for lane in 0..32 {
            assert_eq!(found[4 * lane as usize], expected(lane), "{text} in lane {lane}");
        }
    }
}
