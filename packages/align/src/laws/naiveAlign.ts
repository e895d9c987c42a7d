// Oracle of the laws. On purpose another algorithm than the package's: it groups routes in lists, with no counts, no offsets and
// no shared helper, and reads like the rules.
import type { Alignment } from "../_buffers.ts";
import type { AlignOptions } from "../moeAlignBlockSize.ts";

/**
 * Aligns with lists: slow, obvious, and independent of `moeAlignBlockSize`. Input is not checked.
 *
 * @param topkIds - `[numTokens, topK]` int32
 * @param options - as `moeAlignBlockSize`; `out` is ignored
 * @returns new buffers, ascending flat index inside an expert
 *
 * @example
 * ```ts
 * import { naiveAlign } from '@moe/align/laws';
 *
 * const { expertIds } = naiveAlign(Int32Array.of(1, 1, 0), { numTokens: 3, topK: 1, numExperts: 2, blockM: 1 });
 * console.log(expertIds.join(' '));
 * // → 0 1 1
 * ```
 */
export function naiveAlign(topkIds: Int32Array, options: AlignOptions): Alignment {
  const { numExperts, blockM, expertMap, ignoreInvalidExperts = false, tail = "wrap" } = options;
  const n = topkIds.length;
  const isExpert = (id: number): boolean => id >= 0 && id < numExperts;
  const mapsFirst = expertMap !== undefined && ignoreInvalidExperts;
  const mapsLast = expertMap !== undefined && !ignoreInvalidExperts;

  const routesOf = new Map<number, number[]>();
  topkIds.forEach((id, flat) => {
    const expert = isExpert(id) && mapsFirst ? expertMap[id] : id;
    if (!isExpert(expert)) return;
    const routes = routesOf.get(expert);
    if (routes === undefined) routesOf.set(expert, [flat]);
    else routes.push(flat);
  });

  const rows: number[] = [];
  const blocks: number[] = [];
  for (const expert of [...routesOf.keys()].sort((a, b) => a - b)) {
    for (const flat of routesOf.get(expert) ?? []) rows.push(flat);
    while (rows.length % blockM !== 0) rows.push(n);
    while (blocks.length < rows.length / blockM) blocks.push(mapsLast ? expertMap[expert] : expert);
  }

  const numTokensPostPadded = Int32Array.of(rows.length);
  const length = naiveLength(n, options);
  while (rows.length < length) rows.push(n);
  const lastMapped = mapsLast && tail === "wrap" ? expertMap[numExperts - 1] : -1;
  while (blocks.length * blockM < length) blocks.push(lastMapped);
  return {
    sortedTokenIds: Int32Array.from(rows),
    expertIds: Int32Array.from(blocks),
    numTokensPostPadded,
  };
}

function naiveLength(n: number, { numExperts, blockM, padSortedIds }: AlignOptions): number {
  let length = n + numExperts * (blockM - 1);
  if (padSortedIds === true) {
    while (length % blockM !== 0) length++;
  }
  return n < numExperts ? Math.min(n * blockM, length) : length;
}

/**
 * The batched form, slow and obvious. Input is not checked.
 *
 * @param expertNumTokens - `[experts]` int32
 * @param maxTokensPerBatch - rows of a slab
 * @param blockM - rows of a block
 * @returns new buffers
 *
 * @example
 * ```ts
 * import { naiveBatchedAlign } from '@moe/align/laws';
 *
 * console.log(naiveBatchedAlign(Int32Array.of(1, 2), 3, 2).sortedTokenIds.join(' '));
 * // → 0 6 3 4 6 6 6 6
 * ```
 */
export function naiveBatchedAlign(
  expertNumTokens: Int32Array,
  maxTokensPerBatch: number,
  blockM: number,
): Alignment {
  const sentinel = expertNumTokens.length * maxTokensPerBatch;
  const rows: number[] = [];
  const blocks: number[] = [];
  expertNumTokens.forEach((count, expert) => {
    for (let token = 0; token < count; token++) {
      if (rows.length % blockM === 0) blocks.push(expert);
      rows.push(expert * maxTokensPerBatch + token);
    }
    while (rows.length % blockM !== 0) rows.push(sentinel);
  });
  const numTokensPostPadded = Int32Array.of(rows.length);
  const slabBlocks = Math.floor((maxTokensPerBatch + blockM - 1) / blockM);
  while (blocks.length < expertNumTokens.length * slabBlocks) blocks.push(-1);
  while (rows.length < blocks.length * blockM) rows.push(sentinel);
  return {
    sortedTokenIds: Int32Array.from(rows),
    expertIds: Int32Array.from(blocks),
    numTokensPostPadded,
  };
}
