//! Conversions between f32, integers, and pairs of 16 bits.

use super::fallback::Exact1;
use super::lanes::finish32;
use super::soft::Soft;
use crate::descriptor::Rounding;
use crate::execute::array::{Each, from_fn};
use crate::execute::half_lanes::narrow_toward_zero;
use crate::execute::handlers::{lane_handlers, plain_handlers};
use crate::execute::host_isa::Level;
use crate::execute::lanes::{refuse_result_modifiers, source};
use crate::execute::step::{Flow, Outcome, Step};
use crate::execute::wave::Wave;

lane_handlers! {
    single_to_integer {
        v_cvt_i32_f32 => |a| a as i32 as u32;
        v_cvt_u32_f32 => |a| a as u32;
    }
    integer_to_single {
        v_cvt_f32_i32 => (|a| a as i32 as f32, |s, a| s.of_integer((a as i32).into()));
        v_cvt_f32_u32 => (|a| a as f32, |s, a| s.of_integer(a as i64));
        v_cvt_f32_ubyte0 => (|a| (a & 0xff) as f32, |s, a| s.of_integer((a & 0xff) as i64));
        v_cvt_f32_ubyte1 => (|a| (a >> 8 & 0xff) as f32, |s, a| s.of_integer((a >> 8 & 0xff) as i64));
        v_cvt_f32_ubyte2 => (|a| (a >> 16 & 0xff) as f32, |s, a| s.of_integer((a >> 16 & 0xff) as i64));
        v_cvt_f32_ubyte3 => (|a| (a >> 24) as f32, |s, a| s.of_integer((a >> 24) as i64));
    }
    pack_halves::<L> {
        v_cvt_pk_rtz_f16_f32 => ();
    }
}

plain_handlers! {
    rare:
    single_to_integer {
        // The sum with 1/2 is exact, or too small to change its floor.
        v_cvt_nearest_i32_f32 => |a| (f64::from(a) + 0.5).floor() as i32 as u32;
        v_cvt_floor_i32_f32 => |a| a.floor() as i32 as u32;
        v_frexp_exp_i32_f32 => exponent_of;
    }
    integer_to_single {
        // A signed number of four bits in sixteenths.
        v_cvt_off_f32_i4 => (|a| ((a << 28) as i32 >> 28) as f32 / 16.0, |s, a| {
            s.ldexp(s.of_integer((a << 60) as i64 >> 60), -4)
        });
    }
    pack {
        v_cvt_pk_i16_f32 => (|a| i32::from(a as i16) as u32, |wave, a| signed(wave, a, 16));
        v_cvt_pk_u16_f32 => (|a| u32::from(a as u16), |wave, a| unsigned(wave, a, 16));
        v_cvt_pk_norm_i16_f32 => (|a| signed_fraction(a), |wave, a| signed_fraction(flushed(wave, a)));
        v_cvt_pk_norm_u16_f32 => (|a| unsigned_fraction(a), |wave, a| unsigned_fraction(flushed(wave, a)));
    }
    pack_integers {
        v_cvt_pk_u16_u32 => |a| a.min(0xffff);
        v_cvt_pk_i16_i32 => |a| (a as i32).clamp(-0x8000, 0x7fff) as u32;
    }
    insert_byte {
        v_cvt_pk_u8_f32 => ();
    }
}

fn flushed(wave: &Wave, a: u32) -> f32 {
    f32::from_bits(Soft::f32(&wave.mode).input(a.into()) as u32)
}

pub(super) fn exponent_of(a: f32) -> u32 {
    let bits = a.to_bits() & 0x7fff_ffff;
    let shift = bits.leading_zeros().saturating_sub(8);
    let exponent = (bits >> 23) as i32 - 126 - if bits >> 23 == 0 { shift as i32 - 1 } else { 0 };
    (if bits == 0 || bits >= 0x7f80_0000 { 0 } else { exponent }) as u32
}

/// -1 to 1 as -32767 to 32767, ties to even; NaN is 0.
pub(super) fn signed_fraction(a: f32) -> u32 {
    (f64::from(a.clamp(-1.0, 1.0)) * 32767.0).round_ties_even() as i32 as u32 & if a.is_nan() { 0 } else { u32::MAX }
}

/// 0 to 1 as 0 to 65535, ties to even; NaN is 0.
pub(super) fn unsigned_fraction(a: f32) -> u32 {
    (f64::from(a.clamp(0.0, 1.0)) * 65535.0).round_ties_even() as u32 & if a.is_nan() { 0 } else { u32::MAX }
}

fn signed(wave: &Wave, a: u32, bits: u32) -> u32 {
    let limit = 1_i64 << (bits - 1);
    Soft::f32(&wave.mode).integer(a.into(), -limit, limit - 1) as u32
}

fn unsigned(wave: &Wave, a: u32, bits: u32) -> u32 {
    Soft::f32(&wave.mode).integer(a.into(), 0, (1 << bits) - 1) as u32
}

fn toward_zero(wave: &Wave, a: u32) -> u32 {
    let target = Soft { rounding: Rounding::TowardZero, ..Soft::f16(&wave.mode) };
    target.convert(&Soft::f32(&wave.mode), a.into()) as u32
}

#[inline(always)]
fn single_to_integer(wave: &mut Wave, step: &Step, operation: impl Fn(f32) -> u32) -> Outcome {
    refuse_result_modifiers(step)?;
    let a = source(wave, step, 0)?;
    let values = if wave.usual_mode {
        a.each(|a| operation(f32::from_bits(a)))
    } else {
        a.each(|a| operation(flushed(wave, a)))
    };
    wave.write(step.dst, &values)?;
    Ok(Flow::Next)
}

#[inline(always)]
fn integer_to_single(wave: &mut Wave, step: &Step, (fast, exact): (impl Fn(u32) -> f32, Exact1)) -> Outcome {
    let a = source(wave, step, 0)?;
    let values = if wave.usual_mode {
        a.each(|a| fast(a).to_bits())
    } else {
        let soft = Soft::f32(&wave.mode);
        a.each(|a| exact(&soft, a.into()) as u32)
    };
    finish32(wave, step, &values)
}

/// Two f32 as two 16-bit results.
#[inline(always)]
fn pack(wave: &mut Wave, step: &Step, (usual, other): (impl Fn(f32) -> u32, fn(&Wave, u32) -> u32)) -> Outcome {
    refuse_result_modifiers(step)?;
    let a = source(wave, step, 0)?;
    let b = source(wave, step, 1)?;
    let join = |low: u32, high: u32| low & 0xffff | high << 16;
    let values = if wave.usual_mode {
        from_fn(|lane| join(usual(f32::from_bits(a[lane])), usual(f32::from_bits(b[lane]))))
    } else {
        from_fn(|lane| join(other(wave, a[lane]), other(wave, b[lane])))
    };
    wave.write(step.dst, &values)?;
    Ok(Flow::Next)
}

#[inline(always)]
fn pack_halves<L: Level>(wave: &mut Wave, step: &Step, (): ()) -> Outcome {
    refuse_result_modifiers(step)?;
    let a = source(wave, step, 0)?;
    let b = source(wave, step, 1)?;
    let [low, high] = if wave.usual_mode {
        [narrow_toward_zero::<L>(a), narrow_toward_zero::<L>(b)]
    } else {
        [a.each(|a| toward_zero(wave, a)), b.each(|b| toward_zero(wave, b))]
    };
    let values = from_fn(
        #[inline(always)]
        |lane| low[lane] | high[lane] << 16,
    );
    wave.write(step.dst, &values)?;
    Ok(Flow::Next)
}

#[inline(always)]
fn pack_integers(wave: &mut Wave, step: &Step, limited: impl Fn(u32) -> u32) -> Outcome {
    let a = source(wave, step, 0)?;
    let b = source(wave, step, 1)?;
    let values = from_fn(|lane| limited(a[lane]) & 0xffff | limited(b[lane]) << 16);
    wave.write(step.dst, &values)?;
    Ok(Flow::Next)
}

/// Replaces a byte of the third source, which the second one names. The document does not name the rounding; it is
/// toward zero, as in the conversions to 32 bits.
#[inline(always)]
fn insert_byte(wave: &mut Wave, step: &Step, (): ()) -> Outcome {
    refuse_result_modifiers(step)?;
    let a = source(wave, step, 0)?;
    let index = source(wave, step, 1)?;
    let word = source(wave, step, 2)?;
    let values = from_fn(|lane| {
        let shift = 8 * (index[lane] & 3);
        word[lane] & !(0xff << shift) | u32::from(f32::from_bits(a[lane]) as u8) << shift
    });
    wave.write(step.dst, &values)?;
    Ok(Flow::Next)
}
