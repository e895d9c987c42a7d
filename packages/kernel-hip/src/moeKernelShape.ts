import { CUDA, CUDA_ARCHES, cudaProcessor } from "./_cudaProcessors.ts";
import { KernelHipError } from "./errors.ts";
import { KERNEL_ARCHES, moeKernelCode } from "./moeKernelCode.ts";

/** What decides whether the W4A16 kernel can run: sizes and types, no tensors, so that callers can choose `blockM` first. */
export interface MoeKernelShape {
  /** Inner size K, a multiple of `groupSize`. */
  k: number;
  /** Output columns N, a multiple of 16; of 8 on NVIDIA. */
  n: number;
  /** Consecutive k that share one scale: 32, 64 or 128. */
  groupSize: number;
  /** Routes that share one row of the activations, 1 or more; 1 for gemm2. */
  topK: number;
  /** Rows of a block: 16, 32 or 64; 128 too on NVIDIA. */
  blockM: number;
  /** Type of activations, scales and output. */
  dtype: "bf16" | "f16";
  /** Processor, as {@link DeviceInfo.arch} gives it. */
  arch: string;
  /** Words from one row of packed weights to the next, `k / 8` (default) or more, on gfx11 a multiple of 4. */
  rowStride?: number;
}

const GROUP_SIZES = [32, 64, 128];
const DTYPES = ["bf16", "f16"];
const VALUES_PER_WORD = 8;

/** In what the kernels differ. */
interface Limits {
  blocks: number[];
  /** `n` is a multiple of this, and at most that. */
  columns: number;
  maxN: number;
  /** The row stride is a multiple of this. */
  strideWords: number;
  /** Bytes of one expert's packed weights end before. */
  maxExpertBytes: number;
}

const GFX11_LIMITS: Limits = {
  blocks: [16, 32, 64],
  columns: 16,
  maxN: Number.MAX_SAFE_INTEGER,
  strideWords: 4,
  // The kernel counts them in 32 bits.
  maxExpertBytes: 2 ** 32,
};

const CUDA_LIMITS: Limits = {
  blocks: [16, 32, 64, 128],
  columns: 8,
  maxN: CUDA.maxGrid * CUDA.blockN,
  strideWords: 1,
  // No buffer is larger.
  maxExpertBytes: 2 ** 40,
};

/** The limit that a shape breaks, as an error; undefined where the kernel runs it. */
export function brokenLimit(shape: MoeKernelShape): KernelHipError | undefined {
  const { k, n, groupSize, topK, blockM, dtype, arch } = shape;
  const kernel = cudaProcessor(arch) === undefined ? GFX11_LIMITS : CUDA_LIMITS;
  const rowStride = shape.rowStride ?? k / VALUES_PER_WORD;
  const oneOf = (allowed: readonly unknown[]): string => allowed.join(", ");
  const isWhole = (value: number, least: number): boolean =>
    Number.isInteger(value) && value >= least;
  const noCode = whyNoCode(arch);
  const limits: [name: string, given: unknown, holds: boolean, allowed: string][] = [
    ["arch", arch, noCode === undefined, noCode ?? ""],
    ["dtype", dtype, DTYPES.includes(dtype), oneOf(DTYPES)],
    ["groupSize", groupSize, GROUP_SIZES.includes(groupSize), oneOf(GROUP_SIZES)],
    ["blockM", blockM, kernel.blocks.includes(blockM), oneOf(kernel.blocks)],
    ["k", k, isWhole(k, 1) && k % groupSize === 0, `a multiple of groupSize ${groupSize}`],
    ["n", n, isWhole(n, 0) && n % kernel.columns === 0, `a multiple of ${kernel.columns}`],
    ["n", n, n <= kernel.maxN, `at most ${kernel.maxN}`],
    ["topK", topK, isWhole(topK, 1), "a whole number, 1 or more"],
    [
      "rowStride",
      rowStride,
      isWhole(rowStride, k / VALUES_PER_WORD) && rowStride % kernel.strideWords === 0,
      `a multiple of ${kernel.strideWords}, at least ${k / VALUES_PER_WORD}`,
    ],
    [
      "n · rowStride",
      n * rowStride,
      4 * n * rowStride < kernel.maxExpertBytes,
      `below ${kernel.maxExpertBytes / 4}`,
    ],
  ];
  const broken = limits.find(([, , holds]) => !holds);
  if (broken === undefined) return undefined;
  const [limit, given, , allowed] = broken;
  const message = `${limit} is ${String(given)}, but the W4A16 kernel takes ${allowed}`;
  return new KernelHipError("E_SHAPE", message, { limit, given, allowed });
}

/** The processors that there is code for, and why others have none; undefined where this one has. */
function whyNoCode(arch: string): string | undefined {
  try {
    moeKernelCode(arch);
    return undefined;
  } catch (error) {
    if (!(error instanceof KernelHipError)) throw error;
    const others = error.code === "E_SHAPE" ? "and any other gfx11 with hiprtc" : error.message;
    return `${[...KERNEL_ARCHES, ...CUDA_ARCHES].join(", ")}; ${others}`;
  }
}
