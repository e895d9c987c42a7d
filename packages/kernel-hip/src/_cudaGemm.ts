// Launches of the kernels for NVIDIA.
import {
  CUDA,
  type CudaLowKernel,
  cudaModule,
  type CudaProcessor,
  lowKernel,
} from "./_cudaProcessors.ts";
import type { Device } from "./Device.ts";
import type { DeviceBuffer } from "./DeviceBuffer.ts";
import type { Kernel } from "./DeviceModule.ts";
import { KernelHipError } from "./errors.ts";
import type { KernelArgument } from "./KernelArgument.ts";
import type { MoeGemmSizes, PreparedGemm } from "./launchMoeGemm.ts";
import { moeKernelName } from "./moeKernelCode.ts";

const PLAN_HEADER_BYTES = 32;
const CHUNK_BYTES = 8;

/** Bytes of the workspace that holds the plan. */
export function cudaWorkspaceBytes({ numBlocks }: MoeGemmSizes): number {
  return PLAN_HEADER_BYTES + CHUNK_BYTES * numBlocks;
}

type Limit = [name: string, given: number, most: number, advice: string];

/** The limit of a launch, beyond those of its shape, that is broken. */
export function brokenCudaLimit(
  processor: CudaProcessor,
  sizes: MoeGemmSizes,
): KernelHipError | undefined {
  const { numBlocks, numValidTokens, topK, n, k, numExperts } = sizes;
  const most = CUDA.maxSpanBytes - 1;
  return firstBroken(processor, [
    ["numBlocks", numBlocks, processor.kernel.maxBlocks, "; a larger blockM gives fewer"],
    expertLimit(numExperts),
    ["the size of a", 2 * Math.ceil(numValidTokens / topK) * k, most, " bytes"],
    ["the size of c", 2 * numValidTokens * n, most, " bytes"],
  ]);
}

/** The limit of the weights, beyond those of their shape, where it is broken. */
export function brokenCudaExperts(
  processor: CudaProcessor,
  numExperts: number,
): KernelHipError | undefined {
  return firstBroken(processor, [expertLimit(numExperts)]);
}

function expertLimit(numExperts: number): Limit {
  return ["numExperts", numExperts, CUDA.maxGrid, ""];
}

function firstBroken({ arch }: CudaProcessor, limits: Limit[]): KernelHipError | undefined {
  const broken = limits.find(([, given, most]) => !(given <= most));
  if (broken === undefined) return undefined;
  const [limit, given, allowed, advice] = broken;
  const message = `${limit} is ${given}, but the W4A16 kernel for ${arch} takes at most ${allowed}${advice}`;
  return new KernelHipError("E_SHAPE", message, { limit, given, allowed });
}

/** Repacked weights are of no use to a device of AMD's. */
export function repackedElsewhere(arch: string): KernelHipError {
  const message = `the weights were prepared for a processor of NVIDIA's, but the device is a ${arch}`;
  return new KernelHipError("E_ARGUMENT", message);
}

/** Plans where the kernel needs it, and multiplies; returns the kernels. */
export function launchCudaGemm(
  device: Device,
  processor: CudaProcessor,
  gemm: PreparedGemm,
  repacked: DeviceBuffer,
): string[] {
  const low = lowKernel(processor, gemm);
  if (low !== undefined) return [launchLow(device, processor, low, gemm, repacked)];
  return [launchPlan(device, processor, gemm), launchGemm(device, processor, gemm, repacked)];
}

const u32 = (value: number): KernelArgument => ({ u32: value });

/** `MoePlanArgs`. */
function launchPlan(device: Device, processor: CudaProcessor, gemm: PreparedGemm): string {
  const { expertIds, workspace = null, numBlocks, blockM, numExperts } = gemm;
  const kernel = cudaModule(device, processor, "plan").kernel("moe_plan");
  kernel.launch({
    grid: 1,
    block: CUDA.planThreads,
    sharedBytes: 8 * numBlocks + 4,
    args: [{ struct: [expertIds, workspace, ...[numBlocks, blockM, numExperts, 0].map(u32)] }],
  });
  return kernel.name;
}

/** The instantiation of a GEMM, which its cubin is named after. */
function gemmKernel(device: Device, processor: CudaProcessor, gemm: PreparedGemm): Kernel {
  const { dtype, groupSize, weights } = gemm;
  const start = moeKernelName(processor.arch, gemm);
  const name = `${start}_${dtype}_g${groupSize}${weights.hasZeros ? "_zeros" : ""}`;
  return cudaModule(device, processor, name).kernel(name);
}

/** `MoeGemmArgs`. */
function gemmFields(
  gemm: PreparedGemm,
  repacked: DeviceBuffer,
  plan: PreparedGemm["workspace"],
): KernelArgument[] {
  const { a, c, sortedTokenIds, n, k, numSlots, numValidTokens, topK, blockM } = gemm;
  const numbers = [numSlots, numValidTokens, topK, blockM, k, n].map(u32);
  return [a, repacked, c, sortedTokenIds, plan ?? null, { u64: k }, { u64: n }, ...numbers];
}

function launchGemm(
  device: Device,
  processor: CudaProcessor,
  gemm: PreparedGemm,
  repacked: DeviceBuffer,
): string {
  const { kernel: shape, overlaps } = processor;
  const kernel = gemmKernel(device, processor, gemm);
  kernel.launch({
    // Any number is right; drivers always say how many multiprocessors there are.
    grid: device.info.computeUnits ?? 1,
    block: shape.threads,
    sharedBytes: shape.sharedBytes(gemm.groupSize, gemm.weights.hasZeros),
    // Its prologue runs under the plan kernel, for which it then waits.
    overlaps,
    args: [{ struct: gemmFields(gemm, repacked, gemm.workspace) }],
  });
  return kernel.name;
}

/** `MoeLowGemmArgs`. */
function launchLow(
  device: Device,
  processor: CudaProcessor,
  low: CudaLowKernel,
  gemm: PreparedGemm,
  repacked: DeviceBuffer,
): string {
  const { n, numBlocks, blockM, expertIds, numExperts, groupSize, weights } = gemm;
  const kernel = gemmKernel(device, processor, gemm);
  kernel.launch({
    grid: [Math.ceil(n / CUDA.blockN), numBlocks, Math.ceil(blockM / (2 * low.partRows))],
    block: low.threads,
    sharedBytes: low.sharedBytes(groupSize, weights.hasZeros),
    args: [
      { struct: [...gemmFields(gemm, repacked, undefined), expertIds, u32(numExperts), u32(0)] },
    ],
  });
  return kernel.name;
}
