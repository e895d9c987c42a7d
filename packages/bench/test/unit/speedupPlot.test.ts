import { expect, test } from "bun:test";
import { speedupPlot, type ResultRow } from "@moe/bench";
import { errorOf } from "../_errorOf.ts";

const row = (archetype: string, numTokens: number, speedup: number | null): ResultRow =>
  ({ archetype, gemm: 1, numTokens, timing: speedup === null ? null : { speedup } }) as ResultRow;

test("a falling curve starts top left, ends bottom right beside its name, with the line at 1 labelled", () => {
  const lines = speedupPlot([row("hot16", 16, 4), row("hot16", 4096, 0.25)], {
    width: 40,
    height: 9,
  });
  expect(lines).toHaveLength(11);
  expect(lines[0].slice(8, 12)).toMatch(/[⠁-⣿]/);
  expect(lines[8]).toEndWith("hot16");
  expect(lines[4].trimStart()).toStartWith("×1 │");
  expect(lines[10]).toBe("        T=16                                4096");
});

test("the label of speedup 1 stands at the dotted line, at every height", () => {
  for (let height = 4; height <= 30; height++) {
    // One curve far above: only the dotted line is low.
    const lines = speedupPlot([row("a", 16, 9), row("a", 64, 9)], { height });
    const labelled = lines.findIndex((line) => line.trimStart().startsWith("×1 "));
    const dotted = lines.findLastIndex((line) => /[⠁-⣿] [⠁-⣿] [⠁-⣿]/.test(line));
    expect(labelled).toBe(dotted);
  }
});

test("names of curves that end together take different lines, and no line is wider than plot and name", () => {
  const rows = ["a1", "b2", "c3"].flatMap((name) => [row(name, 16, 1), row(name, 64, 2)]);
  const lines = speedupPlot(rows, { width: 20, height: 6 });
  for (const name of ["a1", "b2", "c3"])
    expect(lines.filter((line) => line.endsWith(name))).toHaveLength(1);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(8 + 20 + 3);
});

test("each curve is painted as itself and the baseline as none", () => {
  const rows = [row("x", 16, 4), row("x", 64, 4), row("y", 16, 0.25), row("y", 64, 0.25)];
  const seen = new Set<number>();
  speedupPlot(rows, { paint: (text, curve) => (seen.add(curve), text) });
  expect(seen).toEqual(new Set([0, 1]));
});

test("extreme and equal speedups do not leave the canvas", () => {
  for (const speedups of [
    [1, 1],
    [1e-9, 1e9],
    [1.0000001, 1],
  ])
    expect(speedupPlot(speedups.map((s, i) => row("z", 16 << i, s)))).toHaveLength(16);
});

test("fewer than two T give no plot", () => {
  expect(speedupPlot([])).toEqual([]);
  expect(speedupPlot([row("a", 16, 2), row("b", 16, 3), row("a", 64, null)])).toEqual([]);
});

test("a size out of range is a typed error", async () => {
  expect((await errorOf(() => speedupPlot([], { width: 15 }))).code).toBe("E_OPTION");
  expect((await errorOf(() => speedupPlot([], { height: 101 }))).code).toBe("E_OPTION");
});
