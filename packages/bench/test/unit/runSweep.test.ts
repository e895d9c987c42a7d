import { describe, expect, test } from "bun:test";
import { synthTopk, routingHash, expertCounts } from "@moe/routing";
import { blockFill } from "@moe/align";
import { checkProblem, type MoeGemmProblem } from "@moe/quant";
import { planCells, ResultHeader, ResultRow, runSweep, type SweepOptions } from "@moe/bench";
import { errorOf } from "../_errorOf.ts";
import {
  collect,
  ENVIRONMENT,
  fakeBackend,
  headerOf,
  rowsOf,
  TINY,
  tinySweep,
} from "../_fakeBackend.ts";

test("events come in order: plan, a start and a row for each cell, done with all rows", async () => {
  const events = await collect(tinySweep());
  const ids = [1, 2].flatMap((g) =>
    ["uniform", "zipf1"].flatMap((a) => [8, 16].map((t) => `gemm${g}/${a}/T${t}`)),
  );
  expect(events.map((e) => e.type)).toEqual([
    "plan",
    ...ids.flatMap(() => ["cell-start", "cell"] as const),
    "done",
  ]);
  expect(rowsOf(events).map((row) => row.id)).toEqual(ids);
  const last = events.at(-1)!;
  expect(last.type === "done" && last.rows.map((row) => row.id)).toEqual(ids);
  expect(planCells(headerOf(events).config).map((cell) => cell.id)).toEqual(ids);
});

test("every row and the header pass the schema as they stand", async () => {
  const events = await collect(tinySweep());
  expect(ResultHeader.parse(headerOf(events))).toEqual(headerOf(events));
  for (const row of rowsOf(events)) expect(ResultRow.parse(row)).toEqual(row);
});

test("a row carries the routing, the fill and the rates that its cell really has", async () => {
  const backend = fakeBackend({ time: (_, side) => (side === "kernel" ? 500 : 2000) });
  const [row] = rowsOf(
    await collect(tinySweep({ backend, archetypes: ["zipf1"], tokens: [16], gemms: [1], seed: 5 })),
  );
  const { topkIds } = synthTopk({
    archetype: "zipf1",
    numTokens: 16,
    numExperts: 8,
    topK: 2,
    seed: 5,
  });
  const counts = expertCounts(topkIds, 8);
  const fill = blockFill(counts, 16);
  expect(row).toMatchObject({
    status: "ok",
    topkIdsHash: routingHash(topkIds),
    usefulRows: 32,
    paddedRows: fill.paddedRows,
    blocks: fill.blocks,
    usePercent: fill.usePercent,
    skinnyPercent: fill.skinnyPercent,
    deadExperts: counts.filter((count) => count === 0).length,
    k: 64,
    n: 64,
    seed: "5",
    backend: "fake",
    device: "fake device",
    kernel: { name: "k", isa: "fake-kernel", threads: 3 },
    reference: { name: "r", isa: "fake-reference" },
    environment: ENVIRONMENT,
    timing: {
      speedup: 4,
      speedupPercent: 300,
      verdict: "FAST",
      stop: "precision",
    },
  });
  const { kernel, reference, speedupLow, speedupHigh, flags } = row.timing!;
  expect([speedupLow, speedupHigh]).toEqual([expect.closeTo(4, 12), expect.closeTo(4, 12)]);
  expect(flags).toEqual([]);
  expect(kernel.usefulGflops).toBeCloseTo((2 * 32 * 64 * 64) / 500, 9);
  expect(kernel.paddedGflops).toBeCloseTo((2 * fill.paddedRows * 64 * 64) / 500, 9);
  expect([kernel.medianNs, reference.medianNs, kernel.madNs]).toEqual([500, 2000, 0]);
});

test("both sides are verified before the first sample, and the cell is closed", async () => {
  const backend = fakeBackend();
  await collect(tinySweep({ backend, archetypes: ["uniform"], tokens: [8], gemms: [1] }));
  expect(backend.calls.slice(0, 4)).toEqual([
    "prepare gemm1/uniform/T8",
    "verify kernel",
    "verify reference",
    "ramp up",
  ]);
  expect(backend.calls.filter((call) => call === "ramp up")).toHaveLength(1);
  expect(backend.calls.at(-1)).toBe("close gemm1/uniform/T8");
});

describe("a cell with wrong output is marked and not timed, the others run on", () => {
  for (const [name, report] of [
    ["an element out of tolerance", { passed: false }],
    ["rel above 0.01", { rel: 0.0101 }],
    ["rel that is not a number", { rel: Number.NaN }],
  ] as const)
    for (const wrong of ["kernel", "reference"] as const)
      test(`${name} in the ${wrong}`, async () => {
        const backend = fakeBackend({
          report: (cell, side) => (cell.numTokens === 8 && side === wrong ? report : {}),
        });
        const rows = rowsOf(
          await collect(tinySweep({ backend, archetypes: ["uniform"], gemms: [2] })),
        );
        expect(rows.map((row) => [row.status, row.timing === null])).toEqual([
          ["badrel", true],
          ["ok", false],
        ]);
        expect(rows[0][wrong]?.verification?.passed).toBe(!("passed" in report));
        expect(ResultRow.parse(rows[0])).toEqual(rows[0]);
        expect(backend.calls.filter((call) => call === "kernel")).toHaveLength(7);
      });
});

test("a cell that the backend refuses becomes an error row with the reason, the others run on", async () => {
  const backend = fakeBackend({
    onPrepare: (cell) => {
      if (cell.gemm === 2) throw Object.assign(new Error("K too small"), { code: "E_SHAPE_K" });
    },
  });
  const rows = rowsOf(await collect(tinySweep({ backend, archetypes: ["uniform"], tokens: [8] })));
  expect(rows.map((row) => row.status)).toEqual(["ok", "error"]);
  expect(rows[1].error).toEqual({ code: "E_SHAPE_K", message: "K too small" });
  expect(ResultRow.parse(rows[1])).toEqual(rows[1]);
});

test("a subset of the cells gives the rows of the full run, times aside", async () => {
  const strip = (row: ResultRow) => ({ ...row, startedAt: "", wallMs: 0 });
  const full = rowsOf(await collect(tinySweep()));
  const part = rowsOf(
    await collect(tinySweep({ archetypes: ["zipf1"], tokens: [16], gemms: [2] })),
  );
  expect(part.map(strip)).toEqual([strip(full.find((row) => row.id === "gemm2/zipf1/T16")!)]);
});

test("numpy: one stream runs through archetypes then T, and both GEMMs see the same routing", async () => {
  const rows = rowsOf(await collect(tinySweep({ sampler: "numpy" })));
  const hashes = rows.map((row) => row.topkIdsHash);
  expect(hashes.slice(0, 4)).toEqual(hashes.slice(4));
  const alone = rowsOf(await collect(tinySweep({ sampler: "numpy", archetypes: ["zipf1"] })));
  expect(alone[0].topkIdsHash).not.toBe(hashes[2]);
  expect(rows[0].replay).toContain("--archetypes uniform,zipf1 --tokens 8,16");
});

test("resume skips finished and wrong cells, runs failed ones again and ignores foreign rows", async () => {
  const rows = rowsOf(await collect(tinySweep({ gemms: [1] })));
  const resumeFrom: ResultRow[] = [
    rows[0],
    { ...rows[1], status: "badrel", timing: null },
    { ...rows[2], status: "error", timing: null },
    { ...rows[3], id: "gemm1/other/T9" },
  ];
  const backend = fakeBackend();
  const events = await collect(tinySweep({ backend, gemms: [1], resumeFrom }));
  expect(events[0]).toMatchObject({ skipped: [rows[0].id, rows[1].id] });
  expect(rowsOf(events).map((row) => row.id)).toEqual([rows[2].id, rows[3].id]);
  const done = events.at(-1)!;
  expect(done.type === "done" && done.rows.map((row) => row.status)).toEqual([
    "ok",
    "badrel",
    "ok",
    "ok",
  ]);
});

test("the weights of one GEMM are built once and are the same object in all of its cells", async () => {
  const seen = new Map<number, Set<unknown>>();
  const backend = fakeBackend({
    onPrepare: ({ gemm, problem }) => {
      seen.set(gemm, (seen.get(gemm) ?? new Set()).add(problem.weights));
    },
  });
  await collect(tinySweep({ backend }));
  expect([...seen].map(([gemm, set]) => [gemm, set.size])).toEqual([
    [1, 1],
    [2, 1],
  ]);
});

test("the problem of each GEMM has the sizes and the row sharing of the contract", async () => {
  const problems = new Map<number, MoeGemmProblem>();
  const backend = fakeBackend({ onPrepare: ({ gemm, problem }) => problems.set(gemm, problem) });
  const [first] = rowsOf(
    await collect(tinySweep({ backend, archetypes: ["zipf1"], tokens: [16] })),
  );
  const sizes = (p: MoeGemmProblem) => ({
    topK: p.topK,
    a: p.a.length,
    c: p.c.length,
    packed: p.weights.packed.length,
    routes: p.numValidTokens,
    blocks: p.numBlocks,
  });
  const common = { routes: 32, blocks: first.blocks };
  expect(sizes(problems.get(1)!)).toEqual({
    ...common,
    topK: 2,
    a: 16 * 64,
    c: 32 * 64,
    packed: 8 * 64 * 8,
  });
  expect(sizes(problems.get(2)!)).toEqual({
    ...common,
    topK: 1,
    a: 32 * 32,
    c: 32 * 64,
    packed: 8 * 64 * 4,
  });
  for (const problem of problems.values()) checkProblem(problem);
});

test("equal routings have equal hashes of their alignment, another blockM another hash", async () => {
  const hashOf = async (more: Partial<SweepOptions>) =>
    rowsOf(await collect(tinySweep({ archetypes: ["zipf1"], tokens: [16], ...more }))).map(
      (row) => row.alignHash,
    );
  const [gemm1, gemm2] = await hashOf({});
  expect(gemm2).toBe(gemm1);
  const others = [await hashOf({ shape: { ...TINY, blockM: 8 } }), await hashOf({ seed: 1 })];
  for (const [other] of others) expect(other).not.toBe(gemm1);
  // One block for each of two experts whatever the seed: only the order of the routes differs.
  const two = { shape: { ...TINY, numExperts: 2, topK: 1 }, archetypes: ["uniform"] } as const;
  const [first, second] = [await hashOf({ ...two, seed: 1 }), await hashOf({ ...two, seed: 2 })];
  expect(first[0]).not.toBe(second[0]);
});

test("the estimate starts unknown, falls to zero and counts the cells", async () => {
  const events = await collect(tinySweep());
  const starts = events.filter((event) => event.type === "cell-start");
  const cells = events.filter((event) => event.type === "cell");
  expect(starts[0].etaMs).toBeNull();
  for (const start of starts.slice(1)) expect(start.etaMs).toBeGreaterThan(0);
  expect(cells.at(-1)).toMatchObject({ etaMs: 0, finished: 8, total: 8 });
});

describe("stopping early", () => {
  test("an abort inside a cell throws the signal's reason and closes the cell", async () => {
    const stop = new AbortController();
    const backend = fakeBackend({
      time: (_cell, _side, sample) => {
        if (sample === 5) stop.abort(new Error("stop now"));
        return 1000;
      },
    });
    const seen: string[] = [];
    const consume = async (): Promise<void> => {
      for await (const event of runSweep(tinySweep({ backend, signal: stop.signal })))
        seen.push(event.type);
    };
    await expect(consume()).rejects.toThrow("stop now");
    expect(seen).toEqual(["plan", "cell-start"]);
    expect(backend.calls.at(-1)).toBe("close gemm1/uniform/T8");
    expect(backend.calls.filter((call) => call.startsWith("prepare"))).toHaveLength(1);
  });
  test("an abort from outside gets through although the backend never waits", async () => {
    const stop = new AbortController();
    let samples = 0;
    const backend = fakeBackend({
      time: (_cell, side) => (samples++, side === "kernel" ? samples : 1),
    });
    const sweep = tinySweep({
      backend,
      signal: stop.signal,
      maxSamples: 1000,
      targetHalfWidth: 0,
      now: () => 0,
    });
    setImmediate(() => stop.abort(new Error("from outside")));
    await expect(collect(sweep)).rejects.toThrow("from outside");
    expect(samples).toBeLessThan(2000);
  });
  test("a backend that was passed in stays open for its owner", async () => {
    const backend = fakeBackend();
    await collect(tinySweep({ backend, gemms: [1] }));
    expect(backend.calls).not.toContain("close");
  });
});

describe("options that cannot be used are refused before anything runs", () => {
  const cases: [string, Partial<SweepOptions> | Record<string, unknown>, string][] = [
    ["an unknown key", { archetype: ["zipf1"] }, "E_OPTION"],
    ["an unknown backend", { backend: "gpu" }, "E_BACKEND_UNKNOWN"],
    [
      "a backend named like a property of every object",
      { backend: "toString" },
      "E_BACKEND_UNKNOWN",
    ],
    ["no archetypes", { archetypes: [] }, "E_OPTION"],
    ["an archetype twice", { archetypes: ["zipf1", { zipf: 2 }, "zipf1"] }, "E_OPTION"],
    ["T of zero", { tokens: [0] }, "E_OPTION"],
    ["T twice", { tokens: [8, 8] }, "E_OPTION"],
    ["T whose routes leave int32", { tokens: [2 ** 31] }, "E_OPTION"],
    ["a third GEMM", { gemms: [3] }, "E_OPTION"],
    ["a negative seed", { seed: -1 }, "E_OPTION"],
    ["a fractional seed", { seed: 0.5 }, "E_OPTION"],
    ["a seed of 65 bits", { seed: 1n << 64n }, "E_OPTION"],
    ["an unknown sampler", { sampler: "slow" }, "E_OPTION"],
    ["an unknown placement", { placement: "left" }, "E_OPTION"],
    ["an unknown cache mode", { cache: "cold" }, "E_OPTION"],
    ["no threads", { threads: 0 }, "E_OPTION"],
    ["a processor of an open backend", { arch: "gfx1151" }, "E_OPTION"],
    ["a processor of the CPU", { backend: "cpu", arch: "gfx1151" }, "E_OPTION"],
    ["a processor without kernels", { backend: "sim", arch: "gfx1153" }, "E_OPTION"],
    ["an instruction set of the simulator", { backend: "sim", isa: "avx2" }, "E_OPTION"],
    ["a cache of what is not timed", { backend: "sim", cache: "read" }, "E_OPTION"],
    ["a cache that a driver cannot read", { backend: "hip", cache: "read" }, "E_OPTION"],
    ["a GPU of the simulator", { backend: "sim", device: 0 }, "E_OPTION"],
    ["a GPU before the first", { backend: "hip", device: -1 }, "E_OPTION"],
    ["a margin above 1", { margin: 2 }, "E_OPTION"],
    ["few samples", { minSamples: 3 }, "E_OPTION"],
    ["a shape that does not fit", { shape: { ...TINY, groupSize: 48 } }, "E_SHAPE"],
    ["more memory than there is", { tokens: [2 ** 30 - 1] }, "E_MEMORY"],
  ];
  for (const [name, options, code] of cases)
    test(name, async () => {
      const backend = fakeBackend();
      const sweep = runSweep({ ...tinySweep({ backend }), ...options } as SweepOptions);
      expect((await errorOf(() => sweep.next())).code as string).toBe(code);
      expect(backend.calls).toEqual([]);
    });
});

test("seeds above 2^53 keep every digit", async () => {
  const seed = 2n ** 64n - 1n;
  const [row] = rowsOf(await collect(tinySweep({ seed, archetypes: ["uniform"], tokens: [8] })));
  expect(row.seed).toBe("18446744073709551615");
});

test("the replay line measures the same cell, and a popularity vector has none", async () => {
  const [row] = rowsOf(
    await collect(
      tinySweep({ archetypes: [{ zipf: 1.5 }], tokens: [8], gemms: [2], seed: 9, threads: 2 }),
    ),
  );
  expect(row.replay).toBe(
    "moe-bench run --backend fake --gemm 2 --archetypes zipf:1.5 --tokens 8 " +
      "--shape K=64,N=64,E=8,topK=2,G=32,blockM=16 --seed 9 --sampler fast --placement sorted --cache read --threads 2",
  );
  const vector = Array.from({ length: 8 }, (_, i) => i + 1);
  const [custom] = rowsOf(
    await collect(tinySweep({ archetypes: [vector], tokens: [8], gemms: [1] })),
  );
  expect([custom.archetype, custom.replay]).toEqual(["custom", null]);
});
