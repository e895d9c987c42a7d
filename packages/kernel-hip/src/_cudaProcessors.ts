// NVIDIA's processors that kernels/cuda is compiled for, and what a launcher has to know of abi.h.
import { cubinModule } from "./_cubin.ts";
import type { Device } from "./Device.ts";
import type { DeviceModule } from "./DeviceModule.ts";
import type { MoeGemmSizes } from "./launchMoeGemm.ts";

/** What the kernels have in common. */
export const CUDA = {
  /** Rows of N and of K of a block of repacked weights. */
  blockN: 128,
  blockK: 128,
  repackThreads: 256,
  planThreads: 512,
  /** A grid's y and z. */
  maxGrid: 65_535,
  /** A and C are addressed in units of 16 bytes, in 32 bits. */
  maxSpanBytes: 2 ** 36,
} as const;

/** One of the GEMM kernels. */
export interface CudaKernel {
  /** In the names of its instantiations. */
  name: "sm80" | "sm90";
  /** What compilers call a processor behind its number: `a` stands for instructions that no later one promises to have. */
  suffix: "" | "a";
  threads: number;
  /** The plan kernel's shared memory ends there. */
  maxBlocks: number;
  /** Dynamic shared memory. */
  sharedBytes(groupSize: number, hasZeros: boolean): number;
  /** What is faster where experts have few rows. */
  low?: CudaLowKernel;
}

/** A kernel without a plan: a thread block for each pair of parts of a block of rows and each block of columns. */
export interface CudaLowKernel {
  name: "sm90_low";
  threads: number;
  partRows: number;
  sharedBytes(groupSize: number, hasZeros: boolean): number;
}

/** What runs on a processor. */
export interface CudaProcessor {
  /** As {@link DeviceInfo.arch} gives it. */
  arch: string;
  kernel: CudaKernel;
  /** The first of its generation, whose code it runs. */
  code: string;
  /** Whether a kernel's prologue may run under the kernel before it. */
  overlaps: boolean;
}

const SM90_LOW: CudaLowKernel = {
  name: "sm90_low",
  threads: 128,
  partRows: 16,
  /** `moeLowSharedBytes`. */
  sharedBytes(groupSize, hasZeros) {
    const rowBytes = 2 * CUDA.blockK;
    return 4 * (this.partRows * rowBytes + cudaBlockBytes(groupSize, hasZeros)) + 128;
  },
};

const SM90: CudaKernel = {
  name: "sm90",
  suffix: "a",
  threads: 384,
  maxBlocks: 28_000,
  low: SM90_LOW,
  /** `moeSm90SharedBytes`: four stages where they fit, else three. */
  sharedBytes(groupSize, hasZeros) {
    const [rows, slots, mostStages, limit] = [144, 4, 4, 232_448];
    const stage = 2 * rows * 128 + 2 * cudaBlockBytes(groupSize, hasZeros);
    const fixed = slots * tileBytes(rows) + 8 * (2 * mostStages + 2 * slots + 1) + 1024;
    return fixed + (fixed + mostStages * stage <= limit ? mostStages : mostStages - 1) * stage;
  },
};

const SM80: CudaKernel = {
  name: "sm80",
  suffix: "",
  threads: 288,
  maxBlocks: 12_600,
  /** `moeSm80SharedBytes`. */
  sharedBytes(groupSize, hasZeros) {
    const [rows, slots, stages, stageK] = [64, 8, 5, 64];
    const tables = Math.max(1, stageK / groupSize) * 2 * CUDA.blockN * (hasZeros ? 2 : 1);
    const stage = 2 * rows * stageK + 2 * ((CUDA.blockN * stageK) / 2 + tables);
    return stages * stage + slots * tileBytes(rows) + 8 * (2 * slots + 1) + 128;
  },
};

/** Code runs on later processors of the same generation, and is compiled for the first. */
const PROCESSORS: readonly CudaProcessor[] = [
  ...["sm_80", "sm_86", "sm_87", "sm_88", "sm_89"].map((arch) => {
    return { arch, kernel: SM80, code: "sm_80", overlaps: false };
  }),
  { arch: "sm_90", kernel: SM90, code: "sm_90", overlaps: true },
  ...["sm_120", "sm_121"].map((arch) => {
    return { arch, kernel: SM80, code: "sm_120", overlaps: true };
  }),
];

/** Their names. */
export const CUDA_ARCHES: readonly string[] = PROCESSORS.map(({ arch }) => arch);

/** Those that code is compiled for. */
export const CUDA_CODES: readonly string[] = [...new Set(PROCESSORS.map(({ code }) => code))];

/** Undefined for a processor without such kernels. */
export function cudaProcessor(arch: string): CudaProcessor | undefined {
  return PROCESSORS.find((processor) => processor.arch === arch);
}

/** Up to 2 routes an expert, or 8 where K is short: see docs/kernels-nvidia.md for what either kernel takes around there. */
const LOW = { routes: 2, shortRoutes: 8, shortK: 1024 } as const;

/** The kernel for few rows where it is what a GEMM runs on a processor. */
export function lowKernel(
  { kernel: { low } }: CudaProcessor,
  { numValidTokens, numExperts, k }: MoeGemmSizes,
): CudaLowKernel | undefined {
  const most = k <= LOW.shortK ? LOW.shortRoutes : LOW.routes;
  return low !== undefined && numValidTokens <= most * numExperts ? low : undefined;
}

/** A slot of the scheduler: a source and a target for each row. */
function tileBytes(rows: number): number {
  return 16 + 2 * 4 * rows;
}

/** `moeBlockBytes`: 128 of N and of K, with the scales and the zero points of their groups. */
export function cudaBlockBytes(groupSize: number, hasZeros: boolean): number {
  const tableBytes = (CUDA.blockK / groupSize) * 2 * CUDA.blockN;
  return (CUDA.blockN * CUDA.blockK) / 2 + tableBytes * (hasZeros ? 2 : 1);
}

/** A module of the GEMM's kernel for a device's processor, or of its companions. */
export function cudaModule(
  device: Device,
  { code, kernel }: CudaProcessor,
  name: string,
): DeviceModule {
  return cubinModule(device, `${code}${kernel.suffix}`, name);
}
