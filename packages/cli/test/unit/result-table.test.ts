import type { ResultHeader } from "@moe/bench";
import { expect, test } from "bun:test";
import { resultTable } from "../../src/run/result-table.ts";
import { context, recordedIo } from "../_io.ts";
import { resultRow } from "../_rows.ts";

const { shape } = resultRow();
const HEADER: ResultHeader = {
  schemaVersion: 1,
  kind: "header",
  config: {
    backend: "portable",
    shape,
    gemms: [1, 2],
    archetypes: ["zipf1", "hot16"],
    tokens: [64, 4096],
    seed: "7",
    sampler: "fast",
    placement: "sorted",
    cache: "read",
    threads: null,
    isa: null,
    minSamples: 10,
    maxSamples: 200,
    timeBudgetMs: 2000,
    targetHalfWidth: 0.005,
    margin: 0.02,
  },
  device: { backend: "portable", device: "a CPU", isa: "x", threads: 9, lastLevelCacheBytes: 0 },
  environment: { versions: {}, commit: null, dirty: null, argv: [] },
  startedAt: "2026-01-01T00:00:00.000Z",
};

const ROWS = [
  resultRow({ speedup: 2.5 }),
  resultRow({ numTokens: 4096, speedup: 0.5, flags: ["autocorrelated"] }),
  resultRow({ archetype: "hot16", status: "badrel" }),
  resultRow({ gemm: 2, speedup: 12.34 }),
];

function print(columns: number | undefined, level: 0 | 16 = 0): string {
  const io = recordedIo(columns === undefined ? {} : { columns });
  const table = resultTable(HEADER, context(io, { level, unicode: false }));
  return ROWS.map((row) => table.add(row)).join("");
}

test("the heading names shape, backend, device, what really ran, and the seed; groups stand apart", () => {
  const [gemm1, gemm2] = print(undefined).split("\n\ngemm2");
  expect(gemm1.split("\n").slice(0, 4)).toEqual([
    "gemm1  K=64 N=64 E=8 topK=2 G=32, blocks of 16 rows",
    "portable: a CPU, javascript, 1 thread, cold cache, seed 7 (fast, sorted)",
    "portableGemm against loops",
    "",
  ]);
  expect(gemm1.split("\n").slice(7)).toEqual([
    "zipf1        64     128       8   50.0      2,500     1,000     +150      +125..+175     7.00     14.0  1.4e-3  FAST",
    "zipf1      4096    8192       8   50.0        500     1,000    -50.0    -55.0..-45.0     7.00     14.0  1.4e-3  SLOW*",
    "",
    "hot16        64     128       8   50.0          -         -        -               -        -        -  5.0e-1  BADREL",
  ]);
  expect(gemm2).toContain("+1,134");
});

test("rows fit 80 and 120 columns, and what was left out is named", () => {
  for (const columns of [80, 120]) {
    for (const line of print(columns).split("\n").slice(3)) {
      expect(line.length).toBeLessThanOrEqual(columns);
    }
  }
  expect(print(80)).toContain("not shown: useful rows, blocks, padded GFLOP/s, rel\n");
  expect(print(120)).not.toContain("not shown");
});

test("colour changes no character", () => {
  expect(Bun.stripANSI(print(120, 16))).toBe(print(120));
  expect(print(120, 16)).toContain("\u001b[1;31m");
});
