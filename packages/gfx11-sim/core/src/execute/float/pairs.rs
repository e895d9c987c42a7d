//! Operations on pairs of f16 in a register.

use super::fallback::{Exact2, Exact3, changes_result, exact2, exact3, modified};
use super::host;
use super::lanes::{is_active_nan, results};
use super::soft::Soft;
use crate::execute::array::{Each, from_fn};
use crate::execute::fault::Fault;
use crate::execute::half::fused_for_f16;
use crate::execute::half_lanes::{narrow, widen};
use crate::execute::handlers::lane_handlers;
use crate::execute::host_isa::Level;
use crate::execute::step::{Flow, Outcome, Step};
use crate::execute::wave::{LANES, Lanes, Wave};
use crate::isa::Form;

lane_handlers! {
    pair2::<L> {
        v_pk_add_f16 => (|a, b| a + b, Soft::add);
        v_pk_mul_f16 => (|a, b| a * b, Soft::mul);
        v_pk_min_f16 => (host::min, Soft::min);
        v_pk_max_f16 => (host::max, Soft::max);
    }
    pair3::<L> {
        v_pk_fma_f16 => (fused_for_f16, Soft::fma);
        v_pk_fmac_f16 => (fused_for_f16, Soft::fma);
    }
}

/// A source's register as it is. `scratch` is used where the source is no register.
#[inline(always)]
pub(super) fn whole<'a>(
    wave: &'a Wave,
    step: &Step,
    index: usize,
    scratch: &'a mut Lanes,
) -> Result<&'a Lanes, Box<Fault>> {
    let m = &step.instruction.modifiers;
    if step.instruction.form != Form::Packed && (m.neg | m.abs) & 3 != 0 {
        return Err(Box::new(Fault::Unimplemented));
    }
    wave.lanes(step.sources[index], scratch)
}

/// The third source of a packed operation; that of others is the destination's old value.
#[inline(always)]
pub(super) fn third<'a>(wave: &'a Wave, step: &Step, scratch: &'a mut Lanes) -> Result<&'a Lanes, Box<Fault>> {
    if step.instruction.form == Form::Packed {
        return whole(wave, step, 2, scratch);
    }
    wave.read(step.dst, wave.exec())?;
    Ok(&wave.vectors[usize::from(step.dst)].0)
}

/// Which half of a packed source, with which sign, one half of the result takes.
#[derive(Clone, Copy)]
pub(super) struct Half {
    shift: u32,
    flip: u32,
}

impl Half {
    /// What the low and the high half of the result take of a source.
    #[inline(always)]
    pub fn of(step: &Step, index: usize) -> [Half; 2] {
        let m = &step.instruction.modifiers;
        let half = |selects: u8, negates: u8| Half {
            shift: u32::from(selects >> index & 1) * 16,
            flip: u32::from(negates >> index & 1) << 15,
        };
        match step.instruction.form {
            Form::Packed => [half(m.op_sel, m.neg), half(m.op_sel_hi, m.abs)],
            _ => [half(0, 0), half(u8::MAX, 0)],
        }
    }

    /// Its 16 bits.
    #[inline(always)]
    pub fn bits(self, pair: u32) -> u32 {
        pair >> self.shift & 0xffff ^ self.flip
    }

    /// Its values as bits of f32.
    #[inline(always)]
    fn singles<L: Level>(self, pairs: &Lanes) -> Lanes {
        widen::<L>(&self.of_all(pairs))
    }

    /// The 16 bits of every lane.
    #[inline(always)]
    pub fn of_all(self, pairs: &Lanes) -> Lanes {
        pairs.each(
            #[inline(always)]
            |pair| self.bits(pair),
        )
    }
}

/// The pairs of the f16 nearest to results in f32.
#[inline(always)]
fn join<L: Level>(low: &Lanes, high: &Lanes) -> Lanes {
    let (low, high) = (narrow::<L>(low), narrow::<L>(high));
    from_fn(
        #[inline(always)]
        |lane| low[lane] | high[lane] << 16,
    )
}

#[inline(always)]
fn float(bits: u32) -> f32 {
    f32::from_bits(bits)
}

/// Writes pairs of results, scaled and clamped as the instruction asks.
#[inline(always)]
fn finish(wave: &mut Wave, step: &Step, pairs: &Lanes) -> Outcome {
    if changes_result(step) {
        return finish_halves(wave, step, pairs.each(|pair| pair & 0xffff), pairs.each(|pair| pair >> 16));
    }
    wave.write(step.dst, pairs)?;
    Ok(Flow::Next)
}

#[cold]
#[inline(never)]
fn finish_halves(wave: &mut Wave, step: &Step, low: Lanes, high: Lanes) -> Outcome {
    let (low, high) = (modified(wave, step, Soft::f16, low), modified(wave, step, Soft::f16, high));
    wave.write(step.dst, &from_fn(|lane| low[lane] | high[lane] << 16))?;
    Ok(Flow::Next)
}

#[inline(always)]
fn pair2<L: Level>(wave: &mut Wave, step: &Step, (fast, exact): (impl Fn(f32, f32) -> f32, Exact2)) -> Outcome {
    let mut scratch = [[0; LANES]; 2];
    let [scratch_a, scratch_b] = &mut scratch;
    let (a, b) = (whole(wave, step, 0, scratch_a)?, whole(wave, step, 1, scratch_b)?);
    let ([low_a, high_a], [low_b, high_b]) = (Half::of(step, 0), Half::of(step, 1));
    let (low, low_nan) = two::<L>((low_a, a), (low_b, b), &fast);
    let (high, high_nan) = two::<L>((high_a, a), (high_b, b), &fast);
    if !wave.usual_mode || low_nan && is_active_nan(&low, wave) || high_nan && is_active_nan(&high, wave) {
        return finish_exact2(wave, step, &[*a, *b], exact);
    }
    finish(wave, step, &join::<L>(&low, &high))
}

#[inline(always)]
fn two<L: Level>(a: (Half, &Lanes), b: (Half, &Lanes), fast: &impl Fn(f32, f32) -> f32) -> (Lanes, bool) {
    let (a, b) = (a.0.singles::<L>(a.1), b.0.singles::<L>(b.1));
    results(
        #[inline(always)]
        |lane| fast(float(a[lane]), float(b[lane])),
    )
}

#[cold]
#[inline(never)]
fn finish_exact2(wave: &mut Wave, step: &Step, [a, b]: &[Lanes; 2], exact: Exact2) -> Outcome {
    let (of_a, of_b) = (Half::of(step, 0), Half::of(step, 1));
    let [low, high] = [0, 1].map(|half: usize| {
        let (a, b) = (of_a[half].of_all(a), of_b[half].of_all(b));
        exact2(wave, Soft::f16, [&a, &b], exact)
    });
    finish_halves(wave, step, low, high)
}

#[inline(always)]
fn pair3<L: Level>(wave: &mut Wave, step: &Step, (fast, exact): (impl Fn(f32, f32, f32) -> f32, Exact3)) -> Outcome {
    let mut scratch = [[0; LANES]; 3];
    let [scratch_a, scratch_b, scratch_c] = &mut scratch;
    let (a, b) = (whole(wave, step, 0, scratch_a)?, whole(wave, step, 1, scratch_b)?);
    let c = third(wave, step, scratch_c)?;
    let [[low_a, high_a], [low_b, high_b], [low_c, high_c]] = [Half::of(step, 0), Half::of(step, 1), Half::of(step, 2)];
    let (low, low_nan) = three::<L>((low_a, a), (low_b, b), (low_c, c), &fast);
    let (high, high_nan) = three::<L>((high_a, a), (high_b, b), (high_c, c), &fast);
    if !wave.usual_mode || low_nan && is_active_nan(&low, wave) || high_nan && is_active_nan(&high, wave) {
        return finish_exact3(wave, step, &[*a, *b, *c], exact);
    }
    finish(wave, step, &join::<L>(&low, &high))
}

#[inline(always)]
fn three<L: Level>(
    a: (Half, &Lanes),
    b: (Half, &Lanes),
    c: (Half, &Lanes),
    fast: &impl Fn(f32, f32, f32) -> f32,
) -> (Lanes, bool) {
    let (a, b, c) = (a.0.singles::<L>(a.1), b.0.singles::<L>(b.1), c.0.singles::<L>(c.1));
    results(
        #[inline(always)]
        |lane| fast(float(a[lane]), float(b[lane]), float(c[lane])),
    )
}

#[cold]
#[inline(never)]
fn finish_exact3(wave: &mut Wave, step: &Step, sources: &[Lanes; 3], exact: Exact3) -> Outcome {
    let [low, high] = [0, 1].map(|half: usize| {
        let bits = |index: usize| Half::of(step, index)[half].of_all(&sources[index]);
        let [a, b, c] = [bits(0), bits(1), bits(2)];
        exact3(wave, Soft::f16, [&a, &b, &c], exact)
    });
    finish_halves(wave, step, low, high)
}
