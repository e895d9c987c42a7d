// From flat index back to row: what a scatter or a combine step needs.
import { checkInt32Array, checkInteger } from "./_check.ts";

/**
 * Inverts the permutation of an alignment.
 *
 * @param sortedTokenIds - `sortedTokenIds` of an alignment; values outside 0..numRoutes−1 are padding
 * @param numRoutes - n = numTokens · topK, 0 to 2147483647 (included)
 * @returns `[numRoutes]` int32: the row of each flat index, -1 for a dropped route
 * @throws AlignError `E_TYPE` for another array type or a fraction; `E_RANGE` for `numRoutes` outside its bounds
 *
 * @example
 * ```ts
 * import { inverseAlignment, moeAlignBlockSize } from '@moe/align';
 *
 * const ids = Int32Array.of(1, -1, 0, 1);
 * const { sortedTokenIds } = moeAlignBlockSize(ids, { numTokens: 4, topK: 1, numExperts: 2, blockM: 2 });
 * console.log(sortedTokenIds.join(' '), '|', inverseAlignment(sortedTokenIds, 4).join(' '));
 * // → 2 4 0 3 4 4 | 2 -1 0 3
 * ```
 */
export function inverseAlignment(sortedTokenIds: Int32Array, numRoutes: number): Int32Array {
  checkInt32Array("sortedTokenIds", sortedTokenIds);
  checkInteger("numRoutes", numRoutes, 0);
  const rows = new Int32Array(numRoutes).fill(-1);
  for (let row = 0; row < sortedTokenIds.length; row++) {
    const flat = sortedTokenIds[row];
    if (flat >>> 0 < numRoutes) rows[flat] = row;
  }
  return rows;
}
