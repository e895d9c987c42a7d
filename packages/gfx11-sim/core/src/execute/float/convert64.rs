//! Conversions from and to f64.

use super::lanes::{finish32, has_nan};
use super::lanes64::{Wide, finish64, has_wide_nan, wide_source};
use super::soft::Soft;
use crate::execute::handlers::plain_handlers;
use crate::execute::lanes::{refuse_result_modifiers, source};
use crate::execute::step::{Flow, Outcome, Step};
use crate::execute::wave::Wave;

plain_handlers! {
    rare:
    double_to_word {
        v_cvt_i32_f64 => |_, a: f64| a as i32 as u32;
        v_cvt_u32_f64 => |_, a: f64| a as u32;
        v_frexp_exp_i32_f64 => |soft: &Soft, a: f64| soft.frexp_exp(a.to_bits()) as u32;
    }
    double_to_single {
        v_cvt_f32_f64 => ();
    }
    single_to_double {
        v_cvt_f64_f32 => ();
    }
    integer_to_double {
        v_cvt_f64_i32 => |a: u32| f64::from(a as i32);
        v_cvt_f64_u32 => |a: u32| f64::from(a);
    }
}

#[inline(always)]
fn double_to_word(wave: &mut Wave, step: &Step, operation: impl Fn(&Soft, f64) -> u32) -> Outcome {
    refuse_result_modifiers(step)?;
    let soft = Soft::f64(&wave.mode);
    let values = wide_source(wave, step, 0)?.map(|bits| operation(&soft, f64::from_bits(bits)));
    wave.write(step.dst, &values)?;
    Ok(Flow::Next)
}

#[inline(always)]
fn double_to_single(wave: &mut Wave, step: &Step, (): ()) -> Outcome {
    let a = wide_source(wave, step, 0)?;
    let nan = has_wide_nan(&a, wave.exec());
    let values = if wave.usual_mode && !nan {
        a.map(|bits| (f64::from_bits(bits) as f32).to_bits())
    } else {
        let (target, from) = (Soft::f32(&wave.mode), Soft::f64(&wave.mode));
        a.map(|bits| target.convert(&from, bits) as u32)
    };
    finish32(wave, step, &values)
}

#[inline(always)]
fn single_to_double(wave: &mut Wave, step: &Step, (): ()) -> Outcome {
    let a = source(wave, step, 0)?;
    let nan = has_nan(a, wave.exec());
    let values: Wide = if wave.usual_mode && !nan {
        a.map(|bits| f64::from(f32::from_bits(bits)).to_bits())
    } else {
        let (target, from) = (Soft::f64(&wave.mode), Soft::f32(&wave.mode));
        a.map(|bits| target.convert(&from, bits.into()))
    };
    finish64(wave, step, values)
}

/// Every 32-bit integer is an f64.
#[inline(always)]
fn integer_to_double(wave: &mut Wave, step: &Step, value: impl Fn(u32) -> f64) -> Outcome {
    let values = source(wave, step, 0)?.map(|a| value(a).to_bits());
    finish64(wave, step, values)
}
