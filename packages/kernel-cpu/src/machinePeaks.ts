import { load } from "./_load.ts";
import { KernelCpuError } from "./errors.ts";
import { checkKeys, checkThreads, type CpuIsa, nativeError } from "./run.ts";

/** What this machine can do at most; the denominators of every "share of peak". */
export interface MachinePeaks {
  /** Multiply-adds on registers of each path that can run, 10⁹ FLOP/s of all threads (a multiply-add is 2). */
  gflopPerSecond: Partial<Record<CpuIsa, number>>;
  /** bf16 dot products (`gflopPerSecond.avx512bf16`), or `null` without AVX-512 BF16. */
  bf16GflopPerSecond: number | null;
  /** f32 multiply-adds with the widest vectors. */
  f32GflopPerSecond: number;
  /** Reading memory that no cache holds, 10⁹ bytes/s of all threads. */
  readGBPerSecond: number;
}

/** Paths that multiply in f32, widest first. */
const F32_PATHS = ["avx512", "avx2", "neon", "portable"] as const;

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
  const gflopPerSecond: MachinePeaks["gflopPerSecond"] = {};
  peaks.isas.forEach((isa, i) => {
    gflopPerSecond[isa as CpuIsa] = peaks.gflops[i] ?? 0;
  });
  const widest = F32_PATHS.find((isa) => gflopPerSecond[isa] !== undefined) ?? "portable";
  return {
    gflopPerSecond,
    bf16GflopPerSecond: gflopPerSecond.avx512bf16 ?? null,
    f32GflopPerSecond: gflopPerSecond[widest] ?? 0,
    readGBPerSecond: peaks.readGbytes,
  };
}
