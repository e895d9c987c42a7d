import { checkSample } from "./_check.ts";
import { sortedQuantile } from "./quantile.ts";

/**
 * One-sample Hodges-Lehmann estimate: the median of all means of two values (Walsh averages, each value
 * with itself included). On the log ratios of pairs it estimates the speedup from the pairing alone; a
 * row whose estimate falls outside the interval of the ratio of medians carries the flag `multimodal`.
 *
 * @param values finite, at least one; cost grows with the square of the length
 * @returns the estimate, in the unit of `values`
 * @throws BenchError `E_SAMPLES` for an empty sample, `E_SAMPLE_VALUE` for a value that is not finite
 * @remarks Hodges and Lehmann, "Estimates of Location Based on Rank Tests", Annals of Mathematical
 *   Statistics 34, 1963.
 * @example
 * ```ts
 * import { hodgesLehmann } from '@moe/bench';
 * console.log(hodgesLehmann([1, 2, 10]));
 * // → 3.75
 * ```
 */
export function hodgesLehmann(values: ArrayLike<number>): number {
  checkSample(values, 1, "values");
  const n = values.length;
  const walsh = new Float64Array((n * (n + 1)) / 2);
  let next = 0;
  for (let i = 0; i < n; i++)
    for (let j = i; j < n; j++) walsh[next++] = (values[i] + values[j]) / 2;
  return sortedQuantile(walsh.sort(), 0.5);
}
