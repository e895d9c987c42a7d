// The corpus of conformance/, run by this package and by the oracle that wrote it.
import { describe, expect, test } from "bun:test";
import batchedFile from "../../conformance/batched.json" with { type: "json" };
import edges from "../../conformance/edges.json" with { type: "json" };
import expertParallel from "../../conformance/expert-parallel-grid.json" with { type: "json" };
import upstream from "../../conformance/upstream-grid.json" with { type: "json" };
import worked from "../../conformance/worked.json" with { type: "json" };
import { batchedMoeAlignBlockSize, moeAlignBlockSize } from "../../src/index.ts";
import type { Alignment, AlignOptions } from "../../src/index.ts";
import { checkConformanceCase, naiveAlign, naiveBatchedAlign } from "../../src/laws.ts";
import type { ConformanceFile } from "../../src/laws.ts";

const files: [string, ConformanceFile, number][] = [
  ["worked", worked as ConformanceFile, 8],
  ["edges", edges as ConformanceFile, 29],
  ["upstream-grid", upstream as ConformanceFile, 320],
  ["expert-parallel-grid", expertParallel as ConformanceFile, 48],
];

// What a GPU kernel may do: the right rows in another order inside an expert's block.
function reversedBlocks(topkIds: Int32Array, options: AlignOptions): Alignment {
  const result = moeAlignBlockSize(topkIds, options);
  const { sortedTokenIds } = result;
  for (let row = 0; row < result.numTokensPostPadded[0]; row += options.blockM) {
    const rows = sortedTokenIds.subarray(row, row + options.blockM);
    const padding = rows.indexOf(topkIds.length);
    rows.subarray(0, padding < 0 ? rows.length : padding).reverse();
  }
  return result;
}

describe("conformance corpus", () => {
  for (const [name, file, count] of files) {
    test(`${name}: moeAlignBlockSize equals every recorded result`, async () => {
      expect([file.schemaVersion, file.cases.length]).toEqual([1, count]);
      expect(new Set(file.cases.map((one) => one.name)).size).toBe(count);
      for (const one of file.cases) await checkConformanceCase(moeAlignBlockSize, one);
    });

    test(`${name}: the naive oracle still equals what it recorded`, async () => {
      for (const one of file.cases) await checkConformanceCase(naiveAlign, one);
    });
  }

  test("another order inside an expert passes as unstable and fails as stable", async () => {
    for (const one of worked.cases as ConformanceFile["cases"]) {
      await checkConformanceCase(reversedBlocks, one, { stable: false });
    }
    const [first] = worked.cases as ConformanceFile["cases"];
    expect(await checkConformanceCase(reversedBlocks, first).catch(String)).toContain(
      "sortedTokenIds[0] is 9",
    );
  });

  test("batched: both equal every recorded result", () => {
    for (const { expertNumTokens, maxTokensPerBatch, blockM, expected } of batchedFile.cases) {
      const counts = Int32Array.from(expertNumTokens);
      for (const result of [
        batchedMoeAlignBlockSize(counts, { maxTokensPerBatch, blockM }),
        naiveBatchedAlign(counts, maxTokensPerBatch, blockM),
      ]) {
        expect([...result.sortedTokenIds]).toEqual(expected.sortedTokenIds);
        expect([...result.expertIds]).toEqual(expected.expertIds);
        expect(result.numTokensPostPadded[0]).toBe(expected.numTokensPostPadded);
      }
    }
  });

  test("the files are what scripts/conformance.ts writes", () => {
    const script = Bun.fileURLToPath(new URL("../../scripts/conformance.ts", import.meta.url));
    const { exitCode, stdout } = Bun.spawnSync([process.execPath, script, "--check"]);
    expect([exitCode, stdout.toString()]).toEqual([0, expect.not.stringContaining("differs")]);
  });
});
