// The routed rows of a problem in slot order.
import type { MoeGemmProblem } from "./problem.ts";

export interface Routes {
  /** Flat index of each routed row. */
  flats: Int32Array;
  /** Expert of each routed row. */
  experts: Int32Array;
  /**
   * Index into `flats` of each nonempty block's first row, and the number of rows as last entry.
   */
  blockStarts: number[];
}

/** Lists the routed rows; the problem has passed `checkProblem`. */
export function listRoutes(p: MoeGemmProblem): Routes {
  const capacity = Math.min(p.numValidTokens, p.sortedTokenIds.length);
  const flats = new Int32Array(capacity);
  const experts = new Int32Array(capacity);
  const blockStarts: number[] = [];
  let count = 0;
  for (let b = 0; b < p.numBlocks; b++) {
    const expert = p.expertIds[b];
    if (expert < 0) continue;
    const start = count;
    const end = Math.min((b + 1) * p.blockM, p.sortedTokenIds.length);
    for (let slot = b * p.blockM; slot < end; slot++) {
      const flat = p.sortedTokenIds[slot];
      if (flat >= p.numValidTokens) continue;
      flats[count] = flat;
      experts[count++] = expert;
    }
    if (count > start) blockStarts.push(start);
  }
  blockStarts.push(count);
  return { flats: flats.subarray(0, count), experts: experts.subarray(0, count), blockStarts };
}
