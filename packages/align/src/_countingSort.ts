// The two passes over the routes. Dropped routes have a bin of their own, the last one, so that neither pass branches on data: with
// half of the routes dropped at random a branch is mispredicted every other time, 157 for 48 ms at 8M routes. Also tried and
// slower: cursors for 2 or 4 ranges of routes, against the store-to-load chain of a hot expert (16.6 and 32 to 40 for 13 ms),
// because the routes then go to 2 or 4 times as many write streams.
import { INT32_MAX } from "./_check.ts";

// A negative id becomes INT32_MAX, then every id out of range the dropped bin.
function binOf(id: number, numExperts: number): number {
  return Math.min((id | (id >> 31)) & INT32_MAX, numExperts);
}

/** Routes of each expert, then the dropped ones: `[numExperts + 1]`. */
export function countRoutes(ids: Int32Array, numExperts: number): Int32Array {
  const counts = new Int32Array(numExperts + 1);
  for (let i = 0; i < ids.length; i++) counts[binOf(ids[i], numExperts)]++;
  return counts;
}

/** Bin of each global expert, then of the dropped routes: `[numExperts + 1]`. */
export function mappedBins(map: Int32Array): Int32Array {
  const bins = new Int32Array(map.length + 1);
  for (let expert = 0; expert < map.length; expert++) {
    bins[expert] = binOf(map[expert], map.length);
  }
  bins[map.length] = map.length;
  return bins;
}

/** Counts by bin from counts by global expert. */
export function foldCounts(counts: Int32Array, bins: Int32Array): Int32Array {
  const folded = new Int32Array(counts.length);
  for (let expert = 0; expert < counts.length; expert++) folded[bins[expert]] += counts[expert];
  return folded;
}

/** Writes flat indices at the cursors, which move on: ascending order inside each bin. Every id has to be in range. */
export function scatterValidRoutes(sorted: Int32Array, ids: Int32Array, cursors: Int32Array): void {
  for (let i = 0; i < ids.length; i++) sorted[cursors[ids[i]]++] = i;
}

/** The same for any ids; dropped routes go where the last cursor points. */
export function scatterRoutes(sorted: Int32Array, ids: Int32Array, cursors: Int32Array): void {
  const numExperts = cursors.length - 1;
  for (let i = 0; i < ids.length; i++) sorted[cursors[binOf(ids[i], numExperts)]++] = i;
}

/** The same through a table of bins. */
export function scatterMappedRoutes(
  sorted: Int32Array,
  ids: Int32Array,
  cursors: Int32Array,
  bins: Int32Array,
): void {
  const numExperts = bins.length - 1;
  for (let i = 0; i < ids.length; i++) sorted[cursors[bins[binOf(ids[i], numExperts)]]++] = i;
}
