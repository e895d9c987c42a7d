//! The vector unit: 32-bit and 64-bit integer operations, comparisons, and the f32 operations of integer division.

use super::Stop;
use super::wave::{LANES, Lanes, Wave, modify, sources};
use crate::isa::slot::{Field, Number};
use crate::isa::{Dpp, Form, Instruction, Opcode, Operand};
use std::array::from_fn;

/// Executes a vector instruction.
pub(super) fn execute(wave: &mut Wave, i: &Instruction) -> Result<(), Stop> {
    if let Some(second) = i.dual {
        // Both halves read before either writes.
        let first = dual_half(wave, i, i.opcode, 0)?;
        let other = dual_half(wave, i, second, 3)?;
        write(wave, i.operands[0], &first)?;
        return write(wave, i.operands[3], &other);
    }
    let m = &i.modifiers;
    if m.dpp != Dpp::None || m.omod != 0 || m.op_sel != 0 && i.form != Form::Packed {
        return Err(Stop::Unimplemented);
    }
    match i.opcode {
        Opcode::v_nop => return Ok(()),
        Opcode::v_illegal | Opcode::v_pipeflush => return Err(Stop::Unimplemented),
        Opcode::v_readfirstlane_b32 | Opcode::v_readlane_b32 | Opcode::v_writelane_b32 => return lane(wave, i),
        _ => {}
    }
    if let Some(condition) = Condition::of(i.opcode) {
        return compare(wave, i, condition);
    }
    if let Some(result) = carry(wave, i)? {
        return Ok(result);
    }
    if i.opcode.row().slots[0].dwords == 2 {
        return wide(wave, i);
    }
    let values = narrow(wave, i)?;
    write(wave, i.operands[0], &values)
}

fn write(wave: &mut Wave, operand: Operand, values: &Lanes) -> Result<(), Stop> {
    wave.set_lanes(operand, values).ok_or(Stop::Unimplemented)
}

/// The sources in every lane, modified; missing ones are zero.
fn read(wave: &Wave, i: &Instruction) -> Result<[Lanes; 3], Stop> {
    let mut out = [[0; LANES]; 3];
    for (index, (slot, operand)) in sources(i).enumerate() {
        let values = wave.lanes(operand, slot.number, i.literal).ok_or(Stop::Unimplemented)?;
        out[index] = modify(i, index, slot, values);
    }
    Ok(out)
}

/// Source `index` as 64 bits.
fn read_wide(wave: &Wave, i: &Instruction, index: usize) -> Result<[u64; LANES], Stop> {
    let (slot, operand) = sources(i).nth(index).ok_or(Stop::Unimplemented)?;
    if slot.number == Number::WideFloat {
        return Err(Stop::Unimplemented);
    }
    wave.wide_lanes(operand, slot.number, i.literal).ok_or(Stop::Unimplemented)
}

fn dual_half(wave: &Wave, i: &Instruction, opcode: Opcode, first: usize) -> Result<Lanes, Stop> {
    let operand = |index: usize| match i.operands[first + index] {
        Operand::NONE => Some([0; LANES]),
        operand => wave.lanes(operand, Number::Word, i.literal),
    };
    let (Some(old), Some(a), Some(b)) = (operand(0), operand(1), operand(2)) else { return Err(Stop::Unimplemented) };
    let literal = [i.literal; LANES];
    let (b, c) = match opcode {
        Opcode::v_fmaak_f32 => (b, literal),
        Opcode::v_fmamk_f32 => (literal, b),
        _ => (b, [0; LANES]),
    };
    let vcc = wave.vcc();
    each(|lane| match opcode {
        Opcode::v_cndmask_b32 => Some(if vcc >> lane & 1 != 0 { b[lane] } else { a[lane] }),
        _ => operate(opcode, a[lane], b[lane], c[lane], old[lane], false),
    })
}

fn each(value: impl Fn(usize) -> Option<u32>) -> Result<Lanes, Stop> {
    let mut out = [0; LANES];
    for (lane, slot) in out.iter_mut().enumerate() {
        *slot = value(lane).ok_or(Stop::Unimplemented)?;
    }
    Ok(out)
}

/// Operations with one 32-bit result.
fn narrow(wave: &Wave, i: &Instruction) -> Result<Lanes, Stop> {
    use Opcode::*;
    match i.opcode {
        v_cndmask_b32 => {
            let [a, b, _] = read(wave, i)?;
            let mask = wave.scalar(i.operands[3].code().into());
            return each(|lane| Some(if mask >> lane & 1 != 0 { b[lane] } else { a[lane] }));
        }
        v_alignbit_b32 | v_mbcnt_lo_u32_b32 | v_mbcnt_hi_u32_b32 => {
            let [a, b, c] = read(wave, i)?;
            return each(|lane| {
                Some(match i.opcode {
                    v_alignbit_b32 => ((u64::from(a[lane]) << 32 | u64::from(b[lane])) >> (c[lane] & 31)) as u32,
                    v_mbcnt_lo_u32_b32 => (a[lane] & ((1 << lane) - 1)).count_ones() + b[lane],
                    _ => b[lane], // the upper half of the mask is of lanes that a wave32 does not have
                })
            });
        }
        _ => {}
    }
    let old = match i.operands[0].as_vector() {
        Some(register) => *wave.vectors.get(usize::from(register)).ok_or(Stop::Unimplemented)?,
        None => return Err(Stop::Unimplemented),
    };
    if i.form == Form::Packed {
        return packed(wave, i);
    }
    let [a, b, c] = read(wave, i)?;
    each(|lane| operate(i.opcode, a[lane], b[lane], c[lane], old[lane], i.modifiers.clamp))
}

/// One lane of an operation; `clamp` saturates integer sums.
fn operate(opcode: Opcode, a: u32, b: u32, c: u32, old: u32, clamp: bool) -> Option<u32> {
    use Opcode::*;
    let (sa, sb, sc) = (a as i32, b as i32, c as i32);
    let (fa, fb, fc) = (f32::from_bits(a), f32::from_bits(b), f32::from_bits(c));
    let low24 = |value: u32| value & 0xff_ffff;
    let half = |value: u32| value & 0xffff;
    let signed_half = |value: u32| value as i16;
    let bytes = |value: u32| value.to_le_bytes();
    if clamp {
        return match opcode {
            v_add_nc_u32 => Some(a.saturating_add(b)),
            v_sub_nc_u32 => Some(a.saturating_sub(b)),
            v_add_nc_i32 => Some(sa.saturating_add(sb) as u32),
            v_sub_nc_i32 => Some(sa.saturating_sub(sb) as u32),
            _ => None,
        };
    }
    Some(match opcode {
        v_mov_b32 => a,
        v_not_b32 => !a,
        v_bfrev_b32 => a.reverse_bits(),
        v_clz_i32_u32 => {
            if a == 0 {
                u32::MAX
            } else {
                a.leading_zeros()
            }
        }
        v_ctz_i32_b32 => {
            if a == 0 {
                u32::MAX
            } else {
                a.trailing_zeros()
            }
        }
        v_and_b32 => a & b,
        v_or_b32 => a | b,
        v_xor_b32 => a ^ b,
        v_xnor_b32 => !(a ^ b),
        v_and_or_b32 => a & b | c,
        v_or3_b32 => a | b | c,
        v_xor3_b32 => a ^ b ^ c,
        v_xad_u32 => (a ^ b).wrapping_add(c),
        v_bfi_b32 => a & b | !a & c,
        v_bfe_u32 => (a >> (b & 31)) & (((1_u64 << (c & 31)) - 1) as u32),
        v_bfe_i32 => match c & 31 {
            0 => 0,
            width => {
                let shifted = sa >> (b & 31);
                (shifted << (32 - width) >> (32 - width)) as u32
            }
        },
        v_lshlrev_b32 => b << (a & 31),
        v_lshrrev_b32 => b >> (a & 31),
        v_ashrrev_i32 => (sb >> (a & 31)) as u32,
        v_lshl_add_u32 => (a << (b & 31)).wrapping_add(c),
        v_lshl_or_b32 => a << (b & 31) | c,
        v_add_lshl_u32 => a.wrapping_add(b) << (c & 31),
        v_bcnt_u32_b32 => a.count_ones().wrapping_add(b),
        v_add_nc_u32 | v_add_nc_i32 => a.wrapping_add(b),
        v_sub_nc_u32 | v_sub_nc_i32 => a.wrapping_sub(b),
        v_subrev_nc_u32 => b.wrapping_sub(a),
        v_add3_u32 => a.wrapping_add(b).wrapping_add(c),
        v_mul_lo_u32 => a.wrapping_mul(b),
        v_mul_hi_u32 => ((u64::from(a) * u64::from(b)) >> 32) as u32,
        v_mul_hi_i32 => ((i64::from(sa) * i64::from(sb)) >> 32) as u32,
        v_mul_u32_u24 => low24(a).wrapping_mul(low24(b)),
        v_mad_u32_u24 => low24(a).wrapping_mul(low24(b)).wrapping_add(c),
        v_min_u32 => a.min(b),
        v_max_u32 => a.max(b),
        v_min_i32 => sa.min(sb) as u32,
        v_max_i32 => sa.max(sb) as u32,
        v_min3_u32 => a.min(b).min(c),
        v_max3_u32 => a.max(b).max(c),
        v_min3_i32 => sa.min(sb).min(sc) as u32,
        v_max3_i32 => sa.max(sb).max(sc) as u32,
        v_med3_i32 => sa.max(sb).min(sa.min(sb).max(sc)) as u32,
        v_med3_u32 => a.max(b).min(a.min(b).max(c)),
        v_alignbyte_b32 => ((u64::from(a) << 32 | u64::from(b)) >> (8 * (c & 3))) as u32,
        v_perm_b32 => permute_bytes(a, b, c),
        v_sad_u8 => (0..4).map(|k| u32::from(bytes(a)[k].abs_diff(bytes(b)[k]))).sum::<u32>().wrapping_add(c),
        v_sad_u16 => half(a).abs_diff(half(b)).wrapping_add((a >> 16).abs_diff(b >> 16)).wrapping_add(c),
        v_lerp_u8 => u32::from_le_bytes(from_fn(|k| {
            let round = u16::from(bytes(c)[k] & 1);
            ((u16::from(bytes(a)[k]) + u16::from(bytes(b)[k]) + round) >> 1) as u8
        })),
        // 16-bit results leave zero in the upper half.
        v_add_nc_u16 => half(a.wrapping_add(b)),
        v_sub_nc_u16 => half(a.wrapping_sub(b)),
        v_mul_lo_u16 => half(a.wrapping_mul(b)),
        v_mad_u16 => half(half(a).wrapping_mul(half(b)).wrapping_add(c)),
        v_min_i16 => half(signed_half(a).min(signed_half(b)) as u32),
        v_max_i16 => half(signed_half(a).max(signed_half(b)) as u32),
        v_ashrrev_i16 => half((signed_half(b) >> (a & 15)) as u32),
        v_lshrrev_b16 => half(b) >> (a & 15),
        v_lshlrev_b16 => half(b << (a & 15)),
        v_cvt_f32_u32 => (a as f32).to_bits(),
        v_cvt_f32_i32 => (sa as f32).to_bits(),
        v_cvt_u32_f32 => fa as u32,
        v_cvt_i32_f32 => fa as i32 as u32,
        v_cvt_f32_ubyte0 => f32::from(bytes(a)[0]).to_bits(),
        v_cvt_f32_ubyte1 => f32::from(bytes(a)[1]).to_bits(),
        v_cvt_f32_ubyte2 => f32::from(bytes(a)[2]).to_bits(),
        v_cvt_f32_ubyte3 => f32::from(bytes(a)[3]).to_bits(),
        v_rcp_iflag_f32 | v_rcp_f32 => (1.0 / fa).to_bits(),
        v_trunc_f32 => fa.trunc().to_bits(),
        v_add_f32 => (fa + fb).to_bits(),
        v_sub_f32 => (fa - fb).to_bits(),
        v_subrev_f32 => (fb - fa).to_bits(),
        v_mul_f32 => (fa * fb).to_bits(),
        v_fmac_f32 => fa.mul_add(fb, f32::from_bits(old)).to_bits(),
        v_fma_f32 | v_fmaak_f32 | v_fmamk_f32 => fa.mul_add(fb, fc).to_bits(),
        _ => return None,
    })
}

/// `v_perm_b32`: each selector byte takes a byte of `{a, b}`, a sign, or a constant.
fn permute_bytes(a: u32, b: u32, selectors: u32) -> u32 {
    let source = u64::from(a) << 32 | u64::from(b);
    let sign = |bit: u32| if source >> bit & 1 != 0 { 0xff } else { 0 };
    u32::from_le_bytes(selectors.to_le_bytes().map(|selector| match selector {
        0..=7 => (source >> (8 * selector)) as u8,
        8..=11 => sign(16 * u32::from(selector - 8) + 15),
        12 => 0,
        _ => 0xff,
    }))
}

/// Packed 16-bit integers and the integer dot products.
fn packed(wave: &Wave, i: &Instruction) -> Result<Lanes, Stop> {
    use Opcode::*;
    let m = i.modifiers;
    let [a, b, c] = read(wave, i)?;
    match i.opcode {
        v_dot4_i32_iu8 | v_dot4_u32_u8 | v_dot8_i32_iu4 | v_dot8_u32_u4 => {
            let width = if matches!(i.opcode, v_dot4_i32_iu8 | v_dot4_u32_u8) { 8 } else { 4 };
            let mixed = matches!(i.opcode, v_dot4_i32_iu8 | v_dot8_i32_iu4);
            return each(|lane| Some(dot(a[lane], b[lane], c[lane], width, mixed.then_some(m.neg), m.clamp)));
        }
        _ if m.neg != 0 || m.abs != 0 || m.clamp => return Err(Stop::Unimplemented),
        _ => {}
    }
    let select = |value: u32, bits: u8, index: usize| if bits >> index & 1 != 0 { value >> 16 } else { value & 0xffff };
    each(|lane| {
        let half = |bits: u8| {
            let (x, y, z) = (select(a[lane], bits, 0), select(b[lane], bits, 1), select(c[lane], bits, 2));
            let (sx, sy) = (x as i16, y as i16);
            Some(
                0xffff
                    & match i.opcode {
                        v_pk_add_u16 | v_pk_add_i16 => x.wrapping_add(y),
                        v_pk_sub_u16 | v_pk_sub_i16 => x.wrapping_sub(y),
                        v_pk_mul_lo_u16 => x.wrapping_mul(y),
                        v_pk_mad_u16 | v_pk_mad_i16 => x.wrapping_mul(y).wrapping_add(z),
                        v_pk_min_u16 => x.min(y),
                        v_pk_max_u16 => x.max(y),
                        v_pk_min_i16 => sx.min(sy) as u32,
                        v_pk_max_i16 => sx.max(sy) as u32,
                        v_pk_lshlrev_b16 => y << (x & 15),
                        v_pk_lshrrev_b16 => y >> (x & 15),
                        v_pk_ashrrev_i16 => (sy >> (x & 15)) as u32,
                        _ => return None,
                    },
            )
        };
        Some(half(m.op_sel)? | half(m.op_sel_hi)? << 16)
    })
}

/// Sum of products of 8- or 4-bit elements; `signs` tells which of the two operands is signed, `None` is neither.
fn dot(a: u32, b: u32, c: u32, width: u32, signs: Option<u8>, clamp: bool) -> u32 {
    let element = |value: u32, index: u32, signed: bool| {
        let shifted = value << (32 - width * (index + 1));
        if signed { i64::from(shifted as i32 >> (32 - width)) } else { i64::from(shifted >> (32 - width)) }
    };
    let signed = |operand: u8| signs.is_some_and(|bits| bits >> operand & 1 != 0);
    let products: i64 = (0..32 / width).map(|k| element(a, k, signed(0)) * element(b, k, signed(1))).sum();
    match (signs, clamp) {
        (None, true) => (i64::from(c) + products).clamp(0, u32::MAX.into()) as u32,
        (Some(_), true) => (i64::from(c as i32) + products).clamp(i32::MIN.into(), i32::MAX.into()) as u32,
        _ => c.wrapping_add(products as u32),
    }
}

/// Additions and subtractions with a carry mask, and multiply-add to 64 bits.
fn carry(wave: &mut Wave, i: &Instruction) -> Result<Option<()>, Stop> {
    use Opcode::*;
    let takes_mask = matches!(i.opcode, v_add_co_ci_u32 | v_sub_co_ci_u32 | v_subrev_co_ci_u32);
    if i.modifiers.clamp {
        return Ok(None);
    }
    match i.opcode {
        v_mad_u64_u32 | v_mad_i64_i32 => {
            let [a, b, _] = read_first(wave, i, 2)?;
            let c = read_wide(wave, i, 2)?;
            let mut mask = 0;
            let sums = from_fn(|lane| {
                let (sum, overflow) = if i.opcode == v_mad_u64_u32 {
                    (u64::from(a[lane]) * u64::from(b[lane])).overflowing_add(c[lane])
                } else {
                    let product = i64::from(a[lane] as i32) * i64::from(b[lane] as i32);
                    let (sum, overflow) = product.overflowing_add(c[lane] as i64);
                    (sum as u64, overflow)
                };
                mask |= u32::from(overflow) << lane;
                sum
            });
            wave.set_wide_lanes(i.operands[0], &sums).ok_or(Stop::Unimplemented)?;
            wave.set_scalar(i.operands[1].code().into(), mask & wave.exec());
        }
        v_add_co_u32 | v_sub_co_u32 | v_subrev_co_u32 | v_add_co_ci_u32 | v_sub_co_ci_u32 | v_subrev_co_ci_u32 => {
            let [a, b, _] = read(wave, i)?;
            let carried = if takes_mask { wave.scalar(i.operands[4].code().into()) } else { 0 };
            let mut mask = 0;
            let values = from_fn(|lane| {
                let carry_in = u64::from(carried >> lane & 1);
                let (a, b) = (u64::from(a[lane]), u64::from(b[lane]));
                let exact = match i.opcode {
                    v_add_co_u32 | v_add_co_ci_u32 => a + b + carry_in,
                    v_sub_co_u32 | v_sub_co_ci_u32 => a.wrapping_sub(b + carry_in),
                    _ => b.wrapping_sub(a + carry_in),
                };
                mask |= u32::from(exact >> 32 != 0) << lane;
                exact as u32
            });
            write(wave, i.operands[0], &values)?;
            wave.set_scalar(i.operands[1].code().into(), mask & wave.exec());
        }
        _ => return Ok(None),
    }
    Ok(Some(()))
}

/// The first sources only, where the others are wider.
fn read_first(wave: &Wave, i: &Instruction, count: usize) -> Result<[Lanes; 3], Stop> {
    let mut out = [[0; LANES]; 3];
    for (index, (slot, operand)) in sources(i).take(count).enumerate() {
        out[index] = wave.lanes(operand, slot.number, i.literal).ok_or(Stop::Unimplemented)?;
    }
    Ok(out)
}

/// Shifts of 64 bits.
fn wide(wave: &mut Wave, i: &Instruction) -> Result<(), Stop> {
    let [amount, ..] = read_first(wave, i, 1)?;
    let shift: fn(u64, u32) -> u64 = match i.opcode {
        Opcode::v_lshlrev_b64 => |value, amount| value << amount,
        Opcode::v_lshrrev_b64 => |value, amount| value >> amount,
        Opcode::v_ashrrev_i64 => |value, amount| (value as i64 >> amount) as u64,
        _ => return Err(Stop::Unimplemented),
    };
    let values = read_wide(wave, i, 1)?;
    let shifted = from_fn(|lane| shift(values[lane], amount[lane] & 63));
    wave.set_wide_lanes(i.operands[0], &shifted).ok_or(Stop::Unimplemented)
}

fn lane(wave: &mut Wave, i: &Instruction) -> Result<(), Stop> {
    let [a, b, _] = read(wave, i)?;
    let dst = usize::from(i.operands[0].code());
    let selected = (b[0] & 31) as usize;
    match i.opcode {
        Opcode::v_readlane_b32 => wave.set_scalar(dst, a[selected]),
        // Without an active lane, lane 0 is read.
        Opcode::v_readfirstlane_b32 => {
            let first = wave.exec().trailing_zeros() as usize % LANES;
            wave.set_scalar(dst, a[first]);
        }
        _ => {
            let register = i.operands[0].as_vector().ok_or(Stop::Unimplemented)?;
            wave.vectors.get_mut(usize::from(register)).ok_or(Stop::Unimplemented)?[selected] = a[0];
        }
    }
    Ok(())
}

/// What a comparison's mnemonic says: relation, type, and whether the result becomes EXEC.
struct Condition {
    relation: &'static str,
    kind: &'static str,
    writes_exec: bool,
}

impl Condition {
    fn of(opcode: Opcode) -> Option<Condition> {
        let name = opcode.row().name;
        let (rest, writes_exec) = match name.strip_prefix("v_cmpx_") {
            Some(rest) => (rest, true),
            None => (name.strip_prefix("v_cmp_")?, false),
        };
        let (relation, kind) = rest.split_once('_')?;
        Some(Condition { relation, kind, writes_exec })
    }
}

fn compare(wave: &mut Wave, i: &Instruction, condition: Condition) -> Result<(), Stop> {
    use std::cmp::Ordering;
    let orders: [Ordering; LANES] = match condition.kind {
        "u32" | "i32" | "u16" | "i16" => {
            let [a, b, _] = read(wave, i)?;
            from_fn(|lane| match condition.kind {
                "u32" => a[lane].cmp(&b[lane]),
                "i32" => (a[lane] as i32).cmp(&(b[lane] as i32)),
                "u16" => (a[lane] as u16).cmp(&(b[lane] as u16)),
                _ => (a[lane] as i16).cmp(&(b[lane] as i16)),
            })
        }
        "u64" | "i64" => {
            let (a, b) = (read_wide(wave, i, 0)?, read_wide(wave, i, 1)?);
            from_fn(|lane| match condition.kind {
                "u64" => a[lane].cmp(&b[lane]),
                _ => (a[lane] as i64).cmp(&(b[lane] as i64)),
            })
        }
        _ => return Err(Stop::Unimplemented),
    };
    let holds = |order: Ordering| match condition.relation {
        "lt" => Some(order.is_lt()),
        "le" => Some(order.is_le()),
        "eq" => Some(order.is_eq()),
        "ne" => Some(order.is_ne()),
        "ge" => Some(order.is_ge()),
        "gt" => Some(order.is_gt()),
        "f" => Some(false),
        "t" => Some(true),
        _ => None,
    };
    let mut mask = 0;
    for (lane, order) in orders.into_iter().enumerate() {
        mask |= u32::from(holds(order).ok_or(Stop::Unimplemented)?) << lane;
    }
    mask &= wave.exec();
    if condition.writes_exec {
        wave.set_exec(mask);
    } else if i.opcode.row().slots[0].field == Field::Carry {
        wave.set_scalar(i.operands[0].code().into(), mask);
    }
    Ok(())
}
