import type { MoeGemmProblem, VerifyReport } from "@moe/quant";
import type { CacheMode, DeviceDescription } from "../results/schema.ts";
import type { Side } from "../sampling/samplePairs.ts";
import type { Gemm, MoeShape } from "../shapes/MoeShape.ts";

/** One cell of a sweep before anything is built. */
export interface CellPlan {
  /** `gemm1/zipf1/T1024`. */
  id: string;
  /** Which GEMM. */
  gemm: Gemm;
  /** Archetype label. */
  archetype: string;
  /** T. */
  numTokens: number;
  /** Inner dimension of this GEMM. */
  k: number;
  /** Output columns of this GEMM. */
  n: number;
}

/** A cell with its tensors, ready for a backend. */
export interface Cell extends CellPlan {
  /** Sizes of the layer. */
  shape: MoeShape;
  /**
   * The tensors. `problem.weights` is the same object in all cells of one GEMM, so that a device backend may keep
   * its copy; `problem.c` belongs to the cell.
   */
  problem: MoeGemmProblem;
  /** How to prepare the cache before each sample; null where nothing is timed. */
  cache: CacheMode | null;
  /** The reference is the kernel again, with an output tensor of its own. */
  aa: boolean;
  /** Threads to use; absent = the backend's default. */
  threads?: number;
  /** Instruction set to use; absent = the backend's default. */
  isa?: string;
  /** Seed of the elements that verification draws, unsigned 32-bit. */
  verifySeed: number;
}

/** What one side really ran on. */
export interface Ran {
  /** Instruction set or processor. */
  isa: string;
  /** Threads of a CPU, host threads of the simulator, compute units of a GPU. */
  threads: number;
}

/** What one run of one side executed, summed over its launches. The same on every machine. */
export interface ExecutedWork {
  /** Kernels, in order, those that prepare the GEMM among them. */
  kernels: readonly string[];
  /** Wave instructions. */
  instructions: number;
  /** Matrix operations (WMMA 16 × 16 × 16). */
  matrix: number;
  /** All other vector instructions; a dual one counts once. */
  otherVector: number;
  /** Modelled cycles of vector issue with register bank collisions and slow instructions. */
  vectorCycles: number;
  /** Busy cycles of the LDS. */
  ldsCycles: number;
  /** Those of them that are lost to bank conflicts. */
  ldsConflictCycles: number;
  /** Bytes that lanes ask of global memory, scalar loads included. */
  globalBytes: number;
  /** Bytes of private memory: spilled registers. */
  scratchBytes: number;
}

/** What a device's sensors say at one moment; null for what they do not tell. */
export interface SensorReading {
  /** Clock of the multiprocessors, in MHz. */
  clockMhz: number | null;
  /** The highest that it can have. */
  maxClockMhz: number | null;
  /** Clock of the memory, in MHz. */
  memoryClockMhz: number | null;
  /** Of the core, in degrees Celsius. */
  temperatureC: number | null;
  /** Drawn by the whole card, in W. */
  powerW: number | null;
  /** Why the clocks are not higher, by NVML's names; empty where nothing holds them back. */
  throttleReasons: readonly string[] | null;
}

/** What all backends do with a cell that they have accepted. */
interface PreparedSides {
  /** Name of the kernel under test. */
  kernelName: string;
  /** Name of what it is compared with. */
  referenceName: string;
  /** Runs one side into a poisoned C and compares it with the f64 oracle, at least 2048 elements. */
  verify(side: Side): Promise<VerifyReport>;
  /** What the last run of that side used; called after `verify`. */
  ran(side: Side): Ran;
  /** Ends a run that takes long, which is then rejected, when the sweep is aborted. Only `close` is called after it. */
  abort?(): void;
  /** Frees what `prepare` took. */
  close(): Promise<void>;
}

/** A cell whose sides are timed, in pairs. */
export interface TimedCell extends PreparedSides {
  /** Tells it from a {@link CountedCell}. */
  measure: "time";
  /** Copies of the tensors that samples take in turn, each verified; absent where there is one. */
  copies?: number;
  /** Called once, between `verify` and the first `sample`: brings clocks up. */
  rampUp?(): Promise<void>;
  /** Runs one side once with the cell's cache mode and resolves to its time in ns, without the flush. */
  sample(side: Side): Promise<number>;
  /** Reads the device's sensors, null where it has none; called between pairs, never while a sample runs. */
  sensors?(): SensorReading | null;
}

/** A cell whose sides are counted. Counts do not vary, so that the run that was verified is the run that counts. */
export interface CountedCell extends PreparedSides {
  /** Tells it from a {@link TimedCell}. */
  measure: "count";
  /** What the last run of that side executed; called after `verify`. */
  executed(side: Side): ExecutedWork;
}

/** A cell that a backend has accepted. */
export type PreparedCell = TimedCell | CountedCell;

/** What a backend may be opened with; which of it applies, its entry in {@link BACKENDS} says. */
export interface BackendOptions {
  /** Host threads of the simulator, 1 to 256 (included), default all. */
  threads?: number;
  /** Processor: what to simulate, default `gfx1151`; or the one that the GPU must be. */
  arch?: string;
  /** Position among the driver's devices, 0 (default) to 255 (included). */
  device?: number;
  /**
   * Configuration of the Triton reference: a name of `tritonConfigurations` of `@moe/kernel-hip`, or what two names have before
   * `_gemm1` and `_gemm2`. Default: of those that fit a GEMM the one that is fastest in its cell; on `sim` the best of a search.
   */
  tritonConfig?: string;
}

/** A place where both sides run: one file implements it, one table ({@link BACKENDS}) names it. */
export interface Backend {
  /** Name in the table. */
  name: string;
  /** Versions that a result row should carry, e.g. of a driver. */
  versions: Readonly<Record<string, string>>;
  /** Says where it runs. */
  describe(): Promise<DeviceDescription>;
  /** Takes a cell, or throws an error that names what it does not support. */
  prepare(cell: Cell): Promise<PreparedCell>;
  /** Frees the device. */
  close(): Promise<void>;
}
