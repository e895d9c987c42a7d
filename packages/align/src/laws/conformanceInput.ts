// Turns a recorded case into arguments: lists to typed arrays, generators to routes.
import type {
  ConformanceCase,
  ConformanceGenerator,
  ConformanceInput,
} from "./conformanceFormat.ts";

/**
 * Input of a case: routes written out or generated, and options.
 *
 * @param testCase - a case; `expected` is not read
 * @returns `topkIds` and the options of `moeAlignBlockSize`
 *
 * @example
 * ```ts
 * import { conformanceInput } from '@moe/align/laws';
 *
 * const shape = { numTokens: 2, topK: 3, numExperts: 8, blockM: 4 };
 * const { topkIds } = conformanceInput({ ...shape, topkIds: { generator: 'lcg-distinct', seed: 1 } });
 * console.log(topkIds.join(' '));
 * // → 1 2 4 5 0 2
 * ```
 */
export function conformanceInput(
  testCase: Omit<ConformanceCase, "expected" | "name">,
): ConformanceInput {
  const { numTokens, topK, numExperts, blockM, padSortedIds, ignoreInvalidExperts, tail } =
    testCase;
  const expertMap =
    testCase.expertMap === undefined ? undefined : Int32Array.from(testCase.expertMap);
  const topkIds = Array.isArray(testCase.topkIds)
    ? Int32Array.from(testCase.topkIds)
    : generate(testCase.topkIds, numTokens, topK, numExperts, expertMap);
  return {
    topkIds,
    options: {
      numTokens,
      topK,
      numExperts,
      blockM,
      ...(padSortedIds === undefined ? {} : { padSortedIds }),
      ...(expertMap === undefined ? {} : { expertMap }),
      ...(ignoreInvalidExperts === undefined ? {} : { ignoreInvalidExperts }),
      ...(tail === undefined ? {} : { tail }),
    },
  };
}

function generate(
  { seed, first, maskNonLocal = false }: ConformanceGenerator,
  numTokens: number,
  topK: number,
  numExperts: number,
  expertMap: Int32Array | undefined,
): Int32Array {
  const ids = new Int32Array(numTokens * topK);
  let state = seed >>> 0;
  for (let token = 0; token < numTokens; token++) {
    const chosen = ids.subarray(token * topK, (token + 1) * topK);
    for (let slot = 0; slot < topK;) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const id = ((state >>> 16) * numExperts) >>> 16;
      if (!chosen.subarray(0, slot).includes(id)) chosen[slot++] = id;
    }
  }
  if (first !== undefined) ids[0] = first;
  if (!maskNonLocal || expertMap === undefined) return ids;
  return ids.map((id) => (id >= 0 && expertMap[id] < 0 ? -1 : id));
}
