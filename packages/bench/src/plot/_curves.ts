import { comparisonOf } from "../analysis/comparisonOf.ts";
import type { ResultRow } from "../results/schema.ts";

/** The points of one archetype, ascending in T. */
export interface Curve {
  name: string;
  points: Point[];
}

/** One measured cell; both numbers are positive and finite. */
export interface Point {
  numTokens: number;
  speedup: number;
}

/** Curves that a canvas of bytes can tell apart, 0 being blank. */
const MOST_CURVES = 255;

/** One curve an archetype, in order of appearance. */
export function readCurves(rows: Iterable<ResultRow>): Curve[] {
  const curves = new Map<string, Curve>();
  for (const row of rows) {
    const { archetype, numTokens } = row;
    const { speedup = 0 } = comparisonOf(row) ?? {};
    if (!isPositive(speedup) || !isPositive(numTokens)) continue;
    const curve = curves.get(archetype) ?? { name: archetype, points: [] };
    curve.points.push({ numTokens, speedup });
    curves.set(archetype, curve);
  }
  for (const curve of curves.values()) curve.points.sort((p, q) => p.numTokens - q.numTokens);
  return [...curves.values()].slice(0, MOST_CURVES);
}

function isPositive(x: number): boolean {
  return Number.isFinite(x) && x > 0;
}
