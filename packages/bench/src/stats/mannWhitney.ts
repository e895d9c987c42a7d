import { checkSample } from "./_check.ts";
import { averageRanks } from "./_ranks.ts";
import { normalUpperTail } from "./_normal.ts";

/** Result of {@link mannWhitney}. */
export interface MannWhitney {
  /** U of the first sample: pairs (x, y) with x > y, ties count ½. */
  u: number;
  /** Two-sided p-value, 0 to 1 (included). */
  pValue: number;
}

/**
 * Mann-Whitney U test: do two independent samples come from one law? Used on the log ratios of pairs
 * that began with the kernel against those that began with the reference: a small p-value says that the
 * place inside the pair moves the result.
 *
 * The p-value is two-sided, from the normal approximation with tie and continuity correction, as
 * `scipy.stats.mannwhitneyu(method='asymptotic')`.
 *
 * @param x first sample, finite, at least one value
 * @param y second sample, finite, at least one value
 * @returns U of `x` and the p-value; the p-value is 1 when all values are equal
 * @throws BenchError `E_SAMPLES` for an empty sample, `E_SAMPLE_VALUE` for a value that is not finite
 * @remarks Mann and Whitney, "On a Test of Whether one of Two Random Variables is Stochastically Larger
 *   than the Other", Annals of Mathematical Statistics 18, 1947.
 * @example
 * ```ts
 * import { mannWhitney } from '@moe/bench';
 * const test = mannWhitney([1, 2, 3, 4], [5, 6, 7, 8]);
 * console.log(test.u, test.pValue.toFixed(4));
 * // → 0 0.0304
 * ```
 */
export function mannWhitney(x: ArrayLike<number>, y: ArrayLike<number>): MannWhitney {
  checkSample(x, 1, "x");
  checkSample(y, 1, "y");
  const n = x.length + y.length;
  const { ranks, tieCubes } = averageRanks([...Array.from(x), ...Array.from(y)]);
  let rankSum = 0;
  for (let i = 0; i < x.length; i++) rankSum += ranks[i];
  const u = rankSum - (x.length * (x.length + 1)) / 2;
  const product = x.length * y.length;
  const variance = (product / 12) * (n + 1 - tieCubes / (n * (n - 1)));
  if (!(variance > 0)) return { u, pValue: 1 };
  const larger = Math.max(u, product - u);
  const z = (larger - product / 2 - 0.5) / Math.sqrt(variance);
  return { u, pValue: Math.min(1, 2 * normalUpperTail(z)) };
}
