import { describe, expect, test } from "bun:test";
import {
  type DeviceBuffer,
  launchMoeGemm,
  moeGemmWorkspaceBytes,
  openDevice,
  prepareMoeWeights,
  restoreMoeWeights,
} from "../../src/index.ts";
import { hostProblem, openCuda, plainOf, preparedGemm, problemOn, SIZES } from "./_cudaProblem.ts";
import { caught } from "./_errors.ts";
import { mock, useMock } from "./_mock.ts";

useMock();

describe("prepared weights", () => {
  test("serve many GEMMs, outlive the originals, and give all back", async () => {
    using device = openCuda();
    const before = mock.live();
    const { packed, scales, ...buffers } = await problemOn(device, SIZES);
    const weights = await prepareMoeWeights(device, SIZES, { packed, scales });
    expect([weights.isCopy, weights.hasZeros]).toEqual([true, false]);
    packed.dispose();
    scales.dispose();
    for (let i = 0; i < 3; ++i) launchMoeGemm(device, { ...SIZES, ...buffers, weights } as never);
    await device.synchronize();
    const kernels = mock.launches().map(({ kernel }) => kernel);
    expect(kernels.filter((name) => name.startsWith("moe_repack"))).toHaveLength(1);
    expect(kernels.filter((name) => name === SIZES.launches[2].kernel)).toHaveLength(3);
    weights.dispose();
    weights.dispose();
    for (const buffer of Object.values(buffers)) (buffer as DeviceBuffer).dispose();
    const modules = 3;
    expect(mock.live()).toBe(before + modules);
    const error = await caught(() =>
      launchMoeGemm(device, { ...SIZES, ...buffers, weights } as never),
    );
    expect(error.code).toBe("E_DISPOSED");
  });

  test("leave nothing on the device where they cannot be made", async () => {
    using device = openCuda();
    const plain = plainOf(await problemOn(device, SIZES));
    const before = mock.live();
    mock.fail("cuModuleLoadData", 1, 200);
    const error = await caught(() => prepareMoeWeights(device, SIZES, plain));
    expect([error.code, error.details.number]).toEqual(["E_ARCH", 200]);
    expect(error.message).toEndWith("which takes NVIDIA's driver 580 or later");
    expect(mock.live()).toBe(before);
  });

  test("are needed on sm_90, and no others than the GEMM's", async () => {
    using device = openCuda();
    const gemm = await preparedGemm(device);
    const { packed, scales } = await problemOn(device, SIZES);
    const { weights: _weights, ...plain } = gemm;
    const error = await caught(() => launchMoeGemm(device, { ...plain, packed, scales }));
    expect([error.code, error.message]).toEqual([
      "E_ARGUMENT",
      "the kernel for sm_90 reads weights in an order of its own: give it `weights` of prepareMoeWeights on that device",
    ]);
    const other = await caught(() => launchMoeGemm(device, { ...gemm, numExperts: 2 }));
    expect([other.code, other.message]).toEqual([
      "E_SHAPE",
      "numExperts is 2, but the weights were prepared for 3",
    ]);
  });

  test("of another device are refused, in both directions", async () => {
    using cuda = openCuda();
    using sim = openDevice({ backend: "sim" });
    const gemm = await preparedGemm(cuda);
    const error = await caught(() => launchMoeGemm(sim, gemm));
    expect([error.code, error.message]).toEqual([
      "E_ARGUMENT",
      "the weights were prepared for a processor of NVIDIA's, but the device is a gfx1151",
    ]);
    const { packed, scales } = await problemOn(sim, SIZES);
    const target = { packed, scales };
    const restored = await caught(() => restoreMoeWeights(sim, gemm.weights, target));
    expect([restored.code, restored.message]).toEqual([error.code, error.message]);
    const weights = await prepareMoeWeights(sim, SIZES, { packed, scales });
    expect((await caught(() => launchMoeGemm(cuda, { ...gemm, weights }))).code).toBe("E_ARGUMENT");
    using second = openDevice({ backend: "cuda" });
    expect((await caught(() => launchMoeGemm(second, gemm))).message).toContain(
      "of another device",
    );
  });

  test("are restored only where the target has what they have", async () => {
    using device = openCuda();
    const { weights } = await preparedGemm(device);
    const { packed, scales } = await problemOn(device, SIZES);
    const error = await caught(() =>
      restoreMoeWeights(device, weights, { packed, scales, zeros: scales }),
    );
    expect([error.code, error.message]).toEqual([
      "E_OPTION",
      "the weights have no zero points, but the target has a buffer for them",
    ]);
    const small = await device.allocate("small", packed.bytes - 1);
    const tooSmall = await caught(() =>
      restoreMoeWeights(device, weights, { packed: small, scales }),
    );
    expect([tooSmall.code, tooSmall.details.buffer]).toEqual(["E_RANGE", "packed"]);
    await device.synchronize();
    expect(mock.launches().filter(({ kernel }) => kernel.includes("unpack"))).toEqual([]);
  });
});

test("prepared weights on gfx11 are the originals, and the GEMM with them is the same", async () => {
  using device = openDevice({ backend: "sim" });
  const given = hostProblem();
  const { numExperts, n, k, groupSize, packed, scales } = given.weights;
  const sizes = { dtype: "bf16", numExperts, n: 128, k, groupSize, rowStride: 20 } as const;
  const words = new Int32Array(numExperts * 128 * 20);
  for (let row = 0; row < numExperts * 128; ++row) {
    words.set(packed.subarray((row * k) / 8, ((row + 1) * k) / 8), row * 20);
  }
  const put = (name: string, data: ArrayBufferView) => device.upload(name, data);
  const plain = { packed: await put("packed", words), scales: await put("scales", scales) };
  expect(n).toBeGreaterThan(128);
  using weights = await prepareMoeWeights(device, sizes, plain);
  expect([weights.isCopy, weights.bytes]).toEqual([false, 0]);
  const numSlots = given.sortedTokenIds.length;
  const { topK, blockM, numBlocks, numValidTokens } = given;
  const all = { ...sizes, topK, blockM, numBlocks, numSlots, numValidTokens };
  const gemm = {
    ...all,
    a: await put("a", given.a),
    sortedTokenIds: await put("sortedTokenIds", given.sortedTokenIds),
    expertIds: await put("expertIds", given.expertIds),
    c: await put("c", new Uint16Array(numValidTokens * 128)),
    workspace: await device.allocate("workspace", moeGemmWorkspaceBytes(all, false)),
  };
  launchMoeGemm(device, { ...gemm, ...plain });
  const once = await gemm.c.read(new Uint16Array(numValidTokens * 128));
  gemm.c.fill(0);
  launchMoeGemm(device, { ...gemm, weights });
  expect(await gemm.c.read(new Uint16Array(numValidTokens * 128))).toEqual(once);
  expect(once.some((bits) => bits !== 0)).toBe(true);
  const target = {
    packed: await device.allocate("packed", plain.packed.bytes),
    scales: await device.allocate("scales", plain.scales.bytes),
  };
  restoreMoeWeights(device, weights, target);
  expect(await target.packed.read(new Int32Array(words.length))).toEqual(words);
  expect((await caught(() => restoreMoeWeights(device, weights, target, 16))).code).toBe(
    "E_OPTION",
  );
});
