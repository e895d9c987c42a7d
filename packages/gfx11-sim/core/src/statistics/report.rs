//! The report of a launch.

use super::class::Class;
use super::traffic::{BufferTraffic, ByKind, LdsTraffic, LineTraffic, ScratchTraffic};
use crate::occupancy::Occupancy;

/// What a launch did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub groups: u64,
    pub waves: u64,
    /// Wave instructions.
    pub instructions: u64,
    /// Host threads that ran it.
    pub threads: usize,
    /// Whether addresses and matrix chains were looked at. If not, `lds`, `global`, `scratch`, `buffers`, the LDS cycles
    /// and the chains are zero or empty.
    pub detailed: bool,
    pub resources: ResourceUse,
    /// All waves together.
    pub total: Statistics,
    /// One for each role of the options, in their order.
    pub roles: Vec<RoleStatistics>,
    /// The buffers that vector accesses touched, by ascending address; last the traffic outside of every buffer, if any.
    pub buffers: Vec<BufferTraffic>,
    /// Every instruction that was executed, by ascending address.
    pub profile: Vec<Profile>,
}

/// What the kernel needs of a compute unit, and how many waves fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResourceUse {
    /// Vector registers of a wave.
    pub vgprs: u32,
    /// Scalar registers of a wave.
    pub sgprs: u32,
    /// Static and dynamic LDS of a workgroup.
    pub lds_bytes: u32,
    /// Scratch memory of a lane.
    pub scratch_bytes: u32,
    /// Vector registers that the compiler spilled to scratch.
    pub vgpr_spills: u32,
    /// Scalar registers that the compiler spilled to lanes of vector registers.
    pub sgpr_spills: u32,
    pub waves_per_group: u32,
    pub occupancy: Occupancy,
}

/// Counts of all waves, or of a role's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Wave instructions.
    pub instructions: u64,
    /// All classes in the order of [`Class::ALL`].
    pub classes: Vec<ClassCount>,
    /// The opcodes that were executed: most often first, then by name.
    pub opcodes: Vec<OpcodeCount>,
    pub issue: Issue,
    pub cycles: Cycles,
    pub matrix: MatrixChains,
    pub lds: ByKind<LdsTraffic>,
    pub global: ByKind<LineTraffic>,
    pub scratch: ScratchTraffic,
    /// Bytes that scalar loads ask for.
    pub scalar_load_bytes: u64,
}

impl Statistics {
    /// The count of a class.
    pub fn class(&self, class: Class) -> ClassCount {
        let found = self.classes.iter().find(|count| count.class == class);
        found.copied().unwrap_or(ClassCount { class, executions: 0, active_lanes: 0 })
    }
}

/// The statistics of a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleStatistics {
    pub name: String,
    pub statistics: Statistics,
}

/// Executions of a class of instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClassCount {
    pub class: Class,
    pub executions: u64,
    /// Lanes set in EXEC, added up over the executions.
    pub active_lanes: u64,
}

impl ClassCount {
    /// Lanes set in EXEC at an execution on average, 0 to 32 (included). `None` without executions.
    pub fn average_lanes(&self) -> Option<f64> {
        (self.executions != 0).then(|| self.active_lanes as f64 / self.executions as f64)
    }
}

/// Executions of an opcode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpcodeCount {
    /// Mnemonic without encoding suffix; both of a dual instruction, with ` :: ` between them.
    pub name: String,
    pub class: Class,
    pub executions: u64,
}

/// How much of the vector unit's issue goes to matrix operations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Issue {
    /// Matrix operations.
    pub matrix: u64,
    /// All other vector instructions; a dual one counts once.
    pub other_vector: u64,
}

impl Issue {
    /// `32 * useful / (32 * matrix + other vector)`: the share of issue cycles in which useful matrix operations run,
    /// when each other vector instruction takes one. `useful` is how many of the matrix operations the result needs;
    /// `None` for all of them. `None` without vector instructions.
    pub fn efficiency(&self, useful: Option<u64>) -> Option<f64> {
        let cycles = super::matrix::CYCLES * self.matrix + self.other_vector;
        let useful = super::matrix::CYCLES * useful.unwrap_or(self.matrix).min(self.matrix);
        (cycles != 0).then(|| useful as f64 / cycles as f64)
    }
}

/// Modelled cycles in which a unit is busy, added up over all waves. The units work side by side: the largest bounds the
/// kernel if nothing else does. `cycles.rs` and `banks.rs` have the models.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cycles {
    /// Issue of vector instructions on a SIMD: matrix operations, all others, dual ones once.
    pub vector: u64,
    /// The SIMD's transcendental unit.
    pub transcendental: u64,
    /// The LDS of a compute unit.
    pub lds: u64,
}

/// Matrix operations by what they follow and where their operands are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MatrixChains {
    /// Matrix operations.
    pub executions: u64,
    /// Those with two of A, B and C beginning in the same register bank, which take 34 cycles instead of 32.
    pub collisions: u64,
    /// Those whose C is the D of the wave's matrix operation before it.
    pub dependent: u64,
    /// Those whose A or B overlaps the D of the wave's matrix operation before it.
    pub feeding: u64,
    /// Operations of the longest run in which each takes as C the D of the one before; 1 when none does.
    pub longest: u64,
}

/// One instruction that was executed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Address in the image.
    pub pc: u64,
    /// As LLVM prints it.
    pub text: String,
    pub class: Class,
    pub executions: u64,
    /// Lanes set in EXEC, added up over the executions.
    pub active_lanes: u64,
    /// Modelled cycles of the unit that executes it: vector issue, transcendental unit or LDS; 0 of others.
    pub cycles: u64,
    pub matrix: MatrixChains,
    pub lds: LdsTraffic,
    pub global: LineTraffic,
    pub scratch_bytes: u64,
}
