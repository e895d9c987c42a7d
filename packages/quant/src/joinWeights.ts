import { QuantError } from "./errors.ts";
import { checkWeights, type QuantizedWeights } from "./weights.ts";

/**
 * Joins projections along `n`, expert by expert: gate and up become the one `gateUp` matrix that
 * gemm1 reads (rows of the first part come first). Zero points of 8 are filled in where only some
 * parts have them.
 *
 * @param parts - weights of equal `numExperts`, `k` and `groupSize`, 1 or more
 * @returns new weights with `n` the sum and `rowStride` `k / 8`
 * @throws QuantError `E_SHAPE_SIZE` for parts that differ, and what `checkWeights` throws
 * @example
 * ```ts
 * import { joinWeights, randomWeights } from "@moe/quant";
 *
 * const shape = { numExperts: 4, n: 16, k: 64, groupSize: 32 };
 * const gateUp = joinWeights([randomWeights({ ...shape, seed: 1 }), randomWeights({ ...shape, seed: 2 })]);
 * console.log(gateUp.n, gateUp.packed.length);
 * // → 32 1024
 * ```
 */
export function joinWeights(parts: readonly QuantizedWeights[]): QuantizedWeights {
  checkParts(parts);
  const { numExperts, k, groupSize } = parts[0];
  const n = parts.reduce((sum, part) => sum + part.n, 0);
  const rowStride = k / 8;
  const groups = k / groupSize;
  const packed = new Int32Array(numExperts * n * rowStride);
  const scales = new Uint16Array(numExperts * n * groups);
  const zeros = new Uint8Array(scales.length).fill(8);
  let to = 0;
  for (let expert = 0; expert < numExperts; expert++) {
    for (const part of parts) {
      for (let row = expert * part.n; row < (expert + 1) * part.n; row++, to++) {
        const from = row * part.rowStride;
        packed.set(part.packed.subarray(from, from + rowStride), to * rowStride);
      }
      const from = expert * part.n * groups;
      const end = from + part.n * groups;
      const at = (to - part.n) * groups;
      scales.set(part.scales.subarray(from, end), at);
      if (part.zeros !== undefined) zeros.set(part.zeros.subarray(from, end), at);
    }
  }
  const weights = { packed, scales, numExperts, n, k, groupSize, rowStride };
  return parts.some((part) => part.zeros !== undefined) ? { ...weights, zeros } : weights;
}

function checkParts(parts: readonly QuantizedWeights[]): void {
  if (!Array.isArray(parts) || parts.length === 0) {
    throw new QuantError("E_DTYPE", "parts must be an array of 1 or more weights.");
  }
  for (const [i, part] of parts.entries()) {
    checkWeights(part);
    for (const name of ["numExperts", "k", "groupSize"] as const) {
      if (part[name] === parts[0][name]) continue;
      throw new QuantError(
        "E_SHAPE_SIZE",
        `parts[${i}].${name} is ${part[name]}, that of parts[0] is ${parts[0][name]}; they must be equal.`,
        { index: i, name, value: part[name], expected: parts[0][name] },
      );
    }
  }
}
