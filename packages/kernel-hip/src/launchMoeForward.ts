import { kernelModule } from "./_kernelModule.ts";
import { cut, layerGemmSizes, type LayerGemmSizes, workspaceBytes } from "./_layerPlan.ts";
import { layerScope } from "./_layerScope.ts";
import { profiled } from "./_Profiler.ts";
import type { Device } from "./Device.ts";
import { checkTensors, type DeviceTensor } from "./DeviceTensor.ts";
import { KernelHipError } from "./errors.ts";
import type { KernelArgument } from "./KernelArgument.ts";
import { checkNumExperts, launchMoeAlign } from "./launchMoeAlign.ts";
import { brokenGemmLimit, launchMoeGemm, type MoeGemmSizes } from "./launchMoeGemm.ts";
import { checkKernelArch } from "./moeKernelCode.ts";
import type { PreparedMoeWeights } from "./PreparedMoeWeights.ts";

/** How the weights of a projection are laid out. */
export interface MoeWeightSizes {
  /** Consecutive k that share one scale: 32, 64 or 128. */
  groupSize: number;
  /** Words from one row of packed weights to the next, a multiple of 4; default `k / 8`. */
  rowStride?: number;
}

/** Sizes of a layer, in the words of `MoeLayerProblem` of `@moe/quant`. */
export interface MoeLayerSizes {
  /** Type of activations, scales and output. */
  dtype: "bf16" | "f16";
  /** Tokens, 0 or more; `numTokens · topK` is below 2^31. */
  numTokens: number;
  /** Experts of a token, 1 or more. */
  topK: number;
  /** Experts, 1 to 1,024 (included). */
  numExperts: number;
  /** Width of a token, a multiple of 16 and of `gateUp.groupSize`. */
  hiddenSize: number;
  /** Columns of each of gate and up, a multiple of `down.groupSize`. */
  intermediateSize: number;
  /** Rows of a block: 16, 32 or 64. */
  blockM: number;
  /** Gate and up projection: `k` = hidden, `n` = 2 · intermediate. */
  gateUp: MoeWeightSizes;
  /** Down projection: `k` = intermediate, `n` = hidden. */
  down: MoeWeightSizes;
}

/** Weights of a projection on a device; layouts are those of `QuantizedWeights` of `@moe/quant`. */
export interface DeviceProjection extends MoeWeightSizes {
  /** int32 `[numExperts, n, rowStride]`. */
  packed: DeviceTensor;
  /** `[numExperts, n, k / groupSize]`. */
  scales: DeviceTensor;
  /** uint8 `[numExperts, n, k / groupSize]`; without it, weights are symmetric. */
  zeros?: DeviceTensor;
}

/** A projection whose weights {@link prepareMoeWeights} brought into the order of the device's kernel. */
export interface PreparedProjection extends Pick<MoeWeightSizes, "groupSize"> {
  /** On the layer's device, of the projection's sizes. */
  weights: PreparedMoeWeights;
}

/** A layer whose tensors are on a device. On NVIDIA its projections are prepared, on gfx11 they may be. */
export interface DeviceLayer extends Omit<MoeLayerSizes, "gateUp" | "down"> {
  /** `[numTokens, hiddenSize]`. */
  hidden: DeviceTensor;
  /** Gate and up projection, the gate's rows first. */
  gateUp: DeviceProjection | PreparedProjection;
  /** Down projection. */
  down: DeviceProjection | PreparedProjection;
  /** int32 `[numTokens, topK]`; ids outside of `0 … numExperts - 1` are no route. */
  topkIds: DeviceTensor;
  /** f32 `[numTokens, topK]`. */
  topkWeights: DeviceTensor;
  /** `[numTokens, hiddenSize]`; every row is written. */
  out: DeviceTensor;
  /** Scratch of {@link moeForwardWorkspaceBytes}; its contents do not matter. Layers of one device may share it. */
  workspace: DeviceTensor;
}

const SOURCE = "moe_layer";
const THREADS = 256;
/** Columns of a workgroup. */
const COLUMNS = 2048;
/** Workgroups that the grid has for rows; each takes the rows that are so many apart. */
const MAX_ROWS = 65_535;

/**
 * @param sizes - of the layer
 * @returns bytes of scratch that {@link launchMoeForward} needs on any device, with zero points or without: some
 * `2 · numTokens · topK · (max(2 · intermediateSize, hiddenSize) + intermediateSize)`
 * @throws AlignError for a shape that `alignSizes` of `@moe/align` refuses
 * @example
 * ```ts
 * import { moeForwardWorkspaceBytes } from "@moe/kernel-hip";
 *
 * const projection = { groupSize: 128 };
 * const shape = { numTokens: 1024, topK: 8, numExperts: 256, hiddenSize: 2048, intermediateSize: 512 };
 * const bytes = moeForwardWorkspaceBytes({
 *   ...shape, dtype: "bf16", blockM: 32, gateUp: projection, down: projection,
 * });
 * console.log((bytes / 2 ** 20).toFixed(1), "MiB");
 * // → 40.3 MiB
 * ```
 */
export function moeForwardWorkspaceBytes(sizes: MoeLayerSizes): number {
  return workspaceBytes(sizes);
}

/**
 * Puts a whole MoE layer behind the work that a device has, and returns: align → gemm1 → SiLU(gate) · up → gemm2 → weighted
 * sum over a token's experts. Routing stays on the device: grids are upper bounds, nothing is copied, nothing waits.
 * Activations stay in flat order, `token · topK + slot`, so that nothing is permuted between the GEMMs.
 *
 * @param device - of a processor that {@link usesMoeKernel} accepts
 * @param layer - sizes and tensors; `out` shares no memory with another one
 * @returns the kernels, in order; none for a layer without tokens
 * @throws AlignError for a shape that `alignSizes` of `@moe/align` refuses
 * @throws KernelHipError `E_SHAPE` naming the limit that is broken, `E_RANGE` for a tensor that is too small, `E_ARGUMENT` for one
 * of another device and for weights that are not prepared where they must be, `E_DISPOSED`. What fails later is told as
 * {@link Device} says.
 */
export function launchMoeForward(device: Device, layer: DeviceLayer): string[] {
  const sizes = checkLayerLimits(device, layer);
  if (layer.numTokens === 0) return [];
  checkOwnTensors(layer);
  return profiled(
    device,
    () => layerScope(layer, "moe_forward"),
    () => launchSteps(device, layer, sizes),
  );
}

/** Refuses what the device's kernels do not take; returns the sizes of both GEMMs. @internal */
export function checkLayerLimits(device: Device, layer: MoeLayerSizes): LayerGemmSizes {
  checkKernelArch(device.info.arch);
  const sizes = layerGemmSizes(layer);
  for (const name of ["gateUp", "down"] as const) checkLimits(device, name, sizes[name]);
  checkNumExperts(layer.numExperts);
  return sizes;
}

function launchSteps(device: Device, layer: DeviceLayer, sizes: LayerGemmSizes): string[] {
  const { topkIds, gateUp, down, hidden } = layer;
  const parts = cut(layer, layer.workspace);
  const { sortedTokenIds, expertIds, gemmScratch, activated, product } = parts;
  const blocks = { sortedTokenIds, expertIds, workspace: gemmScratch };
  return [
    ...launchMoeAlign(device, { ...layer, ...parts, topkIds, workspace: parts.counters }),
    ...launchMoeGemm(device, {
      ...sizes.gateUp,
      ...tensorsOf(gateUp),
      ...blocks,
      a: hidden,
      c: product,
    }),
    ...profiled(
      device,
      () => layerScope(layer, "moe_activate"),
      () => launchActivate(device, layer, product, activated),
    ),
    ...launchMoeGemm(device, {
      ...sizes.down,
      ...tensorsOf(down),
      ...blocks,
      a: activated,
      c: product,
    }),
    ...profiled(
      device,
      () => layerScope(layer, "moe_combine"),
      () => launchCombine(device, layer, product),
    ),
  ];
}

function checkLimits(device: Device, projection: string, sizes: MoeGemmSizes): void {
  const broken = brokenGemmLimit(device.info.arch, sizes);
  if (broken === undefined) return;
  throw new KernelHipError(broken.code, `${projection}: ${broken.message}`, {
    ...broken.details,
    projection,
  });
}

/** The others are looked at by the launches that take them. */
function checkOwnTensors(layer: DeviceLayer): void {
  const elements = layer.numTokens * layer.hiddenSize;
  checkTensors("the layer", [
    ["workspace", layer.workspace, workspaceBytes(layer)],
    ["topkWeights", layer.topkWeights, 4 * layer.numTokens * layer.topK],
    ["hidden", layer.hidden, 2 * elements],
    ["out", layer.out, 2 * elements],
  ]);
}

function tensorsOf(projection: DeviceProjection | PreparedProjection) {
  if ("weights" in projection) return { weights: projection.weights };
  const { packed, scales, zeros } = projection;
  return { packed, scales, ...(zeros && { zeros }) };
}

function launchActivate(
  device: Device,
  { dtype, numTokens, topK, numExperts, intermediateSize, topkIds }: DeviceLayer,
  product: DeviceTensor,
  activated: DeviceTensor,
): string[] {
  const pointers = [product, topkIds, activated];
  return launchRows(device, `moe_activate_${dtype}`, numTokens * topK, pointers, [
    numExperts,
    intermediateSize,
  ]);
}

function launchCombine(device: Device, layer: DeviceLayer, product: DeviceTensor): string[] {
  const { dtype, numTokens, topK, numExperts, hiddenSize, topkIds, topkWeights, out } = layer;
  const pointers = [product, topkIds, topkWeights, out];
  return launchRows(device, `moe_combine_${dtype}`, numTokens, pointers, [
    numExperts,
    hiddenSize,
    topK,
  ]);
}

/** A kernel of `moe_layer.hip`: pointers, rows, their step, experts, width, and what else it takes. */
function launchRows(
  device: Device,
  kernel: string,
  rows: number,
  pointers: readonly KernelArgument[],
  numbers: readonly [numExperts: number, width: number, ...more: number[]],
): string[] {
  const step = Math.min(rows, MAX_ROWS);
  const [, width] = numbers;
  const struct = [...pointers, ...[rows, step, ...numbers].map((value) => ({ u32: value }))];
  const grid: [number, number] = [Math.ceil(width / COLUMNS), step];
  kernelModule(device, SOURCE)
    .kernel(kernel)
    .launch({ grid, block: THREADS, args: [{ struct }] });
  return [kernel];
}
