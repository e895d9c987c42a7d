//! The 64-byte kernel descriptor: what the hardware sets up before a wave's first instruction.
//!
//! Layout: "Kernel Descriptor" and "compute_pgm_rsrc1/2/3" of LLVM's AMDGPU usage guide.

use crate::elf::Bytes;
use crate::error::SimError;

/// Size of a descriptor in the code object.
pub const DESCRIPTOR_BYTES: u64 = 64;

/// How results that do not fit are rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    NearestEven,
    TowardPositive,
    TowardNegative,
    TowardZero,
}

/// Which denormals an operation keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Denormals {
    pub keep_inputs: bool,
    pub keep_outputs: bool,
}

/// What a kernel asks of the hardware.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KernelDescriptor {
    /// Static LDS of a workgroup.
    pub lds_bytes: u32,
    /// Scratch memory of a lane.
    pub scratch_bytes: u32,
    pub kernarg_bytes: u32,
    /// Distance from the descriptor to the first instruction.
    pub entry_offset: i64,
    /// Vector registers of a wave32, a multiple of 8.
    pub vgprs: u32,
    pub round_f32: Rounding,
    pub round_f16_f64: Rounding,
    pub denormals_f32: Denormals,
    pub denormals_f16_f64: Denormals,
    pub dx10_clamp: bool,
    pub ieee_mode: bool,
    pub fp16_overflow_clamps: bool,
    /// A workgroup may spread over both compute units of a pair.
    pub wgp_mode: bool,
    pub memory_ordered: bool,
    pub forward_progress: bool,
    pub enable_scratch: bool,
    /// Scalar registers that the launch fills, in the order of the fields of [`UserSgprs`].
    pub user_sgpr_count: u32,
    pub user_sgprs: UserSgprs,
    /// Workgroup ids x, y, z in the scalar registers that follow.
    pub workgroup_id: [bool; 3],
    pub workgroup_info: bool,
    /// Components of the work-item id in v0, 10 bits each: 0 for x, 1 for x and y, 2 for all.
    pub work_item_id: u32,
    pub shared_vgprs: u32,
    /// Instruction prefetch in units of 128 bytes.
    pub prefetch_lines: u32,
    pub wave32: bool,
    pub uses_dynamic_stack: bool,
}

/// What the launch puts into the first scalar registers; absent things take no register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserSgprs {
    /// 4 registers.
    pub private_segment_buffer: bool,
    /// 2 registers.
    pub dispatch_pointer: bool,
    /// 2 registers.
    pub queue_pointer: bool,
    /// 2 registers.
    pub kernarg_pointer: bool,
    /// 2 registers.
    pub dispatch_id: bool,
    /// 2 registers.
    pub flat_scratch_init: bool,
    /// 1 register.
    pub private_segment_size: bool,
}

/// Rounding from the two bits of a descriptor or of the MODE register; higher ones are ignored.
pub(crate) fn rounding(bits: u32) -> Rounding {
    match bits & 3 {
        0 => Rounding::NearestEven,
        1 => Rounding::TowardPositive,
        2 => Rounding::TowardNegative,
        _ => Rounding::TowardZero,
    }
}

/// As [`rounding`], the two bits of denormals.
pub(crate) fn denormals(bits: u32) -> Denormals {
    Denormals { keep_inputs: bits & 1 != 0, keep_outputs: bits & 2 != 0 }
}

impl KernelDescriptor {
    pub(crate) fn read(bytes: &[u8]) -> Result<KernelDescriptor, SimError> {
        let what = "a kernel descriptor";
        let bytes = Bytes(bytes);
        let (rsrc3, rsrc1, rsrc2) = (bytes.u32(44, what)?, bytes.u32(48, what)?, bytes.u32(52, what)?);
        let properties = bytes.u16(56, what)?;
        let bit1 = |low: u32| rsrc1 >> low & 1 != 0;
        let bit2 = |low: u32| rsrc2 >> low & 1 != 0;
        let property = |low: u32| properties >> low & 1 != 0;
        Ok(KernelDescriptor {
            lds_bytes: bytes.u32(0, what)?,
            scratch_bytes: bytes.u32(4, what)?,
            kernarg_bytes: bytes.u32(8, what)?,
            entry_offset: bytes.u64(16, what)? as i64,
            vgprs: ((rsrc1 & 63) + 1) * 8,
            round_f32: rounding(rsrc1 >> 12),
            round_f16_f64: rounding(rsrc1 >> 14),
            denormals_f32: denormals(rsrc1 >> 16),
            denormals_f16_f64: denormals(rsrc1 >> 18),
            dx10_clamp: bit1(21),
            ieee_mode: bit1(23),
            fp16_overflow_clamps: bit1(26),
            wgp_mode: bit1(29),
            memory_ordered: bit1(30),
            forward_progress: bit1(31),
            enable_scratch: bit2(0),
            user_sgpr_count: rsrc2 >> 1 & 31,
            user_sgprs: UserSgprs {
                private_segment_buffer: property(0),
                dispatch_pointer: property(1),
                queue_pointer: property(2),
                kernarg_pointer: property(3),
                dispatch_id: property(4),
                flat_scratch_init: property(5),
                private_segment_size: property(6),
            },
            workgroup_id: [bit2(7), bit2(8), bit2(9)],
            workgroup_info: bit2(10),
            work_item_id: rsrc2 >> 11 & 3,
            shared_vgprs: (rsrc3 & 15) * 8,
            prefetch_lines: rsrc3 >> 4 & 63,
            wave32: property(10),
            uses_dynamic_stack: property(11),
        })
    }
}
