import type { ResultRow } from "../results/schema.ts";
import type { Verdict } from "../stats/verdict.ts";

/** What a row says about the kernel, whether both sides were timed or counted. */
export interface Comparison {
  /** `time`: measured; `count`: modelled from what was executed. */
  measure: "time" | "count";
  /** The reference's time or issue cycles / the kernel's; above 1 the kernel is faster. */
  speedup: number;
  /** Lower end of the interval of `speedup`; counts have no spread, so that it is `speedup`. */
  speedupLow: number;
  /** Upper end, likewise. */
  speedupHigh: number;
  /** (speedup − 1)·100. */
  speedupPercent: number;
  /** What it means. */
  verdict: Verdict;
}

/**
 * The comparison of a row: of its `timing`, or of its `counts`.
 *
 * @param row a row of a sweep
 * @returns speedup and verdict, or null where the cell failed
 * @example
 * ```ts
 * import { comparisonOf, type ResultRow } from '@moe/bench';
 * const counts = { speedup: 2, speedupPercent: 100, verdict: 'FAST' };
 * const { measure, speedup } = comparisonOf({ timing: null, counts } as ResultRow)!;
 * console.log(measure, speedup);
 * // → count 2
 * ```
 */
export function comparisonOf(row: Pick<ResultRow, "timing" | "counts">): Comparison | null {
  const { timing, counts } = row;
  const found = timing ?? counts;
  if (!found) return null;
  const { speedup, speedupPercent, verdict } = found;
  const { speedupLow, speedupHigh } = timing ?? { speedupLow: speedup, speedupHigh: speedup };
  const measure = timing ? "time" : "count";
  return { measure, speedup, speedupLow, speedupHigh, speedupPercent, verdict };
}
