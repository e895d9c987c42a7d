import { median } from "./quantile.ts";

/**
 * Median absolute deviation from the median, unscaled: half of the values lie within it. A single
 * disturbed sample does not move it, which is why it is the dispersion of every result row. Multiply by
 * 1.4826 to estimate the standard deviation of normal data.
 *
 * @param values finite numbers, at least one; not changed
 * @returns the deviation, ≥ 0, in the unit of `values`
 * @throws BenchError `E_SAMPLES` for an empty sample, `E_SAMPLE_VALUE` for a value that is not finite
 * @remarks Hampel, "The Influence Curve and its Role in Robust Estimation", JASA 69, 1974.
 * @example
 * ```ts
 * import { medianAbsoluteDeviation } from '@moe/bench';
 * console.log(medianAbsoluteDeviation([1, 1, 2, 2, 4, 6, 9]));
 * // → 1
 * ```
 */
export function medianAbsoluteDeviation(values: ArrayLike<number>): number {
  const center = median(values);
  return median(Array.from(values, (value) => Math.abs(value - center)));
}
