import { describe, expect, test } from "bun:test";
import { exitCodeOf } from "../../src/run/exit-code.ts";
import { cellNote, stopNote } from "../../src/run/notes.ts";
import { conclude, summary } from "../../src/run/summary.ts";
import { context, recordedIo } from "../_io.ts";
import { resultRow, type RowChoice } from "../_rows.ts";

const plain = () => context(recordedIo({ columns: 80 }));

const GRID: RowChoice[] = [
  { archetype: "zipf1", numTokens: 64, speedup: 0.5, usePercent: 10 },
  { archetype: "zipf1", numTokens: 256, speedup: 2, usePercent: 50 },
  { archetype: "hot16", numTokens: 64, speedup: 1.5, usePercent: 70 },
  { archetype: "hot16", numTokens: 256, speedup: 3, usePercent: 90, flags: ["multimodal"] },
];

test("the conclusions name the slowest first, the crossing T, the correlation and the noise", () => {
  const text = summary(GRID.map(resultRow), plain());
  expect(text.slice(0, text.indexOf("gemm1: speedup"))).toBe(`
worst first
  gemm1/zipf1/T64     -50.0 %  use  10.0 %  SLOW
  gemm1/hot16/T64     +50.0 %  use  70.0 %  FAST
  gemm1/zipf1/T256     +100 %  use  50.0 %  FAST
  gemm1/hot16/T256     +200 %  use  90.0 %  FAST

kernel faster than the reference
  gemm1  at every T    hot16
  gemm1  from T ≈ 128  zipf1

rank correlation of speedup with use%
  gemm1   0.80  over 4 cells

`);
  expect(text).toEndWith(
    "4 cells: 1 SLOW, 3 FAST\n  * noisy samples in 1: read the interval with care\n",
  );
});

const CLOCKS = {
  readings: 20,
  before: { clockMhz: 1980, memoryClockMhz: 2619, temperatureC: 40, powerW: 300 },
  after: { clockMhz: 1755, memoryClockMhz: 2619, temperatureC: 61, powerW: 690 },
  lowestClockMhz: 1700,
  maxClockMhz: 1980,
  throttleReasons: ["SwPowerCap"],
  droppedThrottled: 0,
};

test("pairs that were dropped as throttled stand under the totals, and cells that stayed so", () => {
  const row = (droppedThrottled: number, more: RowChoice = {}) =>
    resultRow({ speedup: 1.5, clocks: { ...CLOCKS, droppedThrottled }, ...more });
  const end = (...rows: ReturnType<typeof row>[]) => summary(rows, plain()).split("\n").at(-2);
  expect(summary([row(0)], plain())).not.toContain("throttled");
  expect(end(row(0), row(0), resultRow({ speedup: 2 }))).toBe(
    "  at the card's power cap at some time in 2 cells",
  );
  expect(end(row(0), row(1))).toBe("  throttled: 1 pair dropped in 1 cell");
  expect(end(row(2), row(0), row(5))).toBe("  throttled: 7 pairs dropped in 2 cells");
  const gaveUp = row(9);
  gaveUp.timing!.stop = "throttled";
  const error = { code: "E_THROTTLED", message: "throttled" };
  const nothing = resultRow({ error, clocks: { ...CLOCKS, droppedThrottled: 200 } });
  expect(end(row(1), gaveUp, nothing)).toBe(
    "  throttled: 210 pairs dropped in 3 cells; 2 stayed throttled until retries were used up",
  );
});

test("a cell's note has its clocks where the device tells them", () => {
  const note = (clocks: typeof CLOCKS) => cellNote(resultRow({ speedup: 2, clocks }));
  expect(note(CLOCKS)).toContain("reference, 1980 to 1755 MHz, at its power cap, 12 ms");
  expect(note({ ...CLOCKS, throttleReasons: [], droppedThrottled: 3 })).toContain(
    "1980 to 1755 MHz, 3 pairs dropped as throttled, 12 ms",
  );
});

describe("an A/A run", () => {
  const same = (n: number) =>
    Array.from({ length: n }, (_, i) =>
      resultRow({ numTokens: i + 1, speedup: 1, verdict: "SAME", usePercent: i }),
    );
  const other = resultRow({ numTokens: 99, speedup: 1.02, verdict: "AMBIGUOUS" });

  test.each([
    [19, "A/A: 19 of 20 cells SAME, 95.0 %, as wanted: at least 95.0 %\n", 0],
    [18, "A/A: 18 of 19 cells SAME, 94.7 %, too few: wanted at least 95.0 %\n", 1],
  ] as const)("with %i cells SAME and one not says whether that is enough", (n, line, code) => {
    const rows = [...same(n), other];
    expect(summary(rows, plain(), true)).toEndWith(line);
    expect(exitCodeOf(rows, true)).toBe(code);
    expect(conclude(rows, true).same).toMatchObject({ same: n, cells: n + 1 });
  });

  test("draws no conclusions from differences that are noise", () => {
    const text = summary([...same(4), other], plain(), true);
    for (const title of ["kernel faster", "rank correlation", "speedup over T"])
      expect(text).not.toContain(title);
    expect(summary([...same(4), other], plain())).toContain("kernel faster");
    expect(conclude(same(2))).not.toHaveProperty("same");
  });

  test("whose cells all are AMBIGUOUS is a failure, and one that could not run stays what it was", () => {
    expect(exitCodeOf([other, other], true)).toBe(1);
    expect(exitCodeOf([gone, gone], true)).toBe(3);
    expect(exitCodeOf([...same(40), resultRow()], true)).toBe(1);
  });
});

test("the plot of each GEMM fits the terminal, and goes no wider than a reader follows", () => {
  const widest = (columns: number | undefined, level: 0 | 16): number => {
    const text = summary(GRID.map(resultRow), context(recordedIo({ columns }), { level }));
    const plot = text.slice(text.indexOf("gemm1: speedup"), text.indexOf("4 cells:"));
    return Math.max(...plot.split("\n").map((line) => Bun.stringWidth(line)));
  };
  for (const level of [0, 16] as const)
    expect([60, 80, 300, undefined].map((columns) => widest(columns, level))).toEqual([
      60, 80, 110, 100,
    ]);
  expect(() => widest(10, 0)).not.toThrow();
});

test("with colour the plot joins the points and its legend shows each colour; without it has letters", () => {
  const drawn = (level: 0 | 16, unicode: boolean): string =>
    summary(GRID.map(resultRow), context(recordedIo({ columns: 80 }), { level, unicode }));
  expect(drawn(16, true)).toMatch(/[\u2801-\u28ff]/);
  expect(drawn(16, true)).toContain("\u001b[36m●\u001b[0m zipf1   \u001b[32m●\u001b[0m hot16\n");
  expect(drawn(16, true)).toContain("\u001b[2m╌╌");
  expect(drawn(0, true)).toContain("above ×1 the kernel is faster");
  expect(drawn(0, true)).toContain(" z zipf1   h hot16\n");
  expect(drawn(0, false)).toMatch(/^[\n -~]*above x1 the kernel is faster\n *x3 \+/);
});

test("a GEMM with one T has no plot, and each other GEMM its own", () => {
  const rows = [...GRID, { gemm: 2, speedup: 2 } as const].map(resultRow);
  expect(summary(rows, plain()).match(/gemm\d: speedup over T/g)).toEqual([
    "gemm1: speedup over T",
  ]);
  const both = [...GRID, ...GRID.map((choice) => ({ ...choice, gemm: 2 as const }))];
  expect(summary(both.map(resultRow), plain()).match(/gemm\d: speedup over T/g)).toHaveLength(2);
});

test("a wrong output is named with its worst element and the line that repeats it", () => {
  const text = summary([resultRow({ status: "badrel" }), resultRow({ numTokens: 16 })], plain());
  expect(text).toContain(
    "portableGemm differs from the oracle: rel 0.5, worst at row 3 column 5: got 2, want 1",
  );
  expect(text).toContain("gemm1/zipf1/T16  E_TEST: no such thing");
  expect(text).toContain("again: moe-bench run --gemm 1 --archetypes zipf1 --tokens 64");
  expect(text).toEndWith("2 cells: 1 BADREL, 1 ERROR\n");
});

test("many failures are counted, and those that were not timed are not called slow", () => {
  const rows = Array.from({ length: 11 }, (_, i) => resultRow({ numTokens: i + 1 }));
  const text = summary(rows, plain());
  expect(text.match(/again: /g)).toHaveLength(8);
  expect(text).toContain("\n  and 3 more\n");
  expect(text).not.toContain("worst first");
  expect(summary([resultRow({ speedup: 2 })], plain())).toEndWith("\n1 cell: 1 FAST\n");
});

test("no rows give no conclusions and no crash", () => {
  expect(summary([], plain())).toBe("");
  expect(conclude([])).toEqual({
    verdicts: {},
    worstFirst: [],
    crossovers: [],
    rankCorrelation: [],
  });
});

const fast = resultRow({ speedup: 2 });
const unsure = resultRow({ speedup: 1.1, verdict: "AMBIGUOUS" });
const gone = resultRow({ error: { code: "E_ISA_UNAVAILABLE", message: "" } });
test.each([
  ["all is well", [fast, unsure], 0],
  ["nothing ran", [], 0],
  ["one output is wrong", [fast, resultRow({ status: "badrel" })], 1],
  ["one cell could not run", [fast, resultRow()], 1],
  ["one cell found no such instruction set", [fast, gone], 1],
  ["no cell found the instruction set", [gone, gone], 3],
  ["no cell could be decided", [unsure, unsure], 4],
])("when %s the exit code tells", (_title, rows, code) => {
  expect(exitCodeOf(rows)).toBe(code as ReturnType<typeof exitCodeOf>);
});

test("a stopped run says how to go on only where the file can be continued", () => {
  expect(stopNote(3, 9, { output: "a.jsonl" })).toBe(
    "stopped after 3 of 9 cells; go on with: moe-bench run --resume a.jsonl",
  );
  expect(stopNote(3, 9, { output: "a.json" })).toBe("stopped after 3 of 9 cells");
});

test("the verbose note says through how many copies samples rotated", () => {
  expect(cellNote(resultRow({ speedup: 2, copies: 33 }))).toContain(
    "1 pairs over 33 copies, stopped by",
  );
});

test("the verbose note gives pairs, stop reason, spread and flags", () => {
  expect(cellNote(resultRow({ speedup: 2, flags: ["order-effect"] }))).toBe(
    "gemm1/zipf1/T64: 1 pairs, stopped by max-samples, deviation 0.0 % kernel, 0.0 % reference, order-effect, 12 ms",
  );
  expect(cellNote(resultRow({ modelled: 2 }))).toBe(
    "gemm1/zipf1/T64: 5.0 M wave instructions kernel, 5.0 M reference, 12 ms",
  );
  expect(cellNote(resultRow())).toBe("gemm1/zipf1/T64: not measured");
});
