//! Matrix operations (`v_wmma_*`): D = A * B + C over 16 x 16 tiles.
//!
//! After the RDNA3.5 ISA, "Wave matrix multiply accumulate": lane l holds row l mod 16 of A and column l mod 16 of B, and
//! lanes 16 to 31 must repeat lanes 0 to 15. Register i of C and D holds row 2i in lanes 0 to 15 and row 2i + 1 in the
//! others. EXEC is ignored, floats are rounded to nearest even. What the hardware does with lanes that are not repeated
//! is not documented: that is a fault under [`Checks::hazards`](super::Checks), and lanes 0 to 15 count without it.

use super::fault::Fault;
use super::group::Group;
use super::half_lanes::{narrow, widen};
use super::handlers::compiled;
use super::host_isa::Level;
use super::matrix_operands::{Addend, addend, addend_rows, factor, result, result_from, unimplemented};
use super::step::{Flow, Handler, Outcome, Step};
use super::tile::{FloatTile, IntegerTile, Pairs, SIZE};
use super::wave::{Lanes, Mode, Wave};
use super::{half, tile_float, tile_integer};
use crate::execute::array::Each;
use crate::isa::Opcode;

/// The handler of a matrix operation.
pub(super) fn handler<L: Level>(opcode: Opcode) -> Option<Handler> {
    Some(match opcode {
        Opcode::v_wmma_f32_16x16x16_f16 => compiled!(L: to_float::<L>, Kind::F16),
        Opcode::v_wmma_f32_16x16x16_bf16 => compiled!(L: to_float::<L>, Kind::Bf16),
        Opcode::v_wmma_f16_16x16x16_f16 => compiled!(L: to_half::<L>, Kind::F16),
        Opcode::v_wmma_bf16_16x16x16_bf16 => compiled!(L: to_half::<L>, Kind::Bf16),
        Opcode::v_wmma_i32_16x16x16_iu8 => compiled!(L: to_integer::<L>, 8),
        Opcode::v_wmma_i32_16x16x16_iu4 => compiled!(L: to_integer::<L>, 4),
        _ => return None,
    })
}

/// The type of A and B.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    F16,
    Bf16,
}

#[inline(always)]
fn to_float<L: Level>(wave: &mut Wave, group: &mut Group<'_>, step: &Step, kind: Kind) -> Outcome {
    let [mut a, mut b] = float_factors::<L>(wave, group, step, kind)?;
    let (start, mode) = (addend(wave, step)?, wave.mode);
    let sum = FloatTile::of(result_from(wave, step, start)?);
    add_product::<L>(&mut a, &mut b, sum, kind, &mode);
    group.note_matrix(wave, step);
    Ok(Flow::Next)
}

/// C and D in one half of their registers; the other half of D stays. The sum is rounded once, at its end.
#[inline(always)]
fn to_half<L: Level>(wave: &mut Wave, group: &mut Group<'_>, step: &Step, kind: Kind) -> Outcome {
    let shift = if step.instruction.modifiers.op_sel & 4 != 0 { 16 } else { 0 };
    let [mut a, mut b] = float_factors::<L>(wave, group, step, kind)?;
    let mut rows: [Lanes; SIZE / 2] = match addend(wave, step)? {
        Addend::Registers(first) => *addend_rows(wave, first)?,
        Addend::Constant(constant) if kind == Kind::F16 => [[u32::from(constant.half) << shift; 2 * SIZE]; SIZE / 2],
        Addend::Constant(constant) => [[constant.single >> 16 << shift; 2 * SIZE]; SIZE / 2],
    };
    for row in &mut rows {
        let bits = row.each(
            #[inline(always)]
            |bits| bits >> shift & 0xffff,
        );
        *row = match kind {
            Kind::F16 => widen::<L>(&bits),
            Kind::Bf16 => bits.each(|bits| bits << 16),
        };
    }
    let mut sum = FloatTile::from_rows(&rows);
    add_product::<L>(&mut a, &mut b, &mut sum, kind, &wave.mode);
    for (register, row) in result(wave, step)?.iter_mut().zip(sum.rows()) {
        let narrow = match kind {
            Kind::F16 => narrow::<L>(row),
            Kind::Bf16 => row.each(
                #[inline(always)]
                |bits| half::bf16_from_f32(f32::from_bits(bits)).into(),
            ),
        };
        for (bits, narrow) in register.0.iter_mut().zip(narrow) {
            *bits = *bits & !(0xffff << shift) | narrow << shift;
        }
    }
    group.note_matrix(wave, step);
    Ok(Flow::Next)
}

#[inline(always)]
fn float_factors<L: Level>(
    wave: &Wave,
    group: &Group<'_>,
    step: &Step,
    kind: Kind,
) -> Result<[FloatTile; 2], Box<Fault>> {
    let m = &step.instruction.modifiers;
    if m.neg != 0 || m.abs != 0 || m.clamp {
        return Err(unimplemented());
    }
    let (a, b) = (factor::<8>(wave, group, step, 0)?, factor::<8>(wave, group, step, 1)?);
    Ok(match kind {
        Kind::F16 => [tile_float::widen_f16::<L>(a), tile_float::widen_f16::<L>(b)],
        Kind::Bf16 => [tile_float::widen_bf16::<L>(a), tile_float::widen_bf16::<L>(b)],
    })
}

#[inline(always)]
fn add_product<L: Level>(a: &mut FloatTile, b: &mut FloatTile, sum: &mut FloatTile, kind: Kind, mode: &Mode) {
    if !(mode.denormals_f32.keep_inputs && mode.denormals_f16_f64.keep_inputs) {
        flush_inputs(a, b, sum, kind, mode);
    }
    tile_float::accumulate::<L>(a, b, sum, kind == Kind::F16);
    if !mode.denormals_f32.keep_outputs {
        flush(sum, f32::MIN_POSITIVE);
    }
}

const LEAST_NORMAL_F16: f32 = 1.0 / 16384.0;

#[cold]
#[inline(never)]
fn flush_inputs(a: &mut FloatTile, b: &mut FloatTile, sum: &mut FloatTile, kind: Kind, mode: &Mode) {
    let (single, half) = (mode.denormals_f32.keep_inputs, mode.denormals_f16_f64.keep_inputs);
    let (keeps, least) = match kind {
        Kind::F16 => (half, LEAST_NORMAL_F16),
        Kind::Bf16 => (single, f32::MIN_POSITIVE),
    };
    [a, b].into_iter().filter(|_| !keeps).for_each(|tile| flush(tile, least));
    [sum].into_iter().filter(|_| !single).for_each(|tile| flush(tile, f32::MIN_POSITIVE));
}

/// Makes subnormal numbers zero, as MODE asks: factors and C before, the sum at its end.
#[cold]
#[inline(never)]
fn flush(tile: &mut FloatTile, least: f32) {
    let values = tile.0.as_flattened_mut().iter_mut();
    values.filter(|value| value.abs() < least).for_each(|value| *value = 0.0_f32.copysign(*value));
}

/// `neg` of A and B says that they are signed; `clamp` saturates.
#[inline(always)]
fn to_integer<L: Level>(wave: &mut Wave, group: &mut Group<'_>, step: &Step, width: u32) -> Outcome {
    let m = &step.instruction.modifiers;
    if m.abs != 0 || m.neg & 4 != 0 {
        return Err(unimplemented());
    }
    let (a, b) = (pairs::<L>(wave, group, step, 0, width)?, pairs::<L>(wave, group, step, 1, width)?);
    let start = addend(wave, step)?;
    let sum = IntegerTile::of(result_from(wave, step, start)?);
    tile_integer::accumulate::<L>(&a, &b, sum, m.clamp);
    group.note_matrix(wave, step);
    Ok(Flow::Next)
}

#[inline(always)]
fn pairs<L: Level>(wave: &Wave, group: &Group<'_>, step: &Step, index: usize, width: u32) -> Result<Pairs, Box<Fault>> {
    let signed = step.instruction.modifiers.neg >> index & 1 != 0;
    Ok(match width {
        8 => tile_integer::pairs_of_bytes::<L>(factor::<4>(wave, group, step, index)?, signed),
        _ => tile_integer::pairs_of_nibbles::<L>(factor::<2>(wave, group, step, index)?, signed),
    })
}
