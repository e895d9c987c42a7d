// Reads the conformance corpus (conformance/*.json, format in conformance/README.md).
import type { Alignment } from "../_buffers.ts";
import type { AlignOptions } from "../moeAlignBlockSize.ts";
import { canonicalRows, ensure } from "./_layout.ts";
import { type Align, ensureSame } from "./_law.ts";
import { hashInt32 } from "./hashInt32.ts";

/** Routes made by a formula, so that a large case stays a line. */
export interface ConformanceGenerator {
  /** A linear congruential generator with distinct experts per token; formula in conformance/README.md. */
  generator: "lcg-distinct";
  /** Start state, 0 to 4294967295 (included). */
  seed: number;
  /** Value that then replaces entry [0, 0]. */
  first?: number;
  /** `true`: ids whose `expertMap` entry is negative become -1. */
  maskNonLocal?: boolean;
}

/** Values in full, or their number and hash. */
export type ConformanceArray = number[] | { length: number; fnv1a32: string };

/** One case of `moeAlignBlockSize`. */
export interface ConformanceCase {
  /** Unique in its file. */
  name: string;
  /** Tokens. */
  numTokens: number;
  /** Experts per token. */
  topK: number;
  /** Global experts. */
  numExperts: number;
  /** Rows of one block. */
  blockM: number;
  /** Default `false`. */
  padSortedIds?: boolean;
  /** Default: none. */
  expertMap?: number[];
  /** Default `false`. */
  ignoreInvalidExperts?: boolean;
  /** Default `'wrap'`. */
  tail?: "wrap" | "minus-one";
  /** Routes, `[numTokens, topK]`. */
  topkIds: number[] | ConformanceGenerator;
  /** The result, routes of one expert in ascending order. */
  expected: {
    sortedTokenIds: ConformanceArray;
    expertIds: ConformanceArray;
    numTokensPostPadded: number;
  };
}

/** One file of the corpus. */
export interface ConformanceFile {
  /** Format version; this reader knows 1. */
  schemaVersion: number;
  /** What the file covers. */
  description: string;
  /** The cases. */
  cases: ConformanceCase[];
}

/**
 * Runs an implementation over one case of the corpus.
 *
 * @param align - the implementation
 * @param testCase - a case of `conformance/*.json`
 * @param options - `stable: false` sorts each expert's rows before comparing. Default `true`
 * @returns resolves where the result is right
 * @throws Error that names the first wrong entry
 *
 * @example
 * ```ts
 * import { moeAlignBlockSize } from '@moe/align';
 * import corpus from '@moe/align/conformance/worked.json' with { type: 'json' };
 * import { type ConformanceCase, checkConformanceCase } from '@moe/align/laws';
 *
 * const cases = corpus.cases as ConformanceCase[];
 * for (const one of cases) await checkConformanceCase(moeAlignBlockSize, one);
 * console.log(`${cases[0].name}: ok`);
 * // → docstring, E=5: ok
 * ```
 */
export async function checkConformanceCase(
  align: Align,
  testCase: ConformanceCase,
  options: { stable?: boolean } = {},
): Promise<void> {
  const { topkIds, options: alignOptions } = conformanceInput(testCase);
  const { expected } = testCase;
  const result: Alignment = await align(topkIds, alignOptions);
  const rows =
    (options.stable ?? true)
      ? result.sortedTokenIds
      : canonicalRows({ topkIds, options: alignOptions }, result);
  compare(rows, expected.sortedTokenIds, "sortedTokenIds");
  compare(result.expertIds, expected.expertIds, "expertIds");
  ensureSame(
    [result.numTokensPostPadded[0]],
    [expected.numTokensPostPadded],
    "numTokensPostPadded",
  );
}

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
export function conformanceInput(testCase: Omit<ConformanceCase, "expected" | "name">): {
  topkIds: Int32Array;
  options: AlignOptions;
} {
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

function compare(got: Int32Array, want: ConformanceArray, what: string): void {
  if (Array.isArray(want)) return ensureSame(got, want, what);
  ensureSame([got.length], [want.length], `length of ${what}`);
  const hash = hashInt32(got);
  ensure(hash === want.fnv1a32, `${what}: hash is ${hash}, not ${want.fnv1a32}`);
}
