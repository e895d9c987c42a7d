import { checkLayer, type MoeLayerProblem } from "@moe/quant";

import { load } from "./_load.ts";
import { KernelCpuError } from "./errors.ts";
import {
  checkKeys,
  nativeOptions,
  report,
  RUN_KEYS,
  type RunOptions,
  type RunReport,
} from "./run.ts";

/**
 * Computes a whole MoE layer: routes grouped by expert → gemm1 → SiLU(gate) · up → gemm2 → weighted sum over a token's
 * experts. Activations between the steps are rounded to bf16, sums are f32. Takes
 * `2 · numTokens · topK · (2 · intermediate + intermediate + hidden)` bytes of scratch at most.
 *
 * @param layer - in bf16; `layer.out` is written
 * @param options - see {@link RunOptions}
 * @returns what ran and how long it took
 * @throws QuantError for a layer that `checkLayer` refuses; `layer.out` is then untouched
 * @throws KernelCpuError `E_SHAPE` for a `dtype` other than bf16, and the codes of {@link moeGemmW4A16}
 * @remarks The order of steps of vLLM's fused_experts (vllm/model_executor/layers/fused_moe).
 * @example
 * ```ts
 * import { moeForward } from "@moe/kernel-cpu";
 * import { randomActivations, randomWeights } from "@moe/quant";
 *
 * const out = new Uint16Array(4 * 128);
 * const { isa } = moeForward(
 *   {
 *     hidden: randomActivations({ rows: 4, k: 128, seed: 1 }),
 *     gateUp: randomWeights({ numExperts: 8, n: 2 * 64, k: 128, groupSize: 64, seed: 2 }),
 *     down: randomWeights({ numExperts: 8, n: 128, k: 64, groupSize: 64, seed: 3 }),
 *     topkIds: new Int32Array([0, 1, 2, 3, 4, 5, 6, 7]),
 *     topkWeights: new Float32Array(8).fill(0.5),
 *     numTokens: 4, topK: 2, out,
 *   },
 *   { isa: "portable" },
 * );
 * console.log(isa, out.some((value) => value !== 0));
 * // → portable true
 * ```
 */
export function moeForward(layer: MoeLayerProblem, options: RunOptions = {}): RunReport {
  checkKeys(options, RUN_KEYS);
  const native = nativeOptions(options);
  const { binding } = load();
  checkLayer(layer);
  const { dtype = "bf16" } = layer;
  if (dtype !== "bf16") {
    const message = `dtype is ${dtype}, but the CPU's layer takes bf16`;
    throw new KernelCpuError("E_SHAPE", message, { dtype });
  }
  return report(binding.forward(layer, native));
}
