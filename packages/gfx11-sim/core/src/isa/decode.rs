//! Bits to [`Instruction`]: one function per encoding family, all driven by the opcode's slots.

use crate::arch::Arch;

use super::instruction::{Dpp, Form, Instruction};
use super::operand::Operand;
use super::slot::{Field, Immediate, Mods, Number, Set, Slot, names};
use super::table::{Family, Opcode, Row, flag, lookup};

/// Why bits are no instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    #[error("the code ends inside an instruction that begins with {word:#010x}")]
    Truncated { word: u32 },
    #[error("{word:#010x} begins no gfx11 instruction")]
    Opcode { word: u32 },
    #[error("{word:#010x} is {name}, which {arch} does not have")]
    Arch { word: u32, name: &'static str, arch: Arch },
    #[error("{word:#010x} is an image instruction, which compute kernels do not use and this decoder leaves out")]
    Image { word: u32 },
    #[error("{word:#010x} is {name} with an operand that the instruction cannot take")]
    Operand { word: u32, name: &'static str },
    #[error("{word:#010x} is {name} with bits that must be zero")]
    Reserved { word: u32, name: &'static str },
}

/// Source codes that select DPP or a literal instead of a register.
const DPP8: u16 = 233;
const DPP8_FI: u16 = 234;
const DPP16: u16 = 250;
const LITERAL: u16 = 255;

/// Decodes the instruction that begins at `words[0]`; further words may follow.
///
/// # Errors
/// [`DecodeError`] when the bits are no gfx11 instruction or `words` ends inside one (empty included).
pub fn decode(words: &[u32], arch: Arch) -> Result<Instruction, DecodeError> {
    let code = Code { words, arch };
    let Some(&word) = words.first() else { return Err(DecodeError::Truncated { word: 0 }) };
    match word >> 26 {
        0..=0b01_1111 => match word >> 25 {
            0x3f => vector32(code, Family::Vop1, bits(word, 9, 8)),
            0x3e => vector32(code, Family::Vopc, bits(word, 17, 8)),
            number => vector32(code, Family::Vop2, number),
        },
        0b10_0000..=0b10_1111 => scalar(code),
        0b11_0010 => dual(code),
        0b11_0011 => match bits(word, 24, 2) {
            0 => packed(code),
            1 => interpolate(code),
            2 => lds_direct(code),
            _ => Err(DecodeError::Opcode { word }),
        },
        0b11_0101 => vector64(code),
        0b11_0110 => lds(code),
        0b11_0111 => flat(code),
        0b11_1000 => buffer(code, Family::Mubuf, bits(word, 18, 8)),
        0b11_1010 => buffer(code, Family::Mtbuf, bits(word, 15, 4)),
        0b11_1100 => Err(DecodeError::Image { word }),
        0b11_1101 => scalar_memory(code),
        0b11_1110 => export(code),
        _ => Err(DecodeError::Opcode { word }),
    }
}

fn bits(word: u32, low: u32, width: u32) -> u32 {
    (word >> low) & ((1 << width) - 1)
}

fn code(word: u32, low: u32, width: u32) -> u16 {
    bits(word, low, width) as u16
}

fn bit(word: u32, low: u32) -> bool {
    bits(word, low, 1) != 0
}

fn sign_extend(value: u32, width: u32) -> i32 {
    ((value << (32 - width)) as i32) >> (32 - width)
}

/// What is left of the code, and the processor that it is for.
#[derive(Clone, Copy)]
struct Code<'a> {
    words: &'a [u32],
    arch: Arch,
}

/// The words of one instruction and the instruction that grows from them.
struct Builder<'a> {
    words: &'a [u32],
    row: &'static Row,
    out: Instruction,
    filled: usize,
}

impl<'a> Builder<'a> {
    fn new(stream: Code<'a>, family: Family, number: u32, form: Form, length: u8) -> Result<Self, DecodeError> {
        let word = stream.words[0];
        let row = lookup(family, number).ok_or(DecodeError::Opcode { word })?;
        if row.has(flag::RDNA35) && !stream.arch.is_rdna35() {
            return Err(DecodeError::Arch { word, name: row.name, arch: stream.arch });
        }
        if stream.words.len() < usize::from(length) {
            return Err(DecodeError::Truncated { word });
        }
        Ok(Builder { words: stream.words, row, out: Instruction::new(row.opcode, form, length), filled: 0 })
    }

    fn invalid<T>(&self) -> Result<T, DecodeError> {
        Err(DecodeError::Operand { word: self.words[0], name: self.row.name })
    }

    fn require_zero(&self, value: u32) -> Result<(), DecodeError> {
        if value == 0 { Ok(()) } else { Err(DecodeError::Reserved { word: self.words[0], name: self.row.name }) }
    }

    fn push(&mut self, operand: Operand) {
        self.out.operands[self.filled] = operand;
        self.filled += 1;
    }

    fn push_checked(&mut self, operand: Option<Operand>) -> Result<(), DecodeError> {
        match operand {
            Some(operand) => {
                self.push(operand);
                Ok(())
            }
            None => self.invalid(),
        }
    }

    fn push_vector(&mut self, number: u32, dwords: u8) -> Result<(), DecodeError> {
        self.push_checked(vector_register(number as u16, dwords))
    }

    fn push_scalar(&mut self, number: u32, dwords: u8) -> Result<(), DecodeError> {
        self.push_checked(scalar_register(number as u16, dwords))
    }

    /// A scalar destination in the 8 bits of a vector one, which LLVM reads as a source code.
    fn push_wide_scalar(&mut self, code: u16) -> Result<(), DecodeError> {
        match code {
            235..=239 | 251..=253 => self.push(Operand::from_code(code)),
            _ => self.push_scalar(code.into(), 1)?,
        }
        Ok(())
    }

    /// Reads the literal constant, once.
    fn read_literal(&mut self, base_words: usize) -> Result<(), DecodeError> {
        let Some(&literal) = self.words.get(base_words) else {
            return Err(DecodeError::Truncated { word: self.words[0] });
        };
        self.out.literal = literal;
        self.out.size_bytes = (base_words as u8 + 1) * 4;
        Ok(())
    }

    fn push_source(&mut self, slot: &Slot, code: u16, base_words: usize) -> Result<(), DecodeError> {
        let Some(operand) = source(slot, code) else { return self.invalid() };
        if code == LITERAL {
            self.read_literal(base_words)?;
        }
        self.push(operand);
        Ok(())
    }

    fn finish(self) -> Result<Instruction, DecodeError> {
        Ok(self.out)
    }
}

fn vector_register(number: u16, dwords: u8) -> Option<Operand> {
    (number + u16::from(dwords) <= 256).then(|| Operand::from_code(256 + number))
}

/// A scalar register of 1 to 16 dwords; wide ones are aligned, as the hardware ignores the low bits.
fn scalar_register(code: u16, dwords: u8) -> Option<Operand> {
    let align = u16::from(dwords.min(4));
    let (first, end) = match code {
        0..=105 => (code / align * align, 106),
        108..=123 => (108 + (code - 108) / align * align, 124),
        124 => return Some(Operand::NULL),
        106 | 126 if dwords <= 2 => return Some(Operand::from_code(code)),
        107 | 125 | 127 if dwords == 1 => return Some(Operand::from_code(code)),
        _ => return None,
    };
    (first + u16::from(dwords) <= end).then(|| Operand::from_code(first))
}

/// The operand of a 9-bit source code, if the slot accepts it.
fn source(slot: &Slot, code: u16) -> Option<Operand> {
    let wants = |sets: &[Set]| sets.contains(&slot.set);
    let constants = !wants(&[Set::Vector, Set::VectorOrLds, Set::Scalar, Set::Mask]);
    let operand = Operand::from_code(code);
    match code {
        124 | 235..=239 | 251..=253 => Some(operand),
        126 | 127 if slot.set == Set::Mask => None,
        0..=127 => {
            let scalars = !wants(&[Set::Vector, Set::VectorOrLds, Set::VectorOrConstant]);
            scalars.then(|| scalar_register(code, slot.dwords)).flatten()
        }
        128..=208 | 240..=248 | LITERAL => constants.then_some(operand),
        254 => {
            let lds = wants(&[Set::Any, Set::VectorOrLds, Set::ScalarOrConstantOrLds, Set::Half]);
            (lds && slot.dwords == 1).then_some(operand)
        }
        256..=511 => {
            let vectors = !wants(&[Set::Scalar, Set::Mask, Set::ScalarOrConstant, Set::ScalarOrConstantOrLds]);
            vectors.then(|| vector_register(code - 256, slot.dwords)).flatten()
        }
        _ => None,
    }
}

fn scalar(stream: Code<'_>) -> Result<Instruction, DecodeError> {
    let word = stream.words[0];
    let (family, number) = match word >> 23 {
        0x17d => (Family::Sop1, bits(word, 8, 8)),
        0x17e => (Family::Sopc, bits(word, 16, 7)),
        0x17f => (Family::Sopp, bits(word, 16, 7)),
        prefix if prefix >> 5 == 0xb => (Family::Sopk, bits(word, 23, 5)),
        _ => (Family::Sop2, bits(word, 23, 7)),
    };
    let mut b = Builder::new(stream, family, number, Form::Plain, 1)?;
    let mut sources = [code(word, 0, 8), code(word, 8, 8)].into_iter();
    for slot in b.row.slots {
        match slot.field {
            Field::ScalarDst => b.push_scalar(bits(word, 16, 7), slot.dwords)?,
            Field::Literal => {
                b.read_literal(1)?;
                b.push(Operand::LITERAL);
            }
            Field::Immediate(kind) => {
                let width = if kind == Immediate::ShortMessage { 8 } else { 16 };
                b.out.immediate = code(word, 0, width);
                b.push(Operand::NONE);
            }
            _ => match sources.next() {
                Some(254) | None => return b.invalid(), // the LDS is out of a scalar's reach
                Some(code) => b.push_source(slot, code, 1)?,
            },
        }
    }
    let no_operand = b.row.slots.is_empty() && family == Family::Sopp;
    b.require_zero(if no_operand { bits(word, 0, 16) } else { 0 })?;
    b.finish()
}

/// VOP1, VOP2, VOPC, with or without DPP.
fn vector32(stream: Code<'_>, family: Family, number: u32) -> Result<Instruction, DecodeError> {
    let word = stream.words[0];
    let mut b = Builder::new(stream, family, number, Form::E32, 1)?;
    let (row, first) = (b.row, code(word, 0, 9));
    let cross_lane = row.has(flag::DPP32) && matches!(first, DPP8 | DPP8_FI | DPP16);
    let fixed_bits = match row.opcode {
        Opcode::v_illegal => word,
        _ if row.slots.is_empty() => bits(word, 17, 8),
        _ => 0,
    };
    b.require_zero(fixed_bits)?;
    let mut index = 0;
    for slot in row.slots {
        match slot.field {
            Field::VectorDst | Field::HalfDst => {
                let number = bits(word, 17, 8);
                if row.has(flag::LO) && number > 127 {
                    return b.invalid();
                }
                b.push_vector(number, slot.dwords)?;
            }
            Field::ScalarDst => b.push_wide_scalar(code(word, 17, 8))?,
            Field::Carry | Field::Mask => b.push(Operand::VCC),
            Field::Literal => {
                b.read_literal(1)?;
                b.push(Operand::LITERAL);
            }
            _ => {
                let half = matches!(slot.number, Number::HalfFloat | Number::HalfBits) && slot.set != Set::Half;
                let code = match index {
                    0 if cross_lane => {
                        let Some(&control) = stream.words.get(1) else { return Err(DecodeError::Truncated { word }) };
                        b.out.size_bytes = 8;
                        256 + code(control, 0, 8)
                    }
                    0 => first,
                    _ => 256 + code(word, 9, 8),
                };
                let low_only = half || (index == 1 && row.has(flag::LO1));
                if low_only && code >= 256 + 128 {
                    return b.invalid();
                }
                index += 1;
                b.push_source(slot, code, 1)?;
            }
        }
    }
    if cross_lane {
        read_dpp(&mut b, first, stream.words[1], true)?;
    }
    b.finish()
}

/// The DPP word. The 32-bit encodings of DPP16 keep their source modifiers there.
fn read_dpp(b: &mut Builder<'_>, selector: u16, word: u32, has_modifiers: bool) -> Result<(), DecodeError> {
    if selector != DPP16 {
        b.out.modifiers.dpp = Dpp::Lanes8 { selectors: word >> 8, fetch_inactive: selector == DPP8_FI };
        return Ok(());
    }
    let control = code(word, 8, 9);
    if !matches!(control, 0..=0xff | 0x101..=0x10f | 0x111..=0x11f | 0x121..=0x12f | 0x140 | 0x141 | 0x150..=0x16f) {
        return b.invalid();
    }
    b.out.modifiers.dpp = Dpp::Lanes16 {
        control,
        row_mask: bits(word, 28, 4) as u8,
        bank_mask: bits(word, 24, 4) as u8,
        bound_control: bit(word, 19),
        fetch_inactive: bit(word, 18),
    };
    if has_modifiers {
        let neg = bits(word, 20, 1) | bits(word, 22, 1) << 1;
        let abs = bits(word, 21, 1) | bits(word, 23, 1) << 1;
        let abs = if b.row.has(flag::SEXT1) { abs & 1 } else { abs };
        read_source_modifiers(b, neg, abs)?;
    }
    Ok(())
}

/// Checks `neg` and `abs` against what each source honours; bits of sources that do not exist must be zero.
fn read_source_modifiers(b: &mut Builder<'_>, neg: u32, abs: u32) -> Result<(), DecodeError> {
    let (mut kept_neg, mut kept_abs, mut allowed_neg, mut allowed_abs) = (0, 0, 0, 0);
    for (index, slot) in b.row.slots.iter().filter(|slot| slot.field == Field::Source).enumerate() {
        let here = 1 << index;
        let (keeps_neg, keeps_abs, ignores) = match slot.mods {
            Mods::None => (false, false, false),
            Mods::Float => (true, true, false),
            Mods::Neg => (true, false, false),
            Mods::Sext | Mods::Ignored => (true, false, true),
        };
        kept_neg |= if keeps_neg { here } else { 0 };
        kept_abs |= if keeps_abs { here } else { 0 };
        allowed_neg |= if keeps_neg || ignores { here } else { 0 };
        allowed_abs |= if keeps_abs || ignores { here } else { 0 };
    }
    b.require_zero(neg & !allowed_neg | abs & !allowed_abs)?;
    b.out.modifiers.neg = (neg & kept_neg) as u8;
    b.out.modifiers.abs = (abs & kept_abs) as u8;
    Ok(())
}

/// VOP3: every vector operation in 64 bits.
fn vector64(stream: Code<'_>) -> Result<Instruction, DecodeError> {
    let word = stream.words[0];
    let mut b = Builder::new(stream, Family::Vop3, bits(word, 16, 10), Form::E64, 2)?;
    let (row, high) = (b.row, stream.words[1]);
    let has_scalar_dst = row.slots.len() > 1 && row.slots[1].field == Field::Carry;
    push_wide_operands(&mut b, has_scalar_dst)?;
    read_source_modifiers(&mut b, bits(high, 29, 3), if has_scalar_dst { 0 } else { bits(word, 8, 3) })?;
    b.require_zero(if row.has(flag::OMOD) { 0 } else { bits(high, 27, 2) })?;
    b.require_zero(if row.has(flag::CLAMP) { 0 } else { bits(word, 15, 1) })?;
    b.out.modifiers.omod = bits(high, 27, 2) as u8;
    b.out.modifiers.clamp = bit(word, 15);
    b.out.modifiers.op_sel = read_op_sel(&b, bits(word, 11, 4))?;
    b.finish()
}

fn read_op_sel(b: &Builder<'_>, value: u32) -> Result<u8, DecodeError> {
    let sources = b.row.slots.iter().filter(|slot| slot.field == Field::Source).count();
    let honoured = if b.row.has(flag::SEL2) {
        0b0011
    } else if b.row.has(flag::SELD) {
        0b1100
    } else if b.row.has(flag::SEL3 | flag::SEL4) {
        b.require_zero(if sources == 2 { value & 0b0100 } else { 0 })?;
        0b1111
    } else {
        0
    };
    Ok((value & honoured) as u8)
}

/// Destination and up to three sources of a 64-bit vector encoding; unused source fields must be zero.
fn push_wide_operands(b: &mut Builder<'_>, has_scalar_dst: bool) -> Result<(), DecodeError> {
    let (word, high, row) = (b.words[0], b.words[1], b.row);
    let codes = [code(high, 0, 9), code(high, 9, 9), code(high, 18, 9)];
    let cross_lane = row.has(flag::DPP64) && matches!(codes[0], DPP8 | DPP8_FI | DPP16);
    let mut used = 0;
    for slot in row.slots {
        match slot.field {
            Field::VectorDst => b.push_vector(bits(word, 0, 8), slot.dwords)?,
            Field::Carry if has_scalar_dst => b.push_scalar(bits(word, 8, 7), slot.dwords)?,
            Field::Carry | Field::ScalarDst => b.push_wide_scalar(code(word, 0, 8))?,
            _ => {
                let mut operand = codes[used];
                if used == 0 && cross_lane {
                    let Some(&control) = b.words.get(2) else { return Err(DecodeError::Truncated { word }) };
                    operand = 256 + code(control, 0, 8);
                    b.out.size_bytes = 12;
                } else if cross_lane && operand == LITERAL {
                    return b.invalid(); // the hardware reads one extra word, and that is the DPP word
                }
                let vector_only = cross_lane && used == 1 && row.has(flag::MIX);
                let slot = if vector_only { &Slot { set: Set::Vector, ..*slot } } else { slot };
                used += 1;
                b.push_source(slot, operand, 2)?;
            }
        }
    }
    b.require_zero(codes[used..].iter().any(|&code| code != 0).into())?;
    if cross_lane {
        read_dpp(b, codes[0], b.words[2], false)?;
    }
    Ok(())
}

fn packed(stream: Code<'_>) -> Result<Instruction, DecodeError> {
    let word = stream.words[0];
    let mut b = Builder::new(stream, Family::Vop3p, bits(word, 16, 7), Form::Packed, 2)?;
    let (row, high) = (b.row, stream.words[1]);
    b.require_zero(bits(word, 23, 1))?;
    push_wide_operands(&mut b, false)?;
    b.require_zero(if row.has(flag::CLAMP) { 0 } else { bits(word, 15, 1) })?;
    let (op_sel, op_sel_hi) = (bits(word, 11, 3), bits(high, 27, 2) | bits(word, 14, 1) << 2);
    let third = row.slots.len() > 3;
    b.require_zero(if third { 0 } else { (op_sel | bits(word, 8, 3) | bits(high, 29, 3)) & 0b100 })?;
    let selects = row.has(flag::SEL | flag::MIX);
    b.require_zero(if selects { 0 } else { op_sel })?;
    let modifiers = &mut b.out.modifiers;
    modifiers.neg = bits(high, 29, 3) as u8;
    modifiers.abs = bits(word, 8, 3) as u8;
    modifiers.clamp = bit(word, 15);
    modifiers.op_sel = op_sel as u8;
    modifiers.op_sel_hi = if selects { op_sel_hi as u8 } else { 0b111 };
    b.finish()
}

fn interpolate(stream: Code<'_>) -> Result<Instruction, DecodeError> {
    let word = stream.words[0];
    let mut b = Builder::new(stream, Family::Vinterp, bits(word, 16, 7), Form::E64, 2)?;
    push_wide_operands(&mut b, false)?;
    b.require_zero(if b.row.has(flag::SEL4) { 0 } else { bits(word, 11, 4) })?;
    b.out.modifiers.neg = bits(stream.words[1], 29, 3) as u8;
    b.out.modifiers.clamp = bit(word, 15);
    b.out.modifiers.op_sel = bits(word, 11, 4) as u8;
    b.out.immediate = code(word, 8, 3);
    b.finish()
}

fn lds_direct(stream: Code<'_>) -> Result<Instruction, DecodeError> {
    let word = stream.words[0];
    let mut b = Builder::new(stream, Family::Ldsdir, bits(word, 20, 4), Form::Plain, 1)?;
    b.push_vector(bits(word, 0, 8), 1)?;
    b.out.immediate = code(word, 8, 12);
    b.finish()
}

/// The operations that the halves of a dual instruction can be, by number.
fn dual_opcode(number: u32) -> Option<Opcode> {
    const OPCODES: [Option<Opcode>; 19] = [
        Some(Opcode::v_fmac_f32),
        Some(Opcode::v_fmaak_f32),
        Some(Opcode::v_fmamk_f32),
        Some(Opcode::v_mul_f32),
        Some(Opcode::v_add_f32),
        Some(Opcode::v_sub_f32),
        Some(Opcode::v_subrev_f32),
        Some(Opcode::v_mul_dx9_zero_f32),
        Some(Opcode::v_mov_b32),
        Some(Opcode::v_cndmask_b32),
        Some(Opcode::v_max_f32),
        Some(Opcode::v_min_f32),
        Some(Opcode::v_dot2acc_f32_f16),
        None,
        None,
        None,
        Some(Opcode::v_add_nc_u32),
        Some(Opcode::v_lshlrev_b32),
        Some(Opcode::v_and_b32),
    ];
    OPCODES.get(number as usize).copied().flatten()
}

fn dual(stream: Code<'_>) -> Result<Instruction, DecodeError> {
    let word = stream.words[0];
    let (x, y) = (bits(word, 22, 4), bits(word, 17, 5));
    let (Some(x), Some(y)) = (dual_opcode(x), dual_opcode(y)) else {
        return Err(DecodeError::Opcode { word });
    };
    let Some(&high) = stream.words.get(1) else { return Err(DecodeError::Truncated { word }) };
    let mut b = Builder { words: stream.words, row: x.row(), out: Instruction::new(x, Form::Dual, 2), filled: 0 };
    let dst_x = bits(high, 24, 8);
    push_half(&mut b, x, dst_x, code(word, 0, 9), bits(word, 9, 8))?;
    // Bit 0 of the second destination is not stored: it is the opposite of the first one's.
    push_half(&mut b, y, bits(high, 17, 7) << 1 | (!dst_x & 1), code(high, 0, 9), bits(high, 9, 8))?;
    b.out.dual = Some(y);
    b.finish()
}

/// Three operands: destination, first source, second source (none for a move).
fn push_half(b: &mut Builder<'_>, opcode: Opcode, dst: u32, first: u16, second: u32) -> Result<(), DecodeError> {
    b.push_vector(dst, 1)?;
    b.push_source(&names::B32, first, 2)?;
    if opcode == Opcode::v_mov_b32 {
        b.require_zero(second)?;
        b.push(Operand::NONE);
    } else {
        b.push_vector(second, 1)?;
    }
    if matches!(opcode, Opcode::v_fmaak_f32 | Opcode::v_fmamk_f32) {
        b.read_literal(2)?;
    }
    Ok(())
}

fn scalar_memory(stream: Code<'_>) -> Result<Instruction, DecodeError> {
    let word = stream.words[0];
    let mut b = Builder::new(stream, Family::Smem, bits(word, 18, 8), Form::Plain, 2)?;
    let high = stream.words[1];
    let probes = b.row.slots.first().is_none_or(|slot| slot.field == Field::ScalarDataNumber);
    b.require_zero(if probes { bits(word, 13, 2) } else { 0 })?;
    for slot in b.row.slots {
        match slot.field {
            Field::ScalarDataNumber => {
                b.out.immediate = code(word, 6, 7);
                b.push(Operand::NONE);
            }
            Field::ScalarData => match bits(word, 6, 7) {
                125..=127 => return b.invalid(),
                number => b.push_scalar(number, slot.dwords)?,
            },
            Field::ScalarBase => b.push_scalar(bits(word, 0, 6) << 1, slot.dwords)?,
            _ => b.push_scalar(bits(high, 25, 7), 1)?,
        }
    }
    b.out.offset = sign_extend(bits(high, 0, 21), 21);
    b.out.cache.glc = bit(word, 14);
    b.out.cache.dlc = bit(word, 13);
    b.finish()
}

fn lds(stream: Code<'_>) -> Result<Instruction, DecodeError> {
    let word = stream.words[0];
    let mut b = Builder::new(stream, Family::Ds, bits(word, 18, 8), Form::Plain, 2)?;
    let (row, high) = (b.row, stream.words[1]);
    let mut used = 0;
    for slot in row.slots {
        let low = match slot.field {
            Field::LdsDst => 24,
            Field::LdsAddress => 0,
            Field::LdsData0 => 8,
            _ => 16,
        };
        used |= 0xff_u32 << low;
        b.push_vector(bits(high, low, 8), slot.dwords)?;
    }
    b.require_zero(high & !used)?;
    let gds = bit(word, 17);
    if gds && row.has(flag::NOGDS) || !gds && row.has(flag::GDSONLY) {
        return Err(DecodeError::Reserved { word, name: row.name });
    }
    b.out.cache.gds = gds;
    b.out.offset = bits(word, 0, 16) as i32;
    b.require_zero(if row.has(flag::NOOFF) { bits(word, 0, 16) } else { 0 })?;
    b.finish()
}

/// FLAT, SCRATCH and GLOBAL: how the address forms is up to the segment.
fn flat(stream: Code<'_>) -> Result<Instruction, DecodeError> {
    let word = stream.words[0];
    let family = match bits(word, 16, 2) {
        0 => Family::Flat,
        1 => Family::Scratch,
        2 => Family::Global,
        _ => return Err(DecodeError::Opcode { word }),
    };
    let mut b = Builder::new(stream, family, bits(word, 18, 7), Form::Plain, 2)?;
    let (row, high) = (b.row, stream.words[1]);
    let base = bits(high, 16, 7);
    let has_base = base != u32::from(Operand::NULL.code());
    let has_vector = bit(high, 23);
    b.require_zero(if family == Family::Scratch { 0 } else { has_vector.into() })?;
    b.require_zero(if family == Family::Flat { has_base.into() } else { 0 })?;
    for slot in row.slots {
        match slot.field {
            Field::FlatReturn if !bit(word, 14) => b.push(Operand::NONE),
            Field::FlatDst | Field::FlatReturn => b.push_vector(bits(high, 24, 8), slot.dwords)?,
            Field::FlatData => b.push_vector(bits(high, 8, 8), slot.dwords)?,
            Field::FlatAddress => match family {
                Family::Scratch if !has_vector => b.push(Operand::NONE),
                Family::Scratch => b.push_vector(bits(high, 0, 8), 1)?,
                _ => b.push_vector(bits(high, 0, 8), if has_base { 1 } else { 2 })?,
            },
            _ if base == 127 => return b.invalid(),
            _ if has_base => b.push_scalar(base, if family == Family::Scratch { 1 } else { 2 })?,
            _ => b.push(Operand::NONE),
        }
    }
    let offset = bits(word, 0, 13);
    b.out.offset = if family == Family::Flat { offset as i32 } else { sign_extend(offset, 13) };
    b.out.cache.glc = bit(word, 14);
    b.out.cache.slc = bit(word, 15);
    b.out.cache.dlc = bit(word, 13);
    b.finish()
}

fn buffer(stream: Code<'_>, family: Family, number: u32) -> Result<Instruction, DecodeError> {
    let word = stream.words[0];
    let mut b = Builder::new(stream, family, number, Form::Plain, 2)?;
    let (row, high) = (b.row, stream.words[1]);
    let (tfe, offen, idxen) = (bit(high, 21), bit(high, 22), bit(high, 23));
    b.require_zero(if row.has(flag::NOTFE) { tfe.into() } else { 0 })?;
    if row.slots.is_empty() {
        b.require_zero(bits(high, 21, 3) | bits(word, 13, 2))?;
        return b.finish();
    }
    for slot in row.slots {
        match slot.field {
            Field::BufferData => b.push_vector(bits(high, 8, 8), slot.dwords + u8::from(tfe))?,
            Field::BufferAddress if !offen && !idxen => b.push(Operand::NONE),
            Field::BufferAddress => b.push_vector(bits(high, 0, 8), 1 + u8::from(offen && idxen))?,
            Field::BufferResource => b.push_scalar(bits(high, 16, 5) << 2, 4)?,
            _ => match code(high, 24, 8) {
                254 => return b.invalid(),
                code => b.push_source(slot, code, 2)?,
            },
        }
    }
    b.out.offset = bits(word, 0, 12) as i32;
    b.out.immediate = if family == Family::Mtbuf { code(word, 19, 7) } else { 0 };
    let cache = &mut b.out.cache;
    (cache.glc, cache.slc, cache.dlc) = (bit(word, 14), bit(word, 12), bit(word, 13));
    (cache.tfe, cache.offen, cache.idxen) = (tfe, offen, idxen);
    b.finish()
}

fn export(stream: Code<'_>) -> Result<Instruction, DecodeError> {
    let word = stream.words[0];
    let mut b = Builder::new(stream, Family::Exp, 0, Form::Plain, 2)?;
    for i in 0..4 {
        if bit(word, i) {
            b.push_vector(bits(stream.words[1], 8 * i, 8), 1)?;
        } else {
            b.push(Operand::NONE);
        }
    }
    b.out.immediate = code(word, 0, 14);
    b.finish()
}
