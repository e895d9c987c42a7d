// What the CUDA kernels are built from, and how.
import { join } from "node:path";
import { CUDA_CODES } from "../src/_cudaProcessors.ts";
import { hashFiles } from "./_kernels.ts";

/** Sources that both vendors' compilers take, and their headers beside the vendors' own, below `kernels/`. */
const SHARED_SOURCES = ["moe_align", "moe_layer"];
const SHARED_HEADERS = ["align/align.h", "common/device.h", "common/element.h"];

/** What nvcc runs with; PyPI has all of it. The cubins that were measured are of these versions. */
export const NVCC_PACKAGES: Readonly<Record<string, string>> = {
  "nvidia-cuda-nvcc": "13.0.88",
  "nvidia-cuda-crt": "13.0.88",
  "nvidia-nvvm": "13.0.88",
  "nvidia-cuda-runtime": "13.0.96",
  "nvidia-cuda-cccl": "13.0.85",
};
export const NVCC_VERSION: string = NVCC_PACKAGES["nvidia-cuda-nvcc"];

/** A kernel, and a processor that it is compiled for. */
export interface CudaTarget {
  /** As compilers name it: `a` stands for instructions that no later one promises to have. */
  arch: string;
  /** The oldest processor that the kernel runs on: `gemm_sm90.cu`, with `gemm_low.cu` beside it, or `gemm_sm80.cu`. */
  kernel: 80 | 90;
}

/** What is committed. Code for sm_80 runs on sm_86 to sm_89 too, code for sm_120 on sm_121. */
const CUDA_TARGETS: readonly CudaTarget[] = [
  { arch: "sm_90a", kernel: 90 },
  { arch: "sm_80", kernel: 80 },
  { arch: "sm_120", kernel: 80 },
];

/** Of every unit; {@link targetFlag} comes to them. */
export const NVCC_FLAGS: string[] = [
  "-cubin",
  "-O3",
  "-std=c++17",
  // Sources of both vendors' kernels end in `.hip`.
  "-x",
  "cu",
  // Registers, shared memory, stack and spills, which `parsePtxas` reads.
  "-Xptxas",
  "-v",
];

/** One cubin: a translation unit with its definitions. */
export interface CudaUnit {
  /** As in {@link CudaTarget}. */
  arch: string;
  /** Of the file; that of a GEMM is the name of its only kernel. */
  name: string;
  /** Seen from `kernels/cuda`. */
  source: string;
  definitions: string[];
  /** Calls that are not inlined need a few bytes of stack; nothing else may have any. */
  isStackAllowed: boolean;
}

const ELEMENTS = { Bf16: "bf16", F16: "f16" };
const GROUP_SIZES = [128, 64, 32];
/** What names of a kernel's instantiations have behind `moe_w4a16_`, and its source. */
const GEMMS: Readonly<Record<CudaTarget["kernel"], readonly (readonly [string, string])[]>> = {
  80: [["sm80", "gemm_sm80.cu"]],
  90: [
    ["sm90", "gemm_sm90.cu"],
    ["sm90_low", "gemm_low.cu"],
  ],
};

/** The cubins of a kernel for a processor. A GEMM is one unit for each instantiation, so that they compile side by side. */
export function cudaUnits({ arch, kernel }: CudaTarget): CudaUnit[] {
  const family = `-DMOE_KERNEL=${kernel}`;
  const gemm = (
    [start, source]: readonly string[],
    [element, label]: readonly string[],
    group: number,
    zeros: boolean,
  ): CudaUnit => {
    const name = `moe_w4a16_${start}_${label}_g${group}${zeros ? "_zeros" : ""}`;
    const values = { NAME: name, ELEMENT: element, GROUP: group, ZEROS: zeros };
    const own = Object.entries(values).map(([key, value]) => `-DMOE_${key}=${value}`);
    const definitions = [family, ...own];
    return { arch, name, source, definitions, isStackAllowed: false };
  };
  const common = { arch, definitions: [family] };
  return [
    { ...common, name: "plan", source: "plan.cu", isStackAllowed: true },
    { ...common, name: "repack", source: "repack.cu", isStackAllowed: false },
    ...GEMMS[kernel].flatMap((kind) =>
      Object.entries(ELEMENTS).flatMap((element) =>
        GROUP_SIZES.flatMap((group) =>
          [false, true].map((zeros) => gemm(kind, element, group, zeros)),
        ),
      ),
    ),
  ];
}

/** The cubins of the kernels that both vendors share, for a processor. */
export function sharedUnits(arch: string): CudaUnit[] {
  return SHARED_SOURCES.map((name) => {
    return { arch, name, source: `../${name}.hip`, definitions: [], isStackAllowed: false };
  });
}

/** Every cubin that is committed. */
export const CUDA_UNITS: CudaUnit[] = [
  ...CUDA_TARGETS.flatMap(cudaUnits),
  ...CUDA_CODES.flatMap(sharedUnits),
];

/** nvcc's flag for the processor of a unit. */
export function targetFlag({ arch }: CudaUnit): string {
  return `-gencode=arch=compute_${arch.slice(3)},code=${arch}`;
}

/** Below `prebuilt/cuda/`. */
export function cubinFile({ arch, name }: CudaUnit): string {
  return `${arch}/${name}.cubin.gz`;
}

/** Where the CUDA sources of a package lie. */
export function cudaFolder(root: string): string {
  return join(root, "kernels", "cuda");
}

/** @returns the hash of all CUDA sources of a package, and of what they share with those in HIP */
export function hashCudaSources(root: string): string {
  const folder = join(root, "kernels");
  const own = [...new Bun.Glob("cuda/*.{cu,cuh,h}").scanSync(folder)].sort();
  return hashFiles(folder, [
    ...own,
    ...SHARED_HEADERS,
    ...SHARED_SOURCES.map((name) => `${name}.hip`),
  ]);
}
