import { describe, expect, test } from "bun:test";
import { parseShape, runSweep, type ResultRow, type SweepOptions } from "@moe/bench";
import type { LaunchReport } from "@moe/gfx11-sim";
import { KERNEL_ARCHES, moeGemmW4A16, openDevice, tritonGemmW4A16 } from "@moe/kernel-hip";
import { routedProblem } from "../../../kernel-hip/test/unit/_routedProblem.ts";
import { errorOf } from "../_errorOf.ts";
import { collect, headerOf, rowsOf } from "../_fakeBackend.ts";

const SMALL: SweepOptions = {
  backend: "sim",
  shape: parseShape("K=256,N=256,E=8"),
  archetypes: ["zipf1"],
  tokens: [9],
};

async function rows(more: Partial<SweepOptions> = {}): Promise<ResultRow[]> {
  return rowsOf(await collect({ ...SMALL, ...more }));
}

test("both GEMMs are verified, counted and judged on a simulated gfx1151", async () => {
  const events = await collect(SMALL);
  const header = headerOf(events);
  expect(header.config).toMatchObject({ backend: "sim", cache: null, arch: null });
  expect(header.device).toMatchObject({ device: "simulated gfx1151", isa: "gfx1151" });
  const found = rowsOf(events);
  expect(found.map((row) => [row.id, row.status])).toEqual([
    ["gemm1/zipf1/T9", "ok"],
    ["gemm2/zipf1/T9", "ok"],
  ]);
  for (const { counts, kernel, reference, timing, cache } of found) {
    expect([timing, cache]).toEqual([null, null]);
    for (const side of [kernel, reference]) {
      expect(side).toMatchObject({ isa: "gfx1151", verification: { passed: true } });
      expect(side?.verification?.rel).toBeLessThan(0.003);
    }
    expect(reference?.name).toMatch(/^Triton \d+\.\d+\.\d+ best_m32 \(32x\d+x\d+, \d warps\)$/);
    expect(counts?.kernel.kernels).toEqual(["moe_row_sums_bf16_g128", "moe_w4a16_gemm_bf16_g128"]);
    expect(counts?.verdict).toBe("FAST");
    for (const side of [counts!.kernel, counts!.reference]) {
      expect(side.issueCycles).toBe(32 * side.matrix + side.otherVector);
      expect(side.issueEfficiency).toBeCloseTo((32 * counts!.usefulMatrix) / side.issueCycles, 12);
      expect(side.issueEfficiency).toBeLessThan(1);
      expect(side.vectorCycles).toBeGreaterThanOrEqual(side.issueCycles);
      expect(side.ldsConflictCycles).toBeLessThan(side.ldsCycles);
      expect(side.globalBytes).toBeGreaterThan(0);
    }
    // No tile of 16 rows without a route is multiplied, and no WMMA sums rows.
    expect(counts?.kernel.matrix).toBe(counts?.usefulMatrix ?? 0);
  }
});

/** What the kernel and the reference execute for the routing of `SMALL`'s gemm1, with other numbers in the tensors. */
async function executedBy(run: typeof moeGemmW4A16 | typeof tritonGemmW4A16) {
  const reports: LaunchReport[] = [];
  using device = openDevice({ backend: "sim", onReport: (report) => void reports.push(report) });
  const routing = { archetype: "zipf1", numTokens: 9, topK: 8, numExperts: 8, blockM: 32 } as const;
  await run(device, routedProblem({ ...routing, k: 256, n: 256, groupSize: 128 }));
  const sum = (of: (total: LaunchReport["total"]) => number): number =>
    reports.reduce((all, { total }) => all + of(total), 0);
  return {
    instructions: sum((total) => total.instructions),
    matrix: sum((total) => total.issue.matrix),
    otherVector: sum((total) => total.issue.otherVector),
    vectorCycles: sum((total) => total.cycles.vector),
    ldsCycles: sum(({ lds }) => lds.loads.cycles + lds.stores.cycles),
    globalBytes: sum(
      ({ global, scalarLoadBytes }) => global.loads.bytes + global.stores.bytes + scalarLoadBytes,
    ),
  };
}

test("the counts are those of all launches of a side, whatever numbers the tensors hold", async () => {
  const [{ counts }] = await rows({ gemms: [1] });
  expect(counts?.kernel).toMatchObject(await executedBy(moeGemmW4A16));
  expect(counts?.reference).toMatchObject(await executedBy(tritonGemmW4A16));
});

test("counts are the same for any number of threads, and in another run", async () => {
  const [one, two] = [await rows({ threads: 1 }), await rows({ threads: 2 })];
  expect(one.map((row) => row.counts)).toEqual(two.map((row) => row.counts));
  expect(one.map((row) => row.kernel?.threads)).toEqual([1, 1]);
});

describe("the Triton configuration", () => {
  const named = async (tritonConfig: string): Promise<string[]> =>
    (await rows({ tritonConfig })).map((row) => row.reference?.name.split(" ")[2] ?? row.status);

  test("may be chosen, and a pair gives each GEMM its own", async () => {
    expect(await named("original_gemm1")).toEqual(["original_gemm1", "original_gemm1"]);
    expect(await named("original")).toEqual(["original_gemm1", "original_gemm2"]);
  });

  test("that does not fit the blocks is an error row that says so", async () => {
    const [{ status, error }] = await rows({ tritonConfig: "best_m64", gemms: [1] });
    expect([status, error?.code]).toEqual(["error", "E_SHAPE"]);
    expect(error?.message).toContain("blockM is 32");
  });
});

test("every processor with kernels can be simulated", async () => {
  for (const arch of KERNEL_ARCHES) {
    const [row] = await rows({ arch, gemms: [1], tokens: [1] });
    expect([row.device, row.kernel?.isa, row.counts?.verdict]).toEqual([
      `simulated ${arch}`,
      arch,
      "FAST",
    ]);
    expect(row.replay).toContain(`--arch ${arch}`);
  }
});

test("an abort ends a launch that would take minutes", async () => {
  const stop = new AbortController();
  const shape = parseShape("K=8192,N=8192,E=8");
  const sweep = runSweep({ ...SMALL, shape, tokens: [1024], gemms: [1], signal: stop.signal });
  await sweep.next();
  await sweep.next();
  const cell = sweep.next();
  // Whether it comes before the launch or during it.
  const timer = setTimeout(() => stop.abort(new Error("stop now")), 1500);
  expect((await cell.catch((error: Error) => error)) as unknown).toHaveProperty(
    "message",
    "stop now",
  );
  clearTimeout(timer);
}, 60_000);

test("a shape that the kernel does not take is an error row that names the limit", async () => {
  const [row] = await rows({ shape: parseShape("K=256,N=256,E=8,blockM=8"), gemms: [1] });
  expect(row.error).toEqual({
    code: "E_SHAPE",
    message: expect.stringMatching(/^blockM is 8/),
  });
});

test("a processor without kernels is refused with those that have some", async () => {
  const error = await errorOf(() => runSweep({ ...SMALL, arch: "gfx1200" }).next());
  expect(error.message).toBe(
    `arch is "gfx1200"; the kernels are built for ${KERNEL_ARCHES.join(", ")}.`,
  );
});
