import { checkInteger } from "./_check.ts";
import { dequantizeRow } from "./dequantizeRow.ts";
import { checkWeights, type QuantizedWeights } from "./weights.ts";

/**
 * Decodes weights to f32. The result is exact, as a 5-bit integer times a bf16 scale has at most 13
 * significant bits (scales above 2^123 can overflow to infinity).
 *
 * @param weights - int4 weights
 * @param expert - which expert, `0..numExperts-1`; default: all of them
 * @returns f32 `[n, k]` of the expert, or `[numExperts, n, k]`
 * @throws QuantError for wrong weights (see {@link checkWeights}); `E_SHAPE_SIZE` for an expert out
 * of range
 * @example
 * ```ts
 * import { dequantize, packExllama, toBf16 } from "@moe/quant";
 *
 * const weights = {
 *   packed: packExllama(new Uint8Array([0, 4, 8, 9, 10, 12, 14, 15]), { rows: 1, k: 8 }),
 *   scales: toBf16(new Float32Array([0.5])),
 *   numExperts: 1, n: 1, k: 8, groupSize: 8, rowStride: 1,
 * };
 * console.log(dequantize(weights, 0).join(" "));
 * // → -4 -2 0 0.5 1 2 3 3.5
 * ```
 */
export function dequantize(weights: QuantizedWeights, expert?: number): Float32Array {
  checkWeights(weights);
  const { numExperts, n, k } = weights;
  if (expert !== undefined) checkInteger(expert, "expert", 0, numExperts - 1);
  const first = (expert ?? 0) * n;
  const rows = expert === undefined ? numExperts * n : n;
  const out = new Float32Array(rows * k);
  // Without rows k may be any size.
  const values = new Float64Array(rows === 0 ? 0 : k);
  for (let row = 0; row < rows; row++) {
    dequantizeRow(weights, first + row, values);
    out.set(values, row * k);
  }
  return out;
}
