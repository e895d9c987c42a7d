import type { ResultRow } from "../results/schema.ts";
import { comparisonOf } from "./comparisonOf.ts";

/**
 * Orders rows by how much they need attention: cells that could not run, then cells with wrong output, then measured cells
 * from the lowest speedup up.
 *
 * @param rows rows of a sweep; not changed
 * @returns a new array; equal rows keep their order
 * @example
 * ```ts
 * import { worstFirst, type ResultRow } from '@moe/bench';
 * const row = (id: string, speedup?: number) =>
 *   ({ id, status: speedup ? 'ok' : 'badrel', timing: speedup ? { speedup } : null }) as ResultRow;
 * console.log(worstFirst([row('a', 2), row('b', 0.9), row('c')]).map((r) => r.id).join(' '));
 * // → c b a
 * ```
 */
export function worstFirst(rows: Iterable<ResultRow>): ResultRow[] {
  return [...rows].sort((a, b) => rank(a) - rank(b));
}

/** Speedups are above 0, so failed cells sort in front of them. */
function rank(row: ResultRow): number {
  if (row.status === "error") return -2;
  return comparisonOf(row)?.speedup ?? -1;
}
