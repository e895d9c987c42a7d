import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { batchedMoeAlignBlockSize, blockFill, moeAlignBlockSize } from "../../src/index.ts";
import type { Alignment } from "../../src/index.ts";
import { naiveBatchedAlign } from "../../src/laws.ts";

const RUN = { numRuns: 300, seed: 20261015 };

const slabs = fc.integer({ min: 0, max: 40 }).chain((maxTokensPerBatch) =>
  fc.record({
    maxTokensPerBatch: fc.constant(maxTokensPerBatch),
    blockM: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(16, 48, 100)),
    counts: fc
      .array(fc.integer({ min: 0, max: maxTokensPerBatch }), { maxLength: 20 })
      .map((counts) => Int32Array.from(counts)),
  }),
);

test("the batched form equals its naive oracle, also in buffers that held something", () => {
  fc.assert(
    fc.property(slabs, ({ counts, maxTokensPerBatch, blockM }) => {
      const want = naiveBatchedAlign(counts, maxTokensPerBatch, blockM);
      expect(batchedMoeAlignBlockSize(counts, { maxTokensPerBatch, blockM })).toEqual(want);
      const out: Alignment = {
        sortedTokenIds: new Int32Array(want.sortedTokenIds.length).fill(-9),
        expertIds: new Int32Array(want.expertIds.length).fill(-9),
        numTokensPostPadded: Int32Array.of(-9),
      };
      expect(batchedMoeAlignBlockSize(counts, { maxTokensPerBatch, blockM, out })).toBe(out);
      expect(out).toEqual(want);
    }),
    RUN,
  );
});

test("the batched form has the blocks of a routing with the same counts", () => {
  fc.assert(
    fc.property(slabs, ({ counts, maxTokensPerBatch, blockM }) => {
      fc.pre(counts.length > 0);
      const routes = Int32Array.from([...counts].flatMap((count, e) => Array(count).fill(e)));
      const numExperts = counts.length;
      const shape = { numTokens: routes.length, topK: 1, numExperts, blockM };
      const flat = moeAlignBlockSize(routes, shape);
      const batched = batchedMoeAlignBlockSize(counts, { maxTokensPerBatch, blockM });
      expect(batched.numTokensPostPadded).toEqual(flat.numTokensPostPadded);
      const blocks = flat.numTokensPostPadded[0] / blockM;
      expect(batched.expertIds.subarray(0, blocks)).toEqual(flat.expertIds.subarray(0, blocks));
    }),
    RUN,
  );
});

test("blockFill counts the blocks that the layout has", () => {
  fc.assert(
    fc.property(slabs, ({ counts, maxTokensPerBatch, blockM }) => {
      const { sortedTokenIds, numTokensPostPadded } = batchedMoeAlignBlockSize(counts, {
        maxTokensPerBatch,
        blockM,
      });
      const sentinel = counts.length * maxTokensPerBatch;
      const fills = new Map<number, number>();
      for (let row = 0; row < numTokensPostPadded[0]; row += blockM) {
        const rows = sortedTokenIds.subarray(row, row + blockM);
        const fill = rows.filter((flat) => flat < sentinel).length;
        fills.set(fill, (fills.get(fill) ?? 0) + 1);
      }
      const got = blockFill(counts, blockM);
      expect(got.paddedRows).toBe(numTokensPostPadded[0]);
      expect(new Map(got.fillHistogram.map(({ fill, blocks }) => [fill, blocks]))).toEqual(fills);
    }),
    RUN,
  );
});
