import { neededTensors, neededWeights, strideOf } from "./_checkGemmBuffers.ts";
import {
  brokenCudaLimit,
  cudaWorkspaceBytes,
  launchCudaGemm,
  repackedElsewhere,
} from "./_cudaGemm.ts";
import { type CudaProcessor, cudaProcessor } from "./_cudaProcessors.ts";
import { kernelModule } from "./_kernelModule.ts";
import { profiled } from "./_Profiler.ts";
import { gemmScope } from "./_scopeRouting.ts";
import type { Device } from "./Device.ts";
import { checkTensors, type DeviceTensor, type NeededTensor } from "./DeviceTensor.ts";
import { KernelHipError } from "./errors.ts";
import type { KernelArgument } from "./KernelArgument.ts";
import { brokenLimit } from "./moeKernelShape.ts";
import type { PreparedMoeWeights } from "./PreparedMoeWeights.ts";

/** Sizes of a grouped GEMM, in the words of `MoeGemmProblem` of `@moe/quant`. */
export interface MoeGemmSizes {
  /** Type of activations, scales and output. */
  dtype: "bf16" | "f16";
  /** Experts, 1 or more. */
  numExperts: number;
  /** Output columns of one expert, a multiple of 16; of 8 on NVIDIA. */
  n: number;
  /** Inner size, a multiple of `groupSize`. */
  k: number;
  /** Consecutive k that share one scale: 32, 64 or 128. */
  groupSize: number;
  /** Words from one row of packed weights to the next, a multiple of 4 on gfx11; default `k / 8`. */
  rowStride?: number;
  /** Routes that share one row of `a`. */
  topK: number;
  /** Rows of a block: 16, 32 or 64; 128 too on NVIDIA. */
  blockM: number;
  /** Blocks to run; may be an upper bound whose last experts are negative. At most 28,000 on
   * sm_90, 12,600 on other processors of NVIDIA's. */
  numBlocks: number;
  /** Entries of `sortedTokenIds`. */
  numSlots: number;
  /** Flat indices below this are real routes, below 2^31. */
  numValidTokens: number;
}

/** A grouped GEMM whose tensors are on a device; layouts are those of `MoeGemmProblem`. */
export interface DeviceGemm extends MoeGemmSizes {
  /** `[ceil(numValidTokens / topK), k]`. */
  a: DeviceTensor;
  /** int32 `[numExperts, n, rowStride]`. */
  packed: DeviceTensor;
  /** `[numExperts, n, k / groupSize]`. */
  scales: DeviceTensor;
  /** uint8 `[numExperts, n, k / groupSize]`; without it, weights are symmetric. */
  zeros?: DeviceTensor;
  /** int32 `[numSlots]`. */
  sortedTokenIds: DeviceTensor;
  /** int32 `[numBlocks]`. */
  expertIds: DeviceTensor;
  /** `[numValidTokens, n]`; only routed rows are written. */
  c: DeviceTensor;
  /** Scratch of {@link moeGemmWorkspaceBytes}; not needed where that is 0. GEMMs of one device may share it. */
  workspace?: DeviceTensor;
}

/** A grouped GEMM with weights that {@link prepareMoeWeights} brought into the order of the device's kernel. */
export interface PreparedGemm extends Omit<DeviceGemm, "packed" | "scales" | "zeros"> {
  /** On the GEMM's device, of its sizes. */
  weights: PreparedMoeWeights;
}

/** In errors about buffers. */
const USER = "the GEMM";
/** Of `kernels/`. @internal */
export const GEMM_SOURCE = "moe_w4a16_gemm";
const THREADS = 256;
/** Columns of a workgroup, and blocks of the window that a layer of the grid looks at. */
const COLUMNS = 256;
const WINDOW = 32;
const MAX_WINDOWS = 65_535;
/** Rows of a workgroup of the row-sum kernel where the groups of one row fill a wave. */
const SUM_ROWS = 8;

/**
 * @param sizes - of the GEMM
 * @param hasZeros - whether it has zero points
 * @returns bytes of scratch that {@link launchMoeGemm} needs, enough for every device: on gfx11 a sum for each row and group
 * in bf16 and nothing in f16, on NVIDIA the plan, 32 bytes and 8 a block
 */
export function moeGemmWorkspaceBytes(sizes: MoeGemmSizes, hasZeros: boolean): number {
  return Math.max(rowSumBytes(sizes, hasZeros), cudaWorkspaceBytes(sizes));
}

function rowSumBytes(sizes: MoeGemmSizes, hasZeros: boolean): number {
  if (sizes.dtype === "f16") return 0;
  const { numValidTokens, topK, k, groupSize } = sizes;
  return Math.ceil(numValidTokens / topK) * (k / groupSize) * (hasZeros ? 8 : 4);
}

/**
 * Puts a grouped W4A16 GEMM behind the work that a device has, and returns: nothing is copied, nothing waits. Ids on the
 * device are not looked at; the kernel skips blocks whose expert is out of range and slots that hold no route. On gfx11 a
 * bf16 column of zero weights may give a small number in place of 0, see {@link gfx11OffsetRounding}.
 *
 * @param device - of a processor that {@link usesMoeKernel} accepts
 * @param gemm - sizes and tensors; on NVIDIA with weights of {@link prepareMoeWeights}, on gfx11 with either
 * @returns the kernels, in order; none for a GEMM without work
 * @throws KernelHipError `E_SHAPE` naming the limit that is broken, `E_RANGE` for a buffer that is too small, `E_ARGUMENT`
 * for one of another device and for weights that are not prepared where they must be, `E_DISPOSED`. What fails later is told
 * as {@link Device} says.
 */
export function launchMoeGemm(device: Device, gemm: DeviceGemm | PreparedGemm): string[] {
  const { arch } = device.info;
  const broken = brokenGemmLimit(arch, gemm);
  if (broken !== undefined) throw broken;
  if ("weights" in gemm) checkWeights(gemm);
  if (gemm.numBlocks * gemm.numValidTokens * gemm.n * gemm.numSlots === 0) return [];
  const cuda = cudaProcessor(arch);
  if (cuda !== undefined) return launchPrepared(device, cuda, gemm);
  const plain = "weights" in gemm ? plainGemm(gemm, arch) : gemm;
  const sums = rowSumBytes(plain, plain.zeros !== undefined);
  const scratch: NeededTensor = ["workspace", plain.workspace, sums];
  checkTensors(USER, [...neededTensors(plain), ...neededWeights(plain, plain), scratch]);
  return inScope(device, plain, () => {
    const kernels = plain.dtype === "bf16" ? [launchRowSums(device, plain)] : [];
    return [...kernels, launchGemm(device, plain)];
  });
}

/** The limit that a GEMM breaks on a processor. @internal */
export function brokenGemmLimit(arch: string, gemm: MoeGemmSizes): KernelHipError | undefined {
  const cuda = cudaProcessor(arch);
  return brokenLimit({ ...gemm, arch }) ?? (cuda && brokenCudaLimit(cuda, gemm));
}

function inScope(
  device: Device,
  gemm: DeviceGemm | PreparedGemm,
  launch: () => string[],
): string[] {
  return profiled(device, () => gemmScope("moe_w4a16_gemm", gemm), launch);
}

/** Sizes that the weights were prepared for. */
function checkWeights({ weights, ...gemm }: PreparedGemm): void {
  const keys = ["dtype", "numExperts", "n", "k", "groupSize"] as const;
  const differing = keys.find((key) => gemm[key] !== weights.sizes[key]);
  if (differing === undefined) return;
  const [given, allowed] = [gemm[differing], weights.sizes[differing]];
  const message = `${differing} is ${given}, but the weights were prepared for ${allowed}`;
  throw new KernelHipError("E_SHAPE", message, { limit: differing, given, allowed });
}

function launchPrepared(
  device: Device,
  processor: CudaProcessor,
  gemm: DeviceGemm | PreparedGemm,
): string[] {
  if ("weights" in gemm && "repacked" in gemm.weights.tensors) {
    const { workspace } = gemm;
    const workspaceBytes = cudaWorkspaceBytes(gemm);
    checkTensors(USER, [...neededTensors(gemm), ["workspace", workspace, workspaceBytes]]);
    const { repacked } = gemm.weights.tensors;
    return inScope(device, gemm, () => launchCudaGemm(device, processor, gemm, repacked));
  }
  const message = `the kernel for ${processor.arch} reads weights in an order of its own: give it \`weights\` of prepareMoeWeights on that device`;
  throw new KernelHipError("E_ARGUMENT", message);
}

/** The tensors that the weights are made of, where the kernel reads those. */
function plainGemm({ weights, ...gemm }: PreparedGemm, arch: string): DeviceGemm {
  if ("plain" in weights.tensors) {
    const { rowStride } = weights.sizes;
    return { ...gemm, ...weights.tensors.plain, ...(rowStride !== undefined && { rowStride }) };
  }
  throw repackedElsewhere(arch);
}

function suffixOf({ dtype, groupSize, zeros }: DeviceGemm): string {
  return `${dtype}_g${groupSize}${zeros === undefined ? "" : "_zeros"}`;
}

function u32(value: number): KernelArgument {
  return { u32: value };
}

function launchRowSums(device: Device, gemm: DeviceGemm): string {
  const { k, groupSize, a, workspace = null } = gemm;
  const rows = Math.ceil(gemm.numValidTokens / gemm.topK);
  const kernel = kernelModule(device, GEMM_SOURCE).kernel(`moe_row_sums_${suffixOf(gemm)}`);
  kernel.launch({
    grid: Math.ceil(rows / (SUM_ROWS << rowsLog2(k / groupSize))),
    block: THREADS,
    args: [{ struct: [a, workspace, u32(rows), u32(k), u32(k)] }],
  });
  return kernel.name;
}

/** Rows that share a wave of the row-sum kernel, as a power of two. */
function rowsLog2(groups: number): number {
  if (groups > 4) return 0;
  return groups > 2 ? 1 : groups > 1 ? 2 : 3;
}

function launchGemm(device: Device, gemm: DeviceGemm): string {
  const { numSlots, numValidTokens, numBlocks, numExperts, n, k, topK, blockM } = gemm;
  const { a, packed, scales, zeros = null, workspace = null, sortedTokenIds, expertIds, c } = gemm;
  const pointers = [a, packed, scales, zeros, workspace, sortedTokenIds, expertIds, c];
  const kernel = kernelModule(device, GEMM_SOURCE).kernel(`moe_w4a16_gemm_${suffixOf(gemm)}`);
  const before = [numSlots, numValidTokens, numBlocks];
  const after = [numExperts, n, k, k, strideOf(gemm), topK, blockM];
  for (let first = 0; first < numBlocks; first += MAX_WINDOWS * WINDOW) {
    const windows = Math.min(MAX_WINDOWS, Math.ceil((numBlocks - first) / WINDOW));
    kernel.launch({
      grid: [WINDOW, Math.ceil(n / COLUMNS), windows],
      block: THREADS,
      args: [{ struct: [...pointers, ...[...before, first, ...after].map(u32)] }],
    });
  }
  return kernel.name;
}
