//! From what the threads of a launch have counted to its report.

use super::class::Class;
use super::cycles::{InstructionCycles, cycles};
use super::matrix;
use super::recorder::{Facts, Recorder};
use super::report::{ClassCount, MatrixChains, OpcodeCount, Profile, Report, ResourceUse, RoleStatistics, Statistics};
use super::role::{Part, Role};
use super::traffic::{BufferTraffic, ByKind};
use crate::code_object::{CodeObject, Kernel};
use crate::execute::{Count, Kind, Memory, Paged};
use crate::isa::{Instruction, Opcode};
use crate::occupancy::{Resources, occupancy};
use std::collections::BTreeMap;
use std::ops::AddAssign;

/// What a launch was.
pub(crate) struct Launched<'a> {
    pub object: &'a CodeObject,
    pub kernel: &'a Kernel,
    pub memory: &'a Memory,
    pub groups: u64,
    pub threads_per_group: u32,
    pub waves_per_group: u32,
    /// Static and dynamic.
    pub lds_bytes: u32,
    /// Of the host.
    pub threads: usize,
}

/// What a thread has counted, by the slots of [`super::WaveRoles`].
pub(crate) struct Counted {
    pub executions: Vec<Paged<Count>>,
    pub recorder: Option<Box<Recorder>>,
}

impl Counted {
    /// Adds the counts of another thread.
    pub fn merge(&mut self, other: &Counted) {
        for (mine, theirs) in self.executions.iter_mut().zip(&other.executions) {
            mine.merge(theirs, Count::add);
        }
        if let (Some(mine), Some(theirs)) = (&mut self.recorder, &other.recorder) {
            mine.merge(theirs);
        }
    }

    /// The rows of some slots together.
    fn rows(&self, object: &CodeObject, slots: impl Iterator<Item = usize>) -> Vec<Row> {
        let (mut executions, mut facts) = (Paged::default(), Paged::<Facts>::default());
        for slot in slots {
            self.executions.get(slot).iter().for_each(|of_slot| executions.merge(of_slot, Count::add));
            let of_slot = self.recorder.as_ref().and_then(|recorder| recorder.slot(slot));
            of_slot.iter().for_each(|of_slot| facts.merge(of_slot, Facts::add));
        }
        let executed = || executions.iter().filter(|(_, count)| count.executions != 0);
        let facts_of = |word: u32| facts.get(word).copied().unwrap_or_default();
        let mut rows = Vec::with_capacity(executed().count());
        rows.extend(executed().map(|(word, count)| Row::new(object, word, *count, facts_of(word))));
        rows
    }
}

/// An instruction that was executed.
struct Row {
    pc: u64,
    instruction: Instruction,
    class: Class,
    cycles: InstructionCycles,
    collides: bool,
    count: Count,
    facts: Facts,
}

impl Row {
    fn new(object: &CodeObject, word: u32, count: Count, facts: Facts) -> Row {
        let pc = u64::from(word) * 4;
        let rest = object.image.len() as u64 - pc;
        let decoded = object.instructions(pc, rest.min(12)).next();
        // What was executed could be decoded.
        let instruction = decoded.and_then(Result::ok).map_or_else(Instruction::nop, |(_, instruction)| instruction);
        let class = Class::of(&instruction);
        let collides = class == Class::Matrix && matrix::collides(&instruction);
        Row { pc, instruction, class, cycles: cycles(class, &instruction), collides, count, facts }
    }

    fn matrix(&self) -> MatrixChains {
        let executions = if self.class == Class::Matrix { self.count.executions } else { 0 };
        MatrixChains {
            executions,
            collisions: if self.collides { executions } else { 0 },
            dependent: self.facts.dependent,
            feeding: self.facts.feeding,
            longest: self.facts.longest,
        }
    }

    fn profile(&self) -> Profile {
        let InstructionCycles { vector, transcendental } = self.cycles;
        Profile {
            pc: self.pc,
            text: self.instruction.to_string(),
            class: self.class,
            executions: self.count.executions,
            active_lanes: self.count.lanes,
            cycles: vector.max(transcendental) * self.count.executions + self.facts.lds.cycles,
            matrix: self.matrix(),
            lds: self.facts.lds,
            global: self.facts.global,
            scratch_bytes: self.facts.scratch_bytes,
        }
    }
}

impl AddAssign for MatrixChains {
    fn add_assign(&mut self, other: MatrixChains) {
        self.executions += other.executions;
        self.collisions += other.collisions;
        self.dependent += other.dependent;
        self.feeding += other.feeding;
        self.longest = self.longest.max(other.longest);
    }
}

/// The report of a launch.
pub(crate) fn report(launched: &Launched<'_>, counted: &Counted, roles: &[Role]) -> Report {
    let rows = counted.rows(launched.object, 0..counted.executions.len());
    let total = statistics(rows.iter());
    let of_role = |(number, role): (usize, &Role)| RoleStatistics {
        name: role.name.clone(),
        statistics: match &role.part {
            Part::Waves(_) => statistics(counted.rows(launched.object, std::iter::once(number + 1)).iter()),
            Part::Code(code) => statistics(rows.iter().filter(|row| code.contains(&row.pc))),
        },
    };
    Report {
        groups: launched.groups,
        waves: launched.groups * u64::from(launched.waves_per_group),
        instructions: total.instructions,
        threads: launched.threads,
        detailed: counted.recorder.is_some(),
        resources: resources(launched),
        roles: roles.iter().enumerate().map(of_role).collect(),
        buffers: counted.recorder.as_ref().map_or_else(Vec::new, |recorder| buffers(recorder, launched.memory)),
        profile: rows.iter().map(Row::profile).collect(),
        total,
    }
}

fn statistics<'a>(rows: impl Iterator<Item = &'a Row>) -> Statistics {
    let mut sum = Statistics {
        classes: Class::ALL.map(|class| ClassCount { class, executions: 0, active_lanes: 0 }).to_vec(),
        ..Statistics::default()
    };
    let mut opcodes: BTreeMap<(Opcode, Option<Opcode>), (Class, u64)> = BTreeMap::new();
    for row in rows {
        let (instruction, class, executions) = (&row.instruction, row.class, row.count.executions);
        sum.instructions += executions;
        if let Some(count) = sum.classes.get_mut(class as usize) {
            count.executions += executions;
            count.active_lanes += row.count.lanes;
        }
        opcodes.entry((instruction.opcode, instruction.dual)).or_insert((class, 0)).1 += executions;
        match class {
            Class::Matrix => sum.issue.matrix += executions,
            _ if class.is_vector() => sum.issue.other_vector += executions,
            Class::ScalarLoad => sum.scalar_load_bytes += executions * scalar_bytes(instruction),
            _ => {}
        }
        sum.cycles.vector += row.cycles.vector * executions;
        sum.cycles.transcendental += row.cycles.transcendental * executions;
        sum.cycles.lds += row.facts.lds.cycles;
        sum.matrix += row.matrix();
        add_memory(&mut sum, row);
    }
    sum.opcodes =
        opcodes.into_iter().map(|(names, (class, executions))| opcode_count(names, class, executions)).collect();
    sum.opcodes.sort_by(|a, b| b.executions.cmp(&a.executions).then_with(|| a.name.cmp(&b.name)));
    sum
}

fn add_memory(sum: &mut Statistics, row: &Row) {
    let Facts { lds, global, scratch_bytes, .. } = row.facts;
    let name = row.instruction.opcode.row().name;
    let (lds_sum, global_sum, scratch_sum) = match access_kind(name) {
        Kind::Load => (&mut sum.lds.loads, &mut sum.global.loads, &mut sum.scratch.load_bytes),
        Kind::Store => (&mut sum.lds.stores, &mut sum.global.stores, &mut sum.scratch.store_bytes),
        Kind::Atomic => (&mut sum.lds.atomics, &mut sum.global.atomics, &mut sum.scratch.store_bytes),
    };
    *lds_sum += lds;
    *global_sum += global;
    *scratch_sum += scratch_bytes;
}

/// What an instruction with accesses does, by its name: LDS atomics have no mark of their own.
fn access_kind(name: &str) -> Kind {
    match name {
        _ if name.contains("_load_") => Kind::Load,
        _ if name.contains("_store_") => Kind::Store,
        _ => Kind::Atomic,
    }
}

/// Bytes that one execution of a scalar load asks for.
fn scalar_bytes(instruction: &Instruction) -> u64 {
    instruction.opcode.row().slots.first().map_or(0, |slot| 4 * u64::from(slot.dwords))
}

fn opcode_count((first, second): (Opcode, Option<Opcode>), class: Class, executions: u64) -> OpcodeCount {
    let half = |opcode: Opcode| opcode.row().name.replacen("v_", "v_dual_", 1);
    let name = match second {
        Some(second) => format!("{} :: {}", half(first), half(second)),
        None => first.row().name.to_owned(),
    };
    OpcodeCount { name, class, executions }
}

fn resources(launched: &Launched<'_>) -> ResourceUse {
    let (descriptor, metadata) = (&launched.kernel.descriptor, &launched.kernel.metadata);
    let narrow = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
    let needs = Resources {
        vgprs: descriptor.vgprs,
        lds_bytes: launched.lds_bytes,
        workgroup_size: launched.threads_per_group,
        wgp_mode: descriptor.wgp_mode,
    };
    ResourceUse {
        vgprs: descriptor.vgprs,
        sgprs: narrow(metadata.sgpr_count),
        lds_bytes: launched.lds_bytes,
        scratch_bytes: descriptor.scratch_bytes,
        vgpr_spills: narrow(metadata.vgpr_spill_count),
        sgpr_spills: narrow(metadata.sgpr_spill_count),
        waves_per_group: launched.waves_per_group,
        occupancy: occupancy(launched.object.arch, needs),
    }
}

fn buffers(recorder: &Recorder, memory: &Memory) -> Vec<BufferTraffic> {
    let (traffic, outside) = recorder.buffers();
    let inside = memory.buffers().iter().zip(traffic);
    let inside = inside.map(|(buffer, &traffic)| (buffer.name(), buffer.len(), traffic));
    let touched = inside.chain([("", 0, outside)]).filter(|(_, _, traffic)| *traffic != ByKind::default());
    touched.map(|(name, size_bytes, traffic)| BufferTraffic { name: name.to_owned(), size_bytes, traffic }).collect()
}
