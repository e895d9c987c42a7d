//! How many waves of a kernel a SIMD holds at a time, and what limits them.

use crate::arch::Arch;

/// What a kernel needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resources {
    /// Vector registers of a wave32, 1 to 256 (included).
    pub vgprs: u32,
    /// Static and dynamic LDS of a workgroup.
    pub lds_bytes: u32,
    /// Threads of a workgroup, 1 to 1024 (included).
    pub workgroup_size: u32,
    /// Whether a workgroup may use both compute units of a pair.
    pub wgp_mode: bool,
}

/// What keeps more waves from running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The SIMD's wave slots.
    WaveSlots,
    Vgprs,
    Lds,
    /// Barrier resources: workgroups of more than one wave.
    Workgroups,
}

/// How full the hardware can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occupancy {
    /// Waves on the fullest SIMD, 0 when a workgroup does not fit, up to [`WAVE_SLOTS`].
    pub waves_per_simd: u32,
    /// Workgroups on a compute unit, or on a pair of them in WGP mode.
    pub workgroups: u32,
    pub limit: Limit,
}

/// Waves that a SIMD can hold.
pub const WAVE_SLOTS: u32 = 16;
/// LDS of a compute unit.
pub const LDS_BYTES: u32 = 64 << 10;

const LANES: u32 = 32;
const SIMDS_PER_CU: u32 = 2;
const LDS_GRANULE_BYTES: u32 = 1024;
const BARRIERS_PER_CU: u32 = 16;

/// Vector registers are allocated in steps of this many.
fn vgpr_granule(arch: Arch) -> u32 {
    if arch.vgprs_per_simd() == 1536 { 24 } else { 16 }
}

/// The occupancy of a kernel on one processor. SGPRs never limit it on gfx11: each wave has its own 128.
pub fn occupancy(arch: Arch, resources: Resources) -> Occupancy {
    let vgprs = resources.vgprs.clamp(1, 256).next_multiple_of(vgpr_granule(arch));
    let waves_per_group = resources.workgroup_size.max(1).div_ceil(LANES);
    let units = if resources.wgp_mode { 2 } else { 1 };
    let simds = units * SIMDS_PER_CU;

    let by_slots = WAVE_SLOTS * simds / waves_per_group;
    let by_vgprs = arch.vgprs_per_simd() / vgprs * simds / waves_per_group;
    let by_lds = match resources.lds_bytes.checked_next_multiple_of(LDS_GRANULE_BYTES) {
        Some(0) => u32::MAX,
        Some(bytes) if bytes <= LDS_BYTES => units * LDS_BYTES / bytes,
        _ => 0,
    };
    let by_barriers = if waves_per_group > 1 { units * BARRIERS_PER_CU } else { u32::MAX };

    let limits = [
        (by_slots, Limit::WaveSlots),
        (by_vgprs, Limit::Vgprs),
        (by_lds, Limit::Lds),
        (by_barriers, Limit::Workgroups),
    ];
    // Of equal ones the first: what cannot be changed.
    let (workgroups, limit) = limits.into_iter().min_by_key(|&(groups, _)| groups).unwrap_or(limits[0]);
    Occupancy { waves_per_simd: (workgroups * waves_per_group).div_ceil(simds), workgroups, limit }
}
