import { describe, expect, test } from "bun:test";
import { moeAlignBlockSize as onHost } from "@moe/align";
import { bf16ToFloat, type MoeLayerProblem, verifyLayer } from "@moe/quant";
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
  openDevice,
} from "../../src/index.ts";
import { caught } from "./_errors.ts";
import { LAYER, prepareOn, sizesOf } from "./_layerProblem.ts";
import { mock, useMock } from "./_mock.ts";

const KERNELS = [
  "moe_align_single",
  "moe_row_sums_bf16_g32_zeros",
  "moe_w4a16_gemm_bf16_g32_zeros",
  "moe_activate_bf16",
  "moe_row_sums_bf16_g64_zeros",
  "moe_w4a16_gemm_bf16_g64_zeros",
  "moe_combine_bf16",
];
/** Bytes in front of every tensor of the tests: no tensor begins its buffer. */
const OFFSET = 48;

type Placed = { buffer: DeviceBuffer; offset: number };
type OnDevice = DeviceLayer & { out: Placed; workspace: Placed };

/** The layer inside of larger buffers, its workspace full of NaN. */
async function layerOn(device: Device, layer: MoeLayerProblem): Promise<OnDevice> {
  const sizes = sizesOf(layer);
  const put = async (name: string, data: Uint8Array | number): Promise<Placed> => {
    const bytes = typeof data === "number" ? data : data.length;
    const all = new Uint8Array(OFFSET + bytes).fill(0xff);
    if (typeof data !== "number") all.set(data, OFFSET);
    return { buffer: await device.upload(name, all), offset: OFFSET };
  };
  const bytesOf = (view: ArrayBufferView): Uint8Array =>
    new Uint8Array(view.buffer as ArrayBuffer, view.byteOffset, view.byteLength);
  const weights = async ({ packed, scales, zeros }: MoeLayerProblem["down"]) => ({
    packed: await put("packed", bytesOf(packed)),
    scales: await put("scales", bytesOf(scales)),
    ...(zeros && { zeros: await put("zeros", bytesOf(zeros)) }),
  });
  return {
    ...sizes,
    hidden: await put("hidden", bytesOf(layer.hidden)),
    gateUp: { ...sizes.gateUp, ...(await weights(layer.gateUp)) },
    down: { ...sizes.down, ...(await weights(layer.down)) },
    topkIds: await put("topkIds", bytesOf(layer.topkIds)),
    topkWeights: await put("topkWeights", bytesOf(layer.topkWeights)),
    out: await put("out", 2 * layer.numTokens * layer.down.n),
    workspace: await put("workspace", moeForwardWorkspaceBytes(sizes)),
  };
}

describe.each(["sim", "hip"] as const)("a layer whose tensors are on the device %s", (backend) => {
  useMock();

  test("is right inside of larger buffers and with a workspace of NaN, and waits for nothing (oracle: the layer in f64)", async () => {
    mock.reset("gfx1151", 1, 1 << 24);
    using device = openDevice({ backend });
    const { layer } = buildLayer(LAYER);
    const gpu = await layerOn(device, layer);
    const waits = () =>
      ["hipStreamSynchronize", "hipMemcpyDtoH", "hipMemcpyHtoD"].map((call) => mock.calls(call));
    const before = waits();
    expect(launchMoeForward(device, gpu)).toEqual(KERNELS);
    expect(waits()).toEqual(before);
    const out = layer.out.subarray(0, LAYER.numTokens * LAYER.hiddenSize);
    await gpu.out.buffer.read(out, OFFSET);
    expect(verifyLayer(layer, { tokens: "all" })).toMatchObject({ passed: true });
    const first = out.slice();
    launchMoeForward(device, gpu);
    await gpu.out.buffer.read(out, OFFSET);
    expect(out).toEqual(first);
  });
});

test("prepared projections give what the originals give, on gfx11 too", async () => {
  using device = openDevice({ backend: "sim" });
  const { layer } = buildLayer(LAYER);
  const gpu = await layerOn(device, layer);
  const run = async (projections: Pick<DeviceLayer, "gateUp" | "down">): Promise<Uint16Array> => {
    gpu.out.buffer.fill(0xff);
    launchMoeForward(device, { ...gpu, ...projections });
    return await gpu.out.buffer.read(new Uint16Array(LAYER.numTokens * LAYER.hiddenSize), OFFSET);
  };
  const prepared = {
    gateUp: await prepareOn(device, layer.gateUp),
    down: await prepareOn(device, layer.down),
  };
  expect(await run(prepared)).toEqual(await run(gpu));
});

describe("a layer of host arrays", () => {
  useMock();

  test("gives the buffers of its host form back, whichever cannot be had", async () => {
    mock.reset("gfx1151", 1, 1 << 24);
    using device = openDevice({ backend: "hip" });
    const { layer, before } = buildLayer(LAYER);
    await moeForward(device, layer);
    const live = mock.live();
    const buffers = mock.calls("hipMalloc");
    expect(buffers).toBeGreaterThan(8);
    for (let nth = 1; nth <= buffers; nth++) {
      layer.out.set(before);
      mock.fail("hipMalloc", nth, 2);
      expect((await caught(() => moeForward(device, layer))).code).toBe("E_MEMORY");
      expect([mock.live(), layer.out]).toEqual([live, before]);
    }
  });
});

describe("a layer is refused", () => {
  const device = openDevice({ backend: "sim" });

  test("where a tensor is too small or lies askew, by its name", async () => {
    const { layer } = buildLayer(LAYER);
    const gpu = await layerOn(device, layer);
    const small = await device.allocate("small", 16);
    const names = ["hidden", "topkIds", "topkWeights", "out", "workspace"] as const;
    for (const name of names) {
      const error = await caught(() => launchMoeForward(device, { ...gpu, [name]: small }));
      expect([error.code, error.details.buffer]).toEqual(["E_RANGE", name]);
    }
    for (const projection of ["gateUp", "down"] as const) {
      for (const name of ["packed", "scales", "zeros"] as const) {
        const weights = { ...gpu[projection], [name]: small };
        const error = await caught(() =>
          launchMoeForward(device, { ...gpu, [projection]: weights }),
        );
        expect([error.code, error.details.buffer]).toEqual(["E_RANGE", name]);
      }
    }
    for (const offset of [8, -16, 0.5, Number.NaN]) {
      const out = { buffer: gpu.out.buffer, offset };
      const error = await caught(() => launchMoeForward(device, { ...gpu, out }));
      expect(error.message).toBe(
        `out begins at byte ${offset} of its buffer, but must at a multiple of 16`,
      );
    }
    const nothing = await caught(() => launchMoeForward(device, { ...gpu, out: {} as never }));
    expect(nothing.code).toBe("E_TYPE");
  });

  test("where the kernels do not take it, by the projection and the limit", async () => {
    const limit = async (change: Partial<LayerSpec>, blockM = 32): Promise<unknown[]> => {
      const { layer, before } = buildLayer({ ...LAYER, ...change });
      const error = await caught(() => moeForward(device, layer, { blockM }));
      expect(layer.out).toEqual(before);
      return [error.code, error.details.projection, error.details.limit];
    };
    expect(await limit({}, 8)).toEqual(["E_SHAPE", "gateUp", "blockM"]);
    expect(await limit({ gateUpGroup: 16 })).toEqual(["E_SHAPE", "gateUp", "groupSize"]);
    expect(await limit({ downGroup: 8 })).toEqual(["E_SHAPE", "down", "groupSize"]);
    expect(await limit({ padWords: 1 })).toEqual(["E_SHAPE", "gateUp", "rowStride"]);
    expect(await limit({ numExperts: 1025, hiddenSize: 32, intermediateSize: 64 })).toEqual([
      "E_SHAPE",
      undefined,
      "numExperts",
    ]);
    const { layer } = buildLayer(LAYER);
    const option = await caught(() => moeForward(device, layer, { block: 16 } as never));
    expect(option.code).toBe("E_OPTION");
  });

  test("never where there is nothing to do", async () => {
    const { layer, before } = buildLayer({ ...LAYER, numTokens: 0 });
    expect((await moeForward(device, layer)).kernels).toEqual([]);
    expect(layer.out).toEqual(before);
    const dropped = buildLayer({ ...LAYER, dropOneOf: 1 }).layer;
    await moeForward(device, dropped);
    const rows = dropped.out.subarray(0, LAYER.numTokens * LAYER.hiddenSize);
    expect(rows.every((bits) => bf16ToFloat(bits) === 0)).toBe(true);
  });
});

test("more routes than one workgroup sorts and a grid has rows for are right (oracle: the layer in f64)", async () => {
  using device = openDevice({ backend: "sim", simulator: { statistics: false } });
  const sizes = {
    hiddenSize: 32,
    intermediateSize: 32,
    gateUpGroup: 32,
    downGroup: 32,
    padWords: 0,
  };
  const { layer } = buildLayer({ ...LAYER, ...sizes, numTokens: 33_000, topK: 2 });
  const { kernels } = await moeForward(device, layer, { blockM: 64 });
  expect(kernels.slice(0, 3)).toEqual(["moe_align_count", "moe_align_scan", "moe_align_scatter"]);
  // The last tokens are those of the rows that a workgroup takes after its first one.
  const tail = { ...layer, numTokens: 200, hidden: layer.hidden.subarray(32_800 * 32) };
  tail.topkIds = layer.topkIds.subarray(32_800 * 2);
  tail.topkWeights = layer.topkWeights.subarray(32_800 * 2);
  tail.out = layer.out.slice(32_800 * 32);
  for (const checked of [layer, tail]) {
    expect(verifyLayer(checked, { tokens: 200 })).toMatchObject({ passed: true, failed: 0 });
  }
}, 120_000);

test("an alignment on the device needs counters from 8,193 routes on, and is the host's (oracle: @moe/align)", async () => {
  using device = openDevice({ backend: "sim", simulator: { statistics: false } });
  for (const numTokens of [2, 4097]) {
    const shape = { numTokens, topK: 2, numExperts: 9, blockM: 16 };
    const ids = Int32Array.from({ length: 2 * numTokens }, (_, i) => (i * i) % 11);
    const want = onHost(ids, shape);
    const sorted = await device.allocate("sorted", 4 * want.sortedTokenIds.length);
    const experts = await device.allocate("experts", 4 * want.expertIds.length);
    const counters = moeAlignWorkspaceBytes(shape);
    expect(counters).toBe(numTokens === 2 ? 0 : 4 * 3 * 9);
    const kernels = launchMoeAlign(device, {
      ...shape,
      topkIds: await device.upload("ids", ids),
      sortedTokenIds: sorted,
      expertIds: experts,
      numTokensPostPadded: await device.allocate("used", 4),
      ...(counters > 0 && { workspace: await device.allocate("counters", counters) }),
    });
    expect(kernels.length).toBe(numTokens === 2 ? 1 : 3);
    const back = async (from: DeviceBuffer) => [
      ...(await from.read(new Int32Array(from.bytes / 4))),
    ];
    expect(await back(sorted)).toEqual([...want.sortedTokenIds]);
    expect(await back(experts)).toEqual([...want.expertIds]);
  }
});
