import { checkLayer, type MoeLayerProblem, type QuantizedWeights } from "@moe/quant";
import { type Buffers, withBuffers } from "./_buffers.ts";
import { checkKeys } from "./_check.ts";
import { compileMoeKernels } from "./compileMoeKernels.ts";
import type { Device } from "./Device.ts";
import type { DeviceBuffer } from "./DeviceBuffer.ts";
import {
  checkLayerLimits,
  type DeviceLayer,
  launchMoeForward,
  moeForwardWorkspaceBytes,
  type MoeLayerSizes,
  type PreparedProjection,
} from "./launchMoeForward.ts";
import type { MoeGemmRun } from "./moeGemmW4A16.ts";
import { prepareMoeWeights } from "./prepareMoeWeights.ts";
import { uploadWeights } from "./uploadMoeGemm.ts";

/** Options of {@link moeForward}. */
export interface MoeForwardOptions {
  /** Rows of a block: 16, 32 (default) or 64; 128 too on NVIDIA. Fewer waste less where experts have few tokens. */
  blockM?: number;
}

const DEFAULT_BLOCK_M = 32;

/**
 * Computes a whole MoE layer of host arrays on a device: copies them there, launches, and copies `out` back. See
 * `MoeLayerProblem` of `@moe/quant` for the contract, and {@link launchMoeForward} for tensors that are on the device
 * already, which is what a model that keeps its weights there wants.
 *
 * @param device - of a processor that {@link usesMoeKernel} accepts
 * @param layer - in bf16 or f16; `out` is written; nothing of it may change until the promise settles
 * @param options - see {@link MoeForwardOptions}
 * @returns what ran
 * @throws QuantError as a rejection, where `checkLayer` refuses the layer; `out` is then untouched
 * @throws KernelHipError as a rejection: `E_SHAPE` naming the limit that the kernels have, `E_OPTION`, and all that a device
 * throws
 * @example
 * ```ts
 * import { moeForward, openDevice } from "@moe/kernel-hip";
 * import { verifyLayer } from "@moe/quant";
 * import { buildLayer } from "@moe/quant/testing";
 *
 * using device = openDevice({ backend: "sim", arch: "gfx1151" });
 * const { layer } = buildLayer({
 *   seed: 1, dtype: "f16", numTokens: 5, topK: 2, numExperts: 8, hiddenSize: 64, intermediateSize: 32,
 *   gateUpGroup: 64, downGroup: 32, zeros: false, padWords: 0, routing: "spread", dropOneOf: 0,
 * });
 * const { kernels } = await moeForward(device, layer, { blockM: 16 });
 * console.log(kernels.length, verifyLayer(layer).passed);
 * // → 5 true
 * ```
 */
export async function moeForward(
  device: Device,
  layer: MoeLayerProblem,
  options: MoeForwardOptions = {},
): Promise<MoeGemmRun> {
  checkKeys("option", options, ["blockM"]);
  checkLayer(layer);
  const { backend, arch } = device.info;
  const sizes = sizesOf(layer, options.blockM ?? DEFAULT_BLOCK_M);
  checkLayerLimits(device, sizes);
  const code = await compileMoeKernels(arch);
  const { out, numTokens } = layer;
  if (numTokens === 0) return { backend, arch, code, kernels: [] };
  return await withBuffers(device, async (buffers) => {
    const onDevice = await upload(device, buffers, layer, sizes);
    const kernels = launchMoeForward(device, onDevice);
    await onDevice.out.read(out.subarray(0, numTokens * sizes.hiddenSize));
    return { backend, arch, code, kernels };
  });
}

function sizesOf(layer: MoeLayerProblem, blockM: number): MoeLayerSizes {
  const { dtype = "bf16", numTokens, topK, gateUp, down } = layer;
  const { numExperts, n: hiddenSize, k: intermediateSize } = down;
  const shape = { dtype, numTokens, topK, numExperts, hiddenSize, intermediateSize, blockM };
  return { ...shape, gateUp: layoutOf(gateUp), down: layoutOf(down) };
}

function layoutOf({ groupSize, rowStride }: QuantizedWeights) {
  return { groupSize, rowStride };
}

async function upload(
  device: Device,
  buffers: Buffers,
  layer: MoeLayerProblem,
  sizes: MoeLayerSizes,
): Promise<DeviceLayer & { out: DeviceBuffer }> {
  const { numTokens, topK, hidden, topkIds, topkWeights, gateUp, down } = layer;
  const routes = numTokens * topK;
  const elements = numTokens * sizes.hiddenSize;
  const prepare = async (weights: QuantizedWeights): Promise<PreparedProjection> => {
    const { numExperts, n, k, groupSize, rowStride } = weights;
    const shape = { dtype: sizes.dtype, numExperts, n, k, groupSize, rowStride };
    const plain = buffers.own(await uploadWeights(device, weights));
    return { groupSize, weights: buffers.own(await prepareMoeWeights(device, shape, plain)) };
  };
  return {
    ...sizes,
    hidden: await buffers.upload("hidden", hidden.subarray(0, elements)),
    gateUp: await prepare(gateUp),
    down: await prepare(down),
    topkIds: await buffers.upload("topkIds", topkIds.subarray(0, routes)),
    topkWeights: await buffers.upload("topkWeights", topkWeights.subarray(0, routes)),
    out: await buffers.allocate("out", 2 * elements),
    workspace: await buffers.allocate("workspace", moeForwardWorkspaceBytes(sizes)),
  };
}
