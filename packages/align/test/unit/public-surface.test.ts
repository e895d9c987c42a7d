import { expect, test } from "bun:test";
import * as align from "../../src/index.ts";
import * as laws from "../../src/laws.ts";

test("the package exports these names and no others", () => {
  expect(Object.keys(align).toSorted()).toEqual([
    "AlignError",
    "SKINNY_ROWS",
    "SPACE_MAP_BLOCK_M",
    "alignSizes",
    "batchedMoeAlignBlockSize",
    "blockFill",
    "formatSpaceMapCells",
    "formatSpaceMapTsv",
    "inverseAlignment",
    "moeAlignBlockSize",
    "spaceMap",
    "spaceMapColumns",
  ]);
});

test("the laws export these names and no others", () => {
  expect(Object.keys(laws).toSorted()).toEqual([
    "alignLaws",
    "checkConformanceCase",
    "conformanceInput",
    "hashInt32",
    "naiveAlign",
    "naiveBatchedAlign",
  ]);
});

test("the main entry never loads fast-check", async () => {
  const build = await Bun.build({
    entrypoints: [Bun.fileURLToPath(new URL("../../src/index.ts", import.meta.url))],
    external: ["fast-check"],
  });
  const text = await build.outputs[0].text();
  expect(text).not.toContain("fast-check");
});
