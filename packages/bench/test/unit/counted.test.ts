import { describe, expect, test } from "bun:test";
import { expertCounts, synthTopk } from "@moe/routing";
import {
  comparisonOf,
  crossovers,
  rankCorrelation,
  ResultRow,
  speedupPlot,
  worstFirst,
} from "@moe/bench";
import { collect, fakeBackend, rowsOf, TINY, tinySweep, work } from "../_fakeBackend.ts";

const counting = (kernel: number, reference: number) =>
  fakeBackend({ executed: (_, side) => work(side === "kernel" ? kernel : reference) });

/** Four routes of eight experts: some are dead. */
const ONE = { archetypes: ["zipf1"], tokens: [2], gemms: [1] } as const;

test("a backend that counts gives a row of counts, without a sample", async () => {
  const backend = counting(6400, 19_200);
  const [row] = rowsOf(await collect(tinySweep({ backend, ...ONE })));
  const { topkIds } = synthTopk({ archetype: "zipf1", numTokens: 2, numExperts: 8, topK: 2 });
  const counts = expertCounts(topkIds, TINY.numExperts);
  const tiles = counts.reduce((sum, count) => sum + Math.ceil(count / 16), 0);
  const usefulMatrix = tiles * (64 / 16) * (64 / 16);
  const used = counts.filter((count) => count > 0).length;
  expect(used).toBeLessThan(8);
  const leastBytes = used * (64 * 64 * 0.5 + 2 * 64 * 2) + 2 * (2 * 64 + 4 * 64);
  expect(row).toMatchObject({ status: "ok", timing: null });
  expect(row.counts).toEqual({
    usefulMatrix,
    leastBytes,
    kernel: {
      kernels: ["prepass", "gemm"],
      instructions: 6400,
      matrix: 100,
      otherVector: 3200,
      issueCycles: 6400,
      issueEfficiency: (32 * usefulMatrix) / 6400,
      vectorCycles: 6401,
      ldsCycles: 10,
      ldsConflictCycles: 1,
      globalBytes: 4096,
      scratchBytes: 0,
    },
    reference: expect.objectContaining({ issueCycles: 19_200 }),
    speedup: 3,
    speedupPercent: 200,
    verdict: "FAST",
  });
  expect(ResultRow.parse(row)).toEqual(row);
  expect(backend.calls).toEqual([
    "prepare gemm1/zipf1/T2",
    "verify kernel",
    "verify reference",
    "close gemm1/zipf1/T2",
  ]);
});

test("a count has no interval: any ratio is FAST, SLOW or SAME", async () => {
  const verdicts = [];
  for (const reference of [6400, 6520, 6528, 6592, 6280, 6208]) {
    const [row] = rowsOf(await collect(tinySweep({ backend: counting(6400, reference), ...ONE })));
    verdicts.push(row.counts?.verdict);
  }
  expect(verdicts).toEqual(["SAME", "SAME", "SAME", "FAST", "SAME", "SLOW"]);
});

test("a wrong side is marked and not counted", async () => {
  const backend = fakeBackend({
    executed: () => work(64),
    report: (_, side) => (side === "reference" ? { passed: false } : {}),
  });
  const [row] = rowsOf(await collect(tinySweep({ backend, ...ONE })));
  expect([row.status, row.counts, row.timing]).toEqual(["badrel", null, null]);
  expect(comparisonOf(row)).toBeNull();
});

describe("conclusions take counted rows as they take timed ones", () => {
  const sweep = async () => {
    const executed = (cell: { numTokens: number }, side: string) =>
      work(side === "kernel" ? 6400 : 6400 * (cell.numTokens / 16));
    const backend = fakeBackend({ executed });
    const options = { backend, archetypes: ["uniform"], tokens: [8, 32], gemms: [1] } as const;
    return rowsOf(await collect(tinySweep(options)));
  };

  test("the comparison, the order and the crossing", async () => {
    const rows = await sweep();
    const point = (speedup: number) =>
      ({ measure: "count", speedup, speedupLow: speedup, speedupHigh: speedup }) as const;
    expect(rows.map(comparisonOf)).toEqual([
      { ...point(0.5), speedupPercent: -50, verdict: "SLOW" },
      { ...point(2), speedupPercent: 100, verdict: "FAST" },
    ]);
    expect(worstFirst(rows.toReversed()).map((row) => row.numTokens)).toEqual([8, 32]);
    expect(crossovers(rows)[0].crossings).toEqual([
      { numTokens: expect.closeTo(16, 6), direction: "up" },
    ]);
    expect(rankCorrelation(rows)).toEqual([{ gemm: 1, cells: 2, rho: null }]);
    expect(speedupPlot(rows, { width: 40, height: 5, unicode: false })[0]).toContain("x2");
  });

  test("a row from before there were counts is read as one without", async () => {
    const { counts: _, ...old } = (await sweep())[0];
    expect(ResultRow.parse({ ...old, status: "badrel" }).counts).toBeNull();
  });
});
