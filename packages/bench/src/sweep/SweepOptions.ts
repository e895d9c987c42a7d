import type { Archetype, Placement, Sampler } from "@moe/routing";
import type { Backend } from "../backends/Backend.ts";
import type { CacheMode, ResultRow, RunEnvironment } from "../results/schema.ts";
import type { SamplingOptions } from "../sampling/samplePairs.ts";
import type { Gemm, MoeShape } from "../shapes/MoeShape.ts";

/** What {@link runSweep} measures, where and how exactly. Unknown keys are refused. */
export interface SweepOptions extends SamplingOptions {
  /**
   * Name in {@link BACKENDS}, or an open backend, which the caller closes. It decides the defaults of `shape`, `archetypes`,
   * `tokens` and `cache`: those below are of all backends but `sim`, which executes some 10^7 instructions a second.
   */
  backend: string | Backend;
  /** Layer sizes, default preset `qwen3.5-35b-a3b`. */
  shape?: MoeShape;
  /** Popularity laws with different labels, default all of `ARCHETYPES`. */
  archetypes?: readonly Archetype[];
  /** Token counts, each ≥ 1 and once, default {@link DEFAULT_TOKENS}. */
  tokens?: readonly number[];
  /** Which GEMMs, default both. */
  gemms?: readonly Gemm[];
  /** Seed of routing, weights, activations and pair order, 0 to 2⁶⁴−1 (included), default 0. */
  seed?: number | bigint;
  /** Default `fast`: a subset of cells gives the same rows as the full run. With `numpy` one stream runs through all cells. */
  sampler?: Sampler;
  /** Which experts are hot, default `sorted`. */
  placement?: Placement;
  /**
   * Cache before every sample, default `read`: evicted by reading twice the last-level cache. Default `write` on `hip` and `cuda`,
   * which have no `read`, but `rotate`; not an option of `sim`, which times nothing.
   */
  cache?: CacheMode;
  /**
   * An A/A run, default false: the reference is the kernel again, with an output tensor of its own, so that every verdict
   * should be `SAME`. Of all backends that time and are given by name; without `tritonConfig`.
   */
  aa?: boolean;
  /** Threads of both sides, 1 to 4096 (included), default: the backend's choice; of `sim`, up to 256 host threads. */
  threads?: number;
  /** Instruction set, as the backend names it, default: the backend's choice. One it lacks makes every cell an `error` row. */
  isa?: string;
  /** Processor, of `sim`, `hip` and `cuda`: what to simulate, default `gfx1151`; or the one that the GPU must be. */
  arch?: string;
  /** Position among the devices of `hip` or `cuda`, 0 (default) to 255 (included). */
  device?: number;
  /**
   * Configuration of the Triton reference of `sim`, `hip` and `cuda`. Default: on a GPU the one that is fastest in a cell, on
   * `sim` the best of a search that fits.
   */
  tritonConfig?: string;
  /** Equivalence margin of the verdict, 0 to 1 (included), default 0.02. */
  margin?: number;
  /** Rows of an earlier run of the same sweep: their cells are skipped, `error` rows run again. */
  resumeFrom?: readonly ResultRow[];
  /** Stops the sweep between two samples; it then throws the signal's reason. */
  signal?: AbortSignal;
  /** Command line for the rows, default `process.argv`. */
  argv?: readonly string[];
  /** Versions and commit for the rows, default: captured from this process and working directory. */
  environment?: RunEnvironment;
  /** Clock in ms since 1970, default `Date.now`; replaced in tests. */
  now?: () => number;
}

/** T values of the original suite: 16 to 4096, among them 994, which no block size divides. */
export const DEFAULT_TOKENS: readonly number[] = [
  16, 64, 128, 256, 512, 768, 994, 1024, 1536, 2048, 4096,
];
