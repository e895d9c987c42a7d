import { checkProblem, type MoeGemmProblem } from "@moe/quant";

import { load } from "./_load.ts";
import {
  checkKeys,
  nativeOptions,
  report,
  RUN_KEYS,
  type RunOptions,
  type RunReport,
} from "./run.ts";

/** How to run {@link moeGemmW4A16Async}. */
export interface AsyncRunOptions extends RunOptions {
  /** Stops the call between two tasks; it then rejects with `E_CANCELLED` and `p.c` is incomplete. */
  signal?: AbortSignal;
  /** Called about 20 times a second while the call runs, and once at its end. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * Computes a grouped W4A16 GEMM on the CPU: for each block, `C[flat, :] = A[floor(flat / topK), :] · dequant(W[e])ᵀ`,
 * accumulated in f32, stored as bf16. Rows without a route are not touched.
 *
 * The rows of an expert's consecutive blocks are multiplied together and padding is never computed, so `blockM` does
 * not change the speed. Scratch memory is about 1 MiB a thread at k = 2048; the weights are never copied as a whole.
 *
 * @param p - the problem; `p.c` is written
 * @param options - see {@link RunOptions}
 * @returns what ran and how long it took
 * @throws QuantError where `checkProblem` refuses the problem; `p.c` is then untouched
 * @throws KernelCpuError `E_NATIVE_UNAVAILABLE` without the addon, `E_ISA_UNAVAILABLE`, `E_THREADS`, `E_OPTION`
 * @remarks Deterministic: the same problem gives the same bits for any thread count. A row's last bits may depend on
 * how many rows its expert has. bf16 subnormals in `a` count as 0 on the `amx` and `avx512bf16` paths, as `TDPBF16PS` and `VDPBF16PS` do
 * (Intel SDM volume 2).
 * @example
 * ```ts
 * import { moeAlignBlockSize } from "@moe/align";
 * import { availability, moeGemmW4A16, portableGemm } from "@moe/kernel-cpu";
 * import { randomActivations, randomWeights, verifyGemm } from "@moe/quant";
 * import { synthTopk } from "@moe/routing";
 *
 * const { topkIds, ...sizes } = synthTopk({ archetype: "zipf1", numTokens: 16, numExperts: 8, topK: 2 });
 * const blocks = moeAlignBlockSize(topkIds, { ...sizes, blockM: 16 });
 * const problem = {
 *   a: randomActivations({ rows: 16, k: 256, seed: 1 }),
 *   weights: randomWeights({ numExperts: 8, n: 64, k: 256, groupSize: 128, seed: 2 }),
 *   ...blocks,
 *   numBlocks: blocks.numTokensPostPadded[0] / 16, blockM: 16, topK: 2, numValidTokens: 32,
 *   c: new Uint16Array(32 * 64),
 * };
 * const run = availability().available ? moeGemmW4A16(problem) : portableGemm(problem);
 * console.log(run.timeNs > 0, verifyGemm(problem).passed);
 * // → true true
 * ```
 */
export function moeGemmW4A16(p: MoeGemmProblem, options: RunOptions = {}): RunReport {
  checkKeys(options, RUN_KEYS);
  const native = nativeOptions(options);
  const { binding } = load();
  checkProblem(p);
  return report(binding.gemm(p, native));
}

/**
 * {@link moeGemmW4A16} on a thread of the runtime's pool. The caller must leave the problem's arrays alone until the
 * promise settles.
 *
 * @param p - the problem; `p.c` is written
 * @param options - see {@link AsyncRunOptions}
 * @returns what ran and how long it took
 * @throws as {@link moeGemmW4A16}, as a rejection; and KernelCpuError `E_CANCELLED`
 */
export async function moeGemmW4A16Async(
  p: MoeGemmProblem,
  options: AsyncRunOptions = {},
): Promise<RunReport> {
  checkKeys(options, [...RUN_KEYS, "signal", "onProgress"]);
  const native = nativeOptions(options);
  const { binding } = load();
  checkProblem(p);
  const { signal, onProgress } = options;
  const job = new binding.Job();
  const cancel = (): void => job.cancel();
  if (signal?.aborted === true) cancel();
  signal?.addEventListener("abort", cancel);
  const timer = onProgress && setInterval(() => onProgress(job.done, job.total), 50);
  try {
    const outcome = await binding.gemmAsync(p, native, job);
    const finished = report(outcome as Parameters<typeof report>[0]);
    onProgress?.(job.total, job.total);
    return finished;
  } finally {
    clearInterval(timer);
    signal?.removeEventListener("abort", cancel);
  }
}
