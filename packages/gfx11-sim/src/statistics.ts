/** Classes of instructions, by the unit that executes them. `dual` are two vector operations in one (VOPD). */
export type InstructionClass =
  | "vector"
  | "matrix"
  | "dual"
  | "transcendental"
  | "scalar"
  | "scalar-load"
  | "branch"
  | "lds"
  | "global-load"
  | "global-store"
  | "global-atomic"
  | "flat"
  | "scratch"
  | "wait"
  | "barrier"
  | "other";

/** Executions of a class of instructions. */
export interface ClassExecutions {
  /** The class. */
  name: InstructionClass;
  /** Wave instructions. */
  executions: number;
  /** Active lanes of an execution on average, 0 to 32 (included); absent without executions. */
  averageLanes?: number;
}

/** Executions of an opcode. */
export interface OpcodeExecutions {
  /** Mnemonic; both of a dual instruction, with ` :: ` between them. */
  name: string;
  /** Its class. */
  class: InstructionClass;
  /** Wave instructions. */
  executions: number;
}

/** How much of the vector unit's issue goes to matrix operations. */
export interface IssueShares {
  /** Matrix operations. */
  matrix: number;
  /** All other vector instructions; a dual one counts once. */
  otherVector: number;
  /** 32 · matrix / (32 · matrix + otherVector); absent without vector instructions. */
  efficiency?: number;
}

/** Modelled cycles in which a unit is busy, added up over all waves. The largest bounds the kernel if nothing else does. */
export interface UnitCycles {
  /** Issue of vector instructions on a SIMD. */
  vector: number;
  /** The SIMD's transcendental unit. */
  transcendental: number;
  /** The LDS of a compute unit. */
  lds: number;
}

/** Matrix operations by what they follow and where their operands are. */
export interface MatrixChains {
  /** Matrix operations. */
  executions: number;
  /** Those with two of A, B and C beginning in the same register bank: 34 cycles instead of 32. */
  collisions: number;
  /** Those whose C is the D of the wave's matrix operation before it. */
  dependent: number;
  /** Those whose A or B overlaps the D of the wave's matrix operation before it. */
  feeding: number;
  /** Operations of the longest run in which each takes as C the D of the one before. */
  longest: number;
}

/** Accesses to LDS. */
export interface LdsAccesses {
  /** Accesses with at least one active lane; one instruction with two addresses makes two. */
  accesses: number;
  /** Bytes that the active lanes ask for. */
  bytes: number;
  /** Cycles without bank conflicts. */
  idealCycles: number;
  /** Cycles with them. */
  cycles: number;
  /** Share of the cycles that is lost to bank conflicts, 0 to 1 (excluded); absent without accesses. */
  conflictShare?: number;
}

/** Accesses to global memory. */
export interface GlobalAccesses {
  /** Accesses with at least one active lane. */
  accesses: number;
  /** Bytes that the active lanes ask for. */
  bytes: number;
  /** Lines of 128 bytes that each access touches, added up. */
  lines: number;
  /** bytes / (128 · lines): 1 for consecutive dwords on line boundaries, 1/32 for dwords in different lines. */
  coalescing?: number;
}

/** The same for each kind of access. */
export interface ByKind<T> {
  /** Loads. */
  loads: T;
  /** Stores. */
  stores: T;
  /** Atomics. */
  atomics: T;
}

/** Counts of all waves, or of a role's. Addresses and chains are zero where `statistics` is off. */
export interface Statistics {
  /** Wave instructions. */
  instructions: number;
  /** Every class. */
  classes: ClassExecutions[];
  /** The opcodes that were executed, most often first. */
  opcodes: OpcodeExecutions[];
  /** Issue of the vector unit. */
  issue: IssueShares;
  /** Busy units. */
  cycles: UnitCycles;
  /** Matrix operations. */
  matrix: MatrixChains;
  /** LDS. */
  lds: ByKind<LdsAccesses>;
  /** Global memory, without scalar loads. */
  global: ByKind<GlobalAccesses>;
  /** Private memory: spilled registers, and arrays that did not fit into registers. */
  scratch: {
    /** Bytes that active lanes load. */
    loadBytes: number;
    /** Bytes that active lanes store. */
    storeBytes: number;
  };
  /** Bytes that scalar loads ask for. */
  scalarLoadBytes: number;
}

/** The counts of a role. */
export interface RoleStatistics {
  /** Its name. */
  name: string;
  /** What its waves or instructions did. */
  statistics: Statistics;
}

/** The vector accesses to one buffer. */
export interface BufferTraffic extends ByKind<GlobalAccesses> {
  /** Its name; empty for addresses outside of every buffer. */
  name: string;
  /** Its size. */
  sizeBytes: number;
}

/** One instruction that was executed. */
export interface ProfileRow {
  /** Address in the code object. */
  address: bigint;
  /** As LLVM prints it. */
  instruction: string;
  /** Its class. */
  class: InstructionClass;
  /** Wave instructions. */
  executions: number;
  /** Active lanes of an execution on average. */
  averageLanes: number;
  /** Modelled cycles of the unit that executes it: vector issue, transcendental unit or LDS; 0 of others. */
  cycles: number;
  /** Of a matrix operation. */
  matrix?: MatrixChains;
  /** Of an LDS access. */
  lds?: LdsAccesses;
  /** Of a global access. */
  global?: GlobalAccesses;
  /** Bytes of a scratch access. */
  scratchBytes: number;
}
