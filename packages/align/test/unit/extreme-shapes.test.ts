// Shapes at the ends of the allowed ranges. Oracle: results worked by hand.
import { expect, test } from "bun:test";
import { inverseAlignment, moeAlignBlockSize } from "../../src/index.ts";

test("2^31 - 1 experts with three routes take memory of the routes, not of the experts", () => {
  const numExperts = 2147483647;
  const ids = Int32Array.of(2147483646, 5, 2147483646, -1, 2147483647);
  const result = moeAlignBlockSize(ids, { numTokens: 5, topK: 1, numExperts, blockM: 2 });
  expect([...result.sortedTokenIds]).toEqual([1, 5, 0, 2, 5, 5, 5, 5, 5, 5]);
  expect([...result.expertIds]).toEqual([5, 2147483646, -1, -1, -1]);
  expect(result.numTokensPostPadded[0]).toBe(4);
});

test("the count per expert and the count per used expert agree at the limit between them", () => {
  const ids = Int32Array.from({ length: 500 }, (_, i) => (i * 7919) % 91);
  const options = { numTokens: 500, topK: 1, blockM: 4 };
  const dense = moeAlignBlockSize(ids, { ...options, numExperts: 4194304 });
  const sparse = moeAlignBlockSize(ids, { ...options, numExperts: 4194305 });
  expect(sparse).toEqual(dense);
});

test("an empty routing over 2^31 - 1 experts is empty", () => {
  const shape = { numTokens: 0, topK: 1, numExperts: 2147483647, blockM: 2147483647 };
  const result = moeAlignBlockSize(new Int32Array(0), shape);
  expect([result.sortedTokenIds.length, result.expertIds.length]).toEqual([0, 0]);
});

test("long buffers, where padding is written expert by expert, hold no stale entry", () => {
  const numTokens = 70000;
  const ids = Int32Array.from({ length: numTokens }, (_, i) => (i % 3 === 0 ? 2 : i % 100));
  const shape = { numTokens, topK: 1, numExperts: 101, blockM: 256 };
  const length = numTokens + 101 * 255;
  const out = {
    sortedTokenIds: new Int32Array(length + 7).fill(3),
    expertIds: new Int32Array(1000).fill(3),
    numTokensPostPadded: new Int32Array(1),
  };
  moeAlignBlockSize(ids, { ...shape, out });
  const routes = out.sortedTokenIds.filter((flat) => flat < numTokens).toSorted();
  expect(routes).toEqual(Int32Array.from(ids.keys()));
  expect(out.sortedTokenIds.filter((flat) => flat === numTokens).length).toBe(
    length + 7 - numTokens,
  );
  const rows = inverseAlignment(out.sortedTokenIds, numTokens);
  ids.forEach((id, flat) => {
    if (out.expertIds[Math.floor(rows[flat] / 256)] !== id) throw new Error(`route ${flat}`);
  });
  expect(out.expertIds.subarray(out.numTokensPostPadded[0] / 256).every((id) => id === -1)).toBe(
    true,
  );
});

test("one dropped route among many takes the checked path and only that route is missing", () => {
  const ids = Int32Array.from({ length: 100 }, (_, i) => i % 10);
  ids[37] = 10;
  const shape = { numTokens: 100, topK: 1, numExperts: 10, blockM: 10 };
  const { sortedTokenIds, numTokensPostPadded } = moeAlignBlockSize(ids, shape);
  expect(inverseAlignment(sortedTokenIds, 100)[37]).toBe(-1);
  expect([...sortedTokenIds.subarray(70, 80)]).toEqual([7, 17, 27, 47, 57, 67, 77, 87, 97, 100]);
  expect(numTokensPostPadded[0]).toBe(100);
});

test("a view into larger memory is read and written inside its bounds", () => {
  const memory = new Int32Array(64).fill(-7);
  const ids = memory.subarray(10, 14);
  ids.set([1, 0, 1, 1]);
  const out = {
    sortedTokenIds: memory.subarray(20, 26),
    expertIds: memory.subarray(30, 33),
    numTokensPostPadded: memory.subarray(40, 41),
  };
  moeAlignBlockSize(ids, { numTokens: 4, topK: 1, numExperts: 2, blockM: 2, out });
  expect([...memory.subarray(19, 27)]).toEqual([-7, 1, 4, 0, 2, 3, 4, -7]);
  expect([...memory.subarray(29, 34)]).toEqual([-7, 0, 1, 1, -7]);
  expect([...memory.subarray(39, 42)]).toEqual([-7, 6, -7]);
});
