import { checkWeights, type QuantizedWeights } from "@moe/quant";

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

/** The tensors of a MoE layer behind its router. */
export interface MoeLayerProblem {
  /** bf16 bits `[numTokens, hidden]`. */
  hidden: Uint16Array;
  /** Gate and up projection: `k` = hidden, `n` = 2 · intermediate, the gate's rows first. */
  gateUp: QuantizedWeights;
  /** Down projection: `k` = intermediate, `n` = hidden. */
  down: QuantizedWeights;
  /** Expert of each route `[numTokens, topK]`; an id outside `0 … numExperts - 1` is no route and adds nothing. */
  topkIds: Int32Array;
  /** f32 `[numTokens, topK]`: what each route's result is multiplied by. */
  topkWeights: Float32Array;
  /** Tokens, 0 or more. */
  numTokens: number;
  /** Experts of a token, 1 or more. */
  topK: number;
  /** bf16 bits `[numTokens, hidden]`; every row is written. */
  out: Uint16Array;
}

const TENSORS = {
  hidden: Uint16Array,
  topkIds: Int32Array,
  topkWeights: Float32Array,
  out: Uint16Array,
} as const;

/**
 * Computes a whole MoE layer: routes grouped by expert → gemm1 → SiLU(gate) · up → gemm2 → weighted sum over a token's
 * experts. Activations between the steps are rounded to bf16, sums are f32. Takes
 * `2 · numTokens · topK · (2 · intermediate + intermediate + hidden)` bytes of scratch at most.
 *
 * @param layer - the tensors; `layer.out` is written
 * @param options - see {@link RunOptions}
 * @returns what ran and how long it took
 * @throws QuantError for weights that `checkWeights` refuses
 * @throws KernelCpuError `E_SHAPE` for tensors of the wrong type or shapes that do not fit each other, `E_SIZE` for a
 * tensor that is too short, and the codes of {@link moeGemmW4A16}; `layer.out` is then untouched
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
  checkWeights(layer.gateUp);
  checkWeights(layer.down);
  for (const [name, type] of Object.entries(TENSORS)) {
    const given: unknown = layer[name as keyof typeof TENSORS];
    if (given instanceof type) continue;
    throw new KernelCpuError("E_SHAPE", `${name} must be a ${type.name}, not ${typeof given}`, {
      name,
    });
  }
  for (const name of ["numTokens", "topK"] as const) {
    const given: unknown = layer[name];
    if (typeof given === "number") continue;
    throw new KernelCpuError("E_SHAPE", `${name} must be a number, not ${typeof given}`, { name });
  }
  const inputs = [layer.hidden, layer.topkIds, layer.topkWeights];
  if (inputs.some((input) => overlaps(input, layer.out))) {
    throw new KernelCpuError(
      "E_SHAPE",
      "out shares memory with an input; give it a buffer of its own",
      {},
    );
  }
  return report(binding.forward(layer, native));
}

function overlaps(a: ArrayBufferView, b: ArrayBufferView): boolean {
  if (a.buffer !== b.buffer) return false;
  return a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength;
}
