// From counts to layout: block ids, padding and the row where each expert starts.
import type { Alignment } from "./_buffers.ts";

interface Placement {
  numExperts: number;
  blockM: number;
  /** Value of a padding row. */
  sentinel: number;
  /** Maps block ids after the layout. */
  gatherMap: Int32Array | undefined;
  /** Block id after the last valid block. */
  tailId: number;
}

/** Fills everything but the routes. `counts` becomes the cursors: first row of each expert. */
export function placeExperts(result: Alignment, counts: Int32Array, placement: Placement): void {
  const { sortedTokenIds, expertIds, numTokensPostPadded } = result;
  const { numExperts, blockM, sentinel, gatherMap, tailId } = placement;
  let row = 0;
  let block = 0;
  for (let expert = 0; expert < numExperts; expert++) {
    const count = counts[expert];
    counts[expert] = row;
    if (count === 0) continue;
    const blocks = Math.ceil(count / blockM);
    const end = row + blocks * blockM;
    sortedTokenIds.fill(sentinel, row + count, end);
    expertIds.fill(gatherMap === undefined ? expert : gatherMap[expert], block, block + blocks);
    row = end;
    block += blocks;
  }
  sortedTokenIds.fill(sentinel, row);
  expertIds.fill(tailId, block);
  numTokensPostPadded[0] = row;
}
