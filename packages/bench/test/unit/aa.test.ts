// A/A runs: the kernel against itself, as a second side with an output tensor of its own.
import { describe, expect, test } from "bun:test";
import { availability } from "@moe/kernel-cpu";
import type { MoeGemmProblem } from "@moe/quant";
import { ResultRow, runSweep, shareOfSame, type Cell, type SweepOptions } from "@moe/bench";
import { mock, type MockLaunch, useMock } from "../../../kernel-hip/test/unit/_mock.ts";
import { hostCell, type HostRun } from "../../src/backends/_hostCell.ts";
import { naiveGemm } from "../../src/backends/_naiveGemm.ts";
import { cellBuilder } from "../../src/sweep/_cellBuilder.ts";
import { resolveOptions } from "../../src/sweep/_resolveOptions.ts";
import { planCells } from "../../src/sweep/planCells.ts";
import { errorOf } from "../_errorOf.ts";
import { collect, fakeBackend, headerOf, rowsOf, TINY, tinySweep } from "../_fakeBackend.ts";
import { GIB, SMALL, sweepOn } from "../_gpuSweep.ts";

const ONE = {
  shape: TINY,
  archetypes: ["zipf1"],
  tokens: [16],
  gemms: [1],
  minSamples: 6,
  maxSamples: 6,
  aa: true,
} as const satisfies Partial<SweepOptions>;

const hosts = availability().available ? ["cpu", "portable"] : ["portable"];
test.each(hosts)(
  "%s measures its kernel on both sides, and header and replay line say so",
  async (backend) => {
    const events = await collect({ backend, ...ONE });
    const [row] = rowsOf(events);
    expect(headerOf(events).config.aa).toBe(true);
    expect(row).toMatchObject({ status: "ok", error: null });
    expect(row.reference?.name).toBe(row.kernel!.name);
    expect(row.reference?.isa).toBe(row.kernel!.isa);
    expect(row.reference?.verification?.passed).toBe(true);
    expect(row.replay).toEndWith(" --aa");
  },
);

describe("a host's second side", () => {
  const plain = { ...ONE, backend: "portable", aa: true };
  const sweep = resolveOptions(plain);
  const build = (): Cell => cellBuilder(sweep).build(planCells(sweep.config)[0]).cell;
  const refuse = (): HostRun => {
    throw new Error("the reference has no part in it");
  };
  const sides = (kernel: (problem: MoeGemmProblem) => HostRun) => ({
    kernelName: "k",
    referenceName: "r",
    run: { kernel, reference: refuse },
    evict: () => {},
  });

  test("runs the kernel into an output of its own, on the same tensors otherwise", async () => {
    const seen: MoeGemmProblem[] = [];
    const prepared = hostCell(
      build(),
      sides((problem) => (seen.push(problem), { timeNs: 1, isa: "x", threads: 1 })),
    );
    await prepared.sample("kernel");
    await prepared.sample("reference");
    expect(seen[0].c === seen[1].c).toBe(false);
    expect({ ...seen[1], c: seen[0].c }).toEqual(seen[0]);
    expect(seen[0].weights === seen[1].weights && seen[0].a === seen[1].a).toBe(true);
    expect(prepared.referenceName).toBe("k");
  });

  test("is verified in its own output: one that writes the first's is found", async () => {
    const cell = build();
    const run = (problem: MoeGemmProblem): HostRun => {
      naiveGemm({ ...problem, c: cell.problem.c });
      return { timeNs: 1, isa: "x", threads: 1 };
    };
    const prepared = hostCell(cell, sides(run));
    expect((await prepared.verify("kernel")).passed).toBe(true);
    expect((await prepared.verify("reference")).passed).toBe(false);
  });
});

describe("on a GPU", () => {
  useMock();

  test("both sides launch the kernel and nothing else, each into its own C, and both are verified", async () => {
    const [row] = rowsOf(await sweepOn("hip", "gfx1151", { aa: true }));
    expect(row).toMatchObject({ status: "ok", error: null });
    expect(row.kernel?.name).toBe("moe_w4a16_gemm");
    expect(row.reference).toMatchObject({ name: "moe_w4a16_gemm", verification: { passed: true } });
    expect(ResultRow.parse(row)).toEqual(row);
    const launches = mock.launches();
    expect(new Set(launches.map(({ kernel }) => kernel))).toEqual(
      new Set(["moe_row_sums_bf16_g128", "moe_w4a16_gemm_bf16_g128"]),
    );
    const gemms = launches.filter(({ kernel }) => kernel.startsWith("moe_w4a16"));
    // The first two are those that are verified, one a side; C is the eighth pointer.
    const outputs = gemms.map(pointer(7));
    expect(outputs[0]).not.toBe(outputs[1]);
    expect(new Set(outputs).size).toBe(2);
    for (const other of [0, 1, 2, 5, 6]) expect(new Set(gemms.map(pointer(other))).size).toBe(1);
    // Weights and scales, six tensors, the second C.
    expect(mock.calls("hipMalloc")).toBe(2 + 6 + 1);
    expect(mock.live()).toBe(0);
  }, 60_000);

  test("it takes blocks for which no reference was compiled", async () => {
    const shape = { ...SMALL.shape, blockM: 128 };
    const [row] = rowsOf(await sweepOn("cuda", "sm_90", { aa: true, shape }));
    // The mock computes nothing for NVIDIA, which is what both verifications say.
    expect(row).toMatchObject({
      status: "badrel",
      kernel: { name: "moe_w4a16_sm90_low" },
      reference: { name: "moe_w4a16_sm90_low" },
    });
    const gemms = mock.launches().filter(({ kernel }) => kernel.startsWith("moe_w4a16_sm90"));
    expect(gemms).toHaveLength(2);
    expect(pointer(2)(gemms[0])).not.toBe(pointer(2)(gemms[1]));
    expect(pointer(1)(gemms[0])).toBe(pointer(1)(gemms[1]));
    expect(mock.live()).toBe(0);
  });

  test("an output of the second side that does not fit gives back what was uploaded", async () => {
    mock.reset("gfx1151", 1, GIB);
    mock.fail("hipMalloc", 2 + 6 + 1, 2);
    const [row] = rowsOf(await collect({ ...SMALL, backend: "hip", aa: true }));
    expect(row.error?.code).toBe("E_MEMORY");
    expect(row.error?.message).toContain("c of the second side");
    expect(mock.live()).toBe(0);
  });
});

describe("refused is an A/A run", () => {
  test.each([
    [
      "of a backend that counts",
      { backend: "sim" },
      "an option of cpu, portable, hip, cuda, not of sim",
    ],
    ["of an opened backend, which might ignore it", { backend: fakeBackend() }, "not of fake"],
    [
      "with a configuration of the rival that it does not have",
      { backend: "hip", tritonConfig: "best_m32" },
      "tritonConfig is best_m32; it must be left out of an A/A run",
    ],
    ["that is asked for by a word", { backend: "portable", aa: "yes" as never }, "aa is yes"],
  ])("%s", async (_title, more, message) => {
    const error = await errorOf(() => runSweep(tinySweep({ aa: true, ...more })).next());
    expect(error.code).toBe("E_OPTION");
    expect(error.message).toContain(message);
  });

  test("but to say that it is none is allowed everywhere", async () => {
    const events = await collect(tinySweep({ backend: fakeBackend(), aa: false }));
    expect(headerOf(events).config.aa).toBe(false);
    expect(rowsOf(events)[0].replay).not.toContain("--aa");
  });
});

test("the share of SAME counts cells that were not measured, and needs 95 of 100", () => {
  const rows = (same: number, other: (ResultRow["timing"] | null)[]) => [
    ...Array.from({ length: same }, () => ({ timing: { verdict: "SAME" } }) as ResultRow),
    ...other.map((timing) => ({ timing, counts: null }) as ResultRow),
  ];
  const ambiguous = { verdict: "AMBIGUOUS" } as ResultRow["timing"];
  expect(shareOfSame(rows(19, [ambiguous]))).toEqual({
    same: 19,
    cells: 20,
    share: 0.95,
    wanted: 0.95,
    isEnough: true,
  });
  expect(shareOfSame(rows(18, [ambiguous]))).toMatchObject({ cells: 19, isEnough: false });
  expect(shareOfSame(rows(18, [null]))).toMatchObject({ same: 18, cells: 19, isEnough: false });
  expect(shareOfSame([])).toMatchObject({ share: 0, isEnough: false });
});

/** The n-th pointer of a launch, in hexadecimal digits. */
function pointer(n: number): (launch: MockLaunch) => string {
  return ({ arguments: bytes }) => bytes.slice(16 * n, 16 * n + 16);
}
