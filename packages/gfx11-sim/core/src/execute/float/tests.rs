//! The software arithmetic against the host's, and the lane loops' closures against the software arithmetic.

use super::format::Format;
use super::host;
use super::single::approximate;
use super::soft::Soft;
use super::transcendental::{cos_turns, exp2, log2, sin_turns};
use crate::descriptor::{Denormals, Rounding};

const KEPT: Denormals = Denormals { keep_inputs: true, keep_outputs: true };

fn soft(format: Format) -> Soft {
    Soft { format, rounding: Rounding::NearestEven, denormals: KEPT, ieee: true, overflow_clamps: false }
}

/// Patterns of a format: special values, neighbours of powers of two, and any.
fn patterns(format: Format, count: usize) -> impl Iterator<Item = [u64; 3]> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut pattern = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let specials = [0, 1, format.infinity(), format.infinity() + 1, format.infinity() - 1, format.one(), !0];
        let near_one = format.one() + (state >> 20) % (16 << format.fraction) - (8 << format.fraction);
        let magnitude = match state % 8 {
            0 => specials[(state >> 8) as usize % specials.len()],
            1 => (state >> 8) % (4 << format.fraction),
            2 | 3 => near_one & !0xfff,
            4 | 5 => near_one,
            _ => state >> 3,
        };
        format.magnitude(magnitude) | if state & 0x100 != 0 { format.sign() } else { 0 }
    };
    (0..count).map(move |_| [pattern(), pattern(), pattern()])
}

/// Fails unless both are the same, or both a NaN.
fn same(format: Format, found: u64, expected: u64, what: &str, sources: [u64; 3]) {
    let nan = format.is_nan(found) && format.is_nan(expected);
    assert!(nan || found == expected, "{what} of {sources:x?} is {found:x}, not {expected:x}");
}

#[test]
fn arithmetic_agrees_with_the_host_in_the_usual_mode() {
    let s = soft(Format::F32);
    for sources in patterns(Format::F32, 300_000) {
        let [a, b, c] = sources.map(|bits| f32::from_bits(bits as u32));
        let [x, y, z] = sources;
        for (what, found, expected) in [
            ("sum", s.add(x, y), a + b),
            ("difference", s.sub(x, y), a - b),
            ("product", s.mul(x, y), a * b),
            ("quotient", s.div(x, y), a / b),
            ("fma", s.fma(x, y, z), a.mul_add(b, c)),
            ("root", s.sqrt(x), a.sqrt()),
            ("trunc", s.trunc(x), a.trunc()),
            ("floor", s.floor(x), a.floor()),
            ("ceil", s.ceil(x), a.ceil()),
            ("rndne", s.rndne(x), a.round_ties_even()),
            ("integer", s.of_integer(z as u32 as i32 as i64), z as u32 as i32 as f32),
            ("narrowed", s.convert(&soft(Format::F64), x << 32 | y), f64::from_bits(x << 32 | y) as f32),
        ] {
            same(Format::F32, found, expected.to_bits().into(), what, sources);
        }
        assert_eq!(s.integer(x, i32::MIN.into(), i32::MAX.into()), i64::from(a as i32), "{x:x}");
        assert_eq!(s.integer(x, 0, u32::MAX.into()), i64::from(a as u32), "{x:x}");
    }
    let s = soft(Format::F64);
    for sources in patterns(Format::F64, 300_000) {
        let [a, b, c] = sources.map(f64::from_bits);
        let [x, y, z] = sources;
        for (what, found, expected) in [
            ("sum", s.add(x, y), a + b),
            ("product", s.mul(x, y), a * b),
            ("quotient", s.div(x, y), a / b),
            ("fma", s.fma(x, y, z), a.mul_add(b, c)),
            ("root", s.sqrt(x), a.sqrt()),
            ("rndne", s.rndne(x), a.round_ties_even()),
            ("widened", s.convert(&soft(Format::F32), x >> 32), f32::from_bits((x >> 32) as u32).into()),
        ] {
            same(Format::F64, found, expected.to_bits(), what, sources);
        }
    }
}

/// An SSE instruction with a value of MXCSR.
#[cfg(target_arch = "x86_64")]
macro_rules! with_mxcsr {
    ($instruction:literal, $mxcsr:expr, $a:expr, $b:expr) => {{
        let (usual, special) = (0x1f80_u32, $mxcsr);
        let mut value: f32 = $a;
        // SAFETY: the register is as before when the block ends; nothing else computes inside.
        unsafe {
            std::arch::asm!(
                "ldmxcsr [{special}]",
                concat!($instruction, " {value}, {b}"),
                "ldmxcsr [{usual}]",
                special = in(reg) &special,
                usual = in(reg) &usual,
                value = inout(xmm_reg) value,
                b = in(xmm_reg) $b,
            );
        }
        u64::from(value.to_bits())
    }};
}

#[cfg(target_arch = "x86_64")]
#[test]
fn every_rounding_mode_and_flushed_sources_agree_with_the_processor() {
    let modes = [
        (Rounding::NearestEven, 0),
        (Rounding::TowardNegative, 1 << 13),
        (Rounding::TowardPositive, 2 << 13),
        (Rounding::TowardZero, 3 << 13),
    ];
    for (rounding, control) in modes {
        for (keep_inputs, zeros) in [(true, 0), (false, 1 << 6)] {
            let denormals = Denormals { keep_inputs, keep_outputs: true };
            let s = Soft { rounding, denormals, ..soft(Format::F32) };
            let mxcsr = 0x1f80_u32 | control | zeros;
            for sources in patterns(Format::F32, 50_000) {
                let [x, y, _] = sources;
                let [a, b, _] = sources.map(|bits| f32::from_bits(bits as u32));
                same(Format::F32, s.add(x, y), with_mxcsr!("addss", mxcsr, a, b), "sum", sources);
                same(Format::F32, s.mul(x, y), with_mxcsr!("mulss", mxcsr, a, b), "product", sources);
                same(Format::F32, s.div(x, y), with_mxcsr!("divss", mxcsr, a, b), "quotient", sources);
                same(Format::F32, s.sqrt(y), with_mxcsr!("sqrtss", mxcsr, a, b), "root", sources);
            }
        }
    }
}

#[test]
fn a_nan_is_that_of_the_first_source_made_quiet_or_the_negative_one() {
    let s = soft(Format::F32);
    let (signaling, quiet, one) = (0x7f80_0123, 0xffc0_0456, 0x3f80_0000);
    assert_eq!(s.add(signaling, quiet), 0x7fc0_0123);
    assert_eq!(s.mul(one, quiet), quiet);
    assert_eq!(s.fma(one, one, signaling), 0x7fc0_0123);
    assert_eq!(s.sub(0x7f80_0000, 0x7f80_0000), 0xffc0_0000);
    assert_eq!(s.sqrt(0xbf80_0000), 0xffc0_0000);
    assert_eq!(s.min(signaling, one), 0x7fc0_0123);
    assert_eq!(s.min(quiet, one), one);
    assert_eq!(Soft { ieee: false, ..s }.max(signaling, one), one);
}

#[test]
fn denormal_results_and_overflows_follow_the_mode() {
    let flushing = Soft { denormals: Denormals { keep_inputs: true, keep_outputs: false }, ..soft(Format::F32) };
    let (smallest, half) = (0x0080_0000, 0x3f00_0000);
    assert_eq!(flushing.mul(smallest, half), 0);
    assert_eq!(flushing.mul(smallest | 0x8000_0000, half), 0x8000_0000);
    assert_eq!(flushing.min(1, half), 0);
    let f16 = soft(Format::F16);
    let (largest, infinity) = (0x7bff, 0x7c00);
    assert_eq!(f16.add(largest, largest), infinity);
    let clamping = Soft { overflow_clamps: true, ..f16 };
    assert_eq!((clamping.add(largest, largest), clamping.add(infinity, largest)), (largest, infinity));
}

#[test]
fn output_modifiers_scale_only_without_denormals_and_clamp_follows_dx10() {
    let s = soft(Format::F32);
    let (one, four, minus, nan) = (0x3f80_0000, 0x4080_0000, 0xbf80_0000, 0x7fc0_0000);
    assert_eq!(s.scaled(one, 2), one);
    let none = Denormals { keep_inputs: false, keep_outputs: false };
    let scaling = Soft { denormals: none, ieee: false, ..s };
    assert_eq!((scaling.scaled(one, 2), scaling.scaled(0x8000_0000, 1)), (four, 0));
    assert_eq!(
        (s.clamped(four, true), s.clamped(minus, true), s.clamped(nan, true), s.clamped(nan, false)),
        (one, 0, 0, nan)
    );
}

#[test]
fn closures_of_lane_loops_give_the_exact_result_or_ask_for_it() {
    let s = soft(Format::F32);
    let mut compared = 0;
    for sources in patterns(Format::F32, 200_000) {
        let [x, y, z] = sources;
        let [a, b, c] = sources.map(|bits| f32::from_bits(bits as u32));
        let power = (y as i32) >> 20;
        for (what, fast, exact) in [
            ("min", host::min(a, b), s.min(x, y)),
            ("max", host::max(a, b), s.max(x, y)),
            ("med3", host::med3(a, b, c), s.med3(x, y, z)),
            ("fract", host::fract(a), s.fract(x)),
            ("ldexp", host::ldexp(a, power), s.ldexp(x, power)),
            ("rsq", (1.0 / f64::from(a).sqrt()) as f32, s.reciprocal_root(x)),
            ("exp", exp2(a.into()) as f32, approximate(&s, x, exp2)),
            ("log", log2(a.into()) as f32, approximate(&s, x, log2)),
            ("sin", sin_turns(a.into()) as f32, approximate(&s, x, sin_turns)),
            ("cos", cos_turns(a.into()) as f32, approximate(&s, x, cos_turns)),
        ] {
            let expected = if fast.is_nan() { exact } else { fast.to_bits().into() };
            assert_eq!(exact, expected, "{what} of {sources:x?}");
            compared += u32::from(!fast.is_nan());
        }
    }
    assert!(compared > 1_000_000, "only {compared} values were compared");
}

#[test]
fn fractions_and_exponents_put_values_together_again() {
    for format in [Format::F16, Format::F32, Format::F64] {
        let s = soft(format);
        for [x, ..] in patterns(format, 20_000).filter(|[x, ..]| !format.is_nan(*x)) {
            let (fraction, power) = (s.frexp_mant(x), s.frexp_exp(x));
            assert_eq!(s.ldexp(fraction, power), x, "{x:x}");
            let exponent = format.exponent(format.one()) - 1;
            let whole = format.magnitude(x) == 0 || format.is_infinite(x) || format.exponent(fraction) == exponent;
            assert!(whole, "the fraction of {x:x} is {fraction:x}");
        }
    }
}

#[test]
fn the_steps_of_a_division_give_the_quotient_whatever_its_size() {
    for format in [Format::F32, Format::F64] {
        let s = soft(format);
        for [numerator, denominator, _] in patterns(format, 50_000) {
            let (d, scale_d) = s.div_scale(denominator, denominator, numerator);
            let (n, scale_n) = s.div_scale(numerator, denominator, numerator);
            assert_eq!(scale_d, scale_n);
            // What compilers emit: two refinements of the reciprocal, one of the quotient, then its last correction.
            let minus = s.negated(d);
            let one = format.one();
            let refined = |r: u64| s.fma(s.fma(minus, r, one), r, r);
            let r = refined(refined(s.div(one, d)));
            let quotient = s.mul(n, r);
            let quotient = s.fma(s.fma(minus, quotient, n), r, quotient);
            let rest = s.fma(minus, quotient, n);
            let last = s.div_fmas(rest, r, quotient, scale_n);
            let found = s.div_fixup(last, denominator, numerator);
            same(format, found, s.div(numerator, denominator), "quotient", [numerator, denominator, 0]);
        }
    }
}
