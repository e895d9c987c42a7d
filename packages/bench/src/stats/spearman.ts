import { checkSample } from "./_check.ts";
import { averageRanks } from "./_ranks.ts";
import { BenchError } from "../errors.ts";

/**
 * Spearman's rank correlation: Pearson's correlation of the ranks, equal values sharing their mean rank.
 *
 * @param x finite values, at least two
 * @param y as many finite values
 * @returns ρ, -1 to 1 (included), or `null` when one side is constant and ρ is not defined
 * @throws BenchError `E_SAMPLES` for fewer than two values or unequal lengths, `E_SAMPLE_VALUE` for a value
 *   that is not finite
 * @remarks Spearman, "The Proof and Measurement of Association between Two Things", 1904.
 * @example
 * ```ts
 * import { spearman } from '@moe/bench';
 * console.log(spearman([1, 2, 3, 4], [10, 20, 30, 5]));
 * // → -0.2
 * ```
 */
export function spearman(x: ArrayLike<number>, y: ArrayLike<number>): number | null {
  checkSample(x, 2, "x");
  checkSample(y, 2, "y");
  if (x.length !== y.length)
    throw new BenchError(
      "E_SAMPLES",
      `x has ${x.length} values and y has ${y.length}; a correlation needs one y for each x.`,
      { x: x.length, y: y.length },
    );
  const rx = averageRanks(Array.from(x)).ranks;
  const ry = averageRanks(Array.from(y)).ranks;
  const mean = (x.length + 1) / 2;
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (let i = 0; i < rx.length; i++) {
    xx += (rx[i] - mean) ** 2;
    yy += (ry[i] - mean) ** 2;
    xy += (rx[i] - mean) * (ry[i] - mean);
  }
  return xx === 0 || yy === 0 ? null : xy / Math.sqrt(xx * yy);
}
