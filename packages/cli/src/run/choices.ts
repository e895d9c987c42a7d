/** Fixed words that options of `run` take. */

import type { CacheMode } from "@moe/bench";
import type { CpuIsa } from "@moe/kernel-cpu";

/** Names in the backend table, written here so that help need not load it. */
export const BACKEND_NAMES = ["cpu", "portable"] as const;

/** How the cache is prepared before a sample. */
export const CACHE_MODES = ["read", "write", "warm"] as const satisfies readonly CacheMode[];

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
