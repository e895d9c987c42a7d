// The f64 dot product behind the oracle, with what its tolerance needs.
import { bf16ToFloat } from "./bf16.ts";
import type { MoeGemmProblem } from "./problem.ts";
import type { QuantizedWeights } from "./weights.ts";

/** Result of {@link dot}. */
export interface Dot {
  /** Σ a·w */
  value: number;
  /** Σ |a·w| */
  magnitude: number;
  /** Largest |scale| of the row. */
  maxScale: number;
}

/** f32 values of the activation row that the flat index reads. */
export function readActivationRow(p: MoeGemmProblem, flat: number, out: Float32Array): void {
  const { k } = p.weights;
  const bits = new Uint32Array(out.buffer, out.byteOffset, k);
  const from = Math.floor(flat / p.topK) * k;
  for (let i = 0; i < k; i++) bits[i] = p.a[from + i] << 16;
}

/** Σ |a·scale| of an activation row and row `expert * n + col` of the weights. */
export function scaledMagnitude(a: Float32Array, weights: QuantizedWeights, row: number): number {
  const { scales, k, groupSize } = weights;
  let sum = 0;
  for (let i = 0; i < k; i++) {
    const scale = scales[(row * k) / groupSize + Math.floor(i / groupSize)];
    sum += Math.abs(a[i] * bf16ToFloat(scale));
  }
  return sum;
}

/**
 * f64 dot product of an activation row and row `expert * n + col` of the weights; every product with an f32 is exact.
 * `toFloat` decodes scales.
 */
export function dot(
  a: Float32Array | Float64Array,
  weights: QuantizedWeights,
  row: number,
  toFloat: (bits: number) => number = bf16ToFloat,
): Dot {
  const { packed, scales, zeros, k, groupSize, rowStride } = weights;
  const groups = k / groupSize;
  const wordsPerGroup = groupSize / 8;
  let w = row * rowStride;
  let i = 0;
  let value = 0;
  let magnitude = 0;
  let maxScale = 0;
  for (let g = row * groups; g < (row + 1) * groups; g++) {
    const scale = toFloat(scales[g]);
    const zero = zeros === undefined ? 8 : zeros[g];
    maxScale = Math.max(maxScale, Math.abs(scale));
    for (const end = w + wordsPerGroup; w < end; w++, i += 8) {
      const word = packed[w];
      const p0 = ((word & 15) - zero) * scale * a[i];
      const p2 = (((word >>> 4) & 15) - zero) * scale * a[i + 2];
      const p4 = (((word >>> 8) & 15) - zero) * scale * a[i + 4];
      const p6 = (((word >>> 12) & 15) - zero) * scale * a[i + 6];
      const p1 = (((word >>> 16) & 15) - zero) * scale * a[i + 1];
      const p3 = (((word >>> 20) & 15) - zero) * scale * a[i + 3];
      const p5 = (((word >>> 24) & 15) - zero) * scale * a[i + 5];
      const p7 = ((word >>> 28) - zero) * scale * a[i + 7];
      value += p0 + p1 + (p2 + p3) + (p4 + p5 + (p6 + p7));
      magnitude +=
        Math.abs(p0) +
        Math.abs(p1) +
        (Math.abs(p2) + Math.abs(p3)) +
        (Math.abs(p4) + Math.abs(p5) + (Math.abs(p6) + Math.abs(p7)));
    }
  }
  return { value, magnitude, maxScale };
}
