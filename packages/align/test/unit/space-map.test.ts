// Oracle: the table that the original Python suite printed for seed 0 (test/golden/space-map-seed0.tsv), and values by hand.
import { describe, expect, test } from "bun:test";
import { ARCHETYPES, expertCounts, numpyStream, synthTopk } from "@moe/routing";
import { blockFill, formatSpaceMapCells, formatSpaceMapTsv, spaceMap } from "../../src/index.ts";
import type { SpaceMapRow } from "../../src/index.ts";

const TOKENS = [16, 64, 128, 256, 512, 768, 994, 1024, 1536, 2048, 4096];
const golden = await Bun.file(new URL("../golden/space-map-seed0.tsv", import.meta.url)).text();

function balanced(numTokens: number): Int32Array {
  const counts = new Int32Array(256);
  for (let flat = 0; flat < 8 * numTokens; flat++) counts[flat % 256]++;
  return counts;
}

describe("spaceMap", () => {
  test("balanced rows, counted by hand, equal the reference table's first lines", () => {
    const cells = TOKENS.map((numTokens) => ({
      archetype: "balanced",
      numTokens,
      counts: balanced(numTokens),
    }));
    const tsv = formatSpaceMapTsv(spaceMap({ cells }));
    expect(tsv).toBe(`${golden.split("\n").slice(0, 12).join("\n")}\n`);
  });

  test("every archetype, drawn with NumPy's generator, equals the reference table", () => {
    const stream = numpyStream(0);
    const cells = ARCHETYPES.flatMap((archetype) =>
      TOKENS.map((numTokens) => {
        const { topkIds } = synthTopk({ archetype, numTokens, sampler: "numpy", stream });
        return { archetype, numTokens, counts: expertCounts(topkIds, 256) };
      }),
    );
    expect(formatSpaceMapTsv(spaceMap({ cells }))).toBe(golden);
  });

  test("no route at all gives zeros, never NaN", () => {
    const [row] = spaceMap({ cells: [{ archetype: "none", numTokens: 0, counts: [0, 0] }] });
    expect(formatSpaceMapCells(row)).toEqual("none 0 0 0.0 0 0 2 0.0 0 0.0 0".split(" "));
  });

  test("an even number of used experts cuts the median's half off", () => {
    const cell = { archetype: "x", numTokens: 1, counts: Int32Array.of(10, 0, 2, 5, 3) };
    const [row] = spaceMap({ cells: [cell], blockM: [4, 1] });
    expect(row).toEqual({
      archetype: "x",
      tokens: 1,
      routed: 20,
      mean: 5,
      median: 4,
      max: 10,
      dead: 1,
      fill: {
        1: { usePercent: 100, skinnyPercent: 100 },
        4: { usePercent: (100 * 20) / 28, skinnyPercent: 100 },
      },
    });
  });

  test("counts above the numeric sort of text stay in numeric order", () => {
    const [row] = spaceMap({ cells: [{ archetype: "x", numTokens: 1, counts: [9, 100, 10] }] });
    expect([row.median, row.max]).toEqual([10, 100]);
  });
});

describe("rounding equals Python's '%.1f' and round(), whose outputs are listed", () => {
  const cells = (mean: number, usePercent: number, skinnyPercent: number): string[] => {
    const row: SpaceMapRow = {
      archetype: "x",
      tokens: 0,
      routed: 0,
      mean,
      median: 0,
      max: 0,
      dead: 0,
      fill: { 16: { usePercent, skinnyPercent } },
    };
    const all = formatSpaceMapCells(row);
    return [all[3], all[7], all[8]];
  };

  test("ties of the binary value go to the even digit", () => {
    expect(cells(6.25, 0.25, 0.5)).toEqual(["6.2", "0.2", "0"]);
    expect(cells(6.75, 0.75, 1.5)).toEqual(["6.8", "0.8", "2"]);
    expect(cells(1000.25, 99.75, 2.5)).toEqual(["1000.2", "99.8", "2"]);
  });

  test("decimal ties that are none in binary follow the binary value", () => {
    expect(cells(0.15, 0.35, 0.49999999999999994)).toEqual(["0.1", "0.3", "0"]);
    expect(cells(2.65, 31.05, 50.00000000000001)).toEqual(["2.6", "31.1", "50"]);
    expect(cells(0.45, 6.250000000000001, 99.5)).toEqual(["0.5", "6.3", "100"]);
  });
});

describe("blockFill", () => {
  test("equals blocks counted by hand, 8 rows are skinny and 9 are not", () => {
    const fill = blockFill([8, 9, 0, 16, 24, 33], 16);
    expect(fill).toEqual({
      blocks: 8,
      usefulRows: 90,
      paddedRows: 128,
      usePercent: (100 * 90) / 128,
      skinnyPercent: 37.5,
      fillHistogram: [
        { fill: 1, blocks: 1 },
        { fill: 8, blocks: 2 },
        { fill: 9, blocks: 1 },
        { fill: 16, blocks: 4 },
      ],
    });
  });

  test("blocks of at most 8 rows are skinny even when full", () => {
    expect(blockFill([16, 3], 8).skinnyPercent).toBe(100);
  });

  test("no count and no route give zeros", () => {
    for (const counts of [[], [0, 0]]) {
      const fill = blockFill(counts, 16);
      expect([fill.blocks, fill.usePercent, fill.skinnyPercent]).toEqual([0, 0, 0]);
      expect(fill.fillHistogram).toEqual([]);
    }
  });

  test("a block of 2^31 - 1 rows needs no memory", () => {
    const fill = blockFill([5, 2147483647], 2147483647);
    expect([fill.blocks, fill.paddedRows]).toEqual([2, 4294967294]);
  });
});
