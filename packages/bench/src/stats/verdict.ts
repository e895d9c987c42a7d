import { BenchError } from "../errors.ts";
import type { RatioInterval } from "./medianRatioInterval.ts";

/** What a cell says about the kernel: see {@link verdict}. */
export type Verdict = "FAST" | "SLOW" | "SAME" | "AMBIGUOUS";

/** Share by which two times may differ and still count as the same: 2 %. */
export const DEFAULT_MARGIN = 0.02;

/**
 * Turns the confidence interval of the speedup (reference time / kernel time) into a verdict. The margin m
 * splits all speedups into three regions; a verdict is given only when the whole interval lies in one:
 *
 * - `FAST`: low > 1 + m, the kernel is faster by more than the margin
 * - `SLOW`: high < 1 / (1 + m), slower by more than the margin
 * - `SAME`: 1 / (1 + m) ≤ low and high ≤ 1 + m
 * - `AMBIGUOUS`: anything else; more samples or a quieter machine would decide
 *
 * The rule is symmetric: swapping kernel and reference swaps FAST and SLOW and nothing else.
 *
 * @param interval interval of the speedup, as {@link medianRatioInterval} returns it
 * @param margin equivalence margin m, 0 to 1 (included), default 0.02
 * @returns the verdict
 * @throws BenchError `E_OPTION` for a margin out of range
 * @remarks Equivalence testing by interval inclusion: Schuirmann, Journal of Pharmacokinetics and
 *   Biopharmaceutics 15, 1987; region of practical equivalence: Kruschke, Advances in Methods and
 *   Practices in Psychological Science 1, 2018.
 * @example
 * ```ts
 * import { verdict } from '@moe/bench';
 * console.log(verdict({ low: 1.27, high: 1.36 }));
 * // → FAST
 * console.log(verdict({ low: 1.01, high: 1.05 }));
 * // → AMBIGUOUS
 * ```
 */
export function verdict(
  interval: Pick<RatioInterval, "low" | "high">,
  margin: number = DEFAULT_MARGIN,
): Verdict {
  if (!(margin >= 0 && margin <= 1))
    throw new BenchError("E_OPTION", `margin is ${margin}; it must be from 0 to 1 (included).`, {
      margin,
    });
  const upper = 1 + margin;
  if (interval.low > upper) return "FAST";
  // Products, not quotients: (1 / upper) is rounded and would break the symmetry.
  if (interval.high * upper < 1) return "SLOW";
  if (interval.low * upper >= 1 && interval.high <= upper) return "SAME";
  return "AMBIGUOUS";
}
