import { expect, test } from "bun:test";
import { speedupPlot, type ResultRow, type SpeedupPlotOptions } from "@moe/bench";
import { errorOf } from "../_errorOf.ts";

const row = (archetype: string, numTokens: number, speedup: number | null): ResultRow =>
  ({ archetype, gemm: 1, numTokens, timing: speedup === null ? null : { speedup } }) as ResultRow;

const curve = (archetype: string, ...speedups: number[]): ResultRow[] =>
  speedups.map((speedup, i) => row(archetype, 16 * 4 ** i, speedup));

const ROWS = [...curve("zipf1", 0.5, 1, 4), ...curve("zipf2", 2, 1, 2)];
const SMALL = { width: 40, height: 7 } as const;
const tagged: SpeedupPlotOptions["paint"] = (text, part) => `<${part}:${text}>`;
const untagged = (line: string): string => line.replaceAll(/<\w+:([^>]*)>/g, "$1");

test("without colour and UTF-8 the plot is ASCII letters, each at its T and speedup", () => {
  expect(speedupPlot(ROWS, { ...SMALL, unicode: false })).toEqual([
    `  x4 +${" ".repeat(30)}z`,
    "     |",
    `  x2 +Z${" ".repeat(29)}Z`,
    "     |",
    `  x1 +${"-".repeat(15)}*${"-".repeat(15)}`,
    "     |",
    "x0.5 +z",
    `     ++${"-".repeat(14)}+${"-".repeat(14)}+`,
    "      16            64            256  T",
    "      z zipf1   Z zipf2   * several",
  ]);
});

test("without colour no curve is drawn as a line, since curves could not be told apart", () => {
  const text = speedupPlot(ROWS, SMALL).join("\n");
  expect(text).not.toMatch(/[\u2800-\u28ff]/);
  expect(text).toContain(`×1 ┤${"╌".repeat(15)}*${"╌".repeat(15)}\n`);
});

test("without UTF-8 colour paints the letters and nothing outside ASCII is drawn", () => {
  const text = speedupPlot(ROWS, { ...SMALL, unicode: false, paint: tagged }).join("\n");
  expect(text).toMatch(/^[\n -~]*$/);
  expect(text).toContain("<0:z>");
  expect(text).toContain(`<baseline:${"-".repeat(15)}>*<baseline:`);
});

test("with colour braille joins the points of a curve in the curve's own colour, and the legend shows it", () => {
  const rows = [...curve("up", 2, 4, 8), ...curve("down", 0.5, 0.25, 0.125)];
  const lines = speedupPlot(rows, { ...SMALL, height: 13, paint: tagged });
  const baseline = lines.findIndex((line) => line.includes("<baseline:"));
  expect(lines.at(-1)?.trim()).toBe("<0:●> up   <1:●> down");
  for (const [y, line] of lines.slice(0, 13).entries()) {
    const curves = [...line.matchAll(/<(\d):[●\u2801-\u28ff]+>/g)].map((match) => match[1]);
    expect(curves).not.toContain(y < baseline ? "1" : "0");
    if (y % 12 === 0) expect(curves).not.toBeEmpty();
  }
  expect(lines[baseline]).toContain(`×1 ┤<baseline:${"╌".repeat(29)}>`);
});

test("a straight curve rises without a gap from its first point to its last", () => {
  const lines = speedupPlot(curve("up", 1, 4, 16), { ...SMALL, height: 10, paint: tagged }).map(
    untagged,
  );
  const columns = lines.slice(0, 10).flatMap((line) => {
    const drawn = [...line.slice(5).matchAll(/[●\u2801-\u28ff]/g)].map((match) => match.index);
    return drawn.toReversed();
  });
  expect(columns).toEqual(columns.toSorted((a, b) => b - a));
  expect(new Set(columns).size).toBe(Math.max(...columns) - Math.min(...columns) + 1);
  expect(lines[0]).toEndWith("●");
});

test("a curve at speedup 1 covers the dashed line, and of curves that meet the last is seen", () => {
  const lines = speedupPlot([...curve("a", 1, 1), ...curve("b", 1, 1)], { paint: tagged });
  expect(lines.join("\n")).not.toContain("baseline");
  expect(lines.filter((line) => line.includes("<1:"))).toHaveLength(2);
  expect(lines.filter((line) => line.includes("<0:"))).toHaveLength(1);
});

test("the label of speedup 1 stands at the dashed line, at every height", () => {
  for (let height = 4; height <= 30; height++) {
    const lines = speedupPlot(curve("a", 9, 9), { height });
    expect(lines.filter((line) => line.includes("╌"))).toHaveLength(1);
    expect(lines.find((line) => line.includes("╌"))?.trimStart()).toStartWith("×1 ┤╌");
  }
});

test("powers of two are labelled first, others where at least two lines part them from those", () => {
  const labels = (height: number): string[] =>
    speedupPlot(curve("a", 0.25, 4), { height })
      .map((line) => line.match(/×([\d.]+) ┤/)?.[1])
      .filter((label) => label !== undefined);
  expect(labels(6)).toEqual(["4", "1", "0.5"]);
  expect(labels(10)).toEqual(["4", "2", "1", "0.5", "0.25"]);
  expect(labels(20)).toEqual(["4", "3", "2", "1.5", "1", "0.75", "0.5", "0.25"]);
});

test("every T is a tick; those whose labels would touch an earlier one are left out with their tick", () => {
  const rows = [16, 64, 994, 1024, 4096].map((numTokens) => row("a", numTokens, 2));
  const [axis, labels] = speedupPlot(rows, { width: 80 }).slice(-3);
  expect(labels.trim().split(/ +/)).toEqual(["16", "64", "994", "4096", "T"]);
  expect(axis.match(/┬/g)).toHaveLength(4);
});

test("no line is wider than asked for, and the widest reaches the width", () => {
  const names = ["balanced", "uniform", "zipf1", "zipf2", "hot16", "zipf:1.25", "dirichlet:0.25"];
  const rows = names.flatMap((name, i) => curve(name, 1 + i, 2, 0.125));
  for (let width = 40; width <= 120; width++) {
    for (const paint of [undefined, tagged]) {
      const lines = speedupPlot(rows, { width, ...(paint && { paint }) }).map(untagged);
      expect(Math.max(...lines.map((line) => line.length))).toBe(width);
      for (const name of names) expect(lines.some((line) => line.includes(` ${name}`))).toBe(true);
    }
  }
});

test("each curve has a letter of its own, of its name where one is free", () => {
  const letters = (names: string[]): string[] => {
    const lines = speedupPlot(names.flatMap((name) => curve(name, 2, 2)));
    const text = lines.slice(14).join("   ").trim();
    return text.split(/ {3,}/).map((entry) => entry.split(" ")[0]);
  };
  const named = ["balanced", "uniform", "zipf1", "zipf2", "hot16"];
  expect(letters(named)).toEqual(["b", "u", "z", "Z", "h", "*"]);
  const alike = Array.from({ length: 52 }, (_, i) => `z${i}`);
  expect(new Set(letters(alike)).size).toBe(53);
});

test("extreme and equal speedups do not leave the canvas, and those that are no ratio are left out", () => {
  for (const paint of [undefined, tagged]) {
    for (const speedups of [
      [1, 1],
      [Number.MIN_VALUE, Number.MAX_VALUE],
      [1.0000001, 1],
      [1, Number.NaN, 2],
      [1, Number.POSITIVE_INFINITY, 0, -1, 2],
    ])
      expect(speedupPlot(curve("z", ...speedups), { ...(paint && { paint }) })).toHaveLength(15);
  }
});

test("the order of the rows does not change a curve", () => {
  const rows = curve("up", 1, 2, 8, 16);
  const shuffled = [rows[2], rows[0], rows[3], rows[1]];
  expect(speedupPlot(shuffled, { paint: tagged })).toEqual(speedupPlot(rows, { paint: tagged }));
});

test("a difference of a third of a percent does not fill the plot", () => {
  const lines = speedupPlot(curve("a", 1, 1.003)).slice(0, 12);
  const lineOf = (mark: string): number => lines.findIndex((line) => line.includes(mark));
  expect(Math.abs(lineOf("a") - lineOf("╌"))).toBeLessThanOrEqual(1);
});

test("two points of one curve on one character keep its letter", () => {
  const rows = [row("a", 1000, 2), row("a", 1001, 2), row("a", 1e6, 2)];
  expect(speedupPlot(rows).join("\n")).not.toContain("*");
});

test("labels of neighbouring T are parted by a blank, on every width", () => {
  const tokens = Array.from({ length: 12 }, (_, i) => Math.round(100 * 1.1 ** i));
  for (let width = 40; width <= 80; width++) {
    const labels =
      speedupPlot(
        tokens.map((t) => row("a", t, 2)),
        { width },
      ).at(-2) ?? "";
    const shown = labels.trim().split(/ +/).slice(0, -1).map(Number);
    expect(tokens).toEqual(expect.arrayContaining(shown));
  }
});

test("more curves than the canvas can tell apart are cut, not mixed up", () => {
  const rows = Array.from({ length: 300 }, (_, i) => curve(`n${i}`, 1, 2)).flat();
  const seen = new Set<number | "baseline">();
  speedupPlot(rows, { paint: (text, part) => (seen.add(part), text) });
  expect(Math.max(...[...seen].filter((part) => part !== "baseline"))).toBe(254);
});

test("fewer than two T give no plot", () => {
  expect(speedupPlot([])).toEqual([]);
  expect(speedupPlot([row("a", 16, 2), row("b", 16, 3), row("a", 64, null)])).toEqual([]);
});

test("a size out of range and an unknown option are typed errors", async () => {
  expect((await errorOf(() => speedupPlot([], { width: 39 }))).code).toBe("E_OPTION");
  expect((await errorOf(() => speedupPlot([], { height: 101 }))).code).toBe("E_OPTION");
  const misspelt = { heigth: 10 } as SpeedupPlotOptions;
  expect((await errorOf(() => speedupPlot([], misspelt))).message).toStartWith(
    "heigth is no option of speedupPlot",
  );
});
