import { expect, test } from "bun:test";
import { labelLine, ratioTicks, scale } from "../../src/terminal/axis.ts";
import { createPaint } from "../../src/terminal/paint.ts";
import { linePlot, seriesLetters, type PlotOptions } from "../../src/terminal/plot.ts";

const SERIES = [
  {
    name: "zipf1",
    points: [
      { x: 16, y: 0.5 },
      { x: 64, y: 1 },
      { x: 256, y: 4 },
    ],
  },
  {
    name: "zipf2",
    points: [
      { x: 16, y: 2 },
      { x: 64, y: 1 },
      { x: 256, y: 2 },
    ],
  },
];
const PLAIN: PlotOptions = {
  series: SERIES,
  paint: createPaint(0),
  unicode: false,
  width: 40,
  height: 7,
};

test("without colour and UTF-8 the plot is ASCII letters, each at its T and value", () => {
  expect(linePlot(PLAIN)).toBe(
    [
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
      "",
    ].join("\n"),
  );
});

test("every line fits the width, with and without colour", () => {
  for (const width of [40, 80, 120]) {
    for (const level of [0, 16] as const) {
      const text = linePlot({ ...PLAIN, width, unicode: true, paint: createPaint(level) });
      for (const line of text.split("\n")) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(width);
    }
  }
});

test("with colour the points are joined by braille lines and the legend shows each colour", () => {
  const text = linePlot({ ...PLAIN, unicode: true, paint: createPaint(16) });
  expect(text).toMatch(/[\u2801-\u28ff]/);
  expect(text).toContain("\u001b[36m●\u001b[0m zipf1");
  expect(text).toContain("\u001b[32m●\u001b[0m zipf2");
});

test("no points give no plot, and one T gives a plot with it in the middle", () => {
  expect(linePlot({ ...PLAIN, series: [] })).toBe("");
  const one = linePlot({ ...PLAIN, series: [{ name: "a", points: [{ x: 64, y: 3 }] }] });
  expect(one).toContain("64");
  expect(one).toContain("a a");
});

test("series get letters of their own name, and never the same one", () => {
  expect(seriesLetters(["balanced", "uniform", "zipf1", "zipf2", "hot16"])).toEqual([
    "b",
    "u",
    "z",
    "Z",
    "h",
  ]);
  expect(new Set(seriesLetters(Array.from({ length: 20 }, () => "zzz"))).size).toBe(20);
});

test("known ratios inside of the range are labelled, the best known first, none close to another", () => {
  const toRow = (ratio: number): number => Math.round(-4 * Math.log2(ratio));
  expect([...ratioTicks(toRow, 0.4, 2.1)]).toEqual([
    [0, "×1"],
    [-4, "×2"],
    [4, "×0.5"],
    [-2, "×1.5"],
    [2, "×0.75"],
  ]);
});

test("labels that would touch are left out", () => {
  const labels = [994, 1024, 4096].map((value, i) => ({ at: [2, 3, 12][i], text: String(value) }));
  expect(labelLine(labels, 16)).toEqual({ line: " 994      4096", shown: [2, 12] });
});

test("a scale reaches both ends and a single value lies in the middle", () => {
  expect([0, 5, 10].map(scale(0, 10, 11))).toEqual([0, 5, 10]);
  expect(scale(3, 3, 9)(3)).toBe(4);
});
