import { cpus } from "node:os";

import { load } from "./_load.ts";
import type { CpuIsa } from "./run.ts";

/** What the native kernel sees of this CPU. */
export interface CpuInfo {
  /** Code paths that can run, fastest first; never empty. */
  isas: CpuIsa[];
  /** `isas[0]`. */
  best: CpuIsa;
  /** The CPU's name as the operating system gives it. */
  model: string;
  /** CPUs that this process may use. */
  cores: number;
  /** Size of the largest cache, or 0 where the operating system does not say. */
  lastLevelCacheBytes: number;
}

/**
 * Describes the CPU that the native kernel runs on.
 *
 * @returns see {@link CpuInfo}
 * @throws KernelCpuError `E_NATIVE_UNAVAILABLE` without the addon
 * @example
 * ```ts
 * import { cpuInfo } from "@moe/kernel-cpu";
 *
 * console.log(cpuInfo().isas.at(-1));
 * // → portable
 * ```
 */
export function cpuInfo(): CpuInfo {
  const { isas, cores, lastLevelCacheBytes } = load().binding.cpuInfo();
  return {
    isas: isas as CpuIsa[],
    best: isas[0] as CpuIsa,
    model: cpus()[0]?.model.trim() ?? "unknown",
    cores,
    lastLevelCacheBytes: lastLevelCacheBytes ?? 0,
  };
}
