//! Waves per SIMD against the published table and against small cases counted by hand.

use moe_gfx11_sim::occupancy::{Limit, Resources};
use moe_gfx11_sim::{Arch, occupancy};

const SMALL: Resources = Resources { vgprs: 8, lds_bytes: 0, workgroup_size: 32, wgp_mode: false };

#[test]
fn waves_by_vgprs_are_those_of_the_published_table() {
    let waves = |vgprs| occupancy(Arch::Gfx1151, Resources { vgprs, ..SMALL }).waves_per_simd;
    let table = [(96, 16), (97, 12), (120, 12), (144, 10), (168, 9), (192, 8), (216, 7), (256, 5)];
    assert_eq!(table.map(|(vgprs, _)| (vgprs, waves(vgprs))), table);
}

#[test]
fn parts_with_the_small_register_file_hold_fewer_waves() {
    let waves = |arch| occupancy(arch, Resources { vgprs: 128, ..SMALL }).waves_per_simd;
    assert_eq!((waves(Arch::Gfx1100), waves(Arch::Gfx1102)), (10, 8));
}

#[test]
fn lds_limits_the_workgroups_of_a_compute_unit() {
    let lds = |lds_bytes, wgp_mode| {
        let all = occupancy(Arch::Gfx1100, Resources { lds_bytes, workgroup_size: 256, wgp_mode, ..SMALL });
        (all.workgroups, all.waves_per_simd, all.limit)
    };
    // 32 KiB: two workgroups of 8 waves on 2 SIMDs.
    assert_eq!(lds(32 << 10, false), (2, 8, Limit::Lds));
    // The granule makes 33 KiB of it: one.
    assert_eq!(lds((32 << 10) + 1, false), (1, 4, Limit::Lds));
    assert_eq!(lds(32 << 10, true), (4, 8, Limit::Lds));
    assert_eq!(lds((64 << 10) + 1, false), (0, 0, Limit::Lds));
}

#[test]
fn a_workgroup_of_many_waves_must_fit_as_a_whole() {
    // 1024 threads are 32 waves, all slots of a compute unit; 97 VGPRs leave room for 24.
    let group = |vgprs| occupancy(Arch::Gfx1100, Resources { vgprs, workgroup_size: 1024, ..SMALL });
    assert_eq!((group(96).workgroups, group(96).limit), (1, Limit::WaveSlots));
    assert_eq!((group(97).workgroups, group(97).limit), (0, Limit::Vgprs));
}

#[test]
fn two_wave_workgroups_are_limited_by_slots_and_barriers_alike() {
    let pair = occupancy(Arch::Gfx1100, Resources { workgroup_size: 64, ..SMALL });
    assert_eq!((pair.workgroups, pair.waves_per_simd, pair.limit), (16, 16, Limit::WaveSlots));
}
