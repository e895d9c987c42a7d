import { checkInteger } from "./_check.ts";
import { dot, readActivationRow } from "./_dot.ts";
import type { MoeGemmProblem } from "./problem.ts";

/**
 * One element of the result as the contract defines it: the dot product in f64 of exact products of
 * bf16 activations and exact dequantised weights. It is not rounded to bf16.
 *
 * @param p - a problem that passes `checkProblem`; which blocks it has does not matter here
 * @param flat - flat index, `0..numValidTokens-1`
 * @param expert - expert of that route, `0..numExperts-1`
 * @param col - output column, `0..n-1`
 * @returns `Σ a·w`; error below `k · 2^-52 · Σ|a·w|`
 * @throws QuantError `E_SHAPE_SIZE` for an index out of range
 * @example
 * ```ts
 * import { oracleElement, packExllama, toBf16 } from "@moe/quant";
 *
 * const weights = {
 *   packed: packExllama(new Uint8Array([9, 8, 8, 8, 8, 8, 8, 15]), { rows: 1, k: 8 }),
 *   scales: toBf16(new Float32Array([0.25])),
 *   numExperts: 1, n: 1, k: 8, groupSize: 8, rowStride: 1,
 * };
 * const problem = {
 *   a: toBf16(new Float32Array([1, 0, 0, 0, 0, 0, 0, 2])),
 *   weights,
 *   sortedTokenIds: new Int32Array([0]), expertIds: new Int32Array([0]),
 *   numBlocks: 1, blockM: 1, topK: 1, numValidTokens: 1, c: new Uint16Array(1),
 * };
 * console.log(oracleElement(problem, 0, 0, 0));
 * // → 3.75
 * ```
 */
export function oracleElement(
  p: MoeGemmProblem,
  flat: number,
  expert: number,
  col: number,
): number {
  const { numExperts, n, k } = p.weights;
  checkInteger(flat, "flat", 0, p.numValidTokens - 1);
  checkInteger(expert, "expert", 0, numExperts - 1);
  checkInteger(col, "col", 0, n - 1);
  const row = new Float32Array(k);
  readActivationRow(p, flat, row);
  return dot(row, p.weights, expert * n + col).value;
}
