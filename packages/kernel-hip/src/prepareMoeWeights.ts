import { whole } from "./_check.ts";
import { neededWeights, strideOf } from "./_checkGemmBuffers.ts";
import { brokenCudaExperts, repackedElsewhere } from "./_cudaGemm.ts";
import {
  CUDA,
  cudaBlockBytes,
  cudaModule,
  type CudaProcessor,
  cudaProcessor,
} from "./_cudaProcessors.ts";
import type { Device } from "./Device.ts";
import type { DeviceBuffer } from "./DeviceBuffer.ts";
import { checkTensors } from "./DeviceTensor.ts";
import { KernelHipError } from "./errors.ts";
import type { MoeGemmSizes } from "./launchMoeGemm.ts";
import { brokenLimit } from "./moeKernelShape.ts";
import { PreparedMoeWeights } from "./PreparedMoeWeights.ts";
import type { DeviceWeights } from "./uploadMoeGemm.ts";

const MAX_COUNT = 2 ** 31 - 1;

/** Sizes of the weights of all experts, in the words of `QuantizedWeights` of `@moe/quant`. */
export type WeightSizes = Pick<
  MoeGemmSizes,
  "dtype" | "numExperts" | "n" | "k" | "groupSize" | "rowStride"
>;

/** Weights on a device, in the layouts of `QuantizedWeights`. */
export type PlainWeights = Pick<DeviceWeights, "packed" | "scales" | "zeros">;

/**
 * Brings weights into the order in which the kernel of a device reads them, once for all GEMMs with them: launches of some
 * 1 ms for a layer of 256 experts. On NVIDIA that is a copy in fragment order, of the size of the originals where `n` and `k`
 * are multiples of 128; on gfx11 the originals themselves.
 *
 * @param device - of a processor that {@link usesMoeKernel} accepts
 * @param sizes - of the weights
 * @param weights - on that device
 * @returns the handle that {@link launchMoeGemm} takes; the copy is made in the order of the device's work
 * @throws KernelHipError as a rejection: `E_SHAPE` naming the limit that is broken, `E_OPTION` for sizes without weights, `E_RANGE`
 * for a buffer that is too small, `E_MEMORY`, `E_ARGUMENT` for a buffer of another device, `E_DISPOSED`
 * @example
 * ```ts
 * import { openDevice, prepareMoeWeights } from "@moe/kernel-hip";
 *
 * using device = openDevice({ backend: "sim" });
 * const sizes = { dtype: "bf16", numExperts: 2, n: 16, k: 64, groupSize: 64 } as const;
 * const packed = await device.upload("packed", new Int32Array((2 * 16 * 64) / 8));
 * const scales = await device.upload("scales", new Uint16Array(2 * 16));
 * using prepared = await prepareMoeWeights(device, sizes, { packed, scales });
 * console.log(prepared.isCopy, prepared.hasZeros);
 * // → false false
 * ```
 */
export async function prepareMoeWeights(
  device: Device,
  sizes: WeightSizes,
  weights: PlainWeights,
): Promise<PreparedMoeWeights> {
  checkWeights(device, sizes, weights);
  const { dtype, numExperts, n, k, groupSize, rowStride } = sizes;
  const kept = { dtype, numExperts, n, k, groupSize };
  const { packed, scales, zeros } = weights;
  const plain = { packed, scales, ...(zeros && { zeros }) };
  const hasZeros = zeros !== undefined;
  const processor = cudaProcessor(device.info.arch);
  if (processor === undefined) {
    const strided = { ...kept, ...(rowStride !== undefined && { rowStride }) };
    return new PreparedMoeWeights(strided, hasZeros, { plain });
  }
  const repacked = await device.allocate("repacked weights", repackedBytes(kept, hasZeros));
  try {
    launch(device, processor, "repack", sizes, plain, repacked);
    return new PreparedMoeWeights(kept, hasZeros, { repacked });
  } catch (error) {
    repacked.dispose();
    throw error;
  }
}

/**
 * Writes prepared weights back into the layouts that they came in, bit for bit; words between the end of a row and the next
 * one stay as they are.
 *
 * @param device - that the weights are on
 * @param prepared - of {@link prepareMoeWeights}, which stay usable
 * @param target - buffers to be filled, `zeros` exactly where the weights have zero points
 * @param rowStride - words from one row of `target.packed` to the next, default `k / 8`; where the weights are no copy, as
 * they have it
 * @throws KernelHipError `E_RANGE`, `E_ARGUMENT`, `E_OPTION`, `E_DISPOSED`. What fails later is told as {@link Device} says.
 */
export function restoreMoeWeights(
  device: Device,
  prepared: PreparedMoeWeights,
  target: PlainWeights,
  rowStride?: number,
): void {
  const { hasZeros, tensors } = prepared;
  if (hasZeros !== (target.zeros !== undefined)) {
    const [has, lacks] = hasZeros ? ["", "no"] : ["no ", "a"];
    const message = `the weights have ${has}zero points, but the target has ${lacks} buffer for them`;
    throw new KernelHipError("E_OPTION", message, { option: "zeros" });
  }
  const stride = rowStride ?? prepared.sizes.rowStride;
  const sizes = { ...prepared.sizes, ...(stride !== undefined && { rowStride: stride }) };
  checkWeights(device, sizes, target);
  if ("plain" in tensors) return copyBack(sizes, tensors.plain, prepared.sizes, target);
  const { arch } = device.info;
  const processor = cudaProcessor(arch);
  if (processor === undefined) throw repackedElsewhere(arch);
  launch(device, processor, "unpack", sizes, target, tensors.repacked);
}

function copyBack(
  sizes: WeightSizes,
  from: PlainWeights,
  fromSizes: Readonly<WeightSizes>,
  target: PlainWeights,
): void {
  const [given, needed] = [strideOf(sizes), strideOf(fromSizes)];
  if (given !== needed) {
    const message = `rowStride is ${given}, but weights that are no copy are restored with theirs, ${needed}`;
    throw new KernelHipError("E_OPTION", message, { option: "rowStride", given, allowed: needed });
  }
  target.packed.copyFrom(from.packed);
  target.scales.copyFrom(from.scales);
  if (from.zeros !== undefined) target.zeros?.copyFrom(from.zeros);
}

function checkWeights(device: Device, sizes: WeightSizes, weights: PlainWeights): void {
  const { numExperts, n } = sizes;
  const { arch } = device.info;
  const cuda = cudaProcessor(arch);
  const broken =
    brokenLimit({ ...sizes, topK: 1, blockM: 16, arch }) ??
    (cuda && brokenCudaExperts(cuda, numExperts));
  if (broken !== undefined) throw broken;
  whole("numExperts", numExperts, 1, MAX_COUNT);
  whole("n", n, 1, MAX_COUNT);
  checkTensors("the call", neededWeights(sizes, weights));
}

/** `moeRepackedBytes` of kernels/cuda/abi.h. */
function repackedBytes({ numExperts, n, k, groupSize }: WeightSizes, hasZeros: boolean): number {
  const blocks = Math.ceil(n / CUDA.blockN) * Math.ceil(k / CUDA.blockK);
  return numExperts * blocks * cudaBlockBytes(groupSize, hasZeros);
}

/** Without zero points the layout does not depend on the type. */
function launch(
  device: Device,
  processor: CudaProcessor,
  verb: "repack" | "unpack",
  sizes: WeightSizes,
  { packed, scales, zeros }: PlainWeights,
  repacked: DeviceBuffer,
): void {
  const { dtype, numExperts, n, k, groupSize } = sizes;
  const suffix = zeros === undefined ? `g${groupSize}` : `${dtype}_g${groupSize}_zeros`;
  const numbers = [{ u64: strideOf(sizes) }, { u32: k }, { u32: n }];
  cudaModule(device, processor, "repack")
    .kernel(`moe_${verb}_${suffix}`)
    .launch({
      grid: [Math.ceil(k / CUDA.blockK), Math.ceil(n / CUDA.blockN), numExperts],
      block: CUDA.repackThreads,
      args: [{ struct: [packed, scales, zeros ?? null, repacked, ...numbers] }],
    });
}
