// Expected values are the worked cases of docs/align.md, written out by hand.
import { describe, expect, test } from "bun:test";
import { alignSizes, moeAlignBlockSize } from "../../src/index.ts";
import type { AlignOptions } from "../../src/index.ts";

const DOCSTRING = Int32Array.of(2, 3, 4, 1, 2, 4, 1, 3, 4, 1, 2, 3);
const MAP = Int32Array.of(0, -1, 1, -1, 2);
const docstring = { numTokens: 4, topK: 3, numExperts: 5, blockM: 4 };
const oneToken = { numTokens: 1, topK: 2, numExperts: 8, blockM: 4 };

function align(ids: Int32Array, options: AlignOptions): [string, string, number] {
  const result = moeAlignBlockSize(ids, options);
  return [
    result.sortedTokenIds.join(" "),
    result.expertIds.join(" "),
    result.numTokensPostPadded[0],
  ];
}

const twelves = (count: number): string => Array.from({ length: count }, () => "12").join(" ");

describe("moeAlignBlockSize equals the worked cases", () => {
  test("five experts: four with routes, expert 0 owns no block", () => {
    expect(align(DOCSTRING, docstring)).toEqual([
      `3 6 9 12 0 4 10 12 1 7 11 12 2 5 8 12 ${twelves(11)}`,
      "1 2 3 4 -1 -1 -1",
      16,
    ]);
  });

  test("four experts: routes of expert 4 vanish, not an error", () => {
    expect(align(DOCSTRING, { ...docstring, numExperts: 4 })).toEqual([
      `3 6 9 12 0 4 10 12 1 7 11 12 ${twelves(12)}`,
      "1 2 3 -1 -1 -1",
      12,
    ]);
  });

  test("a map gathered afterwards keeps remote blocks, and its tail wraps to the last entry", () => {
    expect(align(DOCSTRING, { ...docstring, expertMap: MAP })).toEqual([
      `3 6 9 12 0 4 10 12 1 7 11 12 2 5 8 12 ${twelves(11)}`,
      "-1 1 -1 2 2 2 2",
      16,
    ]);
  });

  test("tail 'minus-one' changes the tail and nothing else", () => {
    expect(align(DOCSTRING, { ...docstring, expertMap: MAP, tail: "minus-one" })).toEqual([
      `3 6 9 12 0 4 10 12 1 7 11 12 2 5 8 12 ${twelves(11)}`,
      "-1 1 -1 2 -1 -1 -1",
      16,
    ]);
  });

  test("a map applied before counting drops remote routes, and its tail is -1", () => {
    const options = { ...docstring, expertMap: MAP, ignoreInvalidExperts: true };
    const expected = [`0 4 10 12 2 5 8 12 ${twelves(19)}`, "1 2 -1 -1 -1 -1 -1", 8];
    expect(align(DOCSTRING, options)).toEqual(expected as [string, string, number]);
    expect(align(DOCSTRING, { ...options, tail: "wrap" })).toEqual(
      expected as [string, string, number],
    );
  });

  test("fewer routes than experts: one block a route is enough", () => {
    expect(align(Int32Array.of(0, 1), oneToken)).toEqual(["0 2 2 2 1 2 2 2", "0 1", 8]);
    expect(align(Int32Array.of(-1, 1), oneToken)).toEqual(["1 2 2 2 2 2 2 2", "1 -1", 4]);
    expect(align(Int32Array.of(-1, -1), oneToken)).toEqual(["2 2 2 2 2 2 2 2", "-1 -1", 0]);
  });

  test("an expert repeated in a row counts once a slot", () => {
    const shape = { numTokens: 2, topK: 3, numExperts: 2, blockM: 2 };
    expect(align(Int32Array.of(1, 1, 1, 0, 1, 1), shape)).toEqual([
      "3 6 0 1 2 4 5 6",
      "0 1 1 1",
      8,
    ]);
  });

  test("no token gives empty buffers", () => {
    const shape = { numTokens: 0, topK: 8, numExperts: 4, blockM: 16 };
    expect(align(new Int32Array(0), shape)).toEqual(["", "", 0]);
  });
});

describe("alignSizes equals lengths worked by hand", () => {
  const sizes = (numTokens: number, numExperts: number, blockM: number, padSortedIds = false) => {
    const { sortedTokenIds, expertIds } = alignSizes({
      numTokens,
      topK: 8,
      numExperts,
      blockM,
      padSortedIds,
    });
    return [sortedTokenIds, expertIds];
  };

  test("n < E is n·B, above it n + E·(B−1), n = E takes the latter", () => {
    expect(sizes(16, 256, 32)).toEqual([4096, 128]);
    expect(sizes(994, 256, 32)).toEqual([15888, 497]);
    expect(sizes(32, 256, 32)).toEqual([8192, 256]);
    expect(sizes(32, 256, 16)).toEqual([4096, 256]);
  });

  test("a length that is not whole blocks starts one more block; padding completes it", () => {
    expect(sizes(2, 3, 8)).toEqual([37, 5]);
    expect(sizes(2, 3, 8, true)).toEqual([40, 5]);
    expect(sizes(2, 17, 8, true)).toEqual([128, 16]);
  });
});
