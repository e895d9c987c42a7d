import { describe, expect, test } from "bun:test";
import {
  type DeviceBuffer,
  launchMoeGemm,
  moeGemmW4A16,
  moeGemmWorkspaceBytes,
  type MoeGemmSizes,
  prepareMoeWeights,
  restoreMoeWeights,
} from "../../src/index.ts";
import {
  GOLDEN,
  type Golden,
  hostProblem,
  openCuda,
  plainOf,
  preparedGemm,
  problemOn,
  SIZES,
} from "./_cudaProblem.ts";
import { caught } from "./_errors.ts";
import { mock, useMock } from "./_mock.ts";

useMock();

/** A golden launch with the addresses of this run. */
function expected({ pointers, ...launch }: Golden["launches"][number], at: Map<string, bigint>) {
  const bytes = Buffer.from(launch.arguments, "hex");
  for (const [offset, name] of Object.entries(pointers)) {
    bytes.writeBigUInt64LE(at.get(name)!, Number(offset));
  }
  return { ...launch, arguments: bytes.toString("hex") };
}

describe("what the driver gets for a GEMM", () => {
  test.each(GOLDEN.map((golden) => [golden.arch, golden.launches.at(-2)!.kernel, golden] as const))(
    "is what the peers' launcher gives it: on %s, %s",
    async (arch, _kernel, golden) => {
      using device = openCuda(arch);
      const { launches, repackedBytes, zeros: _, arch: _arch, ...sizes } = golden;
      const buffers = await problemOn(device, golden);
      const weights = await prepareMoeWeights(device, sizes, plainOf(buffers));
      expect(weights.bytes).toBe(repackedBytes);
      const { a, c, sortedTokenIds, expertIds, workspace } = buffers;
      const gemm = { ...sizes, a, c, sortedTokenIds, expertIds, workspace, weights };
      const kernels = launchMoeGemm(device, gemm);
      restoreMoeWeights(device, weights, plainOf(buffers), sizes.rowStride);
      await device.synchronize();
      const at = new Map(Object.entries(buffers).map(([name, { address }]) => [name, address]));
      if ("repacked" in weights.tensors) at.set("repacked", weights.tensors.repacked.address);
      expect(mock.launches()).toEqual(launches.map((launch) => expected(launch, at)));
      expect(kernels).toEqual(launches.slice(1, -1).map(({ kernel }) => kernel));
    },
  );

  test("the workspace that is asked for is enough", () => {
    for (const sizes of GOLDEN) {
      expect(moeGemmWorkspaceBytes(sizes, sizes.zeros)).toBeGreaterThanOrEqual(
        sizes.workspaceBytes,
      );
    }
  });
});

describe("on processors of one generation", () => {
  test.each([
    ["sm_86", "sm_80"],
    ["sm_89", "sm_80"],
    ["sm_121", "sm_120"],
  ])("the same code is launched in the same way: on %s that of %s", async (arch, first) => {
    const launchesOn = async (processor: string) => {
      using device = openCuda(processor);
      const { kernels } = await moeGemmW4A16(device, hostProblem());
      expect(kernels).toEqual(["moe_plan", "moe_w4a16_sm80_bf16_g64"]);
      return mock.launches().map(({ kernel, grid, block, sharedBytes, overlaps }) => {
        return { kernel, grid, block, sharedBytes, overlaps };
      });
    };
    expect(await launchesOn(arch)).toEqual(await launchesOn(first));
  });
});

describe("the kernels' limits are checked before anything is launched", () => {
  const LIMITS: [limit: string, change: Partial<MoeGemmSizes>, message: string][] = [
    ["numBlocks", { numBlocks: 28_001 }, "at most 28000; a larger blockM gives fewer"],
    ["numExperts", { numExperts: 65_536 }, "at most 65535"],
    ["the size of a", { numValidTokens: 2 ** 29, topK: 1 }, "at most 68719476735 bytes"],
    ["the size of c", { numValidTokens: 2 ** 27 }, "at most 68719476735 bytes"],
    ["k", { k: 0 }, "a multiple of groupSize 128"],
    ["n", { n: 12 }, "a multiple of 8"],
    ["blockM", { blockM: 8 }, "16, 32, 64, 128"],
    ["groupSize", { groupSize: 16 }, "32, 64, 128"],
    ["dtype", { dtype: "f32" as never }, "bf16, f16"],
  ];

  test.each(LIMITS)("%s: %j", async (limit, change, allowed) => {
    using device = openCuda();
    const gemm = await preparedGemm(device);
    await device.synchronize();
    const before = mock.launches().length;
    const error = await caught(() => launchMoeGemm(device, { ...gemm, ...change }));
    expect([error.code, error.details.limit]).toEqual(["E_SHAPE", limit]);
    expect(error.message).toEndWith(`takes ${allowed}`);
    await device.synchronize();
    expect(mock.launches()).toHaveLength(before);
  });

  test("fewer blocks fit processors with less shared memory, and the error says how many", async () => {
    using device = openCuda("sm_86");
    const gemm = await preparedGemm(device);
    const error = await caught(() => launchMoeGemm(device, { ...gemm, numBlocks: 12_601 }));
    expect([error.code, error.message]).toEqual([
      "E_SHAPE",
      "numBlocks is 12601, but the W4A16 kernel for sm_86 takes at most 12600; a larger blockM gives fewer",
    ]);
  });

  test("a processor of NVIDIA's that has no kernel is one", async () => {
    using device = openCuda("sm_100");
    const buffers = await problemOn(device, SIZES);
    const error = await caught(() => prepareMoeWeights(device, SIZES, plainOf(buffers)));
    expect([error.code, error.details.limit, error.details.given]).toEqual([
      "E_SHAPE",
      "arch",
      "sm_100",
    ]);
  });

  test("weights of no expert and of too many cannot be prepared", async () => {
    using device = openCuda();
    const plain = plainOf(await problemOn(device, SIZES));
    const codeOf = async (change: Partial<MoeGemmSizes>) =>
      (await caught(() => prepareMoeWeights(device, { ...SIZES, ...change }, plain))).code;
    expect(await codeOf({ numExperts: 0 })).toBe("E_OPTION");
    expect(await codeOf({ n: 0 })).toBe("E_OPTION");
    expect(await codeOf({ numExperts: 65_536 })).toBe("E_SHAPE");
    expect(await codeOf({ numExperts: 4 })).toBe("E_RANGE");
  });

  test("a buffer that is too small is named, with both sizes", async () => {
    using device = openCuda();
    const gemm = await preparedGemm(device);
    for (const name of ["a", "sortedTokenIds", "expertIds", "c", "workspace"] as const) {
      const { bytes } = gemm[name] as DeviceBuffer;
      const small = await device.allocate("small", bytes - 1);
      const error = await caught(() => launchMoeGemm(device, { ...gemm, [name]: small }));
      expect([error.code, error.message]).toEqual([
        "E_RANGE",
        `${name} has ${bytes - 1} bytes, but the GEMM needs ${bytes}`,
      ]);
    }
  });
});

describe("a GEMM of host arrays on an NVIDIA device", () => {
  test("repacks, plans and multiplies, and keeps nothing but the modules", async () => {
    using device = openCuda();
    const run = await moeGemmW4A16(device, hostProblem());
    const kernels = ["moe_plan", "moe_w4a16_sm90_bf16_g64"];
    expect(run).toEqual({ backend: "cuda", arch: "sm_90", code: { origin: "prebuilt" }, kernels });
    expect(mock.launches().map(({ kernel }) => kernel)).toEqual(["moe_repack_g64", ...kernels]);
    const live = mock.live();
    await moeGemmW4A16(device, hostProblem());
    expect(mock.live()).toBe(live);
  });

  test("gives everything back where any call of the driver fails, in any position, and says which", async () => {
    const CALLS = [
      "cuMemAlloc_v2",
      "cuMemcpyHtoD_v2",
      "cuModuleLoadData",
      "cuModuleGetFunction",
      "cuFuncSetAttribute",
      "cuLaunchKernel",
      "cuLaunchKernelEx",
      "cuStreamSynchronize",
      "cuMemcpyDtoH_v2",
    ];
    using counted = openCuda();
    await moeGemmW4A16(counted, hostProblem());
    const counts = CALLS.map((call) => [call, mock.calls(call)] as const);
    let failures = 0;
    for (const [call, count] of counts) {
      expect([call, count > 0]).toEqual([call, true]);
      for (let nth = 1; nth <= count; ++nth) {
        for (const number of [1, 2, 700, 719]) {
          const device = openCuda();
          mock.fail(call, nth, number);
          const error = await caught(() => moeGemmW4A16(device, hostProblem()));
          expect(error.code).toStartWith("E_");
          device.dispose();
          expect([call, nth, number, mock.live()]).toEqual([call, nth, number, 0]);
          failures += 1;
        }
      }
    }
    expect(failures).toBeGreaterThan(80);
  });
});
