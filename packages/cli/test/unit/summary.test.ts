import { expect, test } from "bun:test";
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

test("the verbose note gives pairs, stop reason, spread and flags", () => {
  expect(cellNote(resultRow({ speedup: 2, flags: ["order-effect"] }))).toBe(
    "gemm1/zipf1/T64: 1 pairs, stopped by max-samples, deviation 0.0 % kernel, 0.0 % reference, order-effect, 12 ms",
  );
  expect(cellNote(resultRow())).toBe("gemm1/zipf1/T64: not timed");
});
