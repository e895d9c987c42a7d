import { checkSample } from "./_check.ts";

/**
 * Autocorrelation at lag 1 of values in time order: near 0 for independent samples, towards 1 when the
 * machine drifts (clock, neighbours) slower than the sampling. The bootstrap assumes independent pairs,
 * so a row whose |r₁| exceeds 1.96/√n carries the flag `autocorrelated`.
 *
 * @param values finite, in time order, at least three
 * @returns r₁ = Σ(xᵢ−x̄)(xᵢ₊₁−x̄) / Σ(xᵢ−x̄)², -1 to 1; 0 for a constant series
 * @throws BenchError `E_SAMPLES` for fewer than three values, `E_SAMPLE_VALUE` for a value that is not finite
 * @remarks Box and Jenkins, "Time Series Analysis", 1970, section 2.1.
 * @example
 * ```ts
 * import { lag1Autocorrelation } from '@moe/bench';
 * console.log(lag1Autocorrelation([1, 2, 3, 4, 5]));
 * // → 0.4
 * ```
 */
export function lag1Autocorrelation(values: ArrayLike<number>): number {
  checkSample(values, 3, "values");
  // Counted from the first value, a constant series is exactly zero: its rounding is no signal.
  const shifted = Array.from(values, (value) => value - values[0]);
  const mean = shifted.reduce((sum, value) => sum + value, 0) / shifted.length;
  let squares = 0;
  let products = 0;
  for (let i = 0; i < shifted.length; i++) {
    squares += (shifted[i] - mean) ** 2;
    if (i > 0) products += (shifted[i] - mean) * (shifted[i - 1] - mean);
  }
  return squares === 0 ? 0 : products / squares;
}
