import { checkIds, checkNumExperts } from "./_check.ts";

/**
 * How many routes each expert got.
 *
 * @param topkIds - `Int32Array` of any length, usually `[numTokens, topK]`. Ids below 0 or ≥ `numExperts` count nowhere.
 * @param numExperts - E, 1..2^20 (included).
 * @returns `Int32Array [numExperts]`.
 * @throws {@link RoutingError} `E_IDS` when `topkIds` is not an `Int32Array`, `E_NUM_EXPERTS` on a bad `numExperts`.
 *
 * @example
 * ```ts
 * import { expertCounts } from "@moe/routing";
 * console.log(expertCounts(Int32Array.of(0, 2, 2, -1, 7), 4).join(" "));
 * // → 1 0 2 0
 * ```
 */
export function expertCounts(topkIds: Int32Array, numExperts: number): Int32Array {
  checkIds(topkIds);
  checkNumExperts(numExperts);
  const counts = new Int32Array(numExperts);
  for (let i = 0; i < topkIds.length; i++) {
    const expert = topkIds[i];
    if (expert >= 0 && expert < numExperts) counts[expert]++;
  }
  return counts;
}
