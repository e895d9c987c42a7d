import type { QuantizedWeights } from "./weights.ts";

/**
 * One grouped W4A16 GEMM, the contract of every kernel and of the oracle.
 *
 * For block `b` in `0..numBlocks-1` with `e = expertIds[b]`, skipped where `e < 0`, and row `r` in
 * `0..blockM-1`: `slot = b · blockM + r`; `flat = sortedTokenIds[slot]`, invalid past the end of
 * the array. Where `flat < numValidTokens`, `c[flat, :] = a[floor(flat / topK), :] ·
 * dequantize(weights, e)ᵀ`, accumulated in f32, stored as bf16. Nothing else of `c` is touched.
 *
 * Values are defined while the scales are finite, no scale is subnormal, and `16 · Σ|a|` over any
 * group stays below the largest f32 (3.4e38). NaN and infinite activations give the IEEE result, in
 * the rows that read them only.
 */
export interface MoeGemmProblem {
  /** bf16 bits `[rows, k]`, `rows ≥ ceil(numValidTokens / topK)`. */
  a: Uint16Array;
  /** int4 weights of all experts. */
  weights: QuantizedWeights;
  /** Flat indices by slot, as an align function returns them; `≥ numValidTokens` is padding. */
  sortedTokenIds: Int32Array;
  /** Expert of each block, at least `numBlocks` entries; negative = skip the block. */
  expertIds: Int32Array;
  /** Blocks to run; may be an upper bound whose last entries are negative. */
  numBlocks: number;
  /** Rows of a block, 1 or more. */
  blockM: number;
  /** Routes that share one row of `a`, 1 or more; 1 for gemm2. */
  topK: number;
  /** Flat indices below this are real routes, 0 or more. */
  numValidTokens: number;
  /** bf16 bits `[numValidTokens, weights.n]`; only routed rows are written. */
  c: Uint16Array;
}
