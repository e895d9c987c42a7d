import type { ResultRow } from "../results/schema.ts";
import { comparisonOf } from "./comparisonOf.ts";

/** How far an A/A run found nothing: see {@link shareOfSame}. */
export interface ShareOfSame {
  /** Cells whose verdict is `SAME`. */
  same: number;
  /** All cells, those that could not be measured among them. */
  cells: number;
  /** The first / the second; 0 where there is no cell. */
  share: number;
  /** What `share` is wanted to be at least: 0.95. */
  wanted: number;
  /** Whether it is. */
  isEnough: boolean;
}

/** As many as the intervals are asked to be right. */
const WANTED_SHARE = 0.95;

/**
 * Counts the cells of an A/A run (`aa` of `runSweep`) that are `SAME`. Both sides are one kernel, so that each cell should be:
 * `FAST` or `SLOW` is a difference that is not there, `AMBIGUOUS` a machine too noisy for the margin.
 *
 * @param rows rows of a sweep
 * @returns the count and whether it is enough
 * @example
 * ```ts
 * import { shareOfSame, type ResultRow } from '@moe/bench';
 * const row = (verdict: string) => ({ timing: { verdict } }) as ResultRow;
 * const { same, cells, isEnough } = shareOfSame([row('SAME'), row('SAME'), row('AMBIGUOUS')]);
 * console.log(same, cells, isEnough);
 * // → 2 3 false
 * ```
 */
export function shareOfSame(rows: Iterable<ResultRow>): ShareOfSame {
  const verdicts = [...rows].map((row) => comparisonOf(row)?.verdict);
  const [same, cells] = [verdicts.filter((verdict) => verdict === "SAME").length, verdicts.length];
  const share = cells === 0 ? 0 : same / cells;
  return { same, cells, share, wanted: WANTED_SHARE, isEnough: share >= WANTED_SHARE };
}
