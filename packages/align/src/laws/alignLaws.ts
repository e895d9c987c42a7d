// The laws of moe_align_block_size, runnable against any implementation.
import * as fc from "fast-check";
import { canonicalRows, ensure, sortKey, validBlocks } from "./_layout.ts";
import { expertMapLaws } from "./_expertMapLaws.ts";
import { layoutLaws } from "./_layoutLaws.ts";
import { alignCase } from "./_alignCase.ts";
import { type Align, type AlignLaw, type Call, ensureSame, law } from "./_law.ts";
import { naiveAlign } from "./naiveAlign.ts";

/** What the implementation under test promises. */
export interface AlignLawOptions {
  /**
   * Whether an expert's routes ascend by flat index. `false` compares an expert's routes as a set, as is right for kernels that
   * place rows by atomics. Default `true`.
   */
  stable?: boolean;
  /** Whether it fills buffers given as `out`. Default `true`. */
  out?: boolean;
}

/**
 * The law suite that every align implementation passes: this package's, a GPU kernel's, yours.
 *
 * @param align - the implementation; takes what `moeAlignBlockSize` takes
 * @param options - what it promises
 * @returns the laws; run each in a test of its own
 *
 * @example
 * ```ts
 * import { moeAlignBlockSize } from '@moe/align';
 * import { alignLaws } from '@moe/align/laws';
 *
 * const laws = alignLaws(moeAlignBlockSize);
 * for (const law of laws) await law.run({ numRuns: 20 });
 * console.log(`${laws.length} laws hold`);
 * // → 14 laws hold
 * ```
 */
export function alignLaws(align: Align, options: AlignLawOptions = {}): AlignLaw[] {
  const { stable = true, out = true } = options;
  const call: Call = async ({ topkIds, options: given }) => align(topkIds, given);
  const laws = [...layoutLaws(call), ...expertMapLaws(call), oracleLaw(call, stable)];
  if (stable) laws.push(stableLaw(call));
  if (out) laws.push(outLaw(align, stable));
  return laws;
}

function oracleLaw(call: Call, stable: boolean): AlignLaw {
  return law("equals the naive oracle", alignCase({ map: "any" }), async (input) => {
    const result = await call(input);
    const want = naiveAlign(input.topkIds, input.options);
    const rows = stable ? result.sortedTokenIds : canonicalRows(input, result);
    ensureSame(rows, want.sortedTokenIds, "sortedTokenIds");
    ensureSame(result.expertIds, want.expertIds, "expertIds");
    ensureSame(result.numTokensPostPadded, want.numTokensPostPadded, "numTokensPostPadded");
  });
}

function stableLaw(call: Call): AlignLaw {
  return law(
    "an expert's routes ascend by flat index",
    alignCase({ map: "any" }),
    async (input) => {
      const last = new Map<number | undefined, number>();
      for (const flat of validBlocks(input, await call(input)).flatMap((block) => block.routes)) {
        const key = sortKey(input, flat);
        ensure((last.get(key) ?? -1) < flat, `route ${flat} follows ${last.get(key)}`);
        last.set(key, flat);
      }
    },
  );
}

function outLaw(align: Align, stable: boolean): AlignLaw {
  const arbitrary = fc.tuple(alignCase({ map: "any" }), fc.integer({ min: 0, max: 40 }));
  return law(
    "given buffers are filled to the end, whatever they held",
    arbitrary,
    async (given) => {
      const [{ topkIds, options }, extra] = given;
      const want = naiveAlign(topkIds, options);
      const stale = (length: number): Int32Array => new Int32Array(length + extra).fill(123456);
      const out = {
        sortedTokenIds: stale(want.sortedTokenIds.length),
        expertIds: stale(want.expertIds.length),
        numTokensPostPadded: stale(1),
      };
      const result = await align(topkIds, { ...options, out });
      ensure(result.sortedTokenIds === out.sortedTokenIds, "sortedTokenIds is another buffer");
      ensure(result.expertIds === out.expertIds, "expertIds is another buffer");
      const rows = stable ? out.sortedTokenIds : canonicalRows({ topkIds, options }, out);
      ensureSame(rows.subarray(0, want.sortedTokenIds.length), want.sortedTokenIds, "rows");
      ensureSame(out.expertIds.subarray(0, want.expertIds.length), want.expertIds, "expertIds");
      ensureSame([out.numTokensPostPadded[0]], want.numTokensPostPadded, "numTokensPostPadded");
      const spareRows = out.sortedTokenIds.subarray(want.sortedTokenIds.length);
      ensure(
        spareRows.every((flat) => flat === topkIds.length),
        "spare rows are not n",
      );
      const spareIds = new Set(out.expertIds.subarray(want.expertIds.length));
      ensure(!spareIds.has(123456), "spare block ids are stale");
    },
  );
}
