import { afterEach, describe, expect, test } from "bun:test";
import { type MoeKernelShape, usesMoeKernel } from "../../src/index.ts";
import { caught } from "./_errors.ts";

const GEMM1: MoeKernelShape = {
  k: 2048,
  n: 1024,
  groupSize: 128,
  topK: 8,
  blockM: 32,
  dtype: "bf16",
  arch: "gfx1151",
};

const UNSUPPORTED: [limit: string, given: Partial<MoeKernelShape>][] = [
  ["arch", { arch: "gfx942" }],
  ["arch", { arch: "sm_75" }],
  ["arch", { arch: "sm_100" }],
  ["dtype", { dtype: "f32" as never }],
  ["groupSize", { groupSize: 256 }],
  ["blockM", { blockM: 48 }],
  ["k", { k: 2048 + 64 }],
  ["k", { k: 0 }],
  ["n", { n: 1000 }],
  ["topK", { topK: 0 }],
  ["topK", { topK: 1.5 }],
  ["rowStride", { rowStride: 258 }],
  ["rowStride", { rowStride: 252 }],
  ["n · rowStride", { n: 2 ** 22 }],
  ["blockM", { blockM: 128 }],
  ["blockM", { arch: "sm_90", blockM: 8 }],
  ["n", { arch: "sm_90", n: 1004 }],
  ["n", { arch: "sm_90", n: 65_535 * 128 + 8 }],
  ["rowStride", { arch: "sm_90", rowStride: 255 }],
];

afterEach(() => {
  delete process.env.MOE_HIP;
  delete process.env.VLLM_MOE_HIP;
});

describe("without a switch the kernel runs what it takes", () => {
  test.each([
    [{}],
    [{ k: 512, n: 2048, topK: 1 }],
    [{ dtype: "f16" }],
    [{ groupSize: 32, blockM: 64, arch: "gfx1100" }],
    [{ groupSize: 64, blockM: 16, n: 16, k: 64, rowStride: 12 }],
    [{ topK: 10, n: 0 }],
    [{ arch: "sm_90" }],
    [{ arch: "sm_90", blockM: 128, n: 8, rowStride: 257, dtype: "f16" }],
    [{ arch: "sm_90", n: 65_535 * 128 }],
    [{ arch: "sm_80", blockM: 128, n: 8 }],
    [{ arch: "sm_86" }],
    [{ arch: "sm_89", groupSize: 32 }],
    [{ arch: "sm_120", dtype: "f16" }],
  ] as Partial<MoeKernelShape>[][])("%j", (given) => {
    expect(usesMoeKernel({ ...GEMM1, ...given })).toBe(true);
  });

  test.each(UNSUPPORTED)("not beyond the limit of %s: %j", (_limit, given) => {
    expect(usesMoeKernel({ ...GEMM1, ...given })).toBe(false);
  });
});

describe.each(["MOE_HIP", "VLLM_MOE_HIP"])("%s", (variable) => {
  test("1 forces the kernel, and a shape that it does not take is an error that names the limit", async () => {
    process.env[variable] = "1";
    expect(usesMoeKernel(GEMM1)).toBe(true);
    for (const [limit, given] of UNSUPPORTED) {
      const error = await caught(() => usesMoeKernel({ ...GEMM1, ...given }));
      expect([error.code, error.details.limit]).toEqual(["E_SHAPE", limit]);
      expect(error.message).toStartWith(`${variable} is 1: ${limit} is `);
    }
  });

  test("0 forces the reference, empty is not set, and anything else is an error", async () => {
    process.env[variable] = "0";
    expect(usesMoeKernel(GEMM1)).toBe(false);
    process.env[variable] = "";
    expect(usesMoeKernel(GEMM1)).toBe(true);
    for (const value of ["true", "2", " 1"]) {
      process.env[variable] = value;
      expect((await caught(() => usesMoeKernel(GEMM1))).code).toBe("E_OPTION");
    }
  });
});

test("MOE_HIP counts where both are set", () => {
  process.env.VLLM_MOE_HIP = "0";
  process.env.MOE_HIP = "1";
  expect(usesMoeKernel(GEMM1)).toBe(true);
  process.env.MOE_HIP = "";
  expect(usesMoeKernel(GEMM1)).toBe(false);
});
