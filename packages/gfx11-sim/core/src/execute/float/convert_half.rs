//! Conversions from and to f16, and of 16-bit integers.

use super::convert::{exponent_of, signed_fraction, unsigned_fraction};
use super::lanes::finish32;
use super::lanes16::finish16;
use super::soft::Soft;
use crate::execute::array::{Each, from_fn};
use crate::execute::half::{f16_from_f32, f32_from_f16};
use crate::execute::half_lanes::{narrow, widen};
use crate::execute::halves::{half_source, write_half};
use crate::execute::handlers::{lane_handlers, plain_handlers};
use crate::execute::host_isa::Level;
use crate::execute::lanes::{refuse_result_modifiers, source};
use crate::execute::step::{Flow, Outcome, Step};
use crate::execute::wave::Wave;

lane_handlers! {
    half_to_single::<L> {
        v_cvt_f32_f16 => ();
    }
    single_to_half::<L> {
        v_cvt_f16_f32 => ();
    }
}

plain_handlers! {
    rare:
    pack_halves {
        v_cvt_pk_norm_i16_f16 => signed_fraction;
        v_cvt_pk_norm_u16_f16 => unsigned_fraction;
    }
    half_to_integer {
        v_cvt_i16_f16 => |a| i32::from(a as i16) as u32;
        v_cvt_u16_f16 => |a| u32::from(a as u16);
        v_cvt_norm_i16_f16 => signed_fraction;
        v_cvt_norm_u16_f16 => unsigned_fraction;
        v_frexp_exp_i16_f16 => exponent_of;
    }
    integer_to_half {
        v_cvt_f16_i16 => |a: u32| i64::from(a as i16);
        v_cvt_f16_u16 => |a: u32| i64::from(a as u16);
    }
    extend_half {
        v_cvt_i32_i16 => |a| i32::from(a as i16) as u32;
        v_cvt_u32_u16 => |a| a;
    }
    saturate_bytes {
        v_sat_pk_u8_i16 => ();
    }
}

/// An f16 as f32, a denormal as zero where the mode flushes it.
#[inline(always)]
fn half_value(wave: &Wave, bits: u32) -> f32 {
    let kept = wave.usual_mode || wave.mode.denormals_f16_f64.keep_inputs || bits & 0x7c00 != 0;
    f32_from_f16(if kept { bits as u16 } else { bits as u16 & 0x8000 })
}

#[inline(always)]
fn half_to_integer(wave: &mut Wave, step: &Step, operation: impl Fn(f32) -> u32) -> Outcome {
    refuse_result_modifiers(step)?;
    let a = half_source(wave, step, 0)?;
    let values = a.each(|bits| operation(half_value(wave, bits)));
    write_half(wave, step, &values)
}

#[inline(always)]
fn integer_to_half(wave: &mut Wave, step: &Step, value: impl Fn(u32) -> i64) -> Outcome {
    let a = half_source(wave, step, 0)?;
    let values = if wave.usual_mode {
        a.each(|bits| f16_from_f32(value(bits) as f32).into())
    } else {
        let soft = Soft::f16(&wave.mode);
        a.each(|bits| soft.of_integer(value(bits)) as u32)
    };
    finish16(wave, step, values)
}

#[inline(always)]
fn half_to_single<L: Level>(wave: &mut Wave, step: &Step, (): ()) -> Outcome {
    let a = half_source(wave, step, 0)?;
    let values = if wave.usual_mode {
        widen::<L>(&a)
    } else {
        let (target, from) = (Soft::f32(&wave.mode), Soft::f16(&wave.mode));
        a.each(|bits| target.convert(&from, bits.into()) as u32)
    };
    finish32(wave, step, &values)
}

#[inline(always)]
fn single_to_half<L: Level>(wave: &mut Wave, step: &Step, (): ()) -> Outcome {
    let a = source(wave, step, 0)?;
    let values = if wave.usual_mode {
        narrow::<L>(a)
    } else {
        let (target, from) = (Soft::f16(&wave.mode), Soft::f32(&wave.mode));
        a.each(|bits| target.convert(&from, bits.into()) as u32)
    };
    finish16(wave, step, values)
}

#[inline(always)]
fn extend_half(wave: &mut Wave, step: &Step, extended: impl Fn(u32) -> u32) -> Outcome {
    let values = half_source(wave, step, 0)?.map(extended);
    wave.write(step.dst, &values)?;
    Ok(Flow::Next)
}

/// Two signed 16-bit numbers as two bytes.
#[inline(always)]
fn saturate_bytes(wave: &mut Wave, step: &Step, (): ()) -> Outcome {
    let a = source(wave, step, 0)?;
    let byte = |half: u32| (half as i16).clamp(0, 255) as u32;
    let values = a.each(|pair| byte(pair) | byte(pair >> 16) << 8);
    write_half(wave, step, &values)
}

#[inline(always)]
fn pack_halves(wave: &mut Wave, step: &Step, operation: impl Fn(f32) -> u32) -> Outcome {
    refuse_result_modifiers(step)?;
    let (a, b) = (half_source(wave, step, 0)?, half_source(wave, step, 1)?);
    let value = |bits: u32| operation(half_value(wave, bits));
    let values = from_fn(|lane| value(a[lane]) & 0xffff | value(b[lane]) << 16);
    wave.write(step.dst, &values)?;
    Ok(Flow::Next)
}
