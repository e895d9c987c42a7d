/** Fixed words that options of `run` take. */

import type { CacheMode } from "@moe/bench";
import type { CpuIsa } from "@moe/kernel-cpu";

/** Names in the backend table, written here so that help need not load it. */
export const BACKEND_NAMES = ["cpu", "portable", "sim", "hip", "cuda"] as const;

/** Processors of the kernels and of the Triton reference, written here for the same reason. */
export const ARCH_NAMES = [
  "gfx1100",
  "gfx1101",
  "gfx1102",
  "gfx1103",
  "gfx1150",
  "gfx1151",
  "gfx1152",
] as const;

/** How the cache is prepared before a sample. */
export const CACHE_MODES = [
  "read",
  "write",
  "rotate",
  "warm",
] as const satisfies readonly CacheMode[];

/** GEMMs of a layer. */
export const GEMMS = ["1", "2"] as const;

/** Instruction sets, best first. */
export const ISAS = [
  "amx",
  "avx512bf16",
  "avx512",
  "avx2",
  "neon",
  "portable",
] as const satisfies readonly CpuIsa[];
