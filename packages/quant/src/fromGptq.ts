import { checkArray, checkObject } from "./_check.ts";
import {
  checkExperts,
  checkShape,
  type CheckpointShape,
  readScales,
  readZeros,
} from "./_checkpoint.ts";
import { QuantError } from "./errors.ts";
import type { QuantizedWeights } from "./weights.ts";

const SEQUENTIAL = [0, 1, 2, 3, 4, 5, 6, 7];

/** Tensors of one expert's projection in a GPTQ checkpoint, by their names there. */
export interface GptqTensors {
  /** `[k / 8, n]`; nibble i from bit 0 up of word `(w, col)` is `k = 8w + i`. */
  qweight: Int32Array;
  /** `[k / groupSize, n]`, f32, or bits of `scaleFormat`. */
  scales: Float32Array | Uint16Array;
  /** `[k / groupSize, n / 8]`, columns in order; without it every zero point is 8. */
  qzeros?: Int32Array;
  /** Group of each k, `[k]`; only the order without `desc_act` is supported. */
  gIdx?: Int32Array;
}

/** Shape and formats for {@link fromGptq}. */
export interface GptqShape extends CheckpointShape {
  /**
   * What to add to a stored zero point: 1 (default) for checkpoint format `gptq`, which stores zero
   * − 1; 0 for `gptq_v2`.
   */
  zeroOffset?: 0 | 1;
}

/**
 * Imports a 4-bit GPTQ checkpoint. Nibbles and zero points carry over exactly; f16 and f32 scales
 * are rounded to bf16, which moves a weight by up to 0.39 %. Zero points that are all 8 are left
 * out, as the checkpoint is symmetric then. Layout: AutoGPTQ
 * `auto_gptq/nn_modules/qlinear/qlinear_cuda_old.py` (pack), vLLM
 * `vllm/model_executor/layers/quantization/gptq.py`.
 *
 * @param experts - tensors of each expert, 1 or more
 * @param shape - see {@link GptqShape}
 * @returns int4 weights; zero points are 0..16
 * @throws QuantError `E_ACT_ORDER` for a `gIdx` in activation order; `E_VALUE_RANGE` for scales
 * that are not finite; `E_DTYPE`, `E_SHAPE_SIZE`, `E_SHAPE_GROUP`, `E_SHAPE_LENGTH`, `E_OPTION` for
 * a wrong shape
 * @example
 * ```ts
 * import { dequantize, fromGptq } from "@moe/quant";
 *
 * const expert = {
 *   qweight: new Int32Array(8).fill(0x76543210),
 *   scales: new Float32Array(8).fill(0.5),
 *   qzeros: new Int32Array([0x33333333]),
 * };
 * const weights = fromGptq([expert], { n: 8, k: 8, groupSize: 8 });
 * console.log(dequantize(weights, 0).subarray(0, 8).join(" "));
 * // → -2 -1.5 -1 -0.5 0 0.5 1 1.5
 * ```
 */
export function fromGptq(experts: readonly GptqTensors[], shape: GptqShape): QuantizedWeights {
  checkExperts(experts);
  checkShape(shape, "shape", ["zeroOffset"]);
  const { n, k, groupSize, zeroOffset = 1 } = shape;
  if (zeroOffset !== 0 && zeroOffset !== 1) {
    throw new QuantError("E_OPTION", `zeroOffset is ${zeroOffset}; allowed are 0 and 1.`, {
      zeroOffset,
    });
  }
  const numExperts = experts.length;
  const rowStride = k / 8;
  const groups = k / groupSize;
  const packed = new Int32Array(numExperts * n * rowStride);
  const scales = new Uint16Array(numExperts * n * groups);
  const zeros = new Uint8Array(scales.length).fill(8);
  for (const [e, expert] of experts.entries()) {
    checkObject(expert, `experts[${e}]`);
    const at = e * n * groups;
    if (expert.gIdx !== undefined) checkGroupOrder(expert.gIdx, shape, e);
    readWords(expert.qweight, n, rowStride, packed, e * n * rowStride);
    readScales(expert.scales, shape, scales, at);
    if (expert.qzeros !== undefined) {
      readZeros(expert.qzeros, shape, SEQUENTIAL, zeroOffset, zeros, at);
    }
  }
  const weights = { packed, scales, numExperts, n, k, groupSize, rowStride };
  return zeros.every((zero) => zero === 8) ? weights : { ...weights, zeros };
}

/** Transposes words `[k / 8, n]` to `[n, k / 8]` and shuffles each. */
function readWords(
  qweight: Int32Array,
  n: number,
  rowStride: number,
  out: Int32Array,
  at: number,
): void {
  checkArray(qweight, "qweight", Int32Array, n * rowStride);
  for (let w = 0; w < rowStride; w++) {
    for (let col = 0; col < n; col++) {
      const word = qweight[w * n + col];
      out[at + col * rowStride + w] = evenNibbles(word) | (evenNibbles(word >>> 4) << 16);
    }
  }
}

/** Moves nibbles 0, 2, 4, 6 of a word to its lower half. */
function evenNibbles(word: number): number {
  const pairs = word & 0x0f0f0f0f;
  const bytes = (pairs | (pairs >>> 4)) & 0x00ff00ff;
  return (bytes | (bytes >>> 8)) & 0xffff;
}

function checkGroupOrder(gIdx: Int32Array, shape: GptqShape, expert: number): void {
  checkArray(gIdx, "gIdx", Int32Array, shape.k);
  for (let i = 0; i < shape.k; i++) {
    const group = Math.floor(i / shape.groupSize);
    if (gIdx[i] === group) continue;
    throw new QuantError(
      "E_ACT_ORDER",
      `experts[${expert}].gIdx[${i}] is ${gIdx[i]}, in order it is ${group}; checkpoints in activation order (desc_act) are not supported. Quantise without desc_act, or permute k and the activations first.`,
      { expert, index: i, group: gIdx[i], expected: group },
    );
  }
}
