import type { ResultRow } from "../results/schema.ts";
import type { Gemm } from "../shapes/MoeShape.ts";
import { comparisonOf } from "./comparisonOf.ts";

/** One place where the kernel starts or stops being faster. */
export interface Crossing {
  /** T at which the speedup is 1, interpolated between two measured T. */
  numTokens: number;
  /** `up`: faster above this T; `down`: faster below it. */
  direction: "up" | "down";
}

/** Where the kernel wins for one archetype and GEMM. */
export interface Crossover {
  /** Archetype label. */
  archetype: string;
  /** Which GEMM. */
  gemm: Gemm;
  /** `always` or `never` faster at every measured T, or `crosses`. */
  kind: "always" | "never" | "crosses";
  /** All crossings in ascending T; empty unless `kind` is `crosses`. */
  crossings: Crossing[];
}

/**
 * Finds the T at which the speedup crosses 1, for each archetype and GEMM. Between two measured cells the logarithm of the
 * speedup is taken as linear in log T, as both axes are ratios. Medians decide, not verdicts: a crossing near cells that are
 * SAME or AMBIGUOUS is as uncertain as they are.
 *
 * @param rows rows of a sweep in any order; those of failed cells are left out
 * @returns one entry for each archetype and GEMM with at least one measured row, in order of first appearance
 * @example
 * ```ts
 * import { crossovers, type ResultRow } from '@moe/bench';
 * const row = (numTokens: number, speedup: number) =>
 *   ({ archetype: 'zipf1', gemm: 1, numTokens, timing: { speedup } }) as ResultRow;
 * const [found] = crossovers([row(64, 0.5), row(256, 2), row(1024, 3)]);
 * console.log(found.kind, found.crossings[0].numTokens.toFixed(0), found.crossings[0].direction);
 * // → crosses 128 up
 * ```
 */
export function crossovers(rows: Iterable<ResultRow>): Crossover[] {
  const groups = new Map<string, { archetype: string; gemm: Gemm; points: Point[] }>();
  for (const row of rows) {
    const { archetype, gemm, numTokens } = row;
    const compared = comparisonOf(row);
    if (!compared) continue;
    const key = `${gemm}/${archetype}`;
    const group = groups.get(key) ?? { archetype, gemm, points: [] };
    group.points.push({ logTokens: Math.log(numTokens), logSpeedup: Math.log(compared.speedup) });
    groups.set(key, group);
  }
  return [...groups.values()].map(({ archetype, gemm, points }) => {
    const crossings = findCrossings(points.sort((p, q) => p.logTokens - q.logTokens));
    const kind = crossings.length > 0 ? "crosses" : isFaster(points[0]) ? "always" : "never";
    return { archetype, gemm, kind, crossings };
  });
}

interface Point {
  logTokens: number;
  logSpeedup: number;
}

function isFaster(point: Point): boolean {
  return point.logSpeedup > 0;
}

function findCrossings(points: Point[]): Crossing[] {
  const crossings: Crossing[] = [];
  for (let i = 1; i < points.length; i++) {
    const [left, right] = [points[i - 1], points[i]];
    if (isFaster(left) === isFaster(right)) continue;
    const share = left.logSpeedup / (left.logSpeedup - right.logSpeedup);
    const logTokens = left.logTokens + share * (right.logTokens - left.logTokens);
    const direction = isFaster(right) ? "up" : "down";
    crossings.push({ numTokens: Math.exp(logTokens), direction });
  }
  return crossings;
}
