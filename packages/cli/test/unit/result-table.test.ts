import type { ResultHeader } from "@moe/bench";
import { describe, expect, test } from "bun:test";
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
    aa: false,
    threads: null,
    isa: null,
    arch: null,
    device: null,
    tritonConfig: null,
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

test.each([
  ["read", "cold cache"],
  ["write", "cold cache by writing"],
  ["rotate", "cold cache by rotation"],
  ["warm", "warm cache"],
] as const)("the heading says what a cache mode of %s gives: a %s", (cache, words) => {
  const config = { ...HEADER.config, cache };
  const table = resultTable({ ...HEADER, config }, context(recordedIo(), { unicode: false }));
  expect(table.add(ROWS[0])).toContain(`, 1 thread, ${words}, seed 7`);
});

test("the heading of an A/A run says that there is no rival", () => {
  const config = { ...HEADER.config, backend: "cuda", aa: true };
  const table = resultTable({ ...HEADER, config }, context(recordedIo(), { unicode: false }));
  expect(table.add(ROWS[0])).toContain("\nA/A: portableGemm against itself\n");
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

describe("a counted table", () => {
  const config = { ...HEADER.config, backend: "sim", cache: null };
  const device = { ...HEADER.device, backend: "sim", device: "simulated gfx1151" };
  const rows = [resultRow({ modelled: 2.79 }), resultRow({ numTokens: 4096, status: "badrel" })];
  const text = (columns: number): string => {
    const io = recordedIo({ columns });
    const counted = resultTable({ ...HEADER, config, device }, context(io, { unicode: false }));
    return rows.map((row) => counted.add(row)).join("");
  };

  test("has cycles, efficiency, traffic and conflicts in place of times", () => {
    const lines = text(200).split("\n");
    expect(lines[1]).toBe(
      "sim: simulated gfx1151, counted, not timed, 1 host thread, seed 7 (fast, sorted)",
    );
    expect(lines.slice(6)).toEqual([
      "                 useful                 reference   kernel   modelled  reference     kernel  reference  kernel  reference     kernel          modelled",
      "archetype     T    rows  blocks   use%    Mcycles  Mcycles  speedup %  issue eff  issue eff        MiB     MiB  LDS lost%  LDS lost%     rel  verdict",
      "-".repeat(150),
      "zipf1        64     128       8   50.0       43.2     15.5       +179      0.303      0.846      1,234    50.0       15.9        0.0  1.4e-3  FAST",
      "zipf1      4096    8192       8   50.0          -        -          -          -          -          -       -          -          -  5.0e-1  BADREL",
      "",
    ]);
  });

  test("fits 80 and 120 columns, and names what was left out", () => {
    for (const columns of [80, 120]) {
      for (const line of text(columns).split("\n")) {
        expect(line.length).toBeLessThanOrEqual(columns);
      }
      expect(text(columns)).toContain("not shown: ");
    }
  });
});

test("colour changes no character", () => {
  expect(Bun.stripANSI(print(120, 16))).toBe(print(120));
  expect(print(120, 16)).toContain("\u001b[1;31m");
});
