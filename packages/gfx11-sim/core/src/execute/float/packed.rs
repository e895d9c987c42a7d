//! Multiply-add of mixed widths, and dot products of pairs of 16 bits.

use super::fallback::{Kind, exact3, modified};
use super::lanes::{finish32, is_active_nan, results};
use super::pairs::{Half, third, whole};
use super::soft::Soft;
use crate::execute::array::{Each, from_fn};
use crate::execute::fault::Fault;
use crate::execute::half::f32_from_bf16;
use crate::execute::half_lanes::{narrow, widen};
use crate::execute::halves::{half_source, merge_half, write_half};
use crate::execute::handlers::{lane_handlers, plain_handlers};
use crate::execute::host_isa::Level;
use crate::execute::step::{Flow, Outcome, Step};
use crate::execute::wave::{LANES, Lanes, Wave};
use crate::isa::Form;

lane_handlers! {
    mixed::<L> {
        v_fma_mix_f32 => Target::Single;
        v_fma_mixlo_f16 => Target::Half { high: false };
        v_fma_mixhi_f16 => Target::Half { high: true };
    }
    dot_to_single {
        v_dot2_f32_f16 => (widen::<L>, Soft::f16);
        v_dot2acc_f32_f16 => (widen::<L>, Soft::f16);
        v_dot2_f32_bf16 => (widen_bf16, Soft::bf16);
    }
    join {
        v_pack_b32_f16 => ();
    }
}

plain_handlers! {
    rare:
    dot_to_half {
        v_dot2_f16_f16 => Soft::f16;
        v_dot2_bf16_bf16 => Soft::bf16;
    }
}

/// Where a mixed multiply-add goes.
#[derive(Clone, Copy)]
enum Target {
    Single,
    Half { high: bool },
}

/// A source of a mixed multiply-add as f32: `op_sel_hi` says whether it is an f16, `op_sel` in which half; `abs` comes
/// before `neg`. Inline constants of f32 sources are f32.
#[inline(always)]
fn mixed_source<L: Level>(wave: &Wave, step: &Step, index: usize, values: &mut Lanes) -> Result<(), Box<Fault>> {
    let m = &step.instruction.modifiers;
    let is_half = m.op_sel_hi >> index & 1 != 0;
    let mut scratch = [0; LANES];
    if is_half {
        let shift = if m.op_sel >> index & 1 != 0 { 16 } else { 0 };
        let bits = whole(wave, step, index, &mut scratch)?;
        let halves = bits.each(
            #[inline(always)]
            |pair| pair >> shift & 0xffff,
        );
        *values = if wave.usual_mode { widen::<L>(&halves) } else { widen_exactly(wave, &halves) };
    } else {
        match step.instruction.operands[index + 1].as_inline_float() {
            Some(constant) => *values = [(constant as f32).to_bits(); LANES],
            None => *values = *wave.lanes(step.sources[index], &mut scratch)?,
        }
    }
    let clear = if m.abs >> index & 1 != 0 { 0x7fff_ffff } else { u32::MAX };
    let flip = if m.neg >> index & 1 != 0 { 0x8000_0000 } else { 0 };
    *values = values.each(
        #[inline(always)]
        |value| value & clear ^ flip,
    );
    Ok(())
}

#[cold]
#[inline(never)]
fn widen_exactly(wave: &Wave, halves: &Lanes) -> Lanes {
    let (target, from) = (Soft::f32(&wave.mode), Soft::f16(&wave.mode));
    halves.each(|bits| target.convert(&from, bits.into()) as u32)
}

#[cold]
#[inline(never)]
fn narrow_exactly(wave: &Wave, singles: &Lanes) -> Lanes {
    let (target, from) = (Soft::f16(&wave.mode), Soft::f32(&wave.mode));
    singles.each(|bits| target.convert(&from, bits.into()) as u32)
}

/// Computes in f32; an f16 result is rounded a second time.
#[inline(always)]
fn mixed<L: Level>(wave: &mut Wave, step: &Step, target: Target) -> Outcome {
    let mut sources = [[0; LANES]; 3];
    for (index, values) in sources.iter_mut().enumerate() {
        mixed_source::<L>(wave, step, index, values)?;
    }
    let [a, b, c] = &sources;
    let float = |bits: u32| f32::from_bits(bits);
    let (mut values, nan) = results(
        #[inline(always)]
        |lane| float(a[lane]).mul_add(float(b[lane]), float(c[lane])),
    );
    if !wave.usual_mode || nan && is_active_nan(&values, wave) {
        values = exact3(wave, Soft::f32, [a, b, c], Soft::fma);
    }
    let Target::Half { high } = target else { return finish32(wave, step, &values) };
    let halves = if wave.usual_mode { narrow::<L>(&values) } else { narrow_exactly(wave, &values) };
    let halves = modified(wave, step, Soft::f16, halves);
    merge_half(wave, step, &halves, high)
}

#[inline(always)]
fn widen_bf16(halves: &Lanes) -> Lanes {
    halves.each(|bits| f32_from_bf16(bits as u16).to_bits())
}

/// `c + a0 * b0 + a1 * b1` in this order, each step a fused multiply-add in f32; the products alone are exact.
#[inline(always)]
fn dot_to_single(wave: &mut Wave, step: &Step, (widen, kind): (impl Fn(&Lanes) -> Lanes, Kind)) -> Outcome {
    let m = &step.instruction.modifiers;
    let is_packed = step.instruction.form == Form::Packed;
    if is_packed && m.abs & 4 != 0 {
        return Err(Box::new(Fault::Unimplemented));
    }
    let mut scratch = [[0; LANES]; 3];
    let [scratch_a, scratch_b, scratch_c] = &mut scratch;
    let (a, b) = (whole(wave, step, 0, scratch_a)?, whole(wave, step, 1, scratch_b)?);
    let flip = if is_packed && m.neg & 4 != 0 { 0x8000_0000 } else { 0 };
    let c = third(wave, step, scratch_c)?.each(
        #[inline(always)]
        |bits| bits ^ flip,
    );
    let ([low_a, high_a], [low_b, high_b]) = (Half::of(step, 0), Half::of(step, 1));
    let float = |bits: u32| f32::from_bits(bits);
    let (low_a, high_a) = (widen(&low_a.of_all(a)), widen(&high_a.of_all(a)));
    let (low_b, high_b) = (widen(&low_b.of_all(b)), widen(&high_b.of_all(b)));
    let (values, nan) = results(
        #[inline(always)]
        |lane| {
            let first = float(low_a[lane]).mul_add(float(low_b[lane]), float(c[lane]));
            float(high_a[lane]).mul_add(float(high_b[lane]), first)
        },
    );
    if !wave.usual_mode || nan && is_active_nan(&values, wave) {
        return finish_exact_dot(wave, step, &[*a, *b, c], kind);
    }
    finish32(wave, step, &values)
}

#[cold]
#[inline(never)]
fn finish_exact_dot(wave: &mut Wave, step: &Step, [a, b, c]: &[Lanes; 3], kind: Kind) -> Outcome {
    let ([low_a, high_a], [low_b, high_b]) = (Half::of(step, 0), Half::of(step, 1));
    let (soft, from) = (Soft::f32(&wave.mode), kind(&wave.mode));
    let wide = |half: Half, pair: u32| soft.convert(&from, half.bits(pair).into());
    let values = from_fn(|lane| {
        let first = soft.fma(wide(low_a, a[lane]), wide(low_b, b[lane]), c[lane].into());
        soft.fma(wide(high_a, a[lane]), wide(high_b, b[lane]), first) as u32
    });
    finish32(wave, step, &values)
}

/// As [`dot_to_single`], every step rounded to the 16-bit format.
#[inline(always)]
fn dot_to_half(wave: &mut Wave, step: &Step, kind: Kind) -> Outcome {
    let mut scratch = [[0; LANES]; 2];
    let [scratch_a, scratch_b] = &mut scratch;
    let (a, b) = (whole(wave, step, 0, scratch_a)?, whole(wave, step, 1, scratch_b)?);
    let c = half_source(wave, step, 2)?;
    let soft = kind(&wave.mode);
    let half = |pair: u32, shift: u32| u64::from(pair >> shift & 0xffff);
    let values = from_fn(|lane| {
        let first = soft.fma(half(a[lane], 0), half(b[lane], 0), c[lane].into());
        soft.fma(half(a[lane], 16), half(b[lane], 16), first) as u32
    });
    write_half(wave, step, &values)
}

/// Two f16 in one register.
#[inline(always)]
fn join(wave: &mut Wave, step: &Step, (): ()) -> Outcome {
    crate::execute::lanes::refuse_result_modifiers(step)?;
    let (low, high) = (half_source(wave, step, 0)?, half_source(wave, step, 1)?);
    let values = if wave.usual_mode {
        from_fn(
            #[inline(always)]
            |lane| low[lane] | high[lane] << 16,
        )
    } else {
        let soft = Soft::f16(&wave.mode);
        let kept = |bits: u32| soft.output(soft.input(bits.into())) as u32;
        from_fn(|lane| kept(low[lane]) | kept(high[lane]) << 16)
    };
    wave.write(step.dst, &values)?;
    Ok(Flow::Next)
}
