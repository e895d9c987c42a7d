import { describe, expect, test } from "bun:test";
import { type MoeGemmProblem, verifyGemm } from "@moe/quant";
import { moeGemmW4A16, openDevice } from "../../src/index.ts";
import { caught } from "./_errors.ts";
import { mock, PTX, useMock } from "./_mock.ts";
import { routedProblem } from "./_routedProblem.ts";

/** A small layer's gemm1, with two tiles of columns. */
function problem(blockM = 16, groupSize = 32, numExperts = 8): MoeGemmProblem {
  const shape = { numTokens: 24, topK: 3, k: 128, n: 272 };
  return routedProblem({ archetype: "zipf1", ...shape, numExperts, blockM, groupSize });
}

describe.each(["sim", "hip"] as const)("on the backend %s", (backend) => {
  useMock();

  test("the GEMM is right and gives its buffers back (oracle: f64 dot products)", async () => {
    using device = openDevice({ backend });
    const first = problem();
    const run = await moeGemmW4A16(device, first);
    expect(run).toEqual({
      backend,
      arch: "gfx1151",
      code: { origin: "prebuilt" },
      kernels: ["moe_row_sums_bf16_g32", "moe_w4a16_gemm_bf16_g32"],
    });
    expect(verifyGemm(first, { samples: "all" })).toMatchObject({ passed: true });
    const live = mock.live();
    const second = problem(32, 64);
    await moeGemmW4A16(device, second);
    expect(verifyGemm(second, { samples: "all" })).toMatchObject({ passed: true });
    expect(mock.live()).toBe(live);
  });
});

test("blocks beyond a window of 32 are multiplied (oracle: f64 dot products)", async () => {
  using device = openDevice({ backend: "sim" });
  const given = problem(16, 32, 60);
  expect(given.numBlocks).toBeGreaterThan(32);
  expect(given.numBlocks % 32).toBeGreaterThan(0);
  await moeGemmW4A16(device, given);
  expect(verifyGemm(given, { samples: "all" })).toMatchObject({ passed: true });
}, 60_000);

describe("what the kernel does not take", () => {
  useMock();

  test("is an error that names the limit, and nothing is written", async () => {
    using device = openDevice({ backend: "sim" });
    const given = { ...problem(), blockM: 8, numBlocks: 1 };
    const error = await caught(() => moeGemmW4A16(device, given));
    expect([error.code, error.message]).toEqual([
      "E_SHAPE",
      "blockM is 8, but the W4A16 kernel takes 16, 32, 64",
    ]);
    expect(given.c.some((bits) => bits !== 0)).toBe(false);
  });

  test("covers other processors", async () => {
    mock.reset("sm_75");
    using device = openDevice({ backend: "cuda" });
    device.loadModule(PTX);
    const error = await caught(() => moeGemmW4A16(device, problem()));
    expect([error.code, error.details.limit, error.details.given]).toEqual([
      "E_SHAPE",
      "arch",
      "sm_75",
    ]);
  });

  test("a failure on the way gives every buffer back", async () => {
    using device = openDevice({ backend: "hip" });
    await moeGemmW4A16(device, problem());
    const live = mock.live();
    const calls = mock.calls("hipMalloc");
    for (let nth = 1; nth <= calls; ++nth) {
      mock.fail("hipMalloc", nth, 2);
      expect((await caught(() => moeGemmW4A16(device, problem()))).code).toBe("E_MEMORY");
      expect(mock.live()).toBe(live);
    }
  });
});
