// The two passes over the routes. Both skip the same routes, so the cursors of the second end where the first counted.

/** Routes of each expert, `[numExperts]`; with a map of each local expert. */
export function countRoutes(ids: Int32Array, numExperts: number, map?: Int32Array): Int32Array {
  const counts = new Int32Array(numExperts);
  for (let i = 0; i < ids.length; i++) {
    let expert = ids[i];
    if (expert >>> 0 >= numExperts) continue;
    if (map !== undefined) {
      expert = map[expert];
      if (expert >>> 0 >= numExperts) continue;
    }
    counts[expert]++;
  }
  return counts;
}

/** Writes flat indices at the cursors, which move on: ascending order inside each expert. */
export function scatterRoutes(
  sorted: Int32Array,
  ids: Int32Array,
  cursors: Int32Array,
  numExperts: number,
  map?: Int32Array,
): void {
  for (let i = 0; i < ids.length; i++) {
    let expert = ids[i];
    if (expert >>> 0 >= numExperts) continue;
    if (map !== undefined) {
      expert = map[expert];
      if (expert >>> 0 >= numExperts) continue;
    }
    sorted[cursors[expert]++] = i;
  }
}
