//! Every gfx11 opcode once: family, number, name, operands, flags.
//!
//! The facts were derived by feeding LLVM 19's disassembler every opcode with every operand code and every modifier bit.
//! VOP1, VOP2 and VOPC opcodes also exist in the 64-bit VOP3 encoding, at the offsets of [`Family::vop3_offset`], unless
//! they carry the flag `E32`.

use super::slot::Slot;
use super::slot::names::*;

/// Encoding families, each with its own opcode numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    Sop2,
    Sop1,
    Sopc,
    Sopk,
    Sopp,
    Smem,
    Vop1,
    Vop2,
    Vopc,
    Vop3,
    Vop3p,
    Vopd,
    Vinterp,
    Ldsdir,
    Ds,
    Flat,
    Scratch,
    Global,
    Mubuf,
    Mtbuf,
    Exp,
}

impl Family {
    const COUNT: usize = Family::Exp as usize + 1;

    /// Where the opcodes of a 32-bit vector family begin in VOP3.
    pub const fn vop3_offset(self) -> Option<u16> {
        match self {
            Family::Vopc => Some(0),
            Family::Vop2 => Some(0x100),
            Family::Vop1 => Some(0x180),
            _ => None,
        }
    }
}

/// Properties of an opcode, or-ed.
pub mod flag {
    pub const CLAMP: u32 = 1;
    pub const OMOD: u32 = 1 << 1;
    /// DPP in the 32-bit encoding.
    pub const DPP32: u32 = 1 << 2;
    /// DPP in the 64-bit encoding.
    pub const DPP64: u32 = 1 << 3;
    /// No 64-bit encoding.
    pub const E32: u32 = 1 << 4;
    /// The 32-bit encoding's destination is v0 to v127 (16-bit results).
    pub const LO: u32 = 1 << 5;
    /// As `LO` for the second source.
    pub const LO1: u32 = 1 << 6;
    /// `op_sel` of two sources.
    pub const SEL2: u32 = 1 << 7;
    /// `op_sel` of two sources and the destination.
    pub const SEL3: u32 = 1 << 8;
    /// `op_sel` of three sources and the destination.
    pub const SEL4: u32 = 1 << 9;
    /// `op_sel` of the third source and the destination.
    pub const SELD: u32 = 1 << 10;
    /// VOP3P: `op_sel` and `op_sel_hi`.
    pub const SEL: u32 = 1 << 11;
    /// VOP3P: the modifiers of `v_fma_mix*`.
    pub const MIX: u32 = 1 << 12;
    pub const WMMA: u32 = 1 << 13;
    /// LDS: two 8-bit offsets.
    pub const OFF2: u32 = 1 << 14;
    pub const NOOFF: u32 = 1 << 15;
    pub const GDSONLY: u32 = 1 << 16;
    pub const NOGDS: u32 = 1 << 17;
    pub const SWIZZLE: u32 = 1 << 18;
    pub const ATOMIC: u32 = 1 << 19;
    pub const NOTFE: u32 = 1 << 20;
    /// RDNA3.5 only.
    pub const RDNA35: u32 = 1 << 22;
    /// With DPP in the 32-bit encoding, `neg` of the second source reads as sign extension and `abs` is ignored.
    pub const SEXT1: u32 = 1 << 23;
    /// The text has no encoding suffix.
    pub const NOSUFFIX: u32 = 1 << 21;
}

/// One opcode.
#[derive(Debug)]
pub struct Row {
    pub family: Family,
    /// Number within the family.
    pub number: u16,
    pub opcode: Opcode,
    /// Mnemonic without the encoding suffix.
    pub name: &'static str,
    /// Operands in the order of the assembly text.
    pub slots: &'static [Slot],
    pub flags: u32,
}

impl Row {
    pub const fn has(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }
}

macro_rules! table {
    ($($family:ident { $($number:literal $name:ident [$($slot:ident)*] $($flag:ident)*;)* })*) => {
        /// Every opcode by its mnemonic; one that exists in two encodings is one opcode.
        #[allow(non_camel_case_types, reason = "the names are AMD's mnemonics")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u16)]
        pub enum Opcode { $($($name,)*)* }

        /// In the order of [`Opcode`].
        static ROWS: &[Row] = &[$($(Row {
            family: Family::$family,
            number: $number,
            opcode: Opcode::$name,
            name: stringify!($name),
            slots: &[$($slot),*],
            flags: 0 $(| flag::$flag)*,
        },)*)*];
    };
}

impl Opcode {
    pub fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }

    /// All opcodes.
    pub fn all() -> impl Iterator<Item = Opcode> {
        ROWS.iter().map(|row| row.opcode)
    }
}

const NUMBERS: usize = 1024;
const NONE: u16 = u16::MAX;

/// Position in `ROWS` by family and number.
static INDEX: [[u16; NUMBERS]; Family::COUNT] = {
    let mut index = [[NONE; NUMBERS]; Family::COUNT];
    let mut i = 0;
    while i < ROWS.len() {
        let row = &ROWS[i];
        index[row.family as usize][row.number as usize] = i as u16;
        if let (Some(offset), false) = (row.family.vop3_offset(), row.has(flag::E32)) {
            index[Family::Vop3 as usize][(offset + row.number) as usize] = i as u16;
        }
        i += 1;
    }
    index
};

/// The opcode of a number, if it exists.
pub(super) fn lookup(family: Family, number: u32) -> Option<&'static Row> {
    let position = *INDEX[family as usize].get(number as usize)?;
    ROWS.get(usize::from(position))
}

table! {
    Sop2 {
        0x000 s_add_u32 [SD1 B32 B32];
        0x001 s_sub_u32 [SD1 B32 B32];
        0x002 s_add_i32 [SD1 B32 B32];
        0x003 s_sub_i32 [SD1 B32 B32];
        0x004 s_addc_u32 [SD1 B32 B32];
        0x005 s_subb_u32 [SD1 B32 B32];
        0x006 s_absdiff_i32 [SD1 B32 B32];
        0x008 s_lshl_b32 [SD1 B32 B32];
        0x009 s_lshl_b64 [SD2 B64 B32];
        0x00a s_lshr_b32 [SD1 B32 B32];
        0x00b s_lshr_b64 [SD2 B64 B32];
        0x00c s_ashr_i32 [SD1 B32 B32];
        0x00d s_ashr_i64 [SD2 B64 B32];
        0x00e s_lshl1_add_u32 [SD1 B32 B32];
        0x00f s_lshl2_add_u32 [SD1 B32 B32];
        0x010 s_lshl3_add_u32 [SD1 B32 B32];
        0x011 s_lshl4_add_u32 [SD1 B32 B32];
        0x012 s_min_i32 [SD1 B32 B32];
        0x013 s_min_u32 [SD1 B32 B32];
        0x014 s_max_i32 [SD1 B32 B32];
        0x015 s_max_u32 [SD1 B32 B32];
        0x016 s_and_b32 [SD1 B32 B32];
        0x017 s_and_b64 [SD2 B64 B64];
        0x018 s_or_b32 [SD1 B32 B32];
        0x019 s_or_b64 [SD2 B64 B64];
        0x01a s_xor_b32 [SD1 B32 B32];
        0x01b s_xor_b64 [SD2 B64 B64];
        0x01c s_nand_b32 [SD1 B32 B32];
        0x01d s_nand_b64 [SD2 B64 B64];
        0x01e s_nor_b32 [SD1 B32 B32];
        0x01f s_nor_b64 [SD2 B64 B64];
        0x020 s_xnor_b32 [SD1 B32 B32];
        0x021 s_xnor_b64 [SD2 B64 B64];
        0x022 s_and_not1_b32 [SD1 B32 B32];
        0x023 s_and_not1_b64 [SD2 B64 B64];
        0x024 s_or_not1_b32 [SD1 B32 B32];
        0x025 s_or_not1_b64 [SD2 B64 B64];
        0x026 s_bfe_u32 [SD1 B32 B32];
        0x027 s_bfe_i32 [SD1 B32 B32];
        0x028 s_bfe_u64 [SD2 B64 B32];
        0x029 s_bfe_i64 [SD2 B64 B32];
        0x02a s_bfm_b32 [SD1 B32 B32];
        0x02b s_bfm_b64 [SD2 B32 B32];
        0x02c s_mul_i32 [SD1 B32 B32];
        0x02d s_mul_hi_u32 [SD1 B32 B32];
        0x02e s_mul_hi_i32 [SD1 B32 B32];
        0x030 s_cselect_b32 [SD1 B32 B32];
        0x031 s_cselect_b64 [SD2 B64 B64];
        0x032 s_pack_ll_b32_b16 [SD1 B32 B32];
        0x033 s_pack_lh_b32_b16 [SD1 B32 B32];
        0x034 s_pack_hh_b32_b16 [SD1 B32 B32];
        0x035 s_pack_hl_b32_b16 [SD1 B32 B32];
        0x040 s_add_f32 [SD1 B32 B32] RDNA35;
        0x041 s_sub_f32 [SD1 B32 B32] RDNA35;
        0x042 s_min_f32 [SD1 B32 B32] RDNA35;
        0x043 s_max_f32 [SD1 B32 B32] RDNA35;
        0x044 s_mul_f32 [SD1 B32 B32] RDNA35;
        0x045 s_fmaak_f32 [SD1 B32 B32 K32] RDNA35;
        0x046 s_fmamk_f32 [SD1 B32 K32 B32] RDNA35;
        0x047 s_fmac_f32 [SD1 B32 B32] RDNA35;
        0x048 s_cvt_pk_rtz_f16_f32 [SD1 B32 B32] RDNA35;
        0x049 s_add_f16 [SD1 H16 H16] RDNA35;
        0x04a s_sub_f16 [SD1 H16 H16] RDNA35;
        0x04b s_min_f16 [SD1 H16 H16] RDNA35;
        0x04c s_max_f16 [SD1 H16 H16] RDNA35;
        0x04d s_mul_f16 [SD1 H16 H16] RDNA35;
        0x04e s_fmac_f16 [SD1 H16 H16] RDNA35;
    }
    Sop1 {
        0x000 s_mov_b32 [SD1 B32];
        0x001 s_mov_b64 [SD2 B64];
        0x002 s_cmov_b32 [SD1 B32];
        0x003 s_cmov_b64 [SD2 B64];
        0x004 s_brev_b32 [SD1 B32];
        0x005 s_brev_b64 [SD2 B64];
        0x008 s_ctz_i32_b32 [SD1 B32];
        0x009 s_ctz_i32_b64 [SD1 B64];
        0x00a s_clz_i32_u32 [SD1 B32];
        0x00b s_clz_i32_u64 [SD1 B64];
        0x00c s_cls_i32 [SD1 B32];
        0x00d s_cls_i32_i64 [SD1 B64];
        0x00e s_sext_i32_i8 [SD1 B32];
        0x00f s_sext_i32_i16 [SD1 B32];
        0x010 s_bitset0_b32 [SD1 B32];
        0x011 s_bitset0_b64 [SD2 B32];
        0x012 s_bitset1_b32 [SD1 B32];
        0x013 s_bitset1_b64 [SD2 B32];
        0x014 s_bitreplicate_b64_b32 [SD2 B32];
        0x015 s_abs_i32 [SD1 B32];
        0x016 s_bcnt0_i32_b32 [SD1 B32];
        0x017 s_bcnt0_i32_b64 [SD1 B64];
        0x018 s_bcnt1_i32_b32 [SD1 B32];
        0x019 s_bcnt1_i32_b64 [SD1 B64];
        0x01a s_quadmask_b32 [SD1 B32];
        0x01b s_quadmask_b64 [SD2 B64];
        0x01c s_wqm_b32 [SD1 B32];
        0x01d s_wqm_b64 [SD2 B64];
        0x01e s_not_b32 [SD1 B32];
        0x01f s_not_b64 [SD2 B64];
        0x020 s_and_saveexec_b32 [SD1 B32];
        0x021 s_and_saveexec_b64 [SD2 B64];
        0x022 s_or_saveexec_b32 [SD1 B32];
        0x023 s_or_saveexec_b64 [SD2 B64];
        0x024 s_xor_saveexec_b32 [SD1 B32];
        0x025 s_xor_saveexec_b64 [SD2 B64];
        0x026 s_nand_saveexec_b32 [SD1 B32];
        0x027 s_nand_saveexec_b64 [SD2 B64];
        0x028 s_nor_saveexec_b32 [SD1 B32];
        0x029 s_nor_saveexec_b64 [SD2 B64];
        0x02a s_xnor_saveexec_b32 [SD1 B32];
        0x02b s_xnor_saveexec_b64 [SD2 B64];
        0x02c s_and_not0_saveexec_b32 [SD1 B32];
        0x02d s_and_not0_saveexec_b64 [SD2 B64];
        0x02e s_or_not0_saveexec_b32 [SD1 B32];
        0x02f s_or_not0_saveexec_b64 [SD2 B64];
        0x030 s_and_not1_saveexec_b32 [SD1 B32];
        0x031 s_and_not1_saveexec_b64 [SD2 B64];
        0x032 s_or_not1_saveexec_b32 [SD1 B32];
        0x033 s_or_not1_saveexec_b64 [SD2 B64];
        0x034 s_and_not0_wrexec_b32 [SD1 B32];
        0x035 s_and_not0_wrexec_b64 [SD2 B64];
        0x036 s_and_not1_wrexec_b32 [SD1 B32];
        0x037 s_and_not1_wrexec_b64 [SD2 B64];
        0x040 s_movrels_b32 [SD1 S1];
        0x041 s_movrels_b64 [SD2 S2];
        0x042 s_movreld_b32 [SD1 B32];
        0x043 s_movreld_b64 [SD2 B64];
        0x044 s_movrelsd_2_b32 [SD1 B32];
        0x047 s_getpc_b64 [SD2];
        0x048 s_setpc_b64 [S2];
        0x049 s_swappc_b64 [SD2 B64];
        0x04a s_rfe_b64 [S2];
        0x04c s_sendmsg_rtn_b32 [SD1 MSG8];
        0x04d s_sendmsg_rtn_b64 [SD2 MSG8];
        0x060 s_ceil_f32 [SD1 B32] RDNA35;
        0x061 s_floor_f32 [SD1 B32] RDNA35;
        0x062 s_trunc_f32 [SD1 B32] RDNA35;
        0x063 s_rndne_f32 [SD1 B32] RDNA35;
        0x064 s_cvt_f32_i32 [SD1 B32] RDNA35;
        0x065 s_cvt_f32_u32 [SD1 B32] RDNA35;
        0x066 s_cvt_i32_f32 [SD1 B32] RDNA35;
        0x067 s_cvt_u32_f32 [SD1 B32] RDNA35;
        0x068 s_cvt_f16_f32 [SD1 B32] RDNA35;
        0x069 s_cvt_f32_f16 [SD1 B32] RDNA35;
        0x06a s_cvt_hi_f32_f16 [SD1 B32] RDNA35;
        0x06b s_ceil_f16 [SD1 B32] RDNA35;
        0x06c s_floor_f16 [SD1 B32] RDNA35;
        0x06d s_trunc_f16 [SD1 B32] RDNA35;
        0x06e s_rndne_f16 [SD1 B32] RDNA35;
    }
    Sopc {
        0x000 s_cmp_eq_i32 [B32 B32];
        0x001 s_cmp_lg_i32 [B32 B32];
        0x002 s_cmp_gt_i32 [B32 B32];
        0x003 s_cmp_ge_i32 [B32 B32];
        0x004 s_cmp_lt_i32 [B32 B32];
        0x005 s_cmp_le_i32 [B32 B32];
        0x006 s_cmp_eq_u32 [B32 B32];
        0x007 s_cmp_lg_u32 [B32 B32];
        0x008 s_cmp_gt_u32 [B32 B32];
        0x009 s_cmp_ge_u32 [B32 B32];
        0x00a s_cmp_lt_u32 [B32 B32];
        0x00b s_cmp_le_u32 [B32 B32];
        0x00c s_bitcmp0_b32 [B32 B32];
        0x00d s_bitcmp1_b32 [B32 B32];
        0x00e s_bitcmp0_b64 [B64 B32];
        0x00f s_bitcmp1_b64 [B64 B32];
        0x010 s_cmp_eq_u64 [B64 B64];
        0x011 s_cmp_lg_u64 [B64 B64];
        0x041 s_cmp_lt_f32 [B32 B32] RDNA35;
        0x042 s_cmp_eq_f32 [B32 B32] RDNA35;
        0x043 s_cmp_le_f32 [B32 B32] RDNA35;
        0x044 s_cmp_gt_f32 [B32 B32] RDNA35;
        0x045 s_cmp_lg_f32 [B32 B32] RDNA35;
        0x046 s_cmp_ge_f32 [B32 B32] RDNA35;
        0x047 s_cmp_o_f32 [B32 B32] RDNA35;
        0x048 s_cmp_u_f32 [B32 B32] RDNA35;
        0x049 s_cmp_nge_f32 [B32 B32] RDNA35;
        0x04a s_cmp_nlg_f32 [B32 B32] RDNA35;
        0x04b s_cmp_ngt_f32 [B32 B32] RDNA35;
        0x04c s_cmp_nle_f32 [B32 B32] RDNA35;
        0x04d s_cmp_neq_f32 [B32 B32] RDNA35;
        0x04e s_cmp_nlt_f32 [B32 B32] RDNA35;
        0x051 s_cmp_lt_f16 [B16 B16] RDNA35;
        0x052 s_cmp_eq_f16 [B16 B16] RDNA35;
        0x053 s_cmp_le_f16 [B16 B16] RDNA35;
        0x054 s_cmp_gt_f16 [B16 B16] RDNA35;
        0x055 s_cmp_lg_f16 [B16 B16] RDNA35;
        0x056 s_cmp_ge_f16 [B16 B16] RDNA35;
        0x057 s_cmp_o_f16 [B16 B16] RDNA35;
        0x058 s_cmp_u_f16 [B16 B16] RDNA35;
        0x059 s_cmp_nge_f16 [B16 B16] RDNA35;
        0x05a s_cmp_nlg_f16 [B16 B16] RDNA35;
        0x05b s_cmp_ngt_f16 [B16 B16] RDNA35;
        0x05c s_cmp_nle_f16 [B16 B16] RDNA35;
        0x05d s_cmp_neq_f16 [B16 B16] RDNA35;
        0x05e s_cmp_nlt_f16 [B16 B16] RDNA35;
    }
    Vop2 {
        0x000 v_illegal [] E32 NOSUFFIX;
        0x001 v_cndmask_b32 [VD1 F32 F32 MASK] DPP64 DPP32;
        0x002 v_dot2acc_f32_f16 [VD1 PF16 PF16] DPP32 E32 NOSUFFIX;
        0x003 v_add_f32 [VD1 F32 F32] CLAMP OMOD DPP64 DPP32;
        0x004 v_sub_f32 [VD1 F32 F32] CLAMP OMOD DPP64 DPP32;
        0x005 v_subrev_f32 [VD1 F32 F32] CLAMP OMOD DPP64 DPP32;
        0x006 v_fmac_dx9_zero_f32 [VD1 F32 F32] CLAMP OMOD;
        0x007 v_mul_dx9_zero_f32 [VD1 F32 F32] CLAMP OMOD DPP64 DPP32;
        0x008 v_mul_f32 [VD1 F32 F32] CLAMP OMOD DPP64 DPP32;
        0x009 v_mul_i32_i24 [VD1 B32 B32] CLAMP DPP64 DPP32;
        0x00a v_mul_hi_i32_i24 [VD1 B32 B32] DPP64 DPP32;
        0x00b v_mul_u32_u24 [VD1 B32 B32] CLAMP DPP64 DPP32;
        0x00c v_mul_hi_u32_u24 [VD1 B32 B32] DPP64 DPP32;
        0x00f v_min_f32 [VD1 F32 F32] CLAMP OMOD DPP64 DPP32;
        0x010 v_max_f32 [VD1 F32 F32] CLAMP OMOD DPP64 DPP32;
        0x011 v_min_i32 [VD1 B32 B32] DPP64 DPP32;
        0x012 v_max_i32 [VD1 B32 B32] DPP64 DPP32;
        0x013 v_min_u32 [VD1 B32 B32] DPP64 DPP32;
        0x014 v_max_u32 [VD1 B32 B32] DPP64 DPP32;
        0x018 v_lshlrev_b32 [VD1 B32 B32] DPP64 DPP32;
        0x019 v_lshrrev_b32 [VD1 B32 B32] DPP64 DPP32;
        0x01a v_ashrrev_i32 [VD1 B32 B32] DPP64 DPP32;
        0x01b v_and_b32 [VD1 B32 B32] DPP64 DPP32;
        0x01c v_or_b32 [VD1 B32 B32] DPP64 DPP32;
        0x01d v_xor_b32 [VD1 B32 B32] DPP64 DPP32;
        0x01e v_xnor_b32 [VD1 B32 B32] DPP64 DPP32;
        0x020 v_add_co_ci_u32 [VD1 CARRY B32 B32 MASK] CLAMP DPP64 DPP32;
        0x021 v_sub_co_ci_u32 [VD1 CARRY B32 B32 MASK] CLAMP DPP64 DPP32;
        0x022 v_subrev_co_ci_u32 [VD1 CARRY B32 B32 MASK] CLAMP DPP64 DPP32;
        0x025 v_add_nc_u32 [VD1 B32 B32] CLAMP DPP64 DPP32;
        0x026 v_sub_nc_u32 [VD1 B32 B32] CLAMP DPP64 DPP32;
        0x027 v_subrev_nc_u32 [VD1 B32 B32] CLAMP DPP64 DPP32;
        0x02b v_fmac_f32 [VD1 F32 F32] CLAMP OMOD DPP64 DPP32;
        0x02c v_fmamk_f32 [VD1 B32 K32 B32] E32 NOSUFFIX;
        0x02d v_fmaak_f32 [VD1 B32 B32 K32] E32 NOSUFFIX;
        0x02f v_cvt_pk_rtz_f16_f32 [VD1 F32 F32] CLAMP OMOD DPP64 DPP32;
        0x032 v_add_f16 [VD1 F16 F16] CLAMP OMOD DPP64 DPP32 LO;
        0x033 v_sub_f16 [VD1 F16 F16] CLAMP OMOD DPP64 DPP32 LO;
        0x034 v_subrev_f16 [VD1 F16 F16] CLAMP OMOD DPP64 DPP32 LO;
        0x035 v_mul_f16 [VD1 F16 F16] CLAMP OMOD DPP64 DPP32 LO;
        0x036 v_fmac_f16 [VD1 F16 F16] CLAMP OMOD SEL4 DPP64 DPP32 LO;
        0x037 v_fmamk_f16 [VD1 H16 K32 H16] E32 NOSUFFIX LO;
        0x038 v_fmaak_f16 [VD1 H16 H16 K32] E32 NOSUFFIX LO;
        0x039 v_max_f16 [VD1 F16 F16] CLAMP OMOD DPP64 DPP32 LO;
        0x03a v_min_f16 [VD1 F16 F16] CLAMP OMOD DPP64 DPP32 LO;
        0x03b v_ldexp_f16 [VD1 F16 F16] SEXT1 CLAMP OMOD DPP64 DPP32 LO;
        0x03c v_pk_fmac_f16 [VD1 PF16 PF16] DPP32 E32 NOSUFFIX;
    }
    Vop1 {
        0x000 v_nop [] NOSUFFIX;
        0x001 v_mov_b32 [VD1 B32] DPP64 DPP32;
        0x002 v_readfirstlane_b32 [SD1 L1] E32 NOSUFFIX;
        0x003 v_cvt_i32_f64 [VD1 F64] CLAMP OMOD;
        0x004 v_cvt_f64_i32 [VD2 B32] CLAMP OMOD;
        0x005 v_cvt_f32_i32 [VD1 B32] CLAMP OMOD DPP64 DPP32;
        0x006 v_cvt_f32_u32 [VD1 B32] CLAMP OMOD DPP64 DPP32;
        0x007 v_cvt_u32_f32 [VD1 F32] CLAMP OMOD DPP64 DPP32;
        0x008 v_cvt_i32_f32 [VD1 F32] CLAMP OMOD DPP64 DPP32;
        0x00a v_cvt_f16_f32 [VD1 F32] CLAMP OMOD DPP64 DPP32 LO;
        0x00b v_cvt_f32_f16 [VD1 F16] CLAMP OMOD DPP64 DPP32;
        0x00c v_cvt_nearest_i32_f32 [VD1 F32] CLAMP DPP64 DPP32;
        0x00d v_cvt_floor_i32_f32 [VD1 F32] CLAMP DPP64 DPP32;
        0x00e v_cvt_off_f32_i4 [VD1 B32] CLAMP OMOD DPP64 DPP32;
        0x00f v_cvt_f32_f64 [VD1 F64] CLAMP OMOD;
        0x010 v_cvt_f64_f32 [VD2 F32] CLAMP OMOD;
        0x011 v_cvt_f32_ubyte0 [VD1 B32] CLAMP OMOD DPP64 DPP32;
        0x012 v_cvt_f32_ubyte1 [VD1 B32] CLAMP OMOD DPP64 DPP32;
        0x013 v_cvt_f32_ubyte2 [VD1 B32] CLAMP OMOD DPP64 DPP32;
        0x014 v_cvt_f32_ubyte3 [VD1 B32] CLAMP OMOD DPP64 DPP32;
        0x015 v_cvt_u32_f64 [VD1 F64] CLAMP OMOD;
        0x016 v_cvt_f64_u32 [VD2 B32] CLAMP OMOD;
        0x017 v_trunc_f64 [VD2 F64] CLAMP OMOD;
        0x018 v_ceil_f64 [VD2 F64] CLAMP OMOD;
        0x019 v_rndne_f64 [VD2 F64] CLAMP OMOD;
        0x01a v_floor_f64 [VD2 F64] CLAMP OMOD;
        0x01b v_pipeflush [] NOSUFFIX;
        0x01c v_mov_b16 [TD T16] DPP32 E32;
        0x020 v_fract_f32 [VD1 F32] CLAMP OMOD DPP64 DPP32;
        0x021 v_trunc_f32 [VD1 F32] CLAMP OMOD DPP64 DPP32;
        0x022 v_ceil_f32 [VD1 F32] CLAMP OMOD DPP64 DPP32;
        0x023 v_rndne_f32 [VD1 F32] CLAMP OMOD DPP64 DPP32;
        0x024 v_floor_f32 [VD1 F32] CLAMP OMOD DPP64 DPP32;
        0x025 v_exp_f32 [VD1 F32] CLAMP OMOD DPP64 DPP32;
        0x027 v_log_f32 [VD1 F32] CLAMP OMOD DPP64 DPP32;
        0x02a v_rcp_f32 [VD1 F32] CLAMP OMOD DPP64 DPP32;
        0x02b v_rcp_iflag_f32 [VD1 F32] CLAMP OMOD DPP64 DPP32;
        0x02e v_rsq_f32 [VD1 F32] CLAMP OMOD DPP64 DPP32;
        0x02f v_rcp_f64 [VD2 F64] CLAMP OMOD;
        0x031 v_rsq_f64 [VD2 F64] CLAMP OMOD;
        0x033 v_sqrt_f32 [VD1 F32] CLAMP OMOD DPP64 DPP32;
        0x034 v_sqrt_f64 [VD2 F64] CLAMP OMOD;
        0x035 v_sin_f32 [VD1 F32] CLAMP OMOD DPP64 DPP32;
        0x036 v_cos_f32 [VD1 F32] CLAMP OMOD DPP64 DPP32;
        0x037 v_not_b32 [VD1 B32] DPP64 DPP32;
        0x038 v_bfrev_b32 [VD1 B32] DPP64 DPP32;
        0x039 v_clz_i32_u32 [VD1 B32] DPP64 DPP32;
        0x03a v_ctz_i32_b32 [VD1 B32] DPP64 DPP32;
        0x03b v_cls_i32 [VD1 B32] DPP64 DPP32;
        0x03c v_frexp_exp_i32_f64 [VD1 F64] CLAMP OMOD;
        0x03d v_frexp_mant_f64 [VD2 F64] CLAMP OMOD;
        0x03e v_fract_f64 [VD2 F64] CLAMP OMOD;
        0x03f v_frexp_exp_i32_f32 [VD1 F32] CLAMP DPP64 DPP32;
        0x040 v_frexp_mant_f32 [VD1 F32] CLAMP OMOD DPP64 DPP32;
        0x042 v_movreld_b32 [VD1 B32] DPP64 DPP32;
        0x043 v_movrels_b32 [VD1 V1] DPP64 DPP32;
        0x044 v_movrelsd_b32 [VD1 V1] DPP64 DPP32;
        0x048 v_movrelsd_2_b32 [VD1 V1] DPP64 DPP32;
        0x050 v_cvt_f16_u16 [VD1 B16] CLAMP OMOD DPP64 DPP32 LO;
        0x051 v_cvt_f16_i16 [VD1 B16] CLAMP OMOD DPP64 DPP32 LO;
        0x052 v_cvt_u16_f16 [VD1 F16] CLAMP OMOD DPP64 DPP32 LO;
        0x053 v_cvt_i16_f16 [VD1 F16] CLAMP OMOD DPP64 DPP32 LO;
        0x054 v_rcp_f16 [VD1 F16] CLAMP OMOD DPP64 DPP32 LO;
        0x055 v_sqrt_f16 [VD1 F16] CLAMP OMOD DPP64 DPP32 LO;
        0x056 v_rsq_f16 [VD1 F16] CLAMP OMOD DPP64 DPP32 LO;
        0x057 v_log_f16 [VD1 F16] CLAMP OMOD DPP64 DPP32 LO;
        0x058 v_exp_f16 [VD1 F16] CLAMP OMOD DPP64 DPP32 LO;
        0x059 v_frexp_mant_f16 [VD1 F16] CLAMP OMOD DPP64 DPP32 LO;
        0x05a v_frexp_exp_i16_f16 [VD1 F16] CLAMP OMOD DPP64 DPP32 LO;
        0x05b v_floor_f16 [VD1 F16] CLAMP OMOD DPP64 DPP32 LO;
        0x05c v_ceil_f16 [VD1 F16] CLAMP OMOD DPP64 DPP32 LO;
        0x05d v_trunc_f16 [VD1 F16] CLAMP OMOD DPP64 DPP32 LO;
        0x05e v_rndne_f16 [VD1 F16] CLAMP OMOD DPP64 DPP32 LO;
        0x05f v_fract_f16 [VD1 F16] CLAMP OMOD DPP64 DPP32 LO;
        0x060 v_sin_f16 [VD1 F16] CLAMP OMOD DPP64 DPP32 LO;
        0x061 v_cos_f16 [VD1 F16] CLAMP OMOD DPP64 DPP32 LO;
        0x062 v_sat_pk_u8_i16 [VD1 B32] DPP64 DPP32 LO;
        0x063 v_cvt_norm_i16_f16 [VD1 F16] CLAMP OMOD DPP64 DPP32 LO;
        0x064 v_cvt_norm_u16_f16 [VD1 F16] CLAMP OMOD DPP64 DPP32 LO;
        0x065 v_swap_b32 [VD1 V1] E32 NOSUFFIX;
        0x067 v_permlane64_b32 [VD1 V1] E32 NOSUFFIX;
        0x068 v_swaprel_b32 [VD1 V1] E32 NOSUFFIX;
        0x069 v_not_b16 [VD1 B16] DPP64 DPP32 LO;
        0x06a v_cvt_i32_i16 [VD1 B16] DPP64 DPP32;
        0x06b v_cvt_u32_u16 [VD1 B16] DPP64 DPP32;
    }
    Vopc {
        0x000 v_cmp_f_f16 [CARRY F16 F16] CLAMP DPP64 DPP32;
        0x001 v_cmp_lt_f16 [CARRY F16 F16] CLAMP DPP64 DPP32;
        0x002 v_cmp_eq_f16 [CARRY F16 F16] CLAMP DPP64 DPP32;
        0x003 v_cmp_le_f16 [CARRY F16 F16] CLAMP DPP64 DPP32;
        0x004 v_cmp_gt_f16 [CARRY F16 F16] CLAMP DPP64 DPP32;
        0x005 v_cmp_lg_f16 [CARRY F16 F16] CLAMP DPP64 DPP32;
        0x006 v_cmp_ge_f16 [CARRY F16 F16] CLAMP DPP64 DPP32;
        0x007 v_cmp_o_f16 [CARRY F16 F16] CLAMP DPP64 DPP32;
        0x008 v_cmp_u_f16 [CARRY F16 F16] CLAMP DPP64 DPP32;
        0x009 v_cmp_nge_f16 [CARRY F16 F16] CLAMP DPP64 DPP32;
        0x00a v_cmp_nlg_f16 [CARRY F16 F16] CLAMP DPP64 DPP32;
        0x00b v_cmp_ngt_f16 [CARRY F16 F16] CLAMP DPP64 DPP32;
        0x00c v_cmp_nle_f16 [CARRY F16 F16] CLAMP DPP64 DPP32;
        0x00d v_cmp_neq_f16 [CARRY F16 F16] CLAMP DPP64 DPP32;
        0x00e v_cmp_nlt_f16 [CARRY F16 F16] CLAMP DPP64 DPP32;
        0x00f v_cmp_t_f16 [CARRY F16 F16] CLAMP DPP64 DPP32;
        0x010 v_cmp_f_f32 [CARRY F32 F32] CLAMP DPP64 DPP32;
        0x011 v_cmp_lt_f32 [CARRY F32 F32] CLAMP DPP64 DPP32;
        0x012 v_cmp_eq_f32 [CARRY F32 F32] CLAMP DPP64 DPP32;
        0x013 v_cmp_le_f32 [CARRY F32 F32] CLAMP DPP64 DPP32;
        0x014 v_cmp_gt_f32 [CARRY F32 F32] CLAMP DPP64 DPP32;
        0x015 v_cmp_lg_f32 [CARRY F32 F32] CLAMP DPP64 DPP32;
        0x016 v_cmp_ge_f32 [CARRY F32 F32] CLAMP DPP64 DPP32;
        0x017 v_cmp_o_f32 [CARRY F32 F32] CLAMP DPP64 DPP32;
        0x018 v_cmp_u_f32 [CARRY F32 F32] CLAMP DPP64 DPP32;
        0x019 v_cmp_nge_f32 [CARRY F32 F32] CLAMP DPP64 DPP32;
        0x01a v_cmp_nlg_f32 [CARRY F32 F32] CLAMP DPP64 DPP32;
        0x01b v_cmp_ngt_f32 [CARRY F32 F32] CLAMP DPP64 DPP32;
        0x01c v_cmp_nle_f32 [CARRY F32 F32] CLAMP DPP64 DPP32;
        0x01d v_cmp_neq_f32 [CARRY F32 F32] CLAMP DPP64 DPP32;
        0x01e v_cmp_nlt_f32 [CARRY F32 F32] CLAMP DPP64 DPP32;
        0x01f v_cmp_t_f32 [CARRY F32 F32] CLAMP DPP64 DPP32;
        0x020 v_cmp_f_f64 [CARRY F64 F64] CLAMP;
        0x021 v_cmp_lt_f64 [CARRY F64 F64] CLAMP;
        0x022 v_cmp_eq_f64 [CARRY F64 F64] CLAMP;
        0x023 v_cmp_le_f64 [CARRY F64 F64] CLAMP;
        0x024 v_cmp_gt_f64 [CARRY F64 F64] CLAMP;
        0x025 v_cmp_lg_f64 [CARRY F64 F64] CLAMP;
        0x026 v_cmp_ge_f64 [CARRY F64 F64] CLAMP;
        0x027 v_cmp_o_f64 [CARRY F64 F64] CLAMP;
        0x028 v_cmp_u_f64 [CARRY F64 F64] CLAMP;
        0x029 v_cmp_nge_f64 [CARRY F64 F64] CLAMP;
        0x02a v_cmp_nlg_f64 [CARRY F64 F64] CLAMP;
        0x02b v_cmp_ngt_f64 [CARRY F64 F64] CLAMP;
        0x02c v_cmp_nle_f64 [CARRY F64 F64] CLAMP;
        0x02d v_cmp_neq_f64 [CARRY F64 F64] CLAMP;
        0x02e v_cmp_nlt_f64 [CARRY F64 F64] CLAMP;
        0x02f v_cmp_t_f64 [CARRY F64 F64] CLAMP;
        0x031 v_cmp_lt_i16 [CARRY B16 B16] DPP64 DPP32;
        0x032 v_cmp_eq_i16 [CARRY B16 B16] DPP64 DPP32;
        0x033 v_cmp_le_i16 [CARRY B16 B16] DPP64 DPP32;
        0x034 v_cmp_gt_i16 [CARRY B16 B16] DPP64 DPP32;
        0x035 v_cmp_ne_i16 [CARRY B16 B16] DPP64 DPP32;
        0x036 v_cmp_ge_i16 [CARRY B16 B16] DPP64 DPP32;
        0x039 v_cmp_lt_u16 [CARRY B16 B16] DPP64 DPP32;
        0x03a v_cmp_eq_u16 [CARRY B16 B16] DPP64 DPP32;
        0x03b v_cmp_le_u16 [CARRY B16 B16] DPP64 DPP32;
        0x03c v_cmp_gt_u16 [CARRY B16 B16] DPP64 DPP32;
        0x03d v_cmp_ne_u16 [CARRY B16 B16] DPP64 DPP32;
        0x03e v_cmp_ge_u16 [CARRY B16 B16] DPP64 DPP32;
        0x040 v_cmp_f_i32 [CARRY B32 B32] DPP64 DPP32;
        0x041 v_cmp_lt_i32 [CARRY B32 B32] DPP64 DPP32;
        0x042 v_cmp_eq_i32 [CARRY B32 B32] DPP64 DPP32;
        0x043 v_cmp_le_i32 [CARRY B32 B32] DPP64 DPP32;
        0x044 v_cmp_gt_i32 [CARRY B32 B32] DPP64 DPP32;
        0x045 v_cmp_ne_i32 [CARRY B32 B32] DPP64 DPP32;
        0x046 v_cmp_ge_i32 [CARRY B32 B32] DPP64 DPP32;
        0x047 v_cmp_t_i32 [CARRY B32 B32] DPP64 DPP32;
        0x048 v_cmp_f_u32 [CARRY B32 B32] DPP64 DPP32;
        0x049 v_cmp_lt_u32 [CARRY B32 B32] DPP64 DPP32;
        0x04a v_cmp_eq_u32 [CARRY B32 B32] DPP64 DPP32;
        0x04b v_cmp_le_u32 [CARRY B32 B32] DPP64 DPP32;
        0x04c v_cmp_gt_u32 [CARRY B32 B32] DPP64 DPP32;
        0x04d v_cmp_ne_u32 [CARRY B32 B32] DPP64 DPP32;
        0x04e v_cmp_ge_u32 [CARRY B32 B32] DPP64 DPP32;
        0x04f v_cmp_t_u32 [CARRY B32 B32] DPP64 DPP32;
        0x050 v_cmp_f_i64 [CARRY B64 B64];
        0x051 v_cmp_lt_i64 [CARRY B64 B64];
        0x052 v_cmp_eq_i64 [CARRY B64 B64];
        0x053 v_cmp_le_i64 [CARRY B64 B64];
        0x054 v_cmp_gt_i64 [CARRY B64 B64];
        0x055 v_cmp_ne_i64 [CARRY B64 B64];
        0x056 v_cmp_ge_i64 [CARRY B64 B64];
        0x057 v_cmp_t_i64 [CARRY B64 B64];
        0x058 v_cmp_f_u64 [CARRY B64 B64];
        0x059 v_cmp_lt_u64 [CARRY B64 B64];
        0x05a v_cmp_eq_u64 [CARRY B64 B64];
        0x05b v_cmp_le_u64 [CARRY B64 B64];
        0x05c v_cmp_gt_u64 [CARRY B64 B64];
        0x05d v_cmp_ne_u64 [CARRY B64 B64];
        0x05e v_cmp_ge_u64 [CARRY B64 B64];
        0x05f v_cmp_t_u64 [CARRY B64 B64];
        0x07d v_cmp_class_f16 [CARRY F16 B32] DPP64 DPP32 LO1;
        0x07e v_cmp_class_f32 [CARRY F32 B32] DPP64 DPP32;
        0x07f v_cmp_class_f64 [CARRY F64 B32];
        0x080 v_cmpx_f_f16 [F16 F16] CLAMP DPP64 DPP32;
        0x081 v_cmpx_lt_f16 [F16 F16] CLAMP DPP64 DPP32;
        0x082 v_cmpx_eq_f16 [F16 F16] CLAMP DPP64 DPP32;
        0x083 v_cmpx_le_f16 [F16 F16] CLAMP DPP64 DPP32;
        0x084 v_cmpx_gt_f16 [F16 F16] CLAMP DPP64 DPP32;
        0x085 v_cmpx_lg_f16 [F16 F16] CLAMP DPP64 DPP32;
        0x086 v_cmpx_ge_f16 [F16 F16] CLAMP DPP64 DPP32;
        0x087 v_cmpx_o_f16 [F16 F16] CLAMP DPP64 DPP32;
        0x088 v_cmpx_u_f16 [F16 F16] CLAMP DPP64 DPP32;
        0x089 v_cmpx_nge_f16 [F16 F16] CLAMP DPP64 DPP32;
        0x08a v_cmpx_nlg_f16 [F16 F16] CLAMP DPP64 DPP32;
        0x08b v_cmpx_ngt_f16 [F16 F16] CLAMP DPP64 DPP32;
        0x08c v_cmpx_nle_f16 [F16 F16] CLAMP DPP64 DPP32;
        0x08d v_cmpx_neq_f16 [F16 F16] CLAMP DPP64 DPP32;
        0x08e v_cmpx_nlt_f16 [F16 F16] CLAMP DPP64 DPP32;
        0x08f v_cmpx_t_f16 [F16 F16] CLAMP DPP64 DPP32;
        0x090 v_cmpx_f_f32 [F32 F32] CLAMP DPP64 DPP32;
        0x091 v_cmpx_lt_f32 [F32 F32] CLAMP DPP64 DPP32;
        0x092 v_cmpx_eq_f32 [F32 F32] CLAMP DPP64 DPP32;
        0x093 v_cmpx_le_f32 [F32 F32] CLAMP DPP64 DPP32;
        0x094 v_cmpx_gt_f32 [F32 F32] CLAMP DPP64 DPP32;
        0x095 v_cmpx_lg_f32 [F32 F32] CLAMP DPP64 DPP32;
        0x096 v_cmpx_ge_f32 [F32 F32] CLAMP DPP64 DPP32;
        0x097 v_cmpx_o_f32 [F32 F32] CLAMP DPP64 DPP32;
        0x098 v_cmpx_u_f32 [F32 F32] CLAMP DPP64 DPP32;
        0x099 v_cmpx_nge_f32 [F32 F32] CLAMP DPP64 DPP32;
        0x09a v_cmpx_nlg_f32 [F32 F32] CLAMP DPP64 DPP32;
        0x09b v_cmpx_ngt_f32 [F32 F32] CLAMP DPP64 DPP32;
        0x09c v_cmpx_nle_f32 [F32 F32] CLAMP DPP64 DPP32;
        0x09d v_cmpx_neq_f32 [F32 F32] CLAMP DPP64 DPP32;
        0x09e v_cmpx_nlt_f32 [F32 F32] CLAMP DPP64 DPP32;
        0x09f v_cmpx_t_f32 [F32 F32] CLAMP DPP64 DPP32;
        0x0a0 v_cmpx_f_f64 [F64 F64] CLAMP;
        0x0a1 v_cmpx_lt_f64 [F64 F64] CLAMP;
        0x0a2 v_cmpx_eq_f64 [F64 F64] CLAMP;
        0x0a3 v_cmpx_le_f64 [F64 F64] CLAMP;
        0x0a4 v_cmpx_gt_f64 [F64 F64] CLAMP;
        0x0a5 v_cmpx_lg_f64 [F64 F64] CLAMP;
        0x0a6 v_cmpx_ge_f64 [F64 F64] CLAMP;
        0x0a7 v_cmpx_o_f64 [F64 F64] CLAMP;
        0x0a8 v_cmpx_u_f64 [F64 F64] CLAMP;
        0x0a9 v_cmpx_nge_f64 [F64 F64] CLAMP;
        0x0aa v_cmpx_nlg_f64 [F64 F64] CLAMP;
        0x0ab v_cmpx_ngt_f64 [F64 F64] CLAMP;
        0x0ac v_cmpx_nle_f64 [F64 F64] CLAMP;
        0x0ad v_cmpx_neq_f64 [F64 F64] CLAMP;
        0x0ae v_cmpx_nlt_f64 [F64 F64] CLAMP;
        0x0af v_cmpx_t_f64 [F64 F64] CLAMP;
        0x0b1 v_cmpx_lt_i16 [B16 B16] DPP64 DPP32;
        0x0b2 v_cmpx_eq_i16 [B16 B16] DPP64 DPP32;
        0x0b3 v_cmpx_le_i16 [B16 B16] DPP64 DPP32;
        0x0b4 v_cmpx_gt_i16 [B16 B16] DPP64 DPP32;
        0x0b5 v_cmpx_ne_i16 [B16 B16] DPP64 DPP32;
        0x0b6 v_cmpx_ge_i16 [B16 B16] DPP64 DPP32;
        0x0b9 v_cmpx_lt_u16 [B16 B16] DPP64 DPP32;
        0x0ba v_cmpx_eq_u16 [B16 B16] DPP64 DPP32;
        0x0bb v_cmpx_le_u16 [B16 B16] DPP64 DPP32;
        0x0bc v_cmpx_gt_u16 [B16 B16] DPP64 DPP32;
        0x0bd v_cmpx_ne_u16 [B16 B16] DPP64 DPP32;
        0x0be v_cmpx_ge_u16 [B16 B16] DPP64 DPP32;
        0x0c0 v_cmpx_f_i32 [B32 B32] DPP64 DPP32;
        0x0c1 v_cmpx_lt_i32 [B32 B32] DPP64 DPP32;
        0x0c2 v_cmpx_eq_i32 [B32 B32] DPP64 DPP32;
        0x0c3 v_cmpx_le_i32 [B32 B32] DPP64 DPP32;
        0x0c4 v_cmpx_gt_i32 [B32 B32] DPP64 DPP32;
        0x0c5 v_cmpx_ne_i32 [B32 B32] DPP64 DPP32;
        0x0c6 v_cmpx_ge_i32 [B32 B32] DPP64 DPP32;
        0x0c7 v_cmpx_t_i32 [B32 B32] DPP64 DPP32;
        0x0c8 v_cmpx_f_u32 [B32 B32] DPP64 DPP32;
        0x0c9 v_cmpx_lt_u32 [B32 B32] DPP64 DPP32;
        0x0ca v_cmpx_eq_u32 [B32 B32] DPP64 DPP32;
        0x0cb v_cmpx_le_u32 [B32 B32] DPP64 DPP32;
        0x0cc v_cmpx_gt_u32 [B32 B32] DPP64 DPP32;
        0x0cd v_cmpx_ne_u32 [B32 B32] DPP64 DPP32;
        0x0ce v_cmpx_ge_u32 [B32 B32] DPP64 DPP32;
        0x0cf v_cmpx_t_u32 [B32 B32] DPP64 DPP32;
        0x0d0 v_cmpx_f_i64 [B64 B64];
        0x0d1 v_cmpx_lt_i64 [B64 B64];
        0x0d2 v_cmpx_eq_i64 [B64 B64];
        0x0d3 v_cmpx_le_i64 [B64 B64];
        0x0d4 v_cmpx_gt_i64 [B64 B64];
        0x0d5 v_cmpx_ne_i64 [B64 B64];
        0x0d6 v_cmpx_ge_i64 [B64 B64];
        0x0d7 v_cmpx_t_i64 [B64 B64];
        0x0d8 v_cmpx_f_u64 [B64 B64];
        0x0d9 v_cmpx_lt_u64 [B64 B64];
        0x0da v_cmpx_eq_u64 [B64 B64];
        0x0db v_cmpx_le_u64 [B64 B64];
        0x0dc v_cmpx_gt_u64 [B64 B64];
        0x0dd v_cmpx_ne_u64 [B64 B64];
        0x0de v_cmpx_ge_u64 [B64 B64];
        0x0df v_cmpx_t_u64 [B64 B64];
        0x0fd v_cmpx_class_f16 [F16 B32] DPP64 DPP32 LO1;
        0x0fe v_cmpx_class_f32 [F32 B32] DPP64 DPP32;
        0x0ff v_cmpx_class_f64 [F64 B32];
    }
    Vop3p {
        0x000 v_pk_mad_i16 [VD1 B32 B32 B32] SEL CLAMP;
        0x001 v_pk_mul_lo_u16 [VD1 B32 B32] SEL CLAMP;
        0x002 v_pk_add_i16 [VD1 B32 B32] SEL CLAMP;
        0x003 v_pk_sub_i16 [VD1 B32 B32] SEL CLAMP;
        0x004 v_pk_lshlrev_b16 [VD1 B32 B32] SEL CLAMP;
        0x005 v_pk_lshrrev_b16 [VD1 B32 B32] SEL CLAMP;
        0x006 v_pk_ashrrev_i16 [VD1 B32 B32] SEL CLAMP;
        0x007 v_pk_max_i16 [VD1 B32 B32] SEL CLAMP;
        0x008 v_pk_min_i16 [VD1 B32 B32] SEL CLAMP;
        0x009 v_pk_mad_u16 [VD1 B32 B32 B32] SEL CLAMP;
        0x00a v_pk_add_u16 [VD1 B32 B32] SEL CLAMP;
        0x00b v_pk_sub_u16 [VD1 B32 B32] SEL CLAMP;
        0x00c v_pk_max_u16 [VD1 B32 B32] SEL CLAMP;
        0x00d v_pk_min_u16 [VD1 B32 B32] SEL CLAMP;
        0x00e v_pk_fma_f16 [VD1 P16 P16 P16] SEL CLAMP;
        0x00f v_pk_add_f16 [VD1 P16 P16] SEL CLAMP;
        0x010 v_pk_mul_f16 [VD1 P16 P16] SEL CLAMP;
        0x011 v_pk_min_f16 [VD1 P16 P16] SEL CLAMP;
        0x012 v_pk_max_f16 [VD1 P16 P16] SEL CLAMP;
        0x013 v_dot2_f32_f16 [VD1 P16 P16 B32] SEL CLAMP DPP64;
        0x016 v_dot4_i32_iu8 [VD1 B32 B32 B32] SEL CLAMP;
        0x017 v_dot4_u32_u8 [VD1 B32 B32 B32] SEL CLAMP;
        0x018 v_dot8_i32_iu4 [VD1 B32 B32 B32] SEL CLAMP;
        0x019 v_dot8_u32_u4 [VD1 B32 B32 B32] SEL CLAMP;
        0x01a v_dot2_f32_bf16 [VD1 Q16 Q16 B32] SEL CLAMP;
        0x020 v_fma_mix_f32 [VD1 F16 F16 F16] MIX CLAMP DPP64;
        0x021 v_fma_mixlo_f16 [VD1 F16 F16 F16] MIX CLAMP DPP64;
        0x022 v_fma_mixhi_f16 [VD1 F16 F16 F16] MIX CLAMP DPP64;
        0x040 v_wmma_f32_16x16x16_f16 [VD8 V8 V8 W8] WMMA;
        0x041 v_wmma_f32_16x16x16_bf16 [VD8 V8 V8 W8] WMMA;
        0x042 v_wmma_f16_16x16x16_f16 [VD8 V8 V8 W8] WMMA SEL;
        0x043 v_wmma_bf16_16x16x16_bf16 [VD8 V8 V8 W8] WMMA SEL;
        0x044 v_wmma_i32_16x16x16_iu8 [VD8 V4 V4 W8] WMMA CLAMP;
        0x045 v_wmma_i32_16x16x16_iu4 [VD8 V2 V2 W8] WMMA CLAMP;
    }
    Vinterp {
        0x000 v_interp_p10_f32 [VD1 V1F V1F V1F] CLAMP;
        0x001 v_interp_p2_f32 [VD1 V1F V1F V1F] CLAMP;
        0x002 v_interp_p10_f16_f32 [VD1 V1F V1F V1F] SEL4 CLAMP;
        0x003 v_interp_p2_f16_f32 [VD1 V1F V1F V1F] SEL4 CLAMP;
        0x004 v_interp_p10_rtz_f16_f32 [VD1 V1F V1F V1F] SEL4 CLAMP;
        0x005 v_interp_p2_rtz_f16_f32 [VD1 V1F V1F V1F] SEL4 CLAMP;
    }
    Vop3 {
        0x209 v_fma_dx9_zero_f32 [VD1 F32 F32 F32] CLAMP OMOD;
        0x20a v_mad_i32_i24 [VD1 B32 B32 B32] CLAMP DPP64;
        0x20b v_mad_u32_u24 [VD1 B32 B32 B32] CLAMP DPP64;
        0x20c v_cubeid_f32 [VD1 F32 F32 F32] CLAMP OMOD DPP64;
        0x20d v_cubesc_f32 [VD1 F32 F32 F32] CLAMP OMOD DPP64;
        0x20e v_cubetc_f32 [VD1 F32 F32 F32] CLAMP OMOD DPP64;
        0x20f v_cubema_f32 [VD1 F32 F32 F32] CLAMP OMOD DPP64;
        0x210 v_bfe_u32 [VD1 B32 B32 B32] DPP64;
        0x211 v_bfe_i32 [VD1 B32 B32 B32] DPP64;
        0x212 v_bfi_b32 [VD1 B32 B32 B32] DPP64;
        0x213 v_fma_f32 [VD1 F32 F32 F32] CLAMP OMOD DPP64;
        0x214 v_fma_f64 [VD2 F64 F64 F64] CLAMP OMOD;
        0x215 v_lerp_u8 [VD1 B32 B32 B32] DPP64;
        0x216 v_alignbit_b32 [VD1 B32 B32 B32] DPP64;
        0x217 v_alignbyte_b32 [VD1 B32 B32 B32] DPP64;
        0x218 v_mullit_f32 [VD1 F32 F32 F32] CLAMP OMOD DPP64;
        0x219 v_min3_f32 [VD1 F32 F32 F32] CLAMP OMOD DPP64;
        0x21a v_min3_i32 [VD1 B32 B32 B32] DPP64;
        0x21b v_min3_u32 [VD1 B32 B32 B32] DPP64;
        0x21c v_max3_f32 [VD1 F32 F32 F32] CLAMP OMOD DPP64;
        0x21d v_max3_i32 [VD1 B32 B32 B32] DPP64;
        0x21e v_max3_u32 [VD1 B32 B32 B32] DPP64;
        0x21f v_med3_f32 [VD1 F32 F32 F32] CLAMP OMOD DPP64;
        0x220 v_med3_i32 [VD1 B32 B32 B32] DPP64;
        0x221 v_med3_u32 [VD1 B32 B32 B32] DPP64;
        0x222 v_sad_u8 [VD1 B32 B32 B32] CLAMP DPP64;
        0x223 v_sad_hi_u8 [VD1 B32 B32 B32] CLAMP DPP64;
        0x224 v_sad_u16 [VD1 B32 B32 B32] CLAMP DPP64;
        0x225 v_sad_u32 [VD1 B32 B32 B32] CLAMP DPP64;
        0x226 v_cvt_pk_u8_f32 [VD1 F32 X32 X32] CLAMP DPP64;
        0x227 v_div_fixup_f32 [VD1 F32 F32 F32] CLAMP OMOD;
        0x228 v_div_fixup_f64 [VD2 F64 F64 F64] CLAMP OMOD;
        0x237 v_div_fmas_f32 [VD1 F32 F32 F32] CLAMP OMOD;
        0x238 v_div_fmas_f64 [VD2 F64 F64 F64] CLAMP OMOD;
        0x239 v_msad_u8 [VD1 B32 B32 B32] CLAMP DPP64;
        0x23a v_qsad_pk_u16_u8 [VD2 B64 B32 B64] CLAMP;
        0x23b v_mqsad_pk_u16_u8 [VD2 B64 B32 B64] CLAMP;
        0x23d v_mqsad_u32_u8 [VD4 B64 B32 V4] CLAMP;
        0x240 v_xor3_b32 [VD1 B32 B32 B32] DPP64;
        0x241 v_mad_u16 [VD1 I16 I16 I16] CLAMP SEL4 DPP64;
        0x244 v_perm_b32 [VD1 B32 B32 B32] DPP64;
        0x245 v_xad_u32 [VD1 B32 B32 B32] DPP64;
        0x246 v_lshl_add_u32 [VD1 B32 B32 B32] DPP64;
        0x247 v_add_lshl_u32 [VD1 B32 B32 B32] DPP64;
        0x248 v_fma_f16 [VD1 F16 F16 F16] CLAMP OMOD SEL4 DPP64;
        0x249 v_min3_f16 [VD1 F16 F16 F16] CLAMP OMOD SEL4 DPP64;
        0x24a v_min3_i16 [VD1 I16 I16 I16] CLAMP SEL4 DPP64;
        0x24b v_min3_u16 [VD1 I16 I16 I16] CLAMP SEL4 DPP64;
        0x24c v_max3_f16 [VD1 F16 F16 F16] CLAMP OMOD SEL4 DPP64;
        0x24d v_max3_i16 [VD1 I16 I16 I16] CLAMP SEL4 DPP64;
        0x24e v_max3_u16 [VD1 I16 I16 I16] CLAMP SEL4 DPP64;
        0x24f v_med3_f16 [VD1 F16 F16 F16] CLAMP OMOD SEL4 DPP64;
        0x250 v_med3_i16 [VD1 I16 I16 I16] CLAMP SEL4 DPP64;
        0x251 v_med3_u16 [VD1 I16 I16 I16] CLAMP SEL4 DPP64;
        0x253 v_mad_i16 [VD1 I16 I16 I16] CLAMP SEL4 DPP64;
        0x254 v_div_fixup_f16 [VD1 F16 F16 F16] CLAMP OMOD SEL4 DPP64;
        0x255 v_add3_u32 [VD1 B32 B32 B32] DPP64;
        0x256 v_lshl_or_b32 [VD1 B32 B32 B32] DPP64;
        0x257 v_and_or_b32 [VD1 B32 B32 B32] DPP64;
        0x258 v_or3_b32 [VD1 B32 B32 B32] DPP64;
        0x259 v_mad_u32_u16 [VD1 I16 I16 I32] CLAMP SEL4 DPP64;
        0x25a v_mad_i32_i16 [VD1 I16 I16 I32] CLAMP SEL4 DPP64;
        0x25b v_permlane16_b32 [VD1 V1I C1I C1I] SEL2;
        0x25c v_permlanex16_b32 [VD1 V1I C1I C1I] SEL2;
        0x25d v_cndmask_b16 [VD1 BF16 BF16 MASK] DPP64;
        0x25e v_maxmin_f32 [VD1 F32 F32 F32] CLAMP OMOD DPP64;
        0x25f v_minmax_f32 [VD1 F32 F32 F32] CLAMP OMOD DPP64;
        0x260 v_maxmin_f16 [VD1 F16 F16 F16] CLAMP OMOD DPP64;
        0x261 v_minmax_f16 [VD1 F16 F16 F16] CLAMP OMOD DPP64;
        0x262 v_maxmin_u32 [VD1 B32 B32 B32] DPP64;
        0x263 v_minmax_u32 [VD1 B32 B32 B32] DPP64;
        0x264 v_maxmin_i32 [VD1 B32 B32 B32] DPP64;
        0x265 v_minmax_i32 [VD1 B32 B32 B32] DPP64;
        0x266 v_dot2_f16_f16 [VD1 F32 F32 F16] SELD DPP64;
        0x267 v_dot2_bf16_bf16 [VD1 F32 F32 F32] SELD DPP64;
        0x2fc v_div_scale_f32 [VD1 CARRY N32 N32 N32] CLAMP OMOD;
        0x2fd v_div_scale_f64 [VD2 CARRY N64 N64 N64] CLAMP OMOD;
        0x2fe v_mad_u64_u32 [VD2 CARRY B32 B32 B64] CLAMP;
        0x2ff v_mad_i64_i32 [VD2 CARRY B32 B32 B64] CLAMP;
        0x300 v_add_co_u32 [VD1 CARRY B32 B32] CLAMP DPP64;
        0x301 v_sub_co_u32 [VD1 CARRY B32 B32] CLAMP DPP64;
        0x302 v_subrev_co_u32 [VD1 CARRY B32 B32] CLAMP DPP64;
        0x303 v_add_nc_u16 [VD1 I16 I16] CLAMP SEL3 DPP64;
        0x304 v_sub_nc_u16 [VD1 I16 I16] CLAMP SEL3 DPP64;
        0x305 v_mul_lo_u16 [VD1 B16 B16] DPP64;
        0x306 v_cvt_pk_i16_f32 [VD1 F32 F32] CLAMP DPP64;
        0x307 v_cvt_pk_u16_f32 [VD1 F32 F32] CLAMP DPP64;
        0x309 v_max_u16 [VD1 B16 B16] DPP64;
        0x30a v_max_i16 [VD1 B16 B16] DPP64;
        0x30b v_min_u16 [VD1 B16 B16] DPP64;
        0x30c v_min_i16 [VD1 B16 B16] DPP64;
        0x30d v_add_nc_i16 [VD1 I16 I16] CLAMP SEL3 DPP64;
        0x30e v_sub_nc_i16 [VD1 I16 I16] CLAMP SEL3 DPP64;
        0x311 v_pack_b32_f16 [VD1 F16 F16] CLAMP SEL3 DPP64;
        0x312 v_cvt_pk_norm_i16_f16 [VD1 F16 F16] CLAMP SEL3 DPP64;
        0x313 v_cvt_pk_norm_u16_f16 [VD1 F16 F16] CLAMP SEL3 DPP64;
        0x31c v_ldexp_f32 [VD1 F32 X32] CLAMP OMOD DPP64;
        0x31d v_bfm_b32 [VD1 B32 B32] DPP64;
        0x31e v_bcnt_u32_b32 [VD1 B32 B32] DPP64;
        0x31f v_mbcnt_lo_u32_b32 [VD1 B32 B32] DPP64;
        0x320 v_mbcnt_hi_u32_b32 [VD1 B32 B32] DPP64;
        0x321 v_cvt_pk_norm_i16_f32 [VD1 F32 F32] CLAMP DPP64;
        0x322 v_cvt_pk_norm_u16_f32 [VD1 F32 F32] CLAMP DPP64;
        0x323 v_cvt_pk_u16_u32 [VD1 B32 B32] DPP64;
        0x324 v_cvt_pk_i16_i32 [VD1 B32 B32] DPP64;
        0x325 v_sub_nc_i32 [VD1 B32 B32] CLAMP DPP64;
        0x326 v_add_nc_i32 [VD1 B32 B32] CLAMP DPP64;
        0x327 v_add_f64 [VD2 F64 F64] CLAMP OMOD;
        0x328 v_mul_f64 [VD2 F64 F64] CLAMP OMOD;
        0x329 v_min_f64 [VD2 F64 F64] CLAMP OMOD;
        0x32a v_max_f64 [VD2 F64 F64] CLAMP OMOD;
        0x32b v_ldexp_f64 [VD2 F64 X32] CLAMP OMOD;
        0x32c v_mul_lo_u32 [VD1 B32 B32];
        0x32d v_mul_hi_u32 [VD1 B32 B32];
        0x32e v_mul_hi_i32 [VD1 B32 B32];
        0x32f v_trig_preop_f64 [VD2 F64 X32] CLAMP OMOD;
        0x338 v_lshlrev_b16 [VD1 B16 B16] DPP64;
        0x339 v_lshrrev_b16 [VD1 B16 B16] DPP64;
        0x33a v_ashrrev_i16 [VD1 B16 B16] DPP64;
        0x33c v_lshlrev_b64 [VD2 B32 B64];
        0x33d v_lshrrev_b64 [VD2 B32 B64];
        0x33e v_ashrrev_i64 [VD2 B32 B64];
        0x360 v_readlane_b32 [SD1 L1 C1];
        0x361 v_writelane_b32 [VD1 C1L C1];
        0x362 v_and_b16 [VD1 B16 B16] DPP64;
        0x363 v_or_b16 [VD1 B16 B16] DPP64;
        0x364 v_xor_b16 [VD1 B16 B16] DPP64;
    }
    Sopk {
        0x000 s_movk_i32 [SD1 HEX16];
        0x001 s_version [VERSION];
        0x002 s_cmovk_i32 [SD1 HEX16];
        0x003 s_cmpk_eq_i32 [SD1 HEX16];
        0x004 s_cmpk_lg_i32 [SD1 HEX16];
        0x005 s_cmpk_gt_i32 [SD1 HEX16];
        0x006 s_cmpk_ge_i32 [SD1 HEX16];
        0x007 s_cmpk_lt_i32 [SD1 HEX16];
        0x008 s_cmpk_le_i32 [SD1 HEX16];
        0x009 s_cmpk_eq_u32 [SD1 HEX16];
        0x00a s_cmpk_lg_u32 [SD1 HEX16];
        0x00b s_cmpk_gt_u32 [SD1 HEX16];
        0x00c s_cmpk_ge_u32 [SD1 HEX16];
        0x00d s_cmpk_lt_u32 [SD1 HEX16];
        0x00e s_cmpk_le_u32 [SD1 HEX16];
        0x00f s_addk_i32 [SD1 HEX16];
        0x010 s_mulk_i32 [SD1 HEX16];
        0x011 s_getreg_b32 [SD1 HWREG];
        0x012 s_setreg_b32 [HWREG SD1];
        0x013 s_setreg_imm32_b32 [HWREG WORD];
        0x014 s_call_b64 [SD2 LABEL];
        0x016 s_subvector_loop_begin [SD1 LABEL];
        0x017 s_subvector_loop_end [SD1 LABEL];
        0x018 s_waitcnt_vscnt [SD1 HEX16];
        0x019 s_waitcnt_vmcnt [SD1 HEX16];
        0x01a s_waitcnt_expcnt [SD1 HEX16];
        0x01b s_waitcnt_lgkmcnt [SD1 HEX16];
    }
    Sopp {
        0x000 s_nop [HEXIMM];
        0x001 s_setkill [HEXIMM];
        0x002 s_sethalt [HEXIMM];
        0x003 s_sleep [HEXIMM];
        0x004 s_set_inst_prefetch_distance [HEX16];
        0x005 s_clause [HEX16];
        0x007 s_delay_alu [DELAY];
        0x008 s_waitcnt_depctr [DEPCTR];
        0x009 s_waitcnt [WAITCNT];
        0x00a s_wait_idle [];
        0x00b s_wait_event [HEX16];
        0x010 s_trap [HEXIMM];
        0x011 s_round_mode [HEX16];
        0x012 s_denorm_mode [HEXIMM];
        0x013 s_singleuse_vdst [HEX16] RDNA35;
        0x01f s_code_end [];
        0x020 s_branch [LABEL];
        0x021 s_cbranch_scc0 [LABEL];
        0x022 s_cbranch_scc1 [LABEL];
        0x023 s_cbranch_vccz [LABEL];
        0x024 s_cbranch_vccnz [LABEL];
        0x025 s_cbranch_execz [LABEL];
        0x026 s_cbranch_execnz [LABEL];
        0x027 s_cbranch_cdbgsys [LABEL];
        0x028 s_cbranch_cdbguser [LABEL];
        0x029 s_cbranch_cdbgsys_or_user [LABEL];
        0x02a s_cbranch_cdbgsys_and_user [LABEL];
        0x030 s_endpgm [OPTDEC];
        0x031 s_endpgm_saved [];
        0x034 s_wakeup [];
        0x035 s_setprio [HEXIMM];
        0x036 s_sendmsg [MSG];
        0x037 s_sendmsghalt [MSG];
        0x038 s_incperflevel [HEXIMM];
        0x039 s_decperflevel [HEXIMM];
        0x03a s_ttracedata [];
        0x03b s_ttracedata_imm [HEX16];
        0x03c s_icache_inv [];
        0x03d s_barrier [];
    }
    Ds {
        0x000 ds_add_u32 [DADDR1 DDATA1];
        0x001 ds_sub_u32 [DADDR1 DDATA1];
        0x002 ds_rsub_u32 [DADDR1 DDATA1];
        0x003 ds_inc_u32 [DADDR1 DDATA1];
        0x004 ds_dec_u32 [DADDR1 DDATA1];
        0x005 ds_min_i32 [DADDR1 DDATA1];
        0x006 ds_max_i32 [DADDR1 DDATA1];
        0x007 ds_min_u32 [DADDR1 DDATA1];
        0x008 ds_max_u32 [DADDR1 DDATA1];
        0x009 ds_and_b32 [DADDR1 DDATA1];
        0x00a ds_or_b32 [DADDR1 DDATA1];
        0x00b ds_xor_b32 [DADDR1 DDATA1];
        0x00c ds_mskor_b32 [DADDR1 DDATA1 DDATB1];
        0x00d ds_store_b32 [DADDR1 DDATA1];
        0x00e ds_store_2addr_b32 [DADDR1 DDATA1 DDATB1] OFF2;
        0x00f ds_store_2addr_stride64_b32 [DADDR1 DDATA1 DDATB1] OFF2;
        0x010 ds_cmpstore_b32 [DADDR1 DDATA1 DDATB1];
        0x011 ds_cmpstore_f32 [DADDR1 DDATA1 DDATB1];
        0x012 ds_min_f32 [DADDR1 DDATA1];
        0x013 ds_max_f32 [DADDR1 DDATA1];
        0x014 ds_nop [] NOGDS NOOFF;
        0x015 ds_add_f32 [DADDR1 DDATA1];
        0x018 ds_gws_sema_release_all [] GDSONLY;
        0x019 ds_gws_init [DADDR1] GDSONLY;
        0x01a ds_gws_sema_v [] GDSONLY;
        0x01b ds_gws_sema_br [DADDR1] GDSONLY;
        0x01c ds_gws_sema_p [] GDSONLY;
        0x01d ds_gws_barrier [DADDR1] GDSONLY;
        0x01e ds_store_b8 [DADDR1 DDATA1];
        0x01f ds_store_b16 [DADDR1 DDATA1];
        0x020 ds_add_rtn_u32 [DVDST1 DADDR1 DDATA1];
        0x021 ds_sub_rtn_u32 [DVDST1 DADDR1 DDATA1];
        0x022 ds_rsub_rtn_u32 [DVDST1 DADDR1 DDATA1];
        0x023 ds_inc_rtn_u32 [DVDST1 DADDR1 DDATA1];
        0x024 ds_dec_rtn_u32 [DVDST1 DADDR1 DDATA1];
        0x025 ds_min_rtn_i32 [DVDST1 DADDR1 DDATA1];
        0x026 ds_max_rtn_i32 [DVDST1 DADDR1 DDATA1];
        0x027 ds_min_rtn_u32 [DVDST1 DADDR1 DDATA1];
        0x028 ds_max_rtn_u32 [DVDST1 DADDR1 DDATA1];
        0x029 ds_and_rtn_b32 [DVDST1 DADDR1 DDATA1];
        0x02a ds_or_rtn_b32 [DVDST1 DADDR1 DDATA1];
        0x02b ds_xor_rtn_b32 [DVDST1 DADDR1 DDATA1];
        0x02c ds_mskor_rtn_b32 [DVDST1 DADDR1 DDATA1 DDATB1];
        0x02d ds_storexchg_rtn_b32 [DVDST1 DADDR1 DDATA1];
        0x02e ds_storexchg_2addr_rtn_b32 [DVDST2 DADDR1 DDATA1 DDATB1] OFF2;
        0x02f ds_storexchg_2addr_stride64_rtn_b32 [DVDST2 DADDR1 DDATA1 DDATB1] OFF2;
        0x030 ds_cmpstore_rtn_b32 [DVDST1 DADDR1 DDATA1 DDATB1];
        0x031 ds_cmpstore_rtn_f32 [DVDST1 DADDR1 DDATA1 DDATB1];
        0x032 ds_min_rtn_f32 [DVDST1 DADDR1 DDATA1];
        0x033 ds_max_rtn_f32 [DVDST1 DADDR1 DDATA1];
        0x034 ds_wrap_rtn_b32 [DVDST1 DADDR1 DDATA1 DDATB1];
        0x035 ds_swizzle_b32 [DVDST1 DADDR1] SWIZZLE;
        0x036 ds_load_b32 [DVDST1 DADDR1];
        0x037 ds_load_2addr_b32 [DVDST2 DADDR1] OFF2;
        0x038 ds_load_2addr_stride64_b32 [DVDST2 DADDR1] OFF2;
        0x039 ds_load_i8 [DVDST1 DADDR1];
        0x03a ds_load_u8 [DVDST1 DADDR1];
        0x03b ds_load_i16 [DVDST1 DADDR1];
        0x03c ds_load_u16 [DVDST1 DADDR1];
        0x03d ds_consume [DVDST1];
        0x03e ds_append [DVDST1];
        0x03f ds_ordered_count [DVDST1 DADDR1] GDSONLY;
        0x040 ds_add_u64 [DADDR1 DDATA2];
        0x041 ds_sub_u64 [DADDR1 DDATA2];
        0x042 ds_rsub_u64 [DADDR1 DDATA2];
        0x043 ds_inc_u64 [DADDR1 DDATA2];
        0x044 ds_dec_u64 [DADDR1 DDATA2];
        0x045 ds_min_i64 [DADDR1 DDATA2];
        0x046 ds_max_i64 [DADDR1 DDATA2];
        0x047 ds_min_u64 [DADDR1 DDATA2];
        0x048 ds_max_u64 [DADDR1 DDATA2];
        0x049 ds_and_b64 [DADDR1 DDATA2];
        0x04a ds_or_b64 [DADDR1 DDATA2];
        0x04b ds_xor_b64 [DADDR1 DDATA2];
        0x04c ds_mskor_b64 [DADDR1 DDATA2 DDATB2];
        0x04d ds_store_b64 [DADDR1 DDATA2];
        0x04e ds_store_2addr_b64 [DADDR1 DDATA2 DDATB2] OFF2;
        0x04f ds_store_2addr_stride64_b64 [DADDR1 DDATA2 DDATB2] OFF2;
        0x050 ds_cmpstore_b64 [DADDR1 DDATA2 DDATB2];
        0x051 ds_cmpstore_f64 [DADDR1 DDATA2 DDATB2];
        0x052 ds_min_f64 [DADDR1 DDATA2];
        0x053 ds_max_f64 [DADDR1 DDATA2];
        0x060 ds_add_rtn_u64 [DVDST2 DADDR1 DDATA2];
        0x061 ds_sub_rtn_u64 [DVDST2 DADDR1 DDATA2];
        0x062 ds_rsub_rtn_u64 [DVDST2 DADDR1 DDATA2];
        0x063 ds_inc_rtn_u64 [DVDST2 DADDR1 DDATA2];
        0x064 ds_dec_rtn_u64 [DVDST2 DADDR1 DDATA2];
        0x065 ds_min_rtn_i64 [DVDST2 DADDR1 DDATA2];
        0x066 ds_max_rtn_i64 [DVDST2 DADDR1 DDATA2];
        0x067 ds_min_rtn_u64 [DVDST2 DADDR1 DDATA2];
        0x068 ds_max_rtn_u64 [DVDST2 DADDR1 DDATA2];
        0x069 ds_and_rtn_b64 [DVDST2 DADDR1 DDATA2];
        0x06a ds_or_rtn_b64 [DVDST2 DADDR1 DDATA2];
        0x06b ds_xor_rtn_b64 [DVDST2 DADDR1 DDATA2];
        0x06c ds_mskor_rtn_b64 [DVDST2 DADDR1 DDATA2 DDATB2];
        0x06d ds_storexchg_rtn_b64 [DVDST2 DADDR1 DDATA2];
        0x06e ds_storexchg_2addr_rtn_b64 [DVDST4 DADDR1 DDATA2 DDATB2] OFF2;
        0x06f ds_storexchg_2addr_stride64_rtn_b64 [DVDST4 DADDR1 DDATA2 DDATB2] OFF2;
        0x070 ds_cmpstore_rtn_b64 [DVDST2 DADDR1 DDATA2 DDATB2];
        0x071 ds_cmpstore_rtn_f64 [DVDST2 DADDR1 DDATA2 DDATB2];
        0x072 ds_min_rtn_f64 [DVDST2 DADDR1 DDATA2];
        0x073 ds_max_rtn_f64 [DVDST2 DADDR1 DDATA2];
        0x076 ds_load_b64 [DVDST2 DADDR1];
        0x077 ds_load_2addr_b64 [DVDST4 DADDR1] OFF2;
        0x078 ds_load_2addr_stride64_b64 [DVDST4 DADDR1] OFF2;
        0x079 ds_add_rtn_f32 [DVDST1 DADDR1 DDATA1];
        0x07a ds_add_gs_reg_rtn [DVDST2 DDATA1] GDSONLY;
        0x07b ds_sub_gs_reg_rtn [DVDST2 DDATA1] GDSONLY;
        0x07e ds_condxchg32_rtn_b64 [DVDST2 DADDR1 DDATA2];
        0x0a0 ds_store_b8_d16_hi [DADDR1 DDATA1];
        0x0a1 ds_store_b16_d16_hi [DADDR1 DDATA1];
        0x0a2 ds_load_u8_d16 [DVDST1 DADDR1];
        0x0a3 ds_load_u8_d16_hi [DVDST1 DADDR1];
        0x0a4 ds_load_i8_d16 [DVDST1 DADDR1];
        0x0a5 ds_load_i8_d16_hi [DVDST1 DADDR1];
        0x0a6 ds_load_u16_d16 [DVDST1 DADDR1];
        0x0a7 ds_load_u16_d16_hi [DVDST1 DADDR1];
        0x0ad ds_bvh_stack_rtn_b32 [DVDST1 DADDR1 DDATA1 DDATB4] NOGDS;
        0x0b0 ds_store_addtid_b32 [DDATA1];
        0x0b1 ds_load_addtid_b32 [DVDST1];
        0x0b2 ds_permute_b32 [DVDST1 DADDR1 DDATA1] NOGDS;
        0x0b3 ds_bpermute_b32 [DVDST1 DADDR1 DDATA1] NOGDS;
        0x0de ds_store_b96 [DADDR1 DDATA3];
        0x0df ds_store_b128 [DADDR1 DDATA4];
        0x0fe ds_load_b96 [DVDST3 DADDR1];
        0x0ff ds_load_b128 [DVDST4 DADDR1];
    }
    Flat {
        0x010 flat_load_u8 [FVDST1 VADDR];
        0x011 flat_load_i8 [FVDST1 VADDR];
        0x012 flat_load_u16 [FVDST1 VADDR];
        0x013 flat_load_i16 [FVDST1 VADDR];
        0x014 flat_load_b32 [FVDST1 VADDR];
        0x015 flat_load_b64 [FVDST2 VADDR];
        0x016 flat_load_b96 [FVDST3 VADDR];
        0x017 flat_load_b128 [FVDST4 VADDR];
        0x018 flat_store_b8 [VADDR FDATA1];
        0x019 flat_store_b16 [VADDR FDATA1];
        0x01a flat_store_b32 [VADDR FDATA1];
        0x01b flat_store_b64 [VADDR FDATA2];
        0x01c flat_store_b96 [VADDR FDATA3];
        0x01d flat_store_b128 [VADDR FDATA4];
        0x01e flat_load_d16_u8 [FVDST1 VADDR];
        0x01f flat_load_d16_i8 [FVDST1 VADDR];
        0x020 flat_load_d16_b16 [FVDST1 VADDR];
        0x021 flat_load_d16_hi_u8 [FVDST1 VADDR];
        0x022 flat_load_d16_hi_i8 [FVDST1 VADDR];
        0x023 flat_load_d16_hi_b16 [FVDST1 VADDR];
        0x024 flat_store_d16_hi_b8 [VADDR FDATA1];
        0x025 flat_store_d16_hi_b16 [VADDR FDATA1];
        0x033 flat_atomic_swap_b32 [VRET1 VADDR FDATA1] ATOMIC;
        0x034 flat_atomic_cmpswap_b32 [VRET1 VADDR FDATA2] ATOMIC;
        0x035 flat_atomic_add_u32 [VRET1 VADDR FDATA1] ATOMIC;
        0x036 flat_atomic_sub_u32 [VRET1 VADDR FDATA1] ATOMIC;
        0x038 flat_atomic_min_i32 [VRET1 VADDR FDATA1] ATOMIC;
        0x039 flat_atomic_min_u32 [VRET1 VADDR FDATA1] ATOMIC;
        0x03a flat_atomic_max_i32 [VRET1 VADDR FDATA1] ATOMIC;
        0x03b flat_atomic_max_u32 [VRET1 VADDR FDATA1] ATOMIC;
        0x03c flat_atomic_and_b32 [VRET1 VADDR FDATA1] ATOMIC;
        0x03d flat_atomic_or_b32 [VRET1 VADDR FDATA1] ATOMIC;
        0x03e flat_atomic_xor_b32 [VRET1 VADDR FDATA1] ATOMIC;
        0x03f flat_atomic_inc_u32 [VRET1 VADDR FDATA1] ATOMIC;
        0x040 flat_atomic_dec_u32 [VRET1 VADDR FDATA1] ATOMIC;
        0x041 flat_atomic_swap_b64 [VRET2 VADDR FDATA2] ATOMIC;
        0x042 flat_atomic_cmpswap_b64 [VRET2 VADDR FDATA4] ATOMIC;
        0x043 flat_atomic_add_u64 [VRET2 VADDR FDATA2] ATOMIC;
        0x044 flat_atomic_sub_u64 [VRET2 VADDR FDATA2] ATOMIC;
        0x045 flat_atomic_min_i64 [VRET2 VADDR FDATA2] ATOMIC;
        0x046 flat_atomic_min_u64 [VRET2 VADDR FDATA2] ATOMIC;
        0x047 flat_atomic_max_i64 [VRET2 VADDR FDATA2] ATOMIC;
        0x048 flat_atomic_max_u64 [VRET2 VADDR FDATA2] ATOMIC;
        0x049 flat_atomic_and_b64 [VRET2 VADDR FDATA2] ATOMIC;
        0x04a flat_atomic_or_b64 [VRET2 VADDR FDATA2] ATOMIC;
        0x04b flat_atomic_xor_b64 [VRET2 VADDR FDATA2] ATOMIC;
        0x04c flat_atomic_inc_u64 [VRET2 VADDR FDATA2] ATOMIC;
        0x04d flat_atomic_dec_u64 [VRET2 VADDR FDATA2] ATOMIC;
        0x050 flat_atomic_cmpswap_f32 [VRET1 VADDR FDATA2] ATOMIC;
        0x051 flat_atomic_min_f32 [VRET1 VADDR FDATA1] ATOMIC;
        0x052 flat_atomic_max_f32 [VRET1 VADDR FDATA1] ATOMIC;
        0x056 flat_atomic_add_f32 [VRET1 VADDR FDATA1] ATOMIC;
    }
    Scratch {
        0x010 scratch_load_u8 [FVDST1 VADDR SADDR];
        0x011 scratch_load_i8 [FVDST1 VADDR SADDR];
        0x012 scratch_load_u16 [FVDST1 VADDR SADDR];
        0x013 scratch_load_i16 [FVDST1 VADDR SADDR];
        0x014 scratch_load_b32 [FVDST1 VADDR SADDR];
        0x015 scratch_load_b64 [FVDST2 VADDR SADDR];
        0x016 scratch_load_b96 [FVDST3 VADDR SADDR];
        0x017 scratch_load_b128 [FVDST4 VADDR SADDR];
        0x018 scratch_store_b8 [VADDR FDATA1 SADDR];
        0x019 scratch_store_b16 [VADDR FDATA1 SADDR];
        0x01a scratch_store_b32 [VADDR FDATA1 SADDR];
        0x01b scratch_store_b64 [VADDR FDATA2 SADDR];
        0x01c scratch_store_b96 [VADDR FDATA3 SADDR];
        0x01d scratch_store_b128 [VADDR FDATA4 SADDR];
        0x01e scratch_load_d16_u8 [FVDST1 VADDR SADDR];
        0x01f scratch_load_d16_i8 [FVDST1 VADDR SADDR];
        0x020 scratch_load_d16_b16 [FVDST1 VADDR SADDR];
        0x021 scratch_load_d16_hi_u8 [FVDST1 VADDR SADDR];
        0x022 scratch_load_d16_hi_i8 [FVDST1 VADDR SADDR];
        0x023 scratch_load_d16_hi_b16 [FVDST1 VADDR SADDR];
        0x024 scratch_store_d16_hi_b8 [VADDR FDATA1 SADDR];
        0x025 scratch_store_d16_hi_b16 [VADDR FDATA1 SADDR];
    }
    Global {
        0x010 global_load_u8 [FVDST1 VADDR SADDR];
        0x011 global_load_i8 [FVDST1 VADDR SADDR];
        0x012 global_load_u16 [FVDST1 VADDR SADDR];
        0x013 global_load_i16 [FVDST1 VADDR SADDR];
        0x014 global_load_b32 [FVDST1 VADDR SADDR];
        0x015 global_load_b64 [FVDST2 VADDR SADDR];
        0x016 global_load_b96 [FVDST3 VADDR SADDR];
        0x017 global_load_b128 [FVDST4 VADDR SADDR];
        0x018 global_store_b8 [VADDR FDATA1 SADDR];
        0x019 global_store_b16 [VADDR FDATA1 SADDR];
        0x01a global_store_b32 [VADDR FDATA1 SADDR];
        0x01b global_store_b64 [VADDR FDATA2 SADDR];
        0x01c global_store_b96 [VADDR FDATA3 SADDR];
        0x01d global_store_b128 [VADDR FDATA4 SADDR];
        0x01e global_load_d16_u8 [FVDST1 VADDR SADDR];
        0x01f global_load_d16_i8 [FVDST1 VADDR SADDR];
        0x020 global_load_d16_b16 [FVDST1 VADDR SADDR];
        0x021 global_load_d16_hi_u8 [FVDST1 VADDR SADDR];
        0x022 global_load_d16_hi_i8 [FVDST1 VADDR SADDR];
        0x023 global_load_d16_hi_b16 [FVDST1 VADDR SADDR];
        0x024 global_store_d16_hi_b8 [VADDR FDATA1 SADDR];
        0x025 global_store_d16_hi_b16 [VADDR FDATA1 SADDR];
        0x028 global_load_addtid_b32 [FVDST1 SADDR];
        0x029 global_store_addtid_b32 [FDATA1 SADDR];
        0x033 global_atomic_swap_b32 [VRET1 VADDR FDATA1 SADDR] ATOMIC;
        0x034 global_atomic_cmpswap_b32 [VRET1 VADDR FDATA2 SADDR] ATOMIC;
        0x035 global_atomic_add_u32 [VRET1 VADDR FDATA1 SADDR] ATOMIC;
        0x036 global_atomic_sub_u32 [VRET1 VADDR FDATA1 SADDR] ATOMIC;
        0x037 global_atomic_csub_u32 [VRET1 VADDR FDATA1 SADDR] ATOMIC;
        0x038 global_atomic_min_i32 [VRET1 VADDR FDATA1 SADDR] ATOMIC;
        0x039 global_atomic_min_u32 [VRET1 VADDR FDATA1 SADDR] ATOMIC;
        0x03a global_atomic_max_i32 [VRET1 VADDR FDATA1 SADDR] ATOMIC;
        0x03b global_atomic_max_u32 [VRET1 VADDR FDATA1 SADDR] ATOMIC;
        0x03c global_atomic_and_b32 [VRET1 VADDR FDATA1 SADDR] ATOMIC;
        0x03d global_atomic_or_b32 [VRET1 VADDR FDATA1 SADDR] ATOMIC;
        0x03e global_atomic_xor_b32 [VRET1 VADDR FDATA1 SADDR] ATOMIC;
        0x03f global_atomic_inc_u32 [VRET1 VADDR FDATA1 SADDR] ATOMIC;
        0x040 global_atomic_dec_u32 [VRET1 VADDR FDATA1 SADDR] ATOMIC;
        0x041 global_atomic_swap_b64 [VRET2 VADDR FDATA2 SADDR] ATOMIC;
        0x042 global_atomic_cmpswap_b64 [VRET2 VADDR FDATA4 SADDR] ATOMIC;
        0x043 global_atomic_add_u64 [VRET2 VADDR FDATA2 SADDR] ATOMIC;
        0x044 global_atomic_sub_u64 [VRET2 VADDR FDATA2 SADDR] ATOMIC;
        0x045 global_atomic_min_i64 [VRET2 VADDR FDATA2 SADDR] ATOMIC;
        0x046 global_atomic_min_u64 [VRET2 VADDR FDATA2 SADDR] ATOMIC;
        0x047 global_atomic_max_i64 [VRET2 VADDR FDATA2 SADDR] ATOMIC;
        0x048 global_atomic_max_u64 [VRET2 VADDR FDATA2 SADDR] ATOMIC;
        0x049 global_atomic_and_b64 [VRET2 VADDR FDATA2 SADDR] ATOMIC;
        0x04a global_atomic_or_b64 [VRET2 VADDR FDATA2 SADDR] ATOMIC;
        0x04b global_atomic_xor_b64 [VRET2 VADDR FDATA2 SADDR] ATOMIC;
        0x04c global_atomic_inc_u64 [VRET2 VADDR FDATA2 SADDR] ATOMIC;
        0x04d global_atomic_dec_u64 [VRET2 VADDR FDATA2 SADDR] ATOMIC;
        0x050 global_atomic_cmpswap_f32 [VRET1 VADDR FDATA2 SADDR] ATOMIC;
        0x051 global_atomic_min_f32 [VRET1 VADDR FDATA1 SADDR] ATOMIC;
        0x052 global_atomic_max_f32 [VRET1 VADDR FDATA1 SADDR] ATOMIC;
        0x056 global_atomic_add_f32 [VRET1 VADDR FDATA1 SADDR] ATOMIC;
    }
    Smem {
        0x000 s_load_b32 [SDATA1 SBASE2 SOFF];
        0x001 s_load_b64 [SDATA2 SBASE2 SOFF];
        0x002 s_load_b128 [SDATA4 SBASE2 SOFF];
        0x003 s_load_b256 [SDATA8 SBASE2 SOFF];
        0x004 s_load_b512 [SDATA16 SBASE2 SOFF];
        0x008 s_buffer_load_b32 [SDATA1 SBASE4 SOFF];
        0x009 s_buffer_load_b64 [SDATA2 SBASE4 SOFF];
        0x00a s_buffer_load_b128 [SDATA4 SBASE4 SOFF];
        0x00b s_buffer_load_b256 [SDATA8 SBASE4 SOFF];
        0x00c s_buffer_load_b512 [SDATA16 SBASE4 SOFF];
        0x020 s_gl1_inv [];
        0x021 s_dcache_inv [];
        0x022 s_atc_probe [SDIMM SBASE2 SOFF];
        0x023 s_atc_probe_buffer [SDIMM SBASE4 SOFF];
    }
    Mubuf {
        0x000 buffer_load_format_x [BDATA1 BADDR RSRC BSOFF];
        0x001 buffer_load_format_xy [BDATA2 BADDR RSRC BSOFF];
        0x002 buffer_load_format_xyz [BDATA3 BADDR RSRC BSOFF];
        0x003 buffer_load_format_xyzw [BDATA4 BADDR RSRC BSOFF];
        0x004 buffer_store_format_x [BDATA1 BADDR RSRC BSOFF];
        0x005 buffer_store_format_xy [BDATA2 BADDR RSRC BSOFF];
        0x006 buffer_store_format_xyz [BDATA3 BADDR RSRC BSOFF];
        0x007 buffer_store_format_xyzw [BDATA4 BADDR RSRC BSOFF];
        0x008 buffer_load_d16_format_x [BDATA1 BADDR RSRC BSOFF];
        0x009 buffer_load_d16_format_xy [BDATA1 BADDR RSRC BSOFF];
        0x00a buffer_load_d16_format_xyz [BDATA2 BADDR RSRC BSOFF];
        0x00b buffer_load_d16_format_xyzw [BDATA2 BADDR RSRC BSOFF];
        0x00c buffer_store_d16_format_x [BDATA1 BADDR RSRC BSOFF];
        0x00d buffer_store_d16_format_xy [BDATA1 BADDR RSRC BSOFF];
        0x00e buffer_store_d16_format_xyz [BDATA2 BADDR RSRC BSOFF];
        0x00f buffer_store_d16_format_xyzw [BDATA2 BADDR RSRC BSOFF];
        0x010 buffer_load_u8 [BDATA1 BADDR RSRC BSOFF];
        0x011 buffer_load_i8 [BDATA1 BADDR RSRC BSOFF];
        0x012 buffer_load_u16 [BDATA1 BADDR RSRC BSOFF];
        0x013 buffer_load_i16 [BDATA1 BADDR RSRC BSOFF];
        0x014 buffer_load_b32 [BDATA1 BADDR RSRC BSOFF];
        0x015 buffer_load_b64 [BDATA2 BADDR RSRC BSOFF];
        0x016 buffer_load_b96 [BDATA3 BADDR RSRC BSOFF];
        0x017 buffer_load_b128 [BDATA4 BADDR RSRC BSOFF];
        0x018 buffer_store_b8 [BDATA1 BADDR RSRC BSOFF];
        0x019 buffer_store_b16 [BDATA1 BADDR RSRC BSOFF];
        0x01a buffer_store_b32 [BDATA1 BADDR RSRC BSOFF];
        0x01b buffer_store_b64 [BDATA2 BADDR RSRC BSOFF];
        0x01c buffer_store_b96 [BDATA3 BADDR RSRC BSOFF];
        0x01d buffer_store_b128 [BDATA4 BADDR RSRC BSOFF];
        0x01e buffer_load_d16_u8 [BDATA1 BADDR RSRC BSOFF];
        0x01f buffer_load_d16_i8 [BDATA1 BADDR RSRC BSOFF];
        0x020 buffer_load_d16_b16 [BDATA1 BADDR RSRC BSOFF];
        0x021 buffer_load_d16_hi_u8 [BDATA1 BADDR RSRC BSOFF];
        0x022 buffer_load_d16_hi_i8 [BDATA1 BADDR RSRC BSOFF];
        0x023 buffer_load_d16_hi_b16 [BDATA1 BADDR RSRC BSOFF];
        0x024 buffer_store_d16_hi_b8 [BDATA1 BADDR RSRC BSOFF];
        0x025 buffer_store_d16_hi_b16 [BDATA1 BADDR RSRC BSOFF];
        0x026 buffer_load_d16_hi_format_x [BDATA1 BADDR RSRC BSOFF];
        0x027 buffer_store_d16_hi_format_x [BDATA1 BADDR RSRC BSOFF];
        0x02b buffer_gl0_inv [];
        0x02c buffer_gl1_inv [];
        0x02d buffer_load_lds_u8 [BADDR RSRC BSOFF] NOTFE;
        0x02e buffer_load_lds_i8 [BADDR RSRC BSOFF] NOTFE;
        0x02f buffer_load_lds_u16 [BADDR RSRC BSOFF] NOTFE;
        0x030 buffer_load_lds_i16 [BADDR RSRC BSOFF] NOTFE;
        0x031 buffer_load_lds_b32 [BADDR RSRC BSOFF] NOTFE;
        0x032 buffer_load_lds_format_x [BADDR RSRC BSOFF] NOTFE;
        0x033 buffer_atomic_swap_b32 [BDATA1 BADDR RSRC BSOFF] NOTFE ATOMIC;
        0x034 buffer_atomic_cmpswap_b32 [BDATA2 BADDR RSRC BSOFF] NOTFE ATOMIC;
        0x035 buffer_atomic_add_u32 [BDATA1 BADDR RSRC BSOFF] NOTFE ATOMIC;
        0x036 buffer_atomic_sub_u32 [BDATA1 BADDR RSRC BSOFF] NOTFE ATOMIC;
        0x037 buffer_atomic_csub_u32 [BDATA1 BADDR RSRC BSOFF] NOTFE ATOMIC;
        0x038 buffer_atomic_min_i32 [BDATA1 BADDR RSRC BSOFF] NOTFE ATOMIC;
        0x039 buffer_atomic_min_u32 [BDATA1 BADDR RSRC BSOFF] NOTFE ATOMIC;
        0x03a buffer_atomic_max_i32 [BDATA1 BADDR RSRC BSOFF] NOTFE ATOMIC;
        0x03b buffer_atomic_max_u32 [BDATA1 BADDR RSRC BSOFF] NOTFE ATOMIC;
        0x03c buffer_atomic_and_b32 [BDATA1 BADDR RSRC BSOFF] NOTFE ATOMIC;
        0x03d buffer_atomic_or_b32 [BDATA1 BADDR RSRC BSOFF] NOTFE ATOMIC;
        0x03e buffer_atomic_xor_b32 [BDATA1 BADDR RSRC BSOFF] NOTFE ATOMIC;
        0x03f buffer_atomic_inc_u32 [BDATA1 BADDR RSRC BSOFF] NOTFE ATOMIC;
        0x040 buffer_atomic_dec_u32 [BDATA1 BADDR RSRC BSOFF] NOTFE ATOMIC;
        0x041 buffer_atomic_swap_b64 [BDATA2 BADDR RSRC BSOFF] NOTFE ATOMIC;
        0x042 buffer_atomic_cmpswap_b64 [BDATA4 BADDR RSRC BSOFF] NOTFE ATOMIC;
        0x043 buffer_atomic_add_u64 [BDATA2 BADDR RSRC BSOFF] NOTFE ATOMIC;
        0x044 buffer_atomic_sub_u64 [BDATA2 BADDR RSRC BSOFF] NOTFE ATOMIC;
        0x045 buffer_atomic_min_i64 [BDATA2 BADDR RSRC BSOFF] NOTFE ATOMIC;
        0x046 buffer_atomic_min_u64 [BDATA2 BADDR RSRC BSOFF] NOTFE ATOMIC;
        0x047 buffer_atomic_max_i64 [BDATA2 BADDR RSRC BSOFF] NOTFE ATOMIC;
        0x048 buffer_atomic_max_u64 [BDATA2 BADDR RSRC BSOFF] NOTFE ATOMIC;
        0x049 buffer_atomic_and_b64 [BDATA2 BADDR RSRC BSOFF] NOTFE ATOMIC;
        0x04a buffer_atomic_or_b64 [BDATA2 BADDR RSRC BSOFF] NOTFE ATOMIC;
        0x04b buffer_atomic_xor_b64 [BDATA2 BADDR RSRC BSOFF] NOTFE ATOMIC;
        0x04c buffer_atomic_inc_u64 [BDATA2 BADDR RSRC BSOFF] NOTFE ATOMIC;
        0x04d buffer_atomic_dec_u64 [BDATA2 BADDR RSRC BSOFF] NOTFE ATOMIC;
        0x050 buffer_atomic_cmpswap_f32 [BDATA2 BADDR RSRC BSOFF] NOTFE ATOMIC;
        0x051 buffer_atomic_min_f32 [BDATA1 BADDR RSRC BSOFF] NOTFE ATOMIC;
        0x052 buffer_atomic_max_f32 [BDATA1 BADDR RSRC BSOFF] NOTFE ATOMIC;
        0x056 buffer_atomic_add_f32 [BDATA1 BADDR RSRC BSOFF] NOTFE ATOMIC;
    }
    Mtbuf {
        0x000 tbuffer_load_format_x [BDATA1 BADDR RSRC BSOFF] NOTFE;
        0x001 tbuffer_load_format_xy [BDATA2 BADDR RSRC BSOFF] NOTFE;
        0x002 tbuffer_load_format_xyz [BDATA3 BADDR RSRC BSOFF] NOTFE;
        0x003 tbuffer_load_format_xyzw [BDATA4 BADDR RSRC BSOFF] NOTFE;
        0x004 tbuffer_store_format_x [BDATA1 BADDR RSRC BSOFF] NOTFE;
        0x005 tbuffer_store_format_xy [BDATA2 BADDR RSRC BSOFF] NOTFE;
        0x006 tbuffer_store_format_xyz [BDATA3 BADDR RSRC BSOFF] NOTFE;
        0x007 tbuffer_store_format_xyzw [BDATA4 BADDR RSRC BSOFF] NOTFE;
        0x008 tbuffer_load_d16_format_x [BDATA1 BADDR RSRC BSOFF] NOTFE;
        0x009 tbuffer_load_d16_format_xy [BDATA1 BADDR RSRC BSOFF] NOTFE;
        0x00a tbuffer_load_d16_format_xyz [BDATA2 BADDR RSRC BSOFF] NOTFE;
        0x00b tbuffer_load_d16_format_xyzw [BDATA2 BADDR RSRC BSOFF] NOTFE;
        0x00c tbuffer_store_d16_format_x [BDATA1 BADDR RSRC BSOFF] NOTFE;
        0x00d tbuffer_store_d16_format_xy [BDATA1 BADDR RSRC BSOFF] NOTFE;
        0x00e tbuffer_store_d16_format_xyz [BDATA2 BADDR RSRC BSOFF] NOTFE;
        0x00f tbuffer_store_d16_format_xyzw [BDATA2 BADDR RSRC BSOFF] NOTFE;
    }
    Ldsdir {
        0x000 lds_param_load [VD1 ATTR];
        0x001 lds_direct_load [VD1];
    }
    Exp {
        0x000 exp [];
    }
}
