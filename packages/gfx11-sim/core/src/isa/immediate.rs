//! Text of the structured immediates: wait counters, ALU delays, hardware registers, messages, swizzles, formats.

use super::slot::Immediate;
use std::fmt::{self, Write};

pub(super) fn write(out: &mut impl Write, kind: Immediate, value: u16) -> fmt::Result {
    match kind {
        Immediate::Hex => write!(out, "{value:#x}"),
        Immediate::Number => write_number(out, value),
        Immediate::Version => write_version(out, value),
        Immediate::OptionalDecimal | Immediate::Branch => write!(out, "{value}"),
        Immediate::Waitcnt => write_waitcnt(out, value),
        Immediate::Depctr => write_depctr(out, value),
        Immediate::DelayAlu => write_delay(out, value),
        Immediate::HardwareRegister => write_hardware_register(out, value),
        Immediate::Message | Immediate::ShortMessage => write_message(out, value),
    }
}

/// A number of no fixed type.
pub(super) fn write_number(out: &mut impl Write, value: u16) -> fmt::Result {
    if value <= 64 { write!(out, "{value}") } else { write!(out, "{value:#x}") }
}

fn write_version(out: &mut impl Write, value: u16) -> fmt::Result {
    const FLAGS: [(u16, &str); 3] =
        [(1 << 13, "UC_VERSION_W64_BIT"), (1 << 14, "UC_VERSION_W32_BIT"), (1 << 15, "UC_VERSION_MDP_BIT")];
    const VERSION: u16 = 0xff;
    let flags: Vec<&str> = FLAGS.iter().filter(|(bit, _)| value & bit != 0).map(|&(_, name)| name).collect();
    if value & !(FLAGS.iter().fold(VERSION, |bits, (bit, _)| bits | bit)) != 0 {
        return write!(out, "{value:#x}");
    }
    // An or-expression of LLVM's assembler, which nests to the left.
    out.write_str(&"(".repeat(flags.len().saturating_sub(1)))?;
    match value & VERSION {
        0 => out.write_str("UC_VERSION_GFX7")?,
        4 => out.write_str("UC_VERSION_GFX10")?,
        6 => out.write_str("UC_VERSION_GFX11")?,
        9 => out.write_str("UC_VERSION_GFX12")?,
        version => write!(out, "{version}")?,
    }
    for (i, flag) in flags.iter().enumerate() {
        write!(out, "|{flag}{}", if i + 1 < flags.len() { ")" } else { "" })?;
    }
    Ok(())
}

/// The counters of `s_waitcnt`; a counter at its maximum waits for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waitcnt {
    pub vmcnt: u16,
    pub expcnt: u16,
    pub lgkmcnt: u16,
}

impl Waitcnt {
    pub const NONE: Waitcnt = Waitcnt { vmcnt: 63, expcnt: 7, lgkmcnt: 63 };

    pub fn from_immediate(value: u16) -> Waitcnt {
        Waitcnt { vmcnt: value >> 10, expcnt: value & 7, lgkmcnt: value >> 4 & 63 }
    }
}

fn write_waitcnt(out: &mut impl Write, value: u16) -> fmt::Result {
    let wait = Waitcnt::from_immediate(value);
    let counters = [
        ("vmcnt", wait.vmcnt, Waitcnt::NONE.vmcnt),
        ("expcnt", wait.expcnt, Waitcnt::NONE.expcnt),
        ("lgkmcnt", wait.lgkmcnt, Waitcnt::NONE.lgkmcnt),
    ];
    write_counters(out, &counters)
}

/// Prints the counters that differ from their default, or all when none does.
fn write_counters(out: &mut impl Write, counters: &[(&str, u16, u16)]) -> fmt::Result {
    let all = counters.iter().all(|&(_, value, default)| value == default);
    let mut separator = "";
    for (name, value, _) in counters.iter().filter(|&&(_, value, default)| all || value != default) {
        write!(out, "{separator}{name}({value})")?;
        separator = " ";
    }
    Ok(())
}

fn write_depctr(out: &mut impl Write, value: u16) -> fmt::Result {
    const FIELDS: [(&str, u16, u16); 7] = [
        ("depctr_hold_cnt", 7, 1),
        ("depctr_sa_sdst", 0, 1),
        ("depctr_va_vdst", 12, 4),
        ("depctr_va_sdst", 9, 3),
        ("depctr_va_ssrc", 8, 1),
        ("depctr_va_vcc", 1, 1),
        ("depctr_vm_vsrc", 2, 3),
    ];
    const UNUSED: u16 = 0x60;
    // LLVM names the fields only when the bits between them are all zero.
    if value & UNUSED != 0 {
        return write!(out, "{value:#x}");
    }
    let counters = FIELDS.map(|(name, low, width)| {
        let mask = (1 << width) - 1;
        (name, value >> low & mask, mask)
    });
    write_counters(out, &counters)
}

fn write_delay(out: &mut impl Write, value: u16) -> fmt::Result {
    const INSTRUCTIONS: [&str; 12] = [
        "NO_DEP",
        "VALU_DEP_1",
        "VALU_DEP_2",
        "VALU_DEP_3",
        "VALU_DEP_4",
        "TRANS32_DEP_1",
        "TRANS32_DEP_2",
        "TRANS32_DEP_3",
        "FMA_ACCUM_CYCLE_1",
        "SALU_CYCLE_1",
        "SALU_CYCLE_2",
        "SALU_CYCLE_3",
    ];
    const SKIPS: [&str; 6] = ["SAME", "NEXT", "SKIP_1", "SKIP_2", "SKIP_3", "SKIP_4"];
    let name = |names: &[&'static str], value: u16, invalid| names.get(usize::from(value)).copied().unwrap_or(invalid);
    let (first, skip, second) = (value & 15, value >> 4 & 7, value >> 7 & 15);
    let mut separator = "";
    for (field, value, name) in [
        ("instid0", first, name(&INSTRUCTIONS, first, "/* invalid instid value */")),
        ("instskip", skip, name(&SKIPS, skip, "/* invalid instskip value */")),
        ("instid1", second, name(&INSTRUCTIONS, second, "/* invalid instid value */")),
    ] {
        if value != 0 {
            write!(out, "{separator}{field}({name})")?;
            separator = " | ";
        }
    }
    if separator.is_empty() { out.write_char('0') } else { Ok(()) }
}

fn write_hardware_register(out: &mut impl Write, value: u16) -> fmt::Result {
    let (register, offset, size) = (value & 63, value >> 6 & 31, (value >> 11) + 1);
    let name = match register {
        1 => "HW_REG_MODE",
        2 => "HW_REG_STATUS",
        3 => "HW_REG_TRAPSTS",
        5 => "HW_REG_GPR_ALLOC",
        6 => "HW_REG_LDS_ALLOC",
        7 => "HW_REG_IB_STS",
        15 => "HW_REG_SH_MEM_BASES",
        18 => "HW_REG_PERF_SNAPSHOT_PC_LO",
        19 => "HW_REG_PERF_SNAPSHOT_PC_HI",
        20 => "HW_REG_FLAT_SCR_LO",
        21 => "HW_REG_FLAT_SCR_HI",
        23 => "HW_REG_HW_ID1",
        24 => "HW_REG_HW_ID2",
        27 => "HW_REG_PERF_SNAPSHOT_DATA",
        29 => "HW_REG_SHADER_CYCLES",
        _ => "",
    };
    out.write_str("hwreg(")?;
    if name.is_empty() {
        write!(out, "{register}")?
    } else {
        out.write_str(name)?
    }
    if offset != 0 || size != 32 {
        write!(out, ", {offset}, {size}")?;
    }
    out.write_char(')')
}

fn write_message(out: &mut impl Write, value: u16) -> fmt::Result {
    let message = value & 0xff;
    let name = match message {
        1 => "MSG_INTERRUPT",
        2 => "MSG_HS_TESSFACTOR",
        3 => "MSG_DEALLOC_VGPRS",
        5 => "MSG_STALL_WAVE_GEN",
        6 => "MSG_HALT_WAVES",
        9 => "MSG_GS_ALLOC_REQ",
        0x80 => "MSG_RTN_GET_DOORBELL",
        0x81 => "MSG_RTN_GET_DDID",
        0x82 => "MSG_RTN_GET_TMA",
        0x83 => "MSG_RTN_GET_REALTIME",
        0x84 => "MSG_RTN_SAVE_WAVE",
        0x85 => "MSG_RTN_GET_TBA",
        0x86 => "MSG_RTN_GET_TBA_TO_PC",
        _ if value == message => return write!(out, "sendmsg({message}, 0, 0)"),
        _ => return write!(out, "{value}"),
    };
    write!(out, "sendmsg({name})")
}

/// The pattern in the offset of `ds_swizzle_b32`.
pub(super) fn write_swizzle(out: &mut impl Write, value: u16) -> fmt::Result {
    const QUAD: u16 = 0x8000;
    if value & !0xff == QUAD {
        let lane = |i: u16| value >> (2 * i) & 3;
        return write!(out, "swizzle(QUAD_PERM,{},{},{},{})", lane(0), lane(1), lane(2), lane(3));
    }
    if value & QUAD != 0 {
        return write!(out, "{value}");
    }
    let (and, or, xor) = (value & 31, value >> 5 & 31, value >> 10 & 31);
    let low_bits_kept = |width: u32| 32 - (1 << width);
    if and == 31 && or == 0 && xor.count_ones() == 1 {
        return write!(out, "swizzle(SWAP,{xor})");
    }
    if and == 31 && or == 0 && xor > 0 && (xor + 1).is_power_of_two() {
        return write!(out, "swizzle(REVERSE,{})", xor + 1);
    }
    let group = 32 - and;
    if xor == 0 && group.is_power_of_two() && group > 1 && and == low_bits_kept(group.trailing_zeros()) && or < group {
        return write!(out, "swizzle(BROADCAST,{group},{or})");
    }
    out.write_str("swizzle(BITMASK_PERM,\"")?;
    for i in (0..5).rev() {
        // What the lane number's bit becomes when it is 0, and when it is 1.
        let result = |lane: u16| ((lane & and) | or) ^ xor;
        let (zero, one) = (result(0) >> i & 1, result(1 << i) >> i & 1);
        out.write_char(match (zero, one) {
            (0, 0) => '0',
            (1, 1) => '1',
            (0, _) => 'p',
            _ => 'i',
        })?;
    }
    out.write_str("\")")
}

/// Names of the typed-buffer formats, by number.
pub(super) fn format_name(format: u16) -> Option<&'static str> {
    const NAMES: [&str; 64] = [
        "INVALID",
        "8_UNORM",
        "8_SNORM",
        "8_USCALED",
        "8_SSCALED",
        "8_UINT",
        "8_SINT",
        "16_UNORM",
        "16_SNORM",
        "16_USCALED",
        "16_SSCALED",
        "16_UINT",
        "16_SINT",
        "16_FLOAT",
        "8_8_UNORM",
        "8_8_SNORM",
        "8_8_USCALED",
        "8_8_SSCALED",
        "8_8_UINT",
        "8_8_SINT",
        "32_UINT",
        "32_SINT",
        "32_FLOAT",
        "16_16_UNORM",
        "16_16_SNORM",
        "16_16_USCALED",
        "16_16_SSCALED",
        "16_16_UINT",
        "16_16_SINT",
        "16_16_FLOAT",
        "10_11_11_FLOAT",
        "11_11_10_FLOAT",
        "10_10_10_2_UNORM",
        "10_10_10_2_SNORM",
        "10_10_10_2_UINT",
        "10_10_10_2_SINT",
        "2_10_10_10_UNORM",
        "2_10_10_10_SNORM",
        "2_10_10_10_USCALED",
        "2_10_10_10_SSCALED",
        "2_10_10_10_UINT",
        "2_10_10_10_SINT",
        "8_8_8_8_UNORM",
        "8_8_8_8_SNORM",
        "8_8_8_8_USCALED",
        "8_8_8_8_SSCALED",
        "8_8_8_8_UINT",
        "8_8_8_8_SINT",
        "32_32_UINT",
        "32_32_SINT",
        "32_32_FLOAT",
        "16_16_16_16_UNORM",
        "16_16_16_16_SNORM",
        "16_16_16_16_USCALED",
        "16_16_16_16_SSCALED",
        "16_16_16_16_UINT",
        "16_16_16_16_SINT",
        "16_16_16_16_FLOAT",
        "32_32_32_UINT",
        "32_32_32_SINT",
        "32_32_32_FLOAT",
        "32_32_32_32_UINT",
        "32_32_32_32_SINT",
        "32_32_32_32_FLOAT",
    ];
    NAMES.get(usize::from(format)).copied()
}
