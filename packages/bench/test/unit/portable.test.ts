import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { moeAlignBlockSize } from "@moe/align";
import { randomActivations, randomWeights, verifyGemm, type MoeGemmProblem } from "@moe/quant";
import { synthTopk } from "@moe/routing";
import {
  BACKENDS,
  openResultLog,
  readResults,
  runSweep,
  type Cell,
  type ResultRow,
} from "@moe/bench";
import { hostCell } from "../../src/backends/_hostCell.ts";
import { naiveGemm } from "../../src/backends/_naiveGemm.ts";
import { flushBytes } from "../../src/backends/_flushBytes.ts";
import { createEvictor } from "../../src/backends/_evictor.ts";
import { errorOf } from "../_errorOf.ts";
import { TINY } from "../_fakeBackend.ts";

function problem(topK: number, n = 24): MoeGemmProblem {
  const [numTokens, numExperts, k, blockM] = [12, 4, 64, 8];
  const { topkIds } = synthTopk({ archetype: "zipf1", numTokens, numExperts, topK: 2 });
  const aligned = moeAlignBlockSize(topkIds, { numTokens, topK: 2, numExperts, blockM });
  return {
    a: randomActivations({ rows: (numTokens * 2) / topK, k, seed: 1 }),
    weights: randomWeights({ numExperts, n, k, groupSize: 32, seed: 2, zeros: true }),
    sortedTokenIds: aligned.sortedTokenIds,
    expertIds: aligned.expertIds,
    numBlocks: aligned.expertIds.length,
    blockM,
    topK,
    numValidTokens: numTokens * 2,
    c: new Uint16Array(numTokens * 2 * n).fill(0xffff),
  };
}

for (const topK of [1, 2])
  test(`the naive reference with topK ${topK} equals the f64 oracle in every element`, () => {
    const p = problem(topK);
    expect(naiveGemm(p)).toBeGreaterThan(0);
    expect(verifyGemm(p, { samples: "all" }).passed).toBe(true);
  });

describe("a host cell catches a kernel that is wrong in one place", () => {
  const reportOf = async (spoil: (p: MoeGemmProblem) => void, n?: number) => {
    const p = problem(2, n);
    const run = (given: MoeGemmProblem) => {
      naiveGemm(given);
      spoil(given);
      return { timeNs: 5, isa: "spoiled", threads: 1 };
    };
    const cell = { problem: p, verifySeed: 1 } as Cell;
    const sides = { kernelName: "k", referenceName: "r", run: { kernel: run, reference: run } };
    const prepared = hostCell(cell, { ...sides, evict: () => {} });
    return { report: await prepared.verify("kernel"), ran: prepared.ran("kernel") };
  };
  test("nothing spoiled passes, and the run names what ran", async () => {
    const { report, ran } = await reportOf(() => {});
    expect([report.passed, ran]).toEqual([true, { isa: "spoiled", threads: 1 }]);
  });
  test("an element left unwritten", async () => {
    const { report } = await reportOf(({ c }) => (c[c.length - 7] = 0xffff));
    expect(report.passed).toBe(false);
  });
  test("a row of wrong sign", async () => {
    const { report } = await reportOf(({ c }) => {
      for (let i = 48; i < 72; i++) c[i] ^= 0x8000;
    });
    expect(report.passed).toBe(false);
  });
  test("an element left unwritten among too many to compare each", async () => {
    // 24 × 4096 elements, of which some 4200 are compared; the spoiled one is not among them.
    const { report } = await reportOf(({ c }) => (c[9 * 4096 + 1234] = 0xffff), 4096);
    expect([report.worst!.shareOfTolerance < 1, report.passed]).toEqual([true, false]);
  });
  test("a kernel that leaves the right result of an earlier call in place", async () => {
    let runs = 0;
    const run = (given: MoeGemmProblem) => {
      if (runs++ === 0) naiveGemm(given);
      return { timeNs: 5, isa: "lazy", threads: 1 };
    };
    const cell = { problem: problem(2), verifySeed: 1 } as Cell;
    const sides = { kernelName: "k", referenceName: "r", run: { kernel: run, reference: run } };
    const prepared = hostCell(cell, { ...sides, evict: () => {} });
    expect((await prepared.verify("kernel")).passed).toBe(true);
    expect((await prepared.verify("kernel")).passed).toBe(false);
  });
  test("nothing computed at all", async () => {
    const { report } = await reportOf(({ c }) => c.fill(0xffff));
    expect(report.passed).toBe(false);
  });
});

test("a flush is twice the last-level cache, and 64 MiB where that is small or unknown", () => {
  const MiB = 2 ** 20;
  expect([0, 32 * MiB, 100 * MiB].map(flushBytes)).toEqual([64 * MiB, 64 * MiB, 200 * MiB]);
});

test("a cold sample runs its side once after the flush, a warm one runs it twice and flushes nothing", async () => {
  const callsOf = async (cache: "read" | "warm"): Promise<string[]> => {
    const calls: string[] = [];
    const runOf = (side: string) => () => (calls.push(side), { timeNs: 1, isa: "x", threads: 1 });
    const run = { kernel: runOf("kernel"), reference: runOf("reference") };
    const evict = (): void => void calls.push("evict");
    const cell = { problem: problem(1), cache } as Cell;
    await hostCell(cell, { kernelName: "k", referenceName: "r", run, evict }).sample("reference");
    return calls;
  };
  expect(await callsOf("read")).toEqual(["evict", "reference"]);
  expect(await callsOf("warm")).toEqual(["reference", "reference"]);
});

for (const mode of ["read", "write", "warm"] as const)
  test(`evicting by ${mode} can be repeated`, () => {
    const evict = createEvictor(mode, 1 << 16);
    for (let i = 0; i < 3; i++) expect(evict()).toBeUndefined();
  });

describe("end to end on the portable backend", () => {
  const folder = mkdtempSync(join(tmpdir(), "moe-bench-portable-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const options = {
    backend: "portable",
    shape: TINY,
    archetypes: ["uniform", "zipf2"],
    tokens: [16],
    minSamples: 6,
    maxSamples: 8,
    cache: "write",
  } as const;

  test("a sweep verifies, times, writes and resumes real cells", async () => {
    const path = join(folder, "run.jsonl");
    const sweep = async (most: number, resumeFrom: readonly ResultRow[]): Promise<string[]> => {
      const ran: string[] = [];
      let log: ReturnType<typeof openResultLog> | undefined;
      for await (const event of runSweep({ ...options, resumeFrom })) {
        if (event.type === "plan") log = openResultLog(path, event.header, { resume: true });
        if (event.type !== "cell") continue;
        log?.append(event.row);
        ran.push(event.row.id);
        if (ran.length === most) break;
      }
      log?.close();
      return ran;
    };
    const first = await sweep(2, []);
    const second = await sweep(Infinity, readResults(path).rows);
    const { rows, warnings } = readResults(path);
    expect([first.length, second.length, rows.length, warnings]).toEqual([2, 2, 4, []]);
    for (const row of rows) {
      expect([row.status, row.error]).toEqual(["ok", null]);
      expect(row.kernel).toMatchObject({ name: "portableGemm", isa: "javascript", threads: 1 });
      for (const side of [row.kernel!, row.reference!]) {
        expect(side.verification!.passed).toBe(true);
        expect(side.verification!.checked).toBeGreaterThanOrEqual(2048);
        expect(side.verification!.rel).toBeLessThan(0.01);
      }
      const { kernelNs, referenceNs } = row.timing!.samples;
      expect(kernelNs.length).toBeGreaterThanOrEqual(6);
      expect([...kernelNs, ...referenceNs].every((ns) => ns > 0)).toBe(true);
    }
  });

  test("a cell that would take minutes a call is refused before it runs", async () => {
    const backend = await BACKENDS.portable.open();
    const cell = { ...TINY, id: "x", k: 2048, n: 1024, problem: { numValidTokens: 4097 } };
    const error = await errorOf(() => backend.prepare(cell as unknown as Cell));
    expect(error.code).toBe("E_CELL_TOO_LARGE");
    const largest = { ...cell, cache: "warm", problem: { numValidTokens: 4096 } };
    await (await backend.prepare(largest as unknown as Cell)).close();
  });

  test("the backend opens by name, says that it is no native code, and closes", async () => {
    const backend = await BACKENDS.portable.open();
    expect(await backend.describe()).toMatchObject({
      backend: "portable",
      isa: "javascript",
      threads: 1,
    });
    await backend.close();
  });
});
