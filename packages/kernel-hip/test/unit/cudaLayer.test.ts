import { describe, expect, test } from "bun:test";
import { alignSizes } from "@moe/align";
import type { MoeLayerProblem } from "@moe/quant";
import { buildLayer, type LayerSpec } from "@moe/quant/testing";
import {
  type Device,
  type DeviceBuffer,
  type DeviceLayer,
  launchMoeAlign,
  launchMoeForward,
  moeAlignWorkspaceBytes,
  moeForward,
  moeForwardWorkspaceBytes,
  uploadWeights,
} from "../../src/index.ts";
import { openCuda } from "./_cudaProblem.ts";
import { caught } from "./_errors.ts";
import { BLOCK_M, LAYER, prepareOn, sizesOf } from "./_layerProblem.ts";
import { mock, type MockLaunch, useMock } from "./_mock.ts";

useMock();

/** A stride that only NVIDIA's kernels take, and more routes an expert than the kernel for few rows is for. */
const SPEC: LayerSpec = { ...LAYER, numTokens: 14, padWords: 1 };
const ROUTES = SPEC.numTokens * SPEC.topK;
const { sortedTokenIds: SLOTS, expertIds: BLOCKS } = alignSizes({
  numTokens: SPEC.numTokens,
  topK: SPEC.topK,
  numExperts: SPEC.numExperts,
  blockM: BLOCK_M,
});
const KERNELS = [
  "moe_align_single",
  "moe_plan",
  "moe_w4a16_sm90_bf16_g32_zeros",
  "moe_activate_bf16",
  "moe_plan",
  "moe_w4a16_sm90_bf16_g64_zeros",
  "moe_combine_bf16",
];
const ALIGN_ARCHES = ["sm_80", "sm_86", "sm_89", "sm_90", "sm_120", "sm_121"];

/** A layer on a device with prepared weights; no buffer has a byte too many. */
async function layerOn(device: Device, layer: MoeLayerProblem) {
  const sizes = sizesOf(layer);
  const { numTokens, topK, hiddenSize } = sizes;
  return {
    ...sizes,
    hidden: await device.allocate("hidden", 2 * numTokens * hiddenSize),
    gateUp: await prepareOn(device, layer.gateUp),
    down: await prepareOn(device, layer.down),
    topkIds: await device.allocate("topkIds", 4 * numTokens * topK),
    topkWeights: await device.allocate("topkWeights", 4 * numTokens * topK),
    out: await device.allocate("out", 2 * numTokens * hiddenSize),
    workspace: await device.allocate("workspace", moeForwardWorkspaceBytes(sizes)),
  } satisfies DeviceLayer;
}

/** Reads a launch's struct: `p` for a pointer, `u` for 32 bits, `w` for 64, in their order. */
function fieldsOf(launch: MockLaunch, form: string): (bigint | number)[] {
  const bytes = Buffer.from(launch.arguments, "hex");
  let at = 0;
  const fields = [...form].map((kind) => {
    at += kind === "u" ? 4 : 8;
    return kind === "u" ? bytes.readUInt32LE(at - 4) : bytes.readBigUInt64LE(at - 8);
  });
  expect(at).toBe(bytes.length);
  return fields;
}

describe("a layer on an NVIDIA device", () => {
  test("is one sequence of launches, of which each reads what the one before wrote, and waits for nothing", async () => {
    using device = openCuda();
    const layer = await layerOn(device, buildLayer(SPEC).layer);
    await device.synchronize();
    const before = mock.launches().length;
    const waits = () =>
      ["cuStreamSynchronize", "cuMemcpyDtoH_v2", "cuMemcpyHtoD_v2"].map((call) => mock.calls(call));
    const waited = waits();
    expect(launchMoeForward(device, layer)).toEqual(KERNELS);
    expect(waits()).toEqual(waited);
    const launches = mock.launches().slice(before);
    expect(launches.map(({ kernel }) => kernel)).toEqual(KERNELS);
    const [align, plan1, gemm1, activate, plan2, gemm2, combine] = launches;

    const { hidden, topkIds, topkWeights, out, workspace } = layer;
    const inWorkspace = (bytes: number | bigint): bigint => {
      const [address, offset] = [BigInt(bytes), BigInt(bytes) - workspace.address];
      expect([offset >= 0n, offset < BigInt(workspace.bytes), offset % 16n]).toEqual([
        true,
        true,
        0n,
      ]);
      return address;
    };
    const [ids, map, , sorted, experts, used, ...numbers] = fieldsOf(align, "ppppppuuuuuuuu");
    expect([ids, map]).toEqual([topkIds.address, 0n]);
    expect(numbers).toEqual([ROUTES, 5, BLOCK_M, SLOTS, BLOCKS, 8192, 2 ** 32 - 1, 0]);
    inWorkspace(used);
    expect([align.grid, align.block]).toEqual([
      [1, 1, 1],
      [256, 1, 1],
    ]);

    const [plannedIds, plan, ...planNumbers] = fieldsOf(plan1, "ppuuuu");
    expect([plannedIds, ...planNumbers]).toEqual([inWorkspace(experts), BLOCKS, BLOCK_M, 5, 0]);
    expect(plan2.arguments).toBe(plan1.arguments);

    const gemmFields = (launch: MockLaunch) => fieldsOf(launch, "pppppwwuuuuuu");
    const product = gemmFields(gemm1)[2];
    const activated = gemmFields(gemm2)[0];
    const repacked = (name: "gateUp" | "down") => {
      const { tensors } = layer[name].weights;
      return "repacked" in tensors ? tensors.repacked.address : undefined;
    };
    const shared = [inWorkspace(sorted), inWorkspace(plan)];
    const tail = (topK: number, k: number, n: number) => [SLOTS, ROUTES, topK, BLOCK_M, k, n];
    expect(gemmFields(gemm1)).toEqual([
      hidden.address,
      repacked("gateUp")!,
      inWorkspace(product),
      ...shared,
      96n,
      128n,
      ...tail(3, 96, 128),
    ]);
    expect(gemmFields(gemm2)).toEqual([
      inWorkspace(activated),
      repacked("down")!,
      product,
      ...shared,
      64n,
      96n,
      ...tail(1, 64, 96),
    ]);
    const rows = fieldsOf(activate, "pppuuuu");
    expect(rows).toEqual([product, topkIds.address, activated, ROUTES, ROUTES, 5, 64]);
    expect([activate.grid, activate.block]).toEqual([
      [1, ROUTES, 1],
      [256, 1, 1],
    ]);
    const last = fieldsOf(combine, "ppppuuuuuu");
    const pointers = [product, topkIds.address, topkWeights.address, out.address];
    // The struct's size is a multiple of 8.
    expect(last.slice(0, 9)).toEqual([...pointers, 14, 14, 5, 96, 3]);
    expect(combine.grid).toEqual([1, 14, 1]);
  });

  test("has the parts of its workspace beside each other, whatever kernel they are for", async () => {
    using device = openCuda();
    const layer = await layerOn(device, buildLayer(SPEC).layer);
    const before = mock.launches().length;
    launchMoeForward(device, layer);
    await device.synchronize();
    const [align, plan1, gemm1, activate] = mock.launches().slice(before);
    const [, , , sorted, experts, used] = fieldsOf(align, "ppppppuuuuuuuu").map(Number);
    const [product, , activated] = fieldsOf(activate, "pppuuuu").map(Number);
    const plan = Number(fieldsOf(plan1, "ppuuuu")[1]);
    expect(product).toBe(Number(fieldsOf(gemm1, "pppppwwuuuuuu")[2]));
    const parts = [
      [sorted, 4 * SLOTS],
      [experts, 4 * BLOCKS],
      [used, 4],
      [plan, 32 + 8 * BLOCKS],
      [activated, 2 * ROUTES * 64],
      [product, 2 * ROUTES * 128],
    ].sort(([a], [b]) => a - b);
    const { address, bytes } = layer.workspace;
    const ends = [...parts.slice(1).map(([start]) => start), Number(address) + bytes];
    parts.forEach(([start, size], i) => expect(start + size).toBeLessThanOrEqual(ends[i]));
  });

  test("of few routes an expert has GEMMs that read what the alignment wrote, and no plan", async () => {
    using device = openCuda();
    const few: LayerSpec = { ...SPEC, numTokens: LAYER.numTokens };
    const layer = await layerOn(device, buildLayer(few).layer);
    await device.synchronize();
    const before = mock.launches().length;
    const kernels = launchMoeForward(device, layer);
    expect(kernels).toEqual([
      "moe_align_single",
      "moe_w4a16_sm90_low_bf16_g32_zeros",
      "moe_activate_bf16",
      "moe_w4a16_sm90_low_bf16_g64_zeros",
      "moe_combine_bf16",
    ]);
    const [align, gemm1, activate, gemm2] = mock.launches().slice(before);
    const [, , , sorted, experts] = fieldsOf(align, "ppppppuuuuuuuu");
    const [product, , activated] = fieldsOf(activate, "pppuuuu");
    const read = [gemm1, gemm2].map((launch) => fieldsOf(launch, "pppppwwuuuuuupuu"));
    const ends = [layer.hidden.address, product, activated, product];
    expect(read.flatMap(([a, , c]) => [a, c])).toEqual(ends);
    for (const fields of read)
      expect([fields[3], fields[4], fields[13]]).toEqual([sorted, 0n, experts]);
  });

  test("of another processor has its GEMM between the same kernels", async () => {
    using device = openCuda("sm_86");
    const { kernels } = await moeForward(device, buildLayer(SPEC).layer);
    expect(kernels).toEqual(KERNELS.map((name) => name.replace("sm90", "sm80")));
  });

  test("of host arrays repacks both projections and keeps nothing but the modules", async () => {
    using device = openCuda();
    const run = () => moeForward(device, buildLayer({ ...SPEC, dtype: "f16" }).layer);
    const kernels = KERNELS.map((name) => name.replace("bf16", "f16"));
    const code = { origin: "prebuilt" } as const;
    expect(await run()).toEqual({ backend: "cuda", arch: "sm_90", code, kernels });
    expect(mock.launches().map(({ kernel }) => kernel)).toEqual([
      "moe_repack_f16_g32_zeros",
      "moe_repack_f16_g64_zeros",
      ...kernels,
    ]);
    const live = mock.live();
    await run();
    expect(mock.live()).toBe(live);
  });

  test("is refused before anything is launched where a kernel does not take it", async () => {
    using device = openCuda();
    const layer = await layerOn(device, buildLayer(SPEC).layer);
    await device.synchronize();
    const before = mock.launches().length;
    const limit = async (change: Partial<DeviceLayer>): Promise<unknown[]> => {
      const { code, details } = await caught(() =>
        launchMoeForward(device, { ...layer, ...change }),
      );
      return [code, details.projection, details.limit];
    };
    expect(await limit({ blockM: 8 })).toEqual(["E_SHAPE", "gateUp", "blockM"]);
    expect(await limit({ numTokens: 200_000 })).toEqual(["E_SHAPE", "gateUp", "numBlocks"]);
    expect(await limit({ hiddenSize: 36 })).toEqual(["E_SHAPE", "gateUp", "k"]);
    expect(await limit({ numExperts: 1025 })).toEqual(["E_SHAPE", undefined, "numExperts"]);
    expect(mock.launches()).toHaveLength(before);
  });

  test("takes weights in the order of its kernel alone, and of its own sizes", async () => {
    using device = openCuda();
    const { layer: host } = buildLayer(SPEC);
    const layer = await layerOn(device, host);
    const plain = await uploadWeights(device, host.down);
    const unprepared = { ...layer, down: { ...plain, groupSize: 64 } };
    expect((await caught(() => launchMoeForward(device, unprepared))).message).toContain(
      "give it `weights` of prepareMoeWeights",
    );
    const swapped = { ...layer, down: { groupSize: 64, weights: layer.gateUp.weights } };
    const error = await caught(() => launchMoeForward(device, swapped));
    expect([error.code, error.details.limit]).toEqual(["E_SHAPE", "n"]);
  });

  test.each(["sm_75", "sm_100"])("of %s, for which there is no GEMM, is an error", async (arch) => {
    using device = openCuda(arch);
    const error = await caught(() => moeForward(device, buildLayer(SPEC).layer));
    expect([error.code, error.details.limit, error.details.given]).toEqual([
      "E_SHAPE",
      "arch",
      arch,
    ]);
    expect(mock.launches()).toEqual([]);
  });
});

describe("an alignment on an NVIDIA device", () => {
  const shape = { topK: 2, numExperts: 9, blockM: 16 };

  async function alignOn(device: Device, numTokens: number): Promise<string[]> {
    const sizes = { ...shape, numTokens };
    const { sortedTokenIds, expertIds } = alignSizes(sizes);
    const bytes = {
      topkIds: 8 * numTokens,
      sortedTokenIds: 4 * sortedTokenIds,
      expertIds: 4 * expertIds,
      numTokensPostPadded: 4,
      workspace: moeAlignWorkspaceBytes(sizes) || 4,
    };
    const made = Object.entries(bytes).map(
      async ([name, size]) => [name, await device.allocate(name, size)] as const,
    );
    const buffers = Object.fromEntries(await Promise.all(made)) as Record<
      keyof typeof bytes,
      DeviceBuffer
    >;
    return launchMoeAlign(device, { ...sizes, ...buffers });
  }

  test.each(ALIGN_ARCHES)("runs the cubin of its generation: %s", async (arch) => {
    using device = openCuda(arch);
    expect(await alignOn(device, 8)).toEqual(["moe_align_single"]);
    const many = ["moe_align_count", "moe_align_scan", "moe_align_scatter"];
    expect(await alignOn(device, 10_000)).toEqual(many);
    await device.synchronize();
    const grids = mock.launches().map(({ kernel, grid, block }) => [kernel, grid[0], block[0]]);
    expect(grids).toEqual([
      ["moe_align_single", 1, 256],
      ["moe_align_count", 3, 256],
      ["moe_align_scan", 1, 256],
      ["moe_align_scatter", 3, 256],
    ]);
  });

  test("of a processor that there is no cubin for is an error that names those that there are", async () => {
    using device = openCuda("sm_100");
    const error = await caught(() => alignOn(device, 8));
    expect([error.code, error.details.limit]).toEqual(["E_SHAPE", "arch"]);
    expect(error.details.allowed).toEqual(expect.arrayContaining(ALIGN_ARCHES));
  });
});
