import { describe, expect, test } from "bun:test";
import { crossovers, rankCorrelation, worstFirst, type ResultRow } from "@moe/bench";

const row = (
  archetype: string,
  numTokens: number,
  speedup: number | null,
  more: Partial<ResultRow> = {},
): ResultRow =>
  ({
    id: `${archetype}/${numTokens}`,
    archetype,
    gemm: 1,
    numTokens,
    status: speedup === null ? "badrel" : "ok",
    timing: speedup === null ? null : { speedup },
    ...more,
  }) as ResultRow;

describe("crossovers", () => {
  const one = (...speedups: [number, number | null][]) =>
    crossovers(speedups.map(([numTokens, speedup]) => row("a", numTokens, speedup)))[0];

  test("above 1 everywhere is always, at or below 1 everywhere is never", () => {
    expect(one([16, 1.1], [64, 3])).toMatchObject({ kind: "always", crossings: [] });
    expect(one([16, 0.9], [64, 1])).toMatchObject({ kind: "never", crossings: [] });
    expect(one([16, 2])).toMatchObject({ kind: "always" });
  });
  test("one crossing is interpolated on log axes", () => {
    const found = one([16, 0.5], [64, 2]);
    expect(found.kind).toBe("crosses");
    expect(found.crossings).toHaveLength(1);
    expect(found.crossings[0].direction).toBe("up");
    expect(found.crossings[0].numTokens).toBeCloseTo(32, 9);
  });
  test("several crossings come in ascending T with their directions, whatever the order of the rows", () => {
    const found = one([256, 2], [16, 2], [64, 0.5], [1024, 0.5]);
    expect(found.crossings.map((c) => c.direction)).toEqual(["down", "up", "down"]);
    expect(found.crossings.map((c) => Math.round(c.numTokens))).toEqual([32, 128, 512]);
  });
  test("a cell at exactly 1 is the crossing itself", () => {
    expect(one([16, 1], [64, 2]).crossings[0].numTokens).toBeCloseTo(16, 9);
    expect(one([16, 2], [64, 1]).crossings[0].numTokens).toBeCloseTo(64, 9);
  });
  test("failed cells are left out, and an archetype with nothing else is not listed", () => {
    expect(one([16, 0.5], [32, null], [64, 2]).crossings[0].numTokens).toBeCloseTo(32, 9);
    expect(crossovers([row("a", 16, null)])).toEqual([]);
  });
  test("archetypes and GEMMs are kept apart", () => {
    const rows = [row("a", 16, 2), row("b", 16, 0.5), row("a", 16, 0.5, { gemm: 2 })];
    expect(crossovers(rows).map(({ archetype, gemm, kind }) => [archetype, gemm, kind])).toEqual([
      ["a", 1, "always"],
      ["b", 1, "never"],
      ["a", 2, "never"],
    ]);
  });
});

describe("rank correlation of speedup with use%", () => {
  const cell = (gemm: 1 | 2, usePercent: number, speedup: number | null): ResultRow =>
    row("a", usePercent, speedup, { gemm, usePercent });
  test("is given for each GEMM and for both together", () => {
    const rows = [1, 2, 3].flatMap((i) => [cell(1, 10 * i, i), cell(2, 10 * i, 1 / i)]);
    const [first, second, all] = rankCorrelation(rows);
    expect([first.rho, second.rho, all.gemm, all.cells]).toEqual([1, -1, "all", 6]);
  });
  test("is null below three cells and for constant fill, and skips failed cells", () => {
    expect(rankCorrelation([cell(1, 10, 1), cell(1, 20, 2), cell(1, 30, null)])).toEqual([
      { gemm: 1, cells: 2, rho: null },
    ]);
    expect(rankCorrelation([1, 2, 3].map((s) => cell(2, 50, s)))[0].rho).toBeNull();
    expect(rankCorrelation([])).toEqual([]);
  });
});

test("worst first: cells that failed to run, then wrong ones, then the slowest", () => {
  const rows = [
    row("fast", 1, 3),
    row("slow", 1, 0.4),
    row("bad", 1, null),
    row("broken", 1, null, { status: "error" }),
    row("slow too", 1, 0.4),
  ];
  const before = [...rows];
  expect(worstFirst(rows).map((r) => r.archetype)).toEqual([
    "broken",
    "bad",
    "slow",
    "slow too",
    "fast",
  ]);
  expect(rows).toEqual(before);
});
