import { expect, test } from "bun:test";
import { randomActivations, randomWeights, verifyGemm } from "@moe/quant";
import { gemmLaws } from "@moe/quant/laws";
import { portableGemm } from "../../src/portableGemm.ts";

for (const { name, run } of gemmLaws(portableGemm)) test(name, () => run());

test("a hot expert with more rows than one chunk is right in every element (oracle: f64)", () => {
  const weights = randomWeights({ numExperts: 2, n: 7, k: 64, groupSize: 32, seed: 1 });
  const numValidTokens = 150;
  const problem = {
    a: randomActivations({ rows: numValidTokens, k: 64, seed: 2 }),
    weights,
    sortedTokenIds: Int32Array.from({ length: 160 }, (_, i) => i),
    expertIds: new Int32Array(5).fill(1),
    numBlocks: 5,
    blockM: 32,
    topK: 1,
    numValidTokens,
    c: new Uint16Array(numValidTokens * 7),
  };
  const report = portableGemm(problem);
  expect(verifyGemm(problem, { samples: "all" })).toMatchObject({ passed: true, checked: 1050 });
  expect(report.backend).toBe("typescript");
  expect(report.timeNs).toBeGreaterThanOrEqual(0);
});

test("a problem without tokens needs no memory for the k it names", () => {
  const k = 2 ** 31 - 2 ** 11;
  const weights = {
    packed: new Int32Array(0),
    scales: new Uint16Array(0),
    numExperts: 1,
    n: 0,
    k,
    groupSize: k,
    rowStride: k / 8,
  };
  const none = new Int32Array(0);
  const ids = { sortedTokenIds: none, expertIds: none, numBlocks: 0, blockM: 1, topK: 1 };
  const bits = new Uint16Array(0);
  const problem = { a: bits, weights, ...ids, numValidTokens: 0, c: bits };
  expect(portableGemm(problem).backend).toBe("typescript");
});
