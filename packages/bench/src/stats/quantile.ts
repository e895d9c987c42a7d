import { checkSample } from "./_check.ts";

/** Type-7 quantile of values that are sorted already; the unchecked core of {@link quantile}. */
export function sortedQuantile(sorted: ArrayLike<number>, q: number): number {
  const position = (sorted.length - 1) * q;
  const low = Math.floor(position);
  const fraction = position - low;
  const below = sorted[low];
  return fraction === 0 ? below : below + fraction * (sorted[low + 1] - below);
}

/**
 * Quantile of a sample by linear interpolation of order statistics, definition 7 of Hyndman and Fan
 * ("Sample Quantiles in Statistical Packages", The American Statistician 50, 1996): the default of
 * NumPy and R.
 *
 * @param values finite numbers in any order, at least one; not changed
 * @param q level, 0 to 1 (included)
 * @returns the quantile, in the unit of `values`
 * @throws BenchError `E_SAMPLES` for an empty sample, `E_SAMPLE_VALUE` for a value or level that is not a
 *   number in range
 * @example
 * ```ts
 * import { quantile } from '@moe/bench';
 * console.log(quantile([4, 1, 3, 2], 0.25));
 * // → 1.75
 * ```
 */
export function quantile(values: ArrayLike<number>, q: number): number {
  checkSample(values, 1, "values");
  checkSample([q >= 0 && q <= 1 ? q : Number.NaN], 1, "q");
  return sortedQuantile(Float64Array.from(values).sort(), q);
}

/**
 * Median of a sample: the middle value, or the mean of the two middle values.
 *
 * @param values finite numbers in any order, at least one; not changed
 * @returns the median, in the unit of `values`
 * @throws BenchError `E_SAMPLES` for an empty sample, `E_SAMPLE_VALUE` for a value that is not finite
 * @example
 * ```ts
 * import { median } from '@moe/bench';
 * console.log(median([10, 2, 4, 3]));
 * // → 3.5
 * ```
 */
export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
}
