import { checkProblem, type MoeGemmProblem } from "@moe/quant";

import { load } from "./_load.ts";
import { checkKeys, nativeOptions, report, type RunReport } from "./run.ts";

/**
 * The same contract as {@link moeGemmW4A16} the way one would write it without this package: for each expert gather
 * the rows, dequantise the weights to f32, multiply with a GEMM library (the Rust crate `gemm`, AVX-512 or AVX2), and
 * scatter. It is what benchmarks compare with.
 *
 * Experts run side by side, one thread each; with fewer experts than threads, the library's own threads run inside
 * each expert. Scratch memory: one expert's weights and rows in f32 for each thread.
 *
 * @param p - the problem; `p.c` is written
 * @param options - `threads` as for the kernel; the library chooses its own instruction set
 * @returns what ran; `isa` is the best path of this CPU
 * @throws as {@link moeGemmW4A16}
 * @example
 * ```ts
 * import { availability, referenceGemm } from "@moe/kernel-cpu";
 *
 * console.log(availability().available, typeof referenceGemm);
 * // → true function
 * ```
 */
export function referenceGemm(p: MoeGemmProblem, options: { threads?: number } = {}): RunReport {
  checkKeys(options, ["threads"]);
  const native = nativeOptions(options);
  const { binding } = load();
  checkProblem(p);
  return report(binding.referenceGemm(p, native));
}
