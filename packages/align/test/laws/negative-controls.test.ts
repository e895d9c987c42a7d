// A law suite is worth what it rejects: each implementation here has one real-world defect, and the named law must see it.
import { expect, test } from "bun:test";
import { moeAlignBlockSize } from "../../src/index.ts";
import type { Alignment, AlignOptions } from "../../src/index.ts";
import { type Align, alignLaws } from "../../src/laws.ts";

type Defect = (result: Alignment, topkIds: Int32Array, options: AlignOptions) => void;

function broken(defect: Defect): Align {
  return (topkIds, options) => {
    const result = moeAlignBlockSize(topkIds, options);
    defect(result, topkIds, options);
    return result;
  };
}

const swapFirstTwoOfABlock: Defect = ({ sortedTokenIds: rows }, ids, { blockM }) => {
  if (blockM > 1 && rows[1] < ids.length) [rows[0], rows[1]] = [rows[1], rows[0]];
};

const defects: [string, Align, string][] = [
  [
    "a route is lost",
    broken(({ sortedTokenIds }, ids) => {
      const row = sortedTokenIds.indexOf(ids.length - 1);
      if (row >= 0) sortedTokenIds[row] = ids.length;
    }),
    "every valid route appears exactly once and no other appears",
  ],
  [
    "a block has its neighbour's expert",
    broken((result) => result.expertIds.subarray(0, 2).reverse()),
    "each block holds routes of the one expert that expertIds names",
  ],
  [
    "padding is -1",
    broken(({ sortedTokenIds }, ids) => {
      sortedTokenIds.set(sortedTokenIds.map((flat) => (flat === ids.length ? -1 : flat)));
    }),
    "padding is n and follows an expert's last route",
  ],
  [
    "the count is the buffer's length",
    broken((result, _, { blockM }) => {
      const { length } = result.sortedTokenIds;
      result.numTokensPostPadded[0] = length - (length % blockM);
    }),
    "numTokensPostPadded is the sum of padded counts",
  ],
  [
    "the tail of expertIds is 0, as in old versions",
    broken((result, _, { blockM }) => {
      result.expertIds.fill(0, result.numTokensPostPadded[0] / blockM);
    }),
    "the tail of expertIds is -1, or the last map entry when gathered",
  ],
  [
    "the map is ignored",
    (ids, options) => moeAlignBlockSize(ids, { ...options, expertMap: undefined }),
    "a map gathered after the layout changes expertIds alone",
  ],
  [
    "a buffer is longer than the shape says",
    (ids, options) => {
      const { sortedTokenIds, ...rest } = moeAlignBlockSize(ids, options);
      const longer = new Int32Array(sortedTokenIds.length + 1).fill(ids.length);
      longer.set(sortedTokenIds);
      return { ...rest, sortedTokenIds: longer };
    },
    "buffer lengths follow from the shape alone",
  ],
  [
    "order inside an expert is not stable",
    broken(swapFirstTwoOfABlock),
    "an expert's routes ascend by flat index",
  ],
  [
    "a given buffer keeps stale rows",
    (ids, options) => {
      const fresh = moeAlignBlockSize(ids, { ...options, out: undefined });
      if (options.out === undefined) return fresh;
      for (const key of ["sortedTokenIds", "expertIds", "numTokensPostPadded"] as const) {
        options.out[key].set(fresh[key]);
      }
      return options.out;
    },
    "given buffers are filled to the end, whatever they held",
  ],
];

for (const [title, align, lawName] of defects) {
  test(`the laws see that ${title}`, async () => {
    const law = alignLaws(align).find(({ name }) => name === lawName);
    const report = await law?.run().catch(String);
    expect(report).toMatch(/seed: 20261015, path/);
  });
}

test("another order inside an expert passes every law of an implementation that promises none", async () => {
  const align = broken(swapFirstTwoOfABlock);
  for (const law of alignLaws(async (...args) => align(...args), { stable: false }))
    await law.run();
});
