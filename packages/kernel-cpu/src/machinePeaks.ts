import { load } from "./_load.ts";
import { KernelCpuError } from "./errors.ts";
import { checkKeys, checkThreads, nativeError } from "./run.ts";

/** What this machine can do at most; the denominators of every "share of peak". */
export interface MachinePeaks {
  /** bf16 dot products on registers, 10⁹ FLOP/s of all threads (a multiply-add is 2), or `null` without AVX-512 BF16. */
  bf16GflopPerSecond: number | null;
  /** f32 multiply-adds on registers with the widest vectors, 10⁹ FLOP/s of all threads. */
  f32GflopPerSecond: number;
  /** Reading memory that no cache holds, 10⁹ bytes/s of all threads. */
  readGBPerSecond: number;
}

/**
 * Measures the machine's peaks now, each as the median of 16 rounds. Clocks and neighbours change from minute to minute:
 * measure them in the same run as the kernel whose share they bound.
 *
 * @param options - `seconds` for each micro-benchmark, 0.01 to 60, default 0.5 (reading takes 0.8 at least); `threads`
 * 1 to 1024, default every CPU
 * @returns see {@link MachinePeaks}
 * @throws KernelCpuError `E_NATIVE_UNAVAILABLE`, `E_THREADS`, `E_OPTION`
 * @example
 * ```ts
 * import { machinePeaks } from "@moe/kernel-cpu";
 *
 * console.log(machinePeaks({ seconds: 0.1, threads: 1 }).f32GflopPerSecond > 0);
 * // → true
 * ```
 */
export function machinePeaks(options: { seconds?: number; threads?: number } = {}): MachinePeaks {
  checkKeys(options, ["seconds", "threads"]);
  const { seconds = 0.5, threads } = options;
  if (!(seconds >= 0.01 && seconds <= 60)) {
    throw new KernelCpuError("E_OPTION", `seconds is ${seconds}, but must be 0.01 to 60`, {
      seconds,
    });
  }
  const checked = threads === undefined ? undefined : checkThreads(threads);
  const peaks = load().binding.machinePeaks(seconds, checked);
  if (peaks.code !== undefined) throw nativeError(peaks.code, peaks.message);
  return {
    bf16GflopPerSecond: peaks.bf16Gflops ?? null,
    f32GflopPerSecond: peaks.f32Gflops ?? 0,
    readGBPerSecond: peaks.readGbytes ?? 0,
  };
}
