import { load } from "./_load.ts";
import { KernelCpuError } from "./errors.ts";
import { checkKeys, checkThreads, nativeError } from "./run.ts";

/** How {@link evictCaches} empties the caches. */
export interface EvictOptions {
  /** How much other memory to stream through; twice the last-level cache is safe. At most 16 GiB. */
  bytes: number;
  /** `read` leaves clean lines; `write` leaves dirty ones, whose write-back the next thing measured may pay for. */
  by: "read" | "write";
  /** 1 to 1024, default every CPU: each core has caches of its own. */
  threads?: number;
}

/**
 * Makes the CPU's caches cold: reads or writes memory that nobody else uses until nothing of the caller's is left. The
 * memory is kept for the next call.
 *
 * @param options - see {@link EvictOptions}
 * @throws KernelCpuError `E_NATIVE_UNAVAILABLE`, `E_THREADS`, `E_OPTION`, `E_SHAPE` for too many bytes
 * @example
 * ```ts
 * import { cpuInfo, evictCaches } from "@moe/kernel-cpu";
 *
 * const bytes = 2 * (cpuInfo().lastLevelCacheBytes || 64 * 2 ** 20);
 * console.log(evictCaches({ bytes, by: "read" }));
 * // → undefined
 * ```
 */
export function evictCaches(options: EvictOptions): void {
  checkKeys(options, ["bytes", "by", "threads"]);
  const { bytes, by, threads } = options;
  if (!Number.isInteger(bytes) || bytes < 0) {
    throw new KernelCpuError("E_OPTION", `bytes is ${bytes}, but must be a whole number`, {
      bytes,
    });
  }
  if (by !== "read" && by !== "write") {
    throw new KernelCpuError("E_OPTION", `by is ${String(by)}, but must be "read" or "write"`, {
      by,
    });
  }
  const checked = threads === undefined ? undefined : checkThreads(threads);
  const failed = load().binding.evictCaches(bytes, by === "write", checked);
  if (failed !== null) throw nativeError(failed[0] ?? "E_INTERNAL", failed[1]);
}
