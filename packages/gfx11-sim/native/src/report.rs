//! The report of a launch as JavaScript gets it. Counts are numbers: they stay below 2^53.

use crate::code_object::{OccupancyInfo, occupancy_info};
use crate::failure::{Failure, guarded};
use moe_gfx11_sim::CodeObject;
use moe_gfx11_sim::statistics::{
    self, BufferTraffic, ByKind, ClassCount, LdsTraffic, LineTraffic, MatrixChains, OpcodeCount,
};
use napi::bindgen_prelude::*;
use napi_derive::napi;
use std::sync::Arc;

/// What a launch did, kept for its text form.
#[napi]
pub struct Report {
    report: statistics::Report,
    object: Arc<CodeObject>,
    time_ns: f64,
}

/// What every launch reports, whatever it ran.
#[napi(object, object_from_js = false)]
pub struct Summary {
    pub groups: f64,
    pub waves: f64,
    pub threads: u32,
    pub time_ns: f64,
    pub detailed: bool,
    pub resources: Resources,
    pub total: Statistics,
    pub roles: Vec<RoleStatistics>,
    pub buffers: Vec<Traffic>,
}

/// `statistics::ResourceUse`.
#[napi(object, object_from_js = false)]
pub struct Resources {
    pub vgprs: u32,
    pub sgprs: u32,
    pub lds_bytes: u32,
    pub scratch_bytes: u32,
    pub vgpr_spills: u32,
    pub sgpr_spills: u32,
    pub waves_per_group: u32,
    pub occupancy: OccupancyInfo,
}

/// `statistics::RoleStatistics`.
#[napi(object, object_from_js = false)]
pub struct RoleStatistics {
    pub name: String,
    pub statistics: Statistics,
}

/// `statistics::BufferTraffic`.
#[napi(object, object_from_js = false)]
pub struct Traffic {
    pub name: String,
    pub size_bytes: f64,
    pub loads: GlobalAccesses,
    pub stores: GlobalAccesses,
    pub atomics: GlobalAccesses,
}

/// `statistics::Statistics`.
#[napi(object, object_from_js = false)]
pub struct Statistics {
    pub instructions: f64,
    pub classes: Vec<ClassExecutions>,
    pub opcodes: Vec<OpcodeExecutions>,
    pub issue: Issue,
    pub cycles: Cycles,
    pub matrix: Chains,
    pub lds: LdsByKind,
    pub global: GlobalByKind,
    pub scratch: ScratchBytes,
    pub scalar_load_bytes: f64,
}

/// `statistics::ClassCount`.
#[napi(object, object_from_js = false)]
pub struct ClassExecutions {
    pub name: String,
    pub executions: f64,
    pub average_lanes: Option<f64>,
}

/// `statistics::OpcodeCount`.
#[napi(object, object_from_js = false)]
pub struct OpcodeExecutions {
    pub name: String,
    #[napi(js_name = "class")]
    pub class_name: String,
    pub executions: f64,
}

/// `statistics::Issue`.
#[napi(object, object_from_js = false)]
pub struct Issue {
    pub matrix: f64,
    pub other_vector: f64,
    pub efficiency: Option<f64>,
}

/// `statistics::Cycles`.
#[napi(object, object_from_js = false)]
pub struct Cycles {
    pub vector: f64,
    pub transcendental: f64,
    pub lds: f64,
}

/// `statistics::MatrixChains`.
#[napi(object, object_from_js = false)]
pub struct Chains {
    pub executions: f64,
    pub collisions: f64,
    pub dependent: f64,
    pub feeding: f64,
    pub longest: f64,
}

/// `statistics::LdsTraffic`.
#[napi(object, object_from_js = false)]
pub struct LdsAccesses {
    pub accesses: f64,
    pub bytes: f64,
    pub ideal_cycles: f64,
    pub cycles: f64,
    pub conflict_share: Option<f64>,
}

/// `statistics::LineTraffic`.
#[napi(object, object_from_js = false)]
pub struct GlobalAccesses {
    pub accesses: f64,
    pub bytes: f64,
    pub lines: f64,
    pub coalescing: Option<f64>,
}

/// `statistics::ByKind<LdsTraffic>`.
#[napi(object, object_from_js = false)]
pub struct LdsByKind {
    pub loads: LdsAccesses,
    pub stores: LdsAccesses,
    pub atomics: LdsAccesses,
}

/// `statistics::ByKind<LineTraffic>`.
#[napi(object, object_from_js = false)]
pub struct GlobalByKind {
    pub loads: GlobalAccesses,
    pub stores: GlobalAccesses,
    pub atomics: GlobalAccesses,
}

/// `statistics::ScratchTraffic`.
#[napi(object, object_from_js = false)]
pub struct ScratchBytes {
    pub load_bytes: f64,
    pub store_bytes: f64,
}

/// `statistics::Profile`.
#[napi(object, object_from_js = false)]
pub struct ProfileRow {
    pub address: BigInt,
    pub instruction: String,
    #[napi(js_name = "class")]
    pub class_name: String,
    pub executions: f64,
    pub average_lanes: f64,
    pub cycles: f64,
    pub matrix: Option<Chains>,
    pub lds: Option<LdsAccesses>,
    pub global: Option<GlobalAccesses>,
    pub scratch_bytes: f64,
}

#[napi]
impl Report {
    pub(crate) fn new(report: statistics::Report, object: Arc<CodeObject>, time_ns: f64) -> Report {
        Report { report, object, time_ns }
    }

    /// Everything but the profile.
    #[napi]
    pub fn summary(&self) -> Summary {
        let report = &self.report;
        Summary {
            groups: report.groups as f64,
            waves: report.waves as f64,
            threads: report.threads as u32,
            time_ns: self.time_ns,
            detailed: report.detailed,
            resources: resources(&report.resources),
            total: totals(&report.total),
            roles: report.roles.iter().map(role).collect(),
            buffers: report.buffers.iter().map(buffer).collect(),
        }
    }

    /// Every instruction that ran.
    #[napi]
    pub fn profile(&self) -> Vec<ProfileRow> {
        self.report.profile.iter().map(profile).collect()
    }

    /// The profile as text.
    #[napi]
    pub fn annotate(&self) -> Either<String, Failure> {
        guarded(|| Ok(statistics::annotate(&self.object, &self.report)))
    }
}

fn resources(from: &statistics::ResourceUse) -> Resources {
    Resources {
        vgprs: from.vgprs,
        sgprs: from.sgprs,
        lds_bytes: from.lds_bytes,
        scratch_bytes: from.scratch_bytes,
        vgpr_spills: from.vgpr_spills,
        sgpr_spills: from.sgpr_spills,
        waves_per_group: from.waves_per_group,
        occupancy: occupancy_info(from.occupancy),
    }
}

fn role(from: &statistics::RoleStatistics) -> RoleStatistics {
    RoleStatistics { name: from.name.clone(), statistics: totals(&from.statistics) }
}

fn totals(from: &statistics::Statistics) -> Statistics {
    Statistics {
        instructions: from.instructions as f64,
        classes: from.classes.iter().map(class).collect(),
        opcodes: from.opcodes.iter().map(opcode).collect(),
        issue: Issue {
            matrix: from.issue.matrix as f64,
            other_vector: from.issue.other_vector as f64,
            efficiency: from.issue.efficiency(None),
        },
        cycles: Cycles {
            vector: from.cycles.vector as f64,
            transcendental: from.cycles.transcendental as f64,
            lds: from.cycles.lds as f64,
        },
        matrix: chains(&from.matrix),
        lds: lds_by_kind(&from.lds),
        global: global_by_kind(&from.global),
        scratch: ScratchBytes {
            load_bytes: from.scratch.load_bytes as f64,
            store_bytes: from.scratch.store_bytes as f64,
        },
        scalar_load_bytes: from.scalar_load_bytes as f64,
    }
}

fn class(from: &ClassCount) -> ClassExecutions {
    ClassExecutions {
        name: from.class.name().to_owned(),
        executions: from.executions as f64,
        average_lanes: from.average_lanes(),
    }
}

fn opcode(from: &OpcodeCount) -> OpcodeExecutions {
    OpcodeExecutions {
        name: from.name.clone(),
        class_name: from.class.name().to_owned(),
        executions: from.executions as f64,
    }
}

fn chains(from: &MatrixChains) -> Chains {
    Chains {
        executions: from.executions as f64,
        collisions: from.collisions as f64,
        dependent: from.dependent as f64,
        feeding: from.feeding as f64,
        longest: from.longest as f64,
    }
}

fn lds(from: &LdsTraffic) -> LdsAccesses {
    LdsAccesses {
        accesses: from.accesses as f64,
        bytes: from.bytes as f64,
        ideal_cycles: from.ideal_cycles as f64,
        cycles: from.cycles as f64,
        conflict_share: from.conflict_share(),
    }
}

fn lines(from: &LineTraffic) -> GlobalAccesses {
    GlobalAccesses {
        accesses: from.accesses as f64,
        bytes: from.bytes as f64,
        lines: from.lines as f64,
        coalescing: from.coalescing(),
    }
}

fn lds_by_kind(from: &ByKind<LdsTraffic>) -> LdsByKind {
    LdsByKind { loads: lds(&from.loads), stores: lds(&from.stores), atomics: lds(&from.atomics) }
}

fn global_by_kind(from: &ByKind<LineTraffic>) -> GlobalByKind {
    GlobalByKind { loads: lines(&from.loads), stores: lines(&from.stores), atomics: lines(&from.atomics) }
}

fn buffer(from: &BufferTraffic) -> Traffic {
    let GlobalByKind { loads, stores, atomics } = global_by_kind(&from.traffic);
    Traffic { name: from.name.clone(), size_bytes: from.size_bytes as f64, loads, stores, atomics }
}

fn profile(from: &statistics::Profile) -> ProfileRow {
    ProfileRow {
        address: from.pc.into(),
        instruction: from.text.clone(),
        class_name: from.class.name().to_owned(),
        executions: from.executions as f64,
        average_lanes: from.active_lanes as f64 / from.executions as f64,
        cycles: from.cycles as f64,
        matrix: (from.matrix.executions != 0).then(|| chains(&from.matrix)),
        lds: (from.lds.accesses != 0).then(|| lds(&from.lds)),
        global: (from.global.accesses != 0).then(|| lines(&from.global)),
        scratch_bytes: from.scratch_bytes as f64,
    }
}
