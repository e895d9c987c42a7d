// What the CUDA kernels are built from, and how.
import { join } from "node:path";
import { CUBINS_FOR } from "../src/_cubin.ts";
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
  /** The processor as compilers name it: an `a` stands for instructions that no later one promises to have. */
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

const HOPPER = "sm_90a";
/** Those that the kernels of both vendors are built for. */
const SHARED_ARCHES = [...new Set(Object.values(CUBINS_FOR))];

/** Every cubin that is committed. A GEMM is one unit for each instantiation, so that they compile side by side. */
export const CUDA_UNITS: CudaUnit[] = [
  { ...plainUnit(HOPPER, "plan", "plan.cu"), isStackAllowed: true },
  plainUnit(HOPPER, "repack", "repack.cu"),
  ...Object.entries(ELEMENTS).flatMap(([element, label]) =>
    GROUP_SIZES.flatMap((group) =>
      [false, true].map((zeros) => gemm(element, label, group, zeros)),
    ),
  ),
  ...SHARED_ARCHES.flatMap((arch) =>
    SHARED_SOURCES.map((name) => plainUnit(arch, name, `../${name}.hip`)),
  ),
];

function plainUnit(arch: string, name: string, source: string): CudaUnit {
  return { arch, name, source, definitions: [], isStackAllowed: false };
}

function gemm(element: string, label: string, group: number, zeros: boolean): CudaUnit {
  const name = `moe_w4a16_sm90_${label}_g${group}${zeros ? "_zeros" : ""}`;
  const values = { NAME: name, ELEMENT: element, GROUP: group, ZEROS: zeros };
  const definitions = Object.entries(values).map(([key, value]) => `-DMOE_${key}=${value}`);
  return { ...plainUnit(HOPPER, name, "gemm_sm90.cu"), definitions };
}

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
