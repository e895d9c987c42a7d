import { describe, expect, test } from "bun:test";
import { type MoeGemmProblem, verifyGemm } from "@moe/quant";
import {
  type Device,
  KERNEL_ARCHES,
  launchTritonGemm,
  openDevice,
  TRITON_WEIGHT_ROUNDING,
  tritonConfigurationFor,
  tritonConfigurations,
  tritonGemmW4A16,
  uploadMoeGemm,
} from "../../src/index.ts";
import { caught } from "./_errors.ts";
import { mock, useMock } from "./_mock.ts";
import { routedProblem } from "./_routedProblem.ts";

interface Choice {
  blockM: number;
  /** Routes that share a row: 8 as in gemm1, 1 as in gemm2. */
  share: number;
  k?: number;
  n?: number;
  groupSize?: number;
  zeros?: boolean;
}

/** Ten experts, some without a route, and columns that no tile divides. */
function problem(choice: Choice): MoeGemmProblem {
  const routing = { archetype: "zipf2", numTokens: 9, topK: 8, numExperts: 10 } as const;
  return routedProblem({ ...routing, k: 256, n: 144, groupSize: 128, ...choice });
}

const VERIFY = { samples: "all", weightRounding: TRITON_WEIGHT_ROUNDING } as const;
const sim = (arch: (typeof KERNEL_ARCHES)[number] = "gfx1151"): Device =>
  openDevice({ backend: "sim", arch, simulator: { statistics: false } });

describe("every configuration of gfx1151 is right (oracle: f64 dot products)", () => {
  const device = sim();
  for (const { name, topK, blockM, blockN, blockK } of tritonConfigurations("gfx1151")) {
    test(`${name} with topK ${topK}: ${blockM} x ${blockN} x ${blockK}`, async () => {
      const given = problem({ blockM, share: topK });
      const run = await tritonGemmW4A16(device, given, name);
      expect(run).toMatchObject({ backend: "sim", arch: "gfx1151", configuration: name });
      expect(run.kernels).toHaveLength(1);
      const report = verifyGemm(given, VERIFY);
      expect(report).toMatchObject({ passed: true, checked: given.c.length });
      expect(report.rel).toBeLessThan(0.003);
    });
  }
});

describe("the launches", () => {
  useMock();

  test("are the same through a driver, and give their buffers back", async () => {
    using device = openDevice({ backend: "hip" });
    const given = problem({ blockM: 32, share: 8 });
    await tritonGemmW4A16(device, given);
    const live = mock.live();
    const { configuration } = await tritonGemmW4A16(device, given);
    expect(configuration).toBe(tritonConfigurationFor("gfx1151", sizes()).name);
    expect(verifyGemm(given, VERIFY)).toMatchObject({ passed: true });
    expect(mock.live()).toBe(live);
    mock.fail("hipMalloc", 4, 2);
    expect((await caught(() => tritonGemmW4A16(device, given))).code).toBe("E_MEMORY");
    expect(mock.live()).toBe(live);
  });

  test("are refused on a processor that nothing was compiled for", async () => {
    mock.reset("sm_70");
    using device = openDevice({ backend: "cuda" });
    const error = await caught(() => tritonGemmW4A16(device, problem({ blockM: 32, share: 8 })));
    expect([error.code, error.details.limit, error.details.given]).toEqual([
      "E_SHAPE",
      "arch",
      "sm_70",
    ]);
  });

  test.each(["sm_80", "sm_86", "sm_90", "sm_120"])(
    "load every cubin for %s, with the shared memory that it was compiled for",
    async (arch) => {
      mock.reset(arch, 1, 1 << 28);
      using device = openDevice({ backend: "cuda" });
      const all = tritonConfigurations(arch);
      for (const { name, topK, blockM } of all) {
        await tritonGemmW4A16(device, problem({ blockM, share: topK }), name);
      }
      const launches = mock.launches();
      expect(launches.map(({ sharedBytes }) => sharedBytes)).toEqual(
        all.map(({ ldsBytes }) => ldsBytes),
      );
      expect(launches.map(({ block }) => block[0])).toEqual(all.map(({ warps }) => 32 * warps));
      // Seven pointers, six numbers, and two pointers of Triton's own.
      for (const launch of launches) expect(launch.arguments).toHaveLength(2 * (7 + 3 + 2) * 8);
    },
  );
});

test("skipped blocks and rows without a route stay as they are", async () => {
  using device = sim("gfx1102");
  const given = problem({ blockM: 16, share: 1 });
  const skipped = given.expertIds[1];
  given.expertIds.set([-1], 1);
  given.c.fill(0xffff);
  const untouched = given.c.slice();
  await tritonGemmW4A16(device, given);
  expect(verifyGemm(given, { ...VERIFY, untouched })).toMatchObject({
    passed: true,
    strayWrites: 0,
  });
  expect(skipped).toBeGreaterThanOrEqual(0);
  expect(given.c.some((bits) => bits === 0xffff)).toBe(true);
});

const sizes = (more: Partial<Parameters<typeof tritonConfigurationFor>[1]> = {}) => ({
  dtype: "bf16" as const,
  numExperts: 4,
  n: 1024,
  k: 2048,
  groupSize: 128,
  topK: 8,
  blockM: 32,
  numBlocks: 1,
  numSlots: 32,
  numValidTokens: 32,
  ...more,
});

describe("the list of configurations", () => {
  test("is the same on every processor, searched ones before the originals", () => {
    const named = (arch: string): string[] =>
      tritonConfigurations(arch).map(({ name, topK }) => `${name}/${topK}`);
    const all = named("gfx1151");
    expect(new Set(all).size).toBe(all.length);
    for (const gemm of [1, 2]) {
      for (const topK of [1, 8]) expect(all).toContain(`original_gemm${gemm}/${topK}`);
    }
    const firstOriginal = all.findIndex((name) => name.startsWith("original"));
    expect(all.slice(firstOriginal).every((name) => name.startsWith("original"))).toBe(true);
    for (const arch of KERNEL_ARCHES) expect(named(arch)).toEqual(all);
    const counts = { sm_80: 48, sm_89: 46, sm_90: 48, sm_120: 46, sm_121: 46, sm_100: 0 };
    for (const [arch, count] of Object.entries(counts)) expect(named(arch)).toHaveLength(count);
    expect(named("gfx942")).toEqual([]);
  });

  test("gives the first that fits, or the one that is named", () => {
    for (const blockM of [16, 32, 64]) {
      const found = tritonConfigurationFor("gfx1100", sizes({ blockM, topK: 1 }));
      expect(found).toMatchObject({ blockM, topK: 1 });
      expect(found.name).toStartWith("best");
    }
    expect(tritonConfigurationFor("gfx1100", sizes(), "original_gemm2")).toMatchObject({
      name: "original_gemm2",
      blockN: 64,
      blockK: 64,
      warps: 2,
    });
  });
});

describe("what the reference was not compiled for is an error that names the limit", () => {
  const cases: [string, Partial<ReturnType<typeof sizes>>, string][] = [
    ["another dtype", { dtype: "f16" as never }, "dtype is f16, but the Triton reference was"],
    ["another group", { groupSize: 64 }, "groupSize is 64, but the Triton reference was"],
    ["another topK", { topK: 4 }, "topK is 4, but the Triton reference was compiled for 1, 8"],
    ["part of a group", { k: 2080 }, "k is 2080, but the Triton reference was compiled for a"],
    ["columns", { n: 24 }, "n is 24, but the Triton reference was compiled for a multiple of 16"],
    ["a stride", { rowStride: 260 }, "rowStride is 260, but"],
    [
      "blocks",
      { blockM: 48 },
      "blockM is 48, but the Triton reference was compiled for 16, 32, 64",
    ],
  ];
  for (const [name, more, message] of cases)
    test(name, async () => {
      const error = await caught(() => tritonConfigurationFor("gfx1151", sizes(more)));
      expect(error.code).toBe("E_SHAPE");
      expect(error.message).toStartWith(message);
    });

  test("zero points", async () => {
    using device = sim();
    const given = problem({ blockM: 32, share: 1, zeros: true });
    const error = await caught(() => tritonGemmW4A16(device, given));
    expect([error.code, error.details.limit]).toEqual(["E_SHAPE", "zeros"]);
    expect(given.c.every((bits) => bits === 0)).toBe(true);
  });

  test("a name that does not exist, and one of other blocks", async () => {
    const unknown = await caught(() => tritonConfigurationFor("gfx1151", sizes(), "best"));
    expect(unknown.code).toBe("E_OPTION");
    expect(unknown.message).toContain("original_gemm1");
    const other = await caught(() =>
      tritonConfigurationFor("gfx1151", sizes({ blockM: 64 }), "original_gemm1"),
    );
    expect([other.code, other.message]).toEqual([
      "E_SHAPE",
      "blockM is 64, but the Triton reference's configuration original_gemm1 was compiled for 32",
    ]);
  });

  test("buffers and slots that are too small", async () => {
    using device = sim();
    const gemm = await uploadMoeGemm(device, problem({ blockM: 32, share: 8 }));
    const few = await caught(() =>
      launchTritonGemm(device, { ...gemm, numSlots: gemm.numBlocks * gemm.blockM - 1 }),
    );
    expect([few.code, few.details.limit]).toEqual(["E_SHAPE", "numSlots"]);
    const small = await device.allocate("small", 3);
    const error = await caught(() =>
      launchTritonGemm(device, { ...gemm, numTokensPostPadded: small }),
    );
    expect([error.code, error.message]).toEqual([
      "E_RANGE",
      "numTokensPostPadded has 3 bytes, but the GEMM needs 4",
    ]);
    expect(launchTritonGemm(device, { ...gemm, numBlocks: 0 }).kernels).toEqual([]);
  });
});
