// What the CUDA kernels are built from, and how.
import { join } from "node:path";
import { hashFiles } from "./_kernels.ts";

/** What nvcc runs with; PyPI has all of it. The cubins that were measured are of these versions. */
export const NVCC_PACKAGES: Readonly<Record<string, string>> = {
  "nvidia-cuda-nvcc": "13.0.88",
  "nvidia-cuda-crt": "13.0.88",
  "nvidia-nvvm": "13.0.88",
  "nvidia-cuda-runtime": "13.0.96",
  "nvidia-cuda-cccl": "13.0.85",
};
export const NVCC_VERSION: string = NVCC_PACKAGES["nvidia-cuda-nvcc"];

/** The processor as compilers name it: `a` stands for instructions that no later one promises to have. */
export const CUDA_ARCH = "sm_90a";

export const NVCC_FLAGS: string[] = [
  `-gencode=arch=compute_${CUDA_ARCH.slice(3)},code=${CUDA_ARCH}`,
  "-cubin",
  "-O3",
  "-std=c++17",
  // Registers, shared memory, stack and spills, which `parsePtxas` reads.
  "-Xptxas",
  "-v",
];

/** One cubin: a translation unit with its definitions. */
export interface CudaUnit {
  /** Of the file; that of a GEMM is the name of its only kernel. */
  name: string;
  source: string;
  definitions: string[];
  /** Calls that are not inlined need a few bytes of stack; nothing else may have any. */
  isStackAllowed: boolean;
}

const ELEMENTS = { Bf16: "bf16", F16: "f16" };
const GROUP_SIZES = [128, 64, 32];

/** Every cubin that is committed. A GEMM is one unit for each instantiation, so that they compile side by side. */
export const CUDA_UNITS: CudaUnit[] = [
  { name: "plan", source: "plan.cu", definitions: [], isStackAllowed: true },
  { name: "repack", source: "repack.cu", definitions: [], isStackAllowed: false },
  ...Object.entries(ELEMENTS).flatMap(([element, label]) =>
    GROUP_SIZES.flatMap((group) =>
      [false, true].map((zeros) => gemm(element, label, group, zeros)),
    ),
  ),
];

function gemm(element: string, label: string, group: number, zeros: boolean): CudaUnit {
  const name = `moe_w4a16_sm90_${label}_g${group}${zeros ? "_zeros" : ""}`;
  const values = { NAME: name, ELEMENT: element, GROUP: group, ZEROS: zeros };
  const definitions = Object.entries(values).map(([key, value]) => `-DMOE_${key}=${value}`);
  return { name, source: "gemm_sm90.cu", definitions, isStackAllowed: false };
}

/** Below `prebuilt/cuda/`. */
export function cubinFile(unit: CudaUnit): string {
  return `${CUDA_ARCH}/${unit.name}.cubin.gz`;
}

/** Where the CUDA sources of a package lie. */
export function cudaFolder(root: string): string {
  return join(root, "kernels", "cuda");
}

/** @returns the hash of all CUDA sources of a package */
export function hashCudaSources(root: string): string {
  const folder = cudaFolder(root);
  return hashFiles(folder, [...new Bun.Glob("*.{cu,cuh,h}").scanSync(folder)].sort());
}
