import { checkArray, checkInteger } from "./_check.ts";
import { bf16ToFloat } from "./bf16.ts";
import { checkWeights, type QuantizedWeights } from "./weights.ts";

/**
 * Decodes one row of weights to f64, the values of one output column: what a kernel in plain TypeScript calls
 * for each column. The result is exact, as a 5-bit integer times a bf16 scale has at most 13 significant bits.
 *
 * @param weights - int4 weights
 * @param row - `expert * n + column`, 0 to `numExperts * n - 1` (included)
 * @param out - receives the `k` values at `out[at]` to `out[at + k - 1]`
 * @param at - index in `out` of the first value, default 0
 * @throws QuantError for wrong weights (see {@link checkWeights}); `E_SHAPE_SIZE` for `row` or `at` out of
 * range; `E_DTYPE` or `E_SHAPE_LENGTH` for `out`. All are checked in constant time
 * @example
 * ```ts
 * import { dequantizeRow, packExllama, toBf16 } from "@moe/quant";
 *
 * const weights = {
 *   packed: packExllama(new Uint8Array([0, 4, 8, 9, 10, 12, 14, 15]), { rows: 1, k: 8 }),
 *   scales: toBf16(new Float32Array([0.5])),
 *   numExperts: 1, n: 1, k: 8, groupSize: 8, rowStride: 1,
 * };
 * const row = new Float64Array(8);
 * dequantizeRow(weights, 0, row);
 * console.log(row.join(" "));
 * // → -4 -2 0 0.5 1 2 3 3.5
 * ```
 */
export function dequantizeRow(
  weights: QuantizedWeights,
  row: number,
  out: Float64Array,
  at = 0,
): void {
  checkWeights(weights);
  const { numExperts, n, k } = weights;
  checkInteger(row, "row", 0, numExperts * n - 1);
  checkInteger(at, "at", 0);
  checkArray(out, "out", Float64Array, at + k);
  decodeRow(weights, row, out, at);
}

// f64 only: stores to f32 and f64 arrays at this one place measured 4 times slower.
function decodeRow(weights: QuantizedWeights, row: number, out: Float64Array, at: number): void {
  const { packed, scales, zeros, k, groupSize, rowStride } = weights;
  const groups = k / groupSize;
  const wordsPerGroup = groupSize / 8;
  let w = row * rowStride;
  let o = at;
  for (let g = row * groups; g < (row + 1) * groups; g++) {
    const scale = bf16ToFloat(scales[g]);
    const zero = zeros === undefined ? 8 : zeros[g];
    for (const end = w + wordsPerGroup; w < end; w++, o += 8) {
      const word = packed[w];
      out[o] = ((word & 15) - zero) * scale;
      out[o + 2] = (((word >>> 4) & 15) - zero) * scale;
      out[o + 4] = (((word >>> 8) & 15) - zero) * scale;
      out[o + 6] = (((word >>> 12) & 15) - zero) * scale;
      out[o + 1] = (((word >>> 16) & 15) - zero) * scale;
      out[o + 3] = (((word >>> 20) & 15) - zero) * scale;
      out[o + 5] = (((word >>> 24) & 15) - zero) * scale;
      out[o + 7] = ((word >>> 28) - zero) * scale;
    }
  }
}
