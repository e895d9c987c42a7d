// Reads an alignment the way a kernel does: valid blocks, each with its rows.
import type { Alignment } from "../_buffers.ts";
import type { AlignCase } from "./_alignCase.ts";

export interface Block {
  /** Entry of `expertIds`. */
  expertId: number;
  rows: Int32Array;
  /** The rows below n. */
  routes: number[];
}

export function ensure(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

export function validBlocks({ topkIds, options }: AlignCase, result: Alignment): Block[] {
  const { blockM } = options;
  const used = result.numTokensPostPadded[0];
  ensure(used >= 0 && used % blockM === 0, `numTokensPostPadded ${used} is not whole blocks`);
  ensure(used <= result.sortedTokenIds.length, `numTokensPostPadded ${used} is past the buffer`);
  return Array.from({ length: used / blockM }, (_, b) => {
    const rows = result.sortedTokenIds.slice(b * blockM, (b + 1) * blockM);
    const routes = [...rows].filter((flat) => flat < topkIds.length);
    return { expertId: result.expertIds[b], rows, routes };
  });
}

/** Expert by which a route is sorted; undefined for a dropped route. */
export function sortKey({ topkIds, options }: AlignCase, flat: number): number | undefined {
  const { numExperts, expertMap, ignoreInvalidExperts = false } = options;
  const inRange = (id: number): boolean => id >= 0 && id < numExperts;
  const id = topkIds[flat];
  if (flat >= topkIds.length || !inRange(id)) return undefined;
  const key = ignoreInvalidExperts && expertMap !== undefined ? expertMap[id] : id;
  return inRange(key) ? key : undefined;
}

export function routeCounts(input: AlignCase): Map<number, number> {
  const counts = new Map<number, number>();
  for (let flat = 0; flat < input.topkIds.length; flat++) {
    const key = sortKey(input, flat);
    if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** Sorts the routes of each expert, so that layouts of kernels without a fixed order compare equal. */
export function canonicalRows(input: AlignCase, result: Alignment): Int32Array {
  const rows = result.sortedTokenIds.slice();
  const { blockM } = input.options;
  const end = Math.min(result.numTokensPostPadded[0], rows.length);
  for (let start = 0; start < end;) {
    const key = sortKey(input, rows[start]);
    let stop = start + blockM;
    while (stop < end && sortKey(input, rows[stop]) === key) stop += blockM;
    rows.subarray(start, stop).sort();
    start = stop;
  }
  return rows;
}
