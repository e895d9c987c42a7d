import { checkArray, checkObject } from "./_check.ts";
import {
  checkExperts,
  checkShape,
  type CheckpointShape,
  readScales,
  readZeros,
} from "./_checkpoint.ts";
import { NIBBLE_ORDER } from "./exllama.ts";
import type { QuantizedWeights } from "./weights.ts";

/**
 * Tensors of one expert's projection in an AWQ checkpoint (`gemm` version), by their names there.
 */
export interface AwqTensors {
  /**
   * `[k, n / 8]`; nibble i from bit 0 up of word `(k, w)` is column `8w + [0, 2, 4, 6, 1, 3, 5,
   * 7][i]`.
   */
  qweight: Int32Array;
  /** `[k / groupSize, n]`, f32, or bits of `scaleFormat`. */
  scales: Float32Array | Uint16Array;
  /** `[k / groupSize, n / 8]`, columns in the same order. */
  qzeros: Int32Array;
}

/**
 * Imports a 4-bit AWQ checkpoint. Nibbles and zero points carry over exactly; f16 and f32 scales
 * are rounded to bf16, which moves a weight by up to 0.39 %. Layout: AutoAWQ
 * `awq/utils/packing_utils.py`, vLLM `vllm/model_executor/layers/quantization/awq_triton.py`.
 *
 * @param experts - tensors of each expert, 1 or more
 * @param shape - see {@link CheckpointShape}
 * @returns int4 weights with zero points of 0..15
 * @throws QuantError `E_VALUE_RANGE` for scales that are not finite; `E_DTYPE`, `E_SHAPE_SIZE`,
 * `E_SHAPE_GROUP`, `E_SHAPE_LENGTH`, `E_OPTION` for a wrong shape
 * @example
 * ```ts
 * import { dequantize, fromAwq } from "@moe/quant";
 *
 * const expert = {
 *   qweight: new Int32Array(8).fill(0x75316420),
 *   scales: new Float32Array(8).fill(0.5),
 *   qzeros: new Int32Array([0x44444444]),
 * };
 * const weights = fromAwq([expert], { n: 8, k: 8, groupSize: 8 });
 * console.log([0, 1, 7].map((col) => dequantize(weights, 0)[col * 8]).join(" "));
 * // → -2 -1.5 1.5
 * ```
 */
export function fromAwq(experts: readonly AwqTensors[], shape: CheckpointShape): QuantizedWeights {
  checkExperts(experts);
  checkShape(shape, "shape", []);
  const { n, k, groupSize } = shape;
  const numExperts = experts.length;
  const rowStride = k / 8;
  const groups = k / groupSize;
  const packed = new Int32Array(numExperts * n * rowStride);
  const scales = new Uint16Array(numExperts * n * groups);
  const zeros = new Uint8Array(scales.length);
  for (const [e, expert] of experts.entries()) {
    checkObject(expert, `experts[${e}]`);
    readWords(expert.qweight, n, rowStride, packed, e * n * rowStride);
    readScales(expert.scales, shape, scales, e * n * groups);
    readZeros(expert.qzeros, shape, NIBBLE_ORDER, 0, zeros, e * n * groups);
  }
  return { packed, scales, zeros, numExperts, n, k, groupSize, rowStride };
}

/**
 * Transposes 8 × 8 tiles of nibbles: eight words of consecutive k become one word for each of eight
 * columns.
 */
function readWords(
  qweight: Int32Array,
  n: number,
  rowStride: number,
  out: Int32Array,
  at: number,
): void {
  checkArray(qweight, "qweight", Int32Array, rowStride * n);
  const words = n / 8;
  for (let kw = 0; kw < rowStride; kw++) {
    for (let w = 0; w < words; w++) {
      for (let i = 0; i < 8; i++) {
        let word = 0;
        for (let j = 0; j < 8; j++) {
          const source = qweight[(kw * 8 + NIBBLE_ORDER[j]) * words + w];
          word |= ((source >>> (4 * i)) & 15) << (4 * j);
        }
        out[at + (w * 8 + NIBBLE_ORDER[i]) * rowStride + kw] = word;
      }
    }
  }
}
