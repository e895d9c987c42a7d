// Whether what is committed below `prebuilt/` belongs to the sources: by hashes, without any compiler.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { CudaManifest } from "./_compileCuda.ts";
import {
  CUDA_UNITS,
  cubinFile,
  hashCudaSources,
  NVCC_FLAGS,
  NVCC_PACKAGES,
} from "./_cudaKernels.ts";
import { KERNEL_ARCHES } from "../src/moeKernelCode.ts";
import {
  fileOf,
  FLAGS,
  hashFiles,
  hashKernelSources,
  type KernelManifest,
  sha256,
  SOURCES,
} from "./_kernels.ts";

const REBUILD_KERNELS =
  "run bun packages/kernel-hip/scripts/build-kernels.ts and commit what it writes";
const REBUILD_CUDA =
  "run bun packages/kernel-hip/scripts/build-cuda-kernels.ts and commit what it writes";
const REBUILD_TRITON = "run packages/kernel-hip/triton/build.py and commit what it writes";
/** What the Triton objects depend on, below `triton/`. */
const TRITON_SOURCES = [
  "build.py",
  "configurations-cuda.json",
  "configurations.json",
  "reference.py",
];

interface ManifestObject {
  arch: string;
  file: string;
  sha256: string;
}

interface TritonManifest {
  /** See {@link hashFiles}: of {@link TRITON_SOURCES}. */
  source: string;
  objects: ManifestObject[];
}

/**
 * @param root - of the package
 * @returns sentences about what is stale, damaged, missing or too much
 */
export function prebuiltProblems(root: string): string[] {
  return [...kernelProblems(root), ...cudaProblems(root), ...tritonProblems(root)];
}

function kernelProblems(root: string): string[] {
  const folder = join(root, "prebuilt");
  const manifest = readJson(join(folder, "manifest.json")) as KernelManifest;
  const wanted = KERNEL_ARCHES.flatMap((arch) => SOURCES.map((source) => fileOf(arch, source)));
  const stale = [
    ...(manifest.sources === hashKernelSources(root) ? [] : ["kernels/ has changed"]),
    ...(manifest.flags === FLAGS.join(" ") ? [] : ["the compiler's flags have changed"]),
    ...objectProblems(folder, manifest.objects, wanted, "gfx*/**"),
  ];
  return stale.map((problem) => `prebuilt/: ${problem}; ${REBUILD_KERNELS}`);
}

function cudaProblems(root: string): string[] {
  const folder = join(root, "prebuilt", "cuda");
  const manifest = readJson(join(folder, "manifest.json")) as CudaManifest;
  const isCompiler = JSON.stringify(manifest.compiler) === JSON.stringify(NVCC_PACKAGES);
  const stale = [
    ...(manifest.sources === hashCudaSources(root) ? [] : ["the sources have changed"]),
    ...(manifest.flags === NVCC_FLAGS.join(" ") ? [] : ["the compiler's flags have changed"]),
    ...(isCompiler ? [] : ["the compiler's version has changed"]),
    ...objectProblems(folder, manifest.objects, CUDA_UNITS.map(cubinFile), "sm_*/**"),
  ];
  return stale.map((problem) => `prebuilt/cuda/: ${problem}; ${REBUILD_CUDA}`);
}

function tritonProblems(root: string): string[] {
  const folder = join(root, "prebuilt", "triton");
  const sources = join(root, "triton");
  const manifest = readJson(join(folder, "manifest.json")) as TritonManifest;
  const wanted = tritonFiles(sources);
  const isSame = manifest.source === hashFiles(sources, TRITON_SOURCES);
  const stale = [
    ...(isSame ? [] : [`one of triton/{${TRITON_SOURCES.join(",")}} has changed`]),
    ...objectProblems(folder, manifest.objects, wanted, "{gfx,sm_}*/**"),
  ];
  return stale.map((problem) => `prebuilt/triton/: ${problem}; ${REBUILD_TRITON}`);
}

/** A configuration of `triton/`; `arches` are those of NVIDIA's processors that it fits. */
interface TritonSource {
  topK: number[];
  arches?: string[];
}

function tritonFiles(sources: string): string[] {
  const files = (name: string, kind: string): string[] => {
    const all = readJson(join(sources, name)) as Record<string, TritonSource>;
    return Object.entries(all).flatMap(([configuration, { topK, arches = KERNEL_ARCHES }]) =>
      arches.flatMap((arch) =>
        topK.map((routes) => `${arch}/${configuration}_topk${routes}.${kind}.gz`),
      ),
    );
  };
  return [...files("configurations.json", "hsaco"), ...files("configurations-cuda.json", "cubin")];
}

function objectProblems(
  folder: string,
  objects: readonly ManifestObject[],
  wanted: readonly string[],
  pattern: string,
): string[] {
  const listed = objects.map(({ file }) => file);
  const present = [...new Bun.Glob(pattern).scanSync(folder)];
  const extra = [...new Set([...listed, ...present])].filter((file) => !wanted.includes(file));
  return [
    ...wanted.filter((file) => !listed.includes(file)).map((file) => `no ${file} in the manifest`),
    ...extra.sort().map((file) => `${file} is not built any more`),
    ...objects.flatMap((object) => damageOf(folder, object)),
  ];
}

function damageOf(folder: string, { file, sha256: expected }: ManifestObject): string[] {
  try {
    const code = gunzipSync(readFileSync(join(folder, file)));
    return sha256(code) === expected ? [] : [`${file} is not what the manifest says`];
  } catch (error) {
    return [`${file} cannot be read (${error instanceof Error ? error.message : String(error)})`];
  }
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}
