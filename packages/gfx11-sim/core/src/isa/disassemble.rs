//! [`Instruction`] to the text that LLVM prints for it.

use super::immediate;
use super::instruction::{Dpp, Form, Instruction};
use super::operand::Operand;
use super::slot::{Field, Mods, Number, Set, Slot};
use super::table::{Family, Opcode, Row, flag};
use std::fmt;

impl fmt::Display for Instruction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(second) = self.dual {
            self.write_half(f, self.opcode, 0)?;
            f.write_str(" :: ")?;
            return self.write_half(f, second, 3);
        }
        let row = self.opcode.row();
        if row.family == Family::Exp {
            return self.write_export(f);
        }
        f.write_str(row.name)?;
        f.write_str(self.suffix(row))?;
        self.write_operands(f, row)?;
        match row.family {
            Family::Vop1 | Family::Vop2 | Family::Vopc | Family::Vop3 => self.write_vector_modifiers(f, row),
            Family::Vop3p => self.write_packed_modifiers(f, row),
            Family::Vinterp => {
                self.write_vector_modifiers(f, row)?;
                write!(f, " wait_exp:{}", self.immediate)
            }
            Family::Ldsdir => write!(f, " wait_vdst:{}", self.immediate >> 8 & 15),
            Family::Ds => self.write_lds_modifiers(f, row),
            Family::Flat | Family::Scratch | Family::Global | Family::Mubuf | Family::Mtbuf | Family::Smem => {
                self.write_memory_modifiers(f, row)
            }
            _ => Ok(()),
        }
    }
}

impl Instruction {
    /// The encoding's mark on the mnemonic.
    fn suffix(&self, row: &Row) -> &'static str {
        let cross_lane = self.modifiers.dpp != Dpp::None;
        match self.form {
            _ if row.has(flag::NOSUFFIX) && !cross_lane => "",
            Form::E32 if cross_lane && row.family == Family::Vopc => "",
            Form::E32 if cross_lane => "_dpp",
            Form::E32 => "_e32",
            Form::E64 | Form::Packed if cross_lane => "_e64_dpp",
            Form::E64 if row.family.vop3_offset().is_some() => "_e64",
            _ => "",
        }
    }

    fn write_operands(&self, f: &mut fmt::Formatter<'_>, row: &Row) -> fmt::Result {
        let mut separator = " ";
        let mut source = 0;
        for (slot, &operand) in row.slots.iter().zip(&self.operands) {
            let absent = slot.field == Field::FlatReturn && !operand.is_some()
                || slot.field == Field::Immediate(super::slot::Immediate::OptionalDecimal) && self.immediate == 0;
            if absent {
                continue;
            }
            f.write_str(separator)?;
            separator = ", ";
            match slot.field {
                Field::Source => {
                    self.write_source(f, slot, operand, source)?;
                    source += 1;
                }
                Field::Immediate(kind) => immediate::write(f, kind, self.immediate)?,
                Field::ScalarDataNumber => immediate::write_number(f, self.immediate)?,
                Field::ScalarOffset => self.write_scalar_offset(f, operand)?,
                Field::Attribute => {
                    let channel = ["x", "y", "z", "w"][usize::from(self.immediate & 3)];
                    write!(f, "attr{}.{channel}", self.immediate >> 2 & 63)?;
                }
                Field::HalfDst => write_half_register(f, operand, self.literal)?,
                Field::Literal => write_literal(f, slot.number, self.literal)?,
                _ => write_operand(f, operand, self.width(slot, operand), slot.number, self.literal)?,
            }
        }
        Ok(())
    }

    /// Register count of an operand; address widths depend on the addressing mode.
    fn width(&self, slot: &Slot, operand: Operand) -> u8 {
        match slot.field {
            Field::FlatAddress if self.operands.iter().any(|o| o.is_some() && o.as_vector().is_none()) => 1,
            Field::FlatAddress | Field::FlatBase if self.opcode.row().family == Family::Scratch => 1,
            Field::BufferAddress => 1 + u8::from(self.cache.offen && self.cache.idxen),
            Field::BufferData => slot.dwords + u8::from(self.cache.tfe),
            _ if operand == Operand::NULL => 1,
            _ => slot.dwords,
        }
    }

    fn write_source(&self, f: &mut fmt::Formatter<'_>, slot: &Slot, operand: Operand, index: usize) -> fmt::Result {
        let set = |bits: u8| bits >> index & 1 != 0;
        let packed = self.form == Form::Packed && slot.mods != Mods::Float;
        let cross_lane = self.modifiers.dpp != Dpp::None;
        let sign_extends = slot.mods == Mods::Sext
            || cross_lane && slot.mods == Mods::Ignored
            || cross_lane && self.form == Form::E32 && index == 1 && self.opcode.row().has(flag::SEXT1);
        let plain = |f: &mut fmt::Formatter<'_>| match slot.set {
            Set::Half => write_half_register(f, operand, self.literal),
            _ => write_operand(f, operand, slot.dwords, slot.number, self.literal),
        };
        if packed {
            return plain(f);
        }
        if sign_extends && set(self.modifiers.neg) {
            f.write_str("sext(")?;
            plain(f)?;
            return f.write_str(")");
        }
        let honoured = matches!(slot.mods, Mods::Float | Mods::Neg);
        let (neg, abs) = (honoured && set(self.modifiers.neg), honoured && set(self.modifiers.abs));
        // `-1` would be the integer, so a negated constant is spelled out.
        let spelled = neg && !abs && operand.is_constant();
        f.write_str(if spelled {
            "neg("
        } else if neg {
            "-"
        } else {
            ""
        })?;
        f.write_str(if abs { "|" } else { "" })?;
        plain(f)?;
        f.write_str(if abs { "|" } else { "" })?;
        f.write_str(if spelled { ")" } else { "" })
    }

    fn write_scalar_offset(&self, f: &mut fmt::Formatter<'_>, operand: Operand) -> fmt::Result {
        let register = operand != Operand::NULL;
        if register || self.offset == 0 {
            write_operand(f, operand, 1, Number::Word, 0)?;
        }
        if self.offset == 0 {
            return Ok(());
        }
        let sign = if self.offset < 0 { "-" } else { "" };
        write!(f, "{}{sign}{:#x}", if register { " offset:" } else { "" }, self.offset.unsigned_abs())
    }

    fn write_vector_modifiers(&self, f: &mut fmt::Formatter<'_>, row: &Row) -> fmt::Result {
        let m = &self.modifiers;
        let clamp = if m.clamp { " clamp" } else { "" };
        let interpolates = row.family == Family::Vinterp;
        f.write_str(if interpolates { clamp } else { "" })?;
        if m.op_sel != 0 {
            let last_source = if row.has(flag::SEL4 | flag::SELD) { 3 } else { 2 };
            f.write_str(" op_sel:[")?;
            for i in 0..last_source {
                write!(f, "{}{}", if i == 0 { "" } else { "," }, m.op_sel >> i & 1)?;
            }
            if !row.has(flag::SEL2) {
                write!(f, ",{}", m.op_sel >> 3 & 1)?;
            }
            f.write_str("]")?;
        }
        f.write_str(if interpolates { "" } else { clamp })?;
        f.write_str(["", " mul:2", " mul:4", " div:2"][usize::from(m.omod & 3)])?;
        self.write_dpp(f)
    }

    fn write_packed_modifiers(&self, f: &mut fmt::Formatter<'_>, row: &Row) -> fmt::Result {
        let m = &self.modifiers;
        let third = row.slots.len() > 3;
        let mask = if third { 7 } else { 3 };
        let mut list = |name: &str, bits: u8, default: u8| {
            if bits & mask == default & mask {
                return Ok(());
            }
            write!(f, " {name}:[{},{}", bits & 1, bits >> 1 & 1)?;
            if third { write!(f, ",{}]", bits >> 2 & 1) } else { f.write_str("]") }
        };
        list("op_sel", m.op_sel, 0)?;
        list("op_sel_hi", m.op_sel_hi, if row.has(flag::MIX) { 0 } else { 7 })?;
        if !row.has(flag::MIX) {
            list("neg_lo", m.neg, 0)?;
            list("neg_hi", m.abs, 0)?;
        }
        f.write_str(if m.clamp { " clamp" } else { "" })?;
        self.write_dpp(f)
    }

    fn write_dpp(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.modifiers.dpp {
            Dpp::None => Ok(()),
            Dpp::Lanes8 { selectors, fetch_inactive } => {
                f.write_str(" dpp8:[")?;
                for i in 0..8 {
                    write!(f, "{}{}", if i == 0 { "" } else { "," }, selectors >> (3 * i) & 7)?;
                }
                f.write_str(if fetch_inactive { "] fi:1" } else { "]" })
            }
            Dpp::Lanes16 { control, row_mask, bank_mask, bound_control, fetch_inactive } => {
                let amount = control & 15;
                match control >> 4 {
                    0..=0xf => {
                        let lane = |i: u16| control >> (2 * i) & 3;
                        write!(f, " quad_perm:[{},{},{},{}]", lane(0), lane(1), lane(2), lane(3))?;
                    }
                    0x10 => write!(f, " row_shl:{amount}")?,
                    0x11 => write!(f, " row_shr:{amount}")?,
                    0x12 => write!(f, " row_ror:{amount}")?,
                    0x14 => f.write_str(if amount == 0 { " row_mirror" } else { " row_half_mirror" })?,
                    0x15 => write!(f, " row_share:{amount}")?,
                    _ => write!(f, " row_xmask:{amount}")?,
                }
                write!(f, " row_mask:{row_mask:#x} bank_mask:{bank_mask:#x}")?;
                f.write_str(if bound_control { " bound_ctrl:1" } else { "" })?;
                f.write_str(if fetch_inactive { " fi:1" } else { "" })
            }
        }
    }

    fn write_lds_modifiers(&self, f: &mut fmt::Formatter<'_>, row: &Row) -> fmt::Result {
        let offset = self.offset as u16;
        if row.has(flag::OFF2) {
            for (name, value) in [("offset0", offset & 0xff), ("offset1", offset >> 8)] {
                if value != 0 {
                    write!(f, " {name}:{value}")?;
                }
            }
        } else if offset != 0 && row.has(flag::SWIZZLE) {
            f.write_str(" offset:")?;
            immediate::write_swizzle(f, offset)?;
        } else if offset != 0 {
            write!(f, " offset:{offset}")?;
        }
        f.write_str(if self.cache.gds { " gds" } else { "" })
    }

    fn write_memory_modifiers(&self, f: &mut fmt::Formatter<'_>, row: &Row) -> fmt::Result {
        let cache = self.cache;
        if row.family == Family::Mtbuf && self.immediate != 1 {
            match immediate::format_name(self.immediate) {
                Some(name) => write!(f, " format:[BUF_FMT_{name}]")?,
                None => write!(f, " format:{}", self.immediate)?,
            }
        }
        f.write_str(if cache.idxen { " idxen" } else { "" })?;
        f.write_str(if cache.offen { " offen" } else { "" })?;
        if self.offset != 0 && row.family != Family::Smem {
            write!(f, " offset:{}", self.offset)?;
        }
        f.write_str(if cache.glc { " glc" } else { "" })?;
        f.write_str(if cache.slc { " slc" } else { "" })?;
        f.write_str(if cache.dlc { " dlc" } else { "" })?;
        f.write_str(if cache.tfe { " tfe" } else { "" })
    }

    fn write_half(&self, f: &mut fmt::Formatter<'_>, opcode: Opcode, first: usize) -> fmt::Result {
        let [dst, one, two] = [self.operands[first], self.operands[first + 1], self.operands[first + 2]];
        write!(f, "v_dual_{} ", &opcode.row().name[2..])?;
        write_operand(f, dst, 1, Number::Word, 0)?;
        f.write_str(", ")?;
        // Beside a constant that always follows, a literal source is that constant, of its type.
        let follows = |half: Opcode| matches!(half, Opcode::v_fmaak_f32 | Opcode::v_fmamk_f32);
        let shared = follows(self.opcode) || self.dual.is_some_and(follows);
        let packed = opcode == Opcode::v_dot2acc_f32_f16 && !shared;
        write_operand(f, one, 1, if packed { Number::PackedHalf } else { Number::Word }, self.literal)?;
        if opcode == Opcode::v_fmamk_f32 {
            write!(f, ", {:#x}", self.literal)?;
        }
        if two.is_some() {
            f.write_str(", ")?;
            write_operand(f, two, 1, Number::Word, 0)?;
        }
        if opcode == Opcode::v_fmaak_f32 {
            write!(f, ", {:#x}", self.literal)?;
        }
        Ok(())
    }

    fn write_export(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let target = self.immediate >> 4 & 63;
        f.write_str("exp ")?;
        match target {
            0..=7 => write!(f, "mrt{target}")?,
            8 => f.write_str("mrtz")?,
            12..=16 => write!(f, "pos{}", target - 12)?,
            20 => f.write_str("prim")?,
            21 | 22 => write!(f, "dual_src_blend{}", target - 21)?,
            _ => write!(f, "invalid_target_{target}")?,
        }
        for (i, &operand) in self.operands[..4].iter().enumerate() {
            f.write_str(if i == 0 { " " } else { ", " })?;
            write_operand(f, operand, 1, Number::Word, 0)?;
        }
        f.write_str(if self.immediate >> 11 & 1 != 0 { " done" } else { "" })?;
        f.write_str(if self.immediate >> 13 & 1 != 0 { " row_en" } else { "" })
    }
}

/// `v3.l` or `v3.h`; operands that are no vector registers as they are.
fn write_half_register(f: &mut fmt::Formatter<'_>, operand: Operand, literal: u32) -> fmt::Result {
    match operand.as_vector() {
        Some(number) => write!(f, "v{}.{}", number & 127, if number > 127 { "h" } else { "l" }),
        None => write_operand(f, operand, 1, Number::HalfBits, literal),
    }
}

fn write_operand(
    f: &mut fmt::Formatter<'_>,
    operand: Operand,
    dwords: u8,
    number: Number,
    literal: u32,
) -> fmt::Result {
    let code = operand.code();
    let registers = |f: &mut fmt::Formatter<'_>, prefix: &str, first: u16| match dwords {
        1 => write!(f, "{prefix}{first}"),
        _ => write!(f, "{prefix}[{first}:{}]", first + u16::from(dwords) - 1),
    };
    let special = match (code, dwords) {
        (106, 1) => "vcc_lo",
        (106, _) => "vcc",
        (107, _) => "vcc_hi",
        (124, _) => "null",
        (125, _) => "m0",
        (126, 1) => "exec_lo",
        (126, _) => "exec",
        (127, _) => "exec_hi",
        (235, _) => "src_shared_base",
        (236, _) => "src_shared_limit",
        (237, _) => "src_private_base",
        (238, _) => "src_private_limit",
        (239, _) => "src_pops_exiting_wave_id",
        (251, _) => "src_vccz",
        (252, _) => "src_execz",
        (253, _) => "src_scc",
        (254, _) => "src_lds_direct",
        (u16::MAX, _) => "off",
        _ => "",
    };
    match code {
        _ if !special.is_empty() => f.write_str(special),
        0..=105 => registers(f, "s", code),
        108..=123 => registers(f, "ttmp", code - 108),
        256..=511 => registers(f, "v", code - 256),
        255 => write_literal(f, number, literal),
        _ => match (operand.as_inline_integer(), operand.as_inline_float()) {
            (Some(value), _) => write!(f, "{value}"),
            (_, Some(value)) => write_inline_float(f, code, value, number),
            _ => write!(f, "/* operand {code} */"),
        },
    }
}

/// Bits of the inline floats 240 to 248, by type.
const F32_BITS: [u32; 9] = [
    0x3f00_0000,
    0xbf00_0000,
    0x3f80_0000,
    0xbf80_0000,
    0x4000_0000,
    0xc000_0000,
    0x4080_0000,
    0xc080_0000,
    0x3e22_f983,
];
const F16_BITS: [u32; 9] = [0x3800, 0xb800, 0x3c00, 0xbc00, 0x4000, 0xc000, 0x4400, 0xc400, 0x3118];
/// 1 / (2 pi) has low bits in f64, so no literal equals it.
const F64_HIGH_BITS: [u32; 8] =
    [0x3fe0_0000, 0xbfe0_0000, 0x3ff0_0000, 0xbff0_0000, 0x4000_0000, 0xc000_0000, 0x4010_0000, 0xc010_0000];

fn write_inline_float(f: &mut fmt::Formatter<'_>, code: u16, value: f64, number: Number) -> fmt::Result {
    match number {
        Number::HalfBits => write!(f, "{:#x}", F16_BITS[usize::from(code - 240)]),
        Number::WideInt | Number::WideFloat if code == 248 => f.write_str("0.15915494309189532"),
        _ if code == 248 => f.write_str("0.15915494"),
        _ => write!(f, "{value:.1}"),
    }
}

/// A literal; one that equals an inline constant reads like it.
fn write_literal(f: &mut fmt::Formatter<'_>, number: Number, literal: u32) -> fmt::Result {
    let half = literal & 0xffff;
    let (integer, floats, float_bits, hexadecimal): (i64, &[u32], u32, u32) = match number {
        Number::Raw => return write!(f, "{literal:#x}"),
        Number::Word => ((literal as i32).into(), &F32_BITS, literal, literal),
        Number::WideInt => (literal.into(), &[], 0, literal),
        Number::WideFloat => (i64::from(literal) << 32, &F64_HIGH_BITS, literal, literal),
        Number::HalfFloat => ((half as i16).into(), &F16_BITS, half, half),
        Number::HalfBits => ((literal as i32).into(), &F32_BITS, literal, half),
        Number::PackedHalf => ((literal as i32).into(), &F16_BITS, literal, literal),
        Number::PackedBf16 => {
            // The upper halves of the f32 constants; 1 / (2 pi) rounds.
            let position = F32_BITS[..8].iter().position(|bits| bits >> 16 == literal);
            let code = position.map_or(0, |i| F16_BITS[i]);
            ((literal as i32).into(), &F16_BITS, code, literal)
        }
    };
    if (-16..=64).contains(&integer) {
        return write!(f, "{integer}");
    }
    match floats.iter().position(|&bits| bits == float_bits) {
        Some(i) => {
            let code = 240 + i as u16;
            let value = Operand::from_code(code).as_inline_float().unwrap_or_default();
            write_inline_float(f, code, value, Number::Word)
        }
        None => write!(f, "{hexadecimal:#x}"),
    }
}
