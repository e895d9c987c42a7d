// Decoding one row of packed weights. Products are exact: a 5-bit integer times an 8-bit significand.
import { bf16ToFloat } from "./bf16.ts";
import type { QuantizedWeights } from "./weights.ts";

/** Writes the k weights of row `expert * n + col` to `out[at..at+k-1]`. */
export function decodeRow(
  weights: QuantizedWeights,
  row: number,
  out: Float32Array,
  at: number,
): void {
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
