import {
  checkArray,
  checkGroupSize,
  checkInteger,
  checkK,
  checkObject,
  checkRowStride,
} from "./_check.ts";

/**
 * int4 weights of all experts of one projection. A value is `(nibble − 8) · scale`, or
 * `(nibble − zero) · scale` where `zeros` are given. Buffers may be longer than their shape needs.
 */
export interface QuantizedWeights {
  /** `[numExperts, n, rowStride]`, 8 nibbles a word in `NIBBLE_ORDER`; pad words are never read. */
  packed: Int32Array;
  /** `[numExperts, n, k / groupSize]`, bf16 bits, finite. */
  scales: Uint16Array;
  /**
   * `[numExperts, n, k / groupSize]`, 0..16; 16 occurs in GPTQ checkpoints, which store zero − 1.
   */
  zeros?: Uint8Array;
  /** Experts, 1 or more. */
  numExperts: number;
  /** Output columns of one expert, 0 or more. */
  n: number;
  /** Inner size, a multiple of `groupSize`. */
  k: number;
  /** Consecutive k elements that share one scale: a multiple of 8 that divides `k`. */
  groupSize: number;
  /** int32 words from one row to the next, `k / 8` or more. */
  rowStride: number;
}

/**
 * Checks types, sizes and buffer lengths of weights in constant time. The values of scales and zero
 * points are not read.
 *
 * @param weights - what to check
 * @throws QuantError `E_DTYPE`, `E_SHAPE_SIZE`, `E_SHAPE_GROUP`, `E_SHAPE_STRIDE` or
 * `E_SHAPE_LENGTH`
 * @example
 * ```ts
 * import { checkWeights, QuantError, randomWeights } from "@moe/quant";
 *
 * const weights = randomWeights({ numExperts: 2, n: 4, k: 64, groupSize: 32, seed: 0 });
 * try {
 *   checkWeights({ ...weights, groupSize: 24 });
 * } catch (error) {
 *   console.log((error as QuantError).message);
 * }
 * // → groupSize is 24 with k 64; it must be a multiple of 8 that divides k.
 * ```
 */
export function checkWeights(weights: QuantizedWeights): void {
  checkObject(weights, "weights");
  const { packed, scales, zeros, numExperts, n, k, groupSize, rowStride } = weights;
  checkInteger(numExperts, "numExperts", 1);
  checkInteger(n, "n", 0);
  checkK(k);
  checkGroupSize(groupSize, k);
  checkRowStride(rowStride, k);
  const groups = numExperts * n * (k / groupSize);
  checkArray(packed, "weights.packed", Int32Array, numExperts * n * rowStride);
  checkArray(scales, "weights.scales", Uint16Array, groups);
  if (zeros !== undefined) checkArray(zeros, "weights.zeros", Uint8Array, groups);
}
