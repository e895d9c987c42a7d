import { ARCHETYPES, type Archetype } from "@moe/routing";
import { BenchError } from "../errors.ts";
import type { CacheMode } from "../results/schema.ts";
import type { MoeShape } from "../shapes/MoeShape.ts";
import { parseShape } from "../shapes/parseShape.ts";
import { DEFAULT_PRESET, presetShape } from "../shapes/presets.ts";
import { DEFAULT_TOKENS } from "../sweep/SweepOptions.ts";
import type { Backend, BackendOptions } from "./Backend.ts";
import { GPU_CACHES, HOST_CACHES } from "./_cacheModes.ts";

/** An option of a sweep that not every backend has. */
export type BackendOption = keyof BackendOptions | "isa" | "aa";

/** Cells of a sweep that names none. */
export interface SweepDefaults {
  /** Layer sizes. */
  shape: MoeShape;
  /** Popularity laws. */
  archetypes: readonly Archetype[];
  /** Token counts. */
  tokens: readonly number[];
}

/** A backend that can be named. */
export interface BackendEntry {
  /** Opens it, or throws `E_BACKEND_UNAVAILABLE` with the reason. */
  open(options?: BackendOptions): Promise<Backend>;
  /** Cache modes, the default first; none where work is counted instead of timed. */
  caches: readonly CacheMode[];
  /** The options beyond those that all backends have. */
  takes: readonly BackendOption[];
  /** What it measures by default. */
  defaults: SweepDefaults;
  /** Its default of the sampling's option of this name, where that is not that of `DEFAULT_SAMPLING`. */
  targetHalfWidth?: number;
}

/** The original suite's cells. */
export const FULL_SWEEP: SweepDefaults = {
  shape: presetShape(DEFAULT_PRESET),
  archetypes: ARCHETYPES,
  tokens: DEFAULT_TOKENS,
};

/** The default layer with an eighth of its experts: a minute or so on two cores. */
const SIMULATED_SWEEP: SweepDefaults = {
  shape: parseShape("K=2048,N=1024,E=32"),
  archetypes: ["balanced", "zipf1", "hot16"],
  tokens: [16, 64, 256],
};

/**
 * A pair takes a millisecond, and the states that a card goes through last longer than ten of them: an interval of ±1 % from
 * so few left 8 % of the cells of a comparison of the kernel with itself undecided.
 */
const GPU_HALF_WIDTH = 0.005;

/**
 * Backends by name, each opened on demand:
 *
 * - `cpu`: the native kernel against dequantise-and-multiply; throws `E_BACKEND_UNAVAILABLE` without its binary
 * - `portable`: TypeScript against TypeScript, one thread, for small cells; never chosen silently
 * - `sim`: the gfx11 kernel against the Triton reference on a simulated GPU: executed work is counted, nothing is timed
 * - `hip`: the same two on an AMD GPU, timed by events
 * - `cuda`: the kernel for the GPU against the same Triton source on an NVIDIA GPU of sm_8x, sm_90 or sm_12x, timed by events
 *
 * @example
 * ```ts
 * import { BACKENDS } from '@moe/bench';
 * const backend = await BACKENDS.portable.open();
 * const device = await backend.describe();
 * console.log(device.isa, device.threads, BACKENDS.portable.caches[0]);
 * // → javascript 1 read
 * await backend.close();
 * ```
 */
export const BACKENDS: Readonly<Record<string, BackendEntry>> = {
  // Loaded on demand: importing this package loads no kernel.
  cpu: {
    open: async () => (await import("./cpu.ts")).openCpuBackend(),
    caches: HOST_CACHES,
    takes: ["threads", "isa", "aa"],
    defaults: FULL_SWEEP,
  },
  portable: {
    open: async () => (await import("./portable.ts")).openPortableBackend(),
    caches: HOST_CACHES,
    takes: ["threads", "isa", "aa"],
    defaults: FULL_SWEEP,
  },
  sim: {
    open: async (options) => (await import("./sim.ts")).openSimBackend(options),
    caches: [],
    takes: ["threads", "arch", "tritonConfig"],
    defaults: SIMULATED_SWEEP,
  },
  hip: {
    open: async (options) => (await import("./gpu.ts")).openGpuBackend("hip", options),
    caches: GPU_CACHES,
    takes: ["arch", "device", "tritonConfig", "aa"],
    defaults: FULL_SWEEP,
    targetHalfWidth: GPU_HALF_WIDTH,
  },
  cuda: {
    open: async (options) => (await import("./gpu.ts")).openGpuBackend("cuda", options),
    caches: GPU_CACHES,
    takes: ["arch", "device", "tritonConfig", "aa"],
    defaults: FULL_SWEEP,
    targetHalfWidth: GPU_HALF_WIDTH,
  },
};

/** What holds for a backend that a caller has opened; it refuses cache modes that it does not have itself. */
const OPENED: Omit<BackendEntry, "open"> = {
  caches: ["read", "write", "rotate", "warm"],
  takes: ["threads", "isa"],
  defaults: FULL_SWEEP,
};

/** The entry of a name, or throws `E_BACKEND_UNKNOWN` with the names that exist. */
export function backendEntry(backend: string): BackendEntry;
/** What holds for a backend by name or for an open one. */
export function backendEntry(backend: string | Backend): Omit<BackendEntry, "open">;
export function backendEntry(backend: string | Backend): Omit<BackendEntry, "open"> {
  if (typeof backend !== "string") return OPENED;
  if (Object.hasOwn(BACKENDS, backend)) return BACKENDS[backend];
  const allowed = Object.keys(BACKENDS);
  throw new BenchError(
    "E_BACKEND_UNKNOWN",
    `There is no backend "${backend}". Use ${allowed.join(" or ")}.`,
    { given: backend, allowed },
  );
}
