// Alignment with far more experts than routes: counts only the experts that occur, so memory follows the routes.
import type { Alignment } from "./_buffers.ts";
import { countRoutes, scatterRoutes } from "./_countingSort.ts";
import { clearDropped, type Placement, placeExperts } from "./_placeExperts.ts";

/** Replaces ids by their rank among the ids that occur; -1 for an id out of range. */
export function sortSparse(
  result: Alignment,
  ids: Int32Array,
  numExperts: number,
  placement: Placement,
): void {
  const used = usedExperts(ids, numExperts);
  const rankOf = new Map<number, number>();
  used.forEach((expert, rank) => rankOf.set(expert, rank));
  const ranks = ids.map((id) => rankOf.get(id) ?? -1);
  const cursors = countRoutes(ranks, used.length);
  const dropped = placeExperts(result, cursors, { ...placement, blockIds: used });
  scatterRoutes(result.sortedTokenIds, ranks, cursors);
  clearDropped(result, dropped, placement.sentinel);
}

function usedExperts(ids: Int32Array, numExperts: number): Int32Array {
  const sorted = ids.filter((id) => id >>> 0 < numExperts).sort();
  return sorted.filter((id, i) => i === 0 || id !== sorted[i - 1]);
}
