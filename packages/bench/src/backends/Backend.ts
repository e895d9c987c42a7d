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
  /** How to prepare the cache before each sample. */
  cache: CacheMode;
  /** Threads to use; absent = the backend's default. */
  threads?: number;
  /** Instruction set to use; absent = the backend's default. */
  isa?: string;
  /** Seed of the elements that verification draws, unsigned 32-bit. */
  verifySeed: number;
}

/** What one side really ran on. */
export interface Ran {
  /** Instruction set. */
  isa: string;
  /** Threads. */
  threads: number;
}

/** A cell that a backend has accepted. */
export interface PreparedCell {
  /** Name of the kernel under test. */
  kernelName: string;
  /** Name of what it is compared with. */
  referenceName: string;
  /** Runs one side once with the cell's cache mode and resolves to its time in ns, without the flush. */
  sample(side: Side): Promise<number>;
  /** Runs one side into a poisoned C and compares it with the f64 oracle, at least 2048 elements. */
  verify(side: Side): Promise<VerifyReport>;
  /** What the last run of that side used; called after `verify`. */
  ran(side: Side): Ran;
  /** Frees what `prepare` took. */
  close(): Promise<void>;
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
