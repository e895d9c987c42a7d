// Holds an implementation against one recorded case.
import { type Align, ensureSame } from "./_law.ts";
import { canonicalRows, ensure } from "./_layout.ts";
import type { ConformanceArray, ConformanceCase } from "./conformanceFormat.ts";
import { conformanceInput } from "./conformanceInput.ts";
import { hashInt32 } from "./hashInt32.ts";

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
  const result = await align(topkIds, alignOptions);
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

function compare(got: Int32Array, want: ConformanceArray, what: string): void {
  if (Array.isArray(want)) return ensureSame(got, want, what);
  ensureSame([got.length], [want.length], `length of ${what}`);
  const hash = hashInt32(got);
  ensure(hash === want.fnv1a32, `${what}: hash is ${hash}, not ${want.fnv1a32}`);
}
