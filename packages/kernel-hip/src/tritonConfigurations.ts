import { show } from "./_check.ts";
import { strideOf } from "./_checkGemmBuffers.ts";
import { cudaProcessor } from "./_cudaProcessors.ts";
import { prebuiltJson } from "./_prebuilt.ts";
import { KernelHipError } from "./errors.ts";
import type { MoeGemmSizes } from "./launchMoeGemm.ts";

/**
 * What the Triton reference rounds: each dequantised weight to bf16, as the kernels of its kind do. `verifyGemm` and the laws of
 * `@moe/quant` take it as `weightRounding`.
 */
export const TRITON_WEIGHT_ROUNDING: number = 2 ** -8;

/** How the Triton reference was compiled: its tile, and the `topK` that is a constant of the code. */
export interface TritonConfiguration {
  /**
   * On gfx11 `original_…`, the tuned configurations of the kernel that ours replaces, and `best_…`, what a search of the space
   * found. On NVIDIA `64x128x64_w8_s4`: `blockM`, `blockN`, `blockK`, warps and stages, in no order of speed.
   */
  name: string;
  /** Version of the Triton that compiled it. */
  version: string;
  /** Routes that share one row of the activations. */
  topK: number;
  /** Rows of a block, as the alignment has them. */
  blockM: number;
  /** Columns of a program. */
  blockN: number;
  /** Consecutive k of a step of its loop. */
  blockK: number;
  /** Blocks whose programs follow each other column by column. */
  groupM: number;
  /** Waves (warps) of a program. */
  warps: number;
  /** Stages of the software pipeline. */
  stages: number;
  /** LDS (shared memory) of a program. */
  ldsBytes: number;
  /** Vector registers of a wave; registers of a thread on NVIDIA. */
  vgprs: number;
  /** Vector registers that the compiler spilled to scratch. */
  vgprSpills: number;
}

/** A configuration with its code object. @internal */
export interface TritonObject extends TritonConfiguration {
  arch: string;
  /** Below `prebuilt/triton/`. */
  file: string;
  kernel: string;
}

/** Sizes of a GEMM, and its zero points where it has them. @internal */
export type TritonSizes = MoeGemmSizes & { zeros?: unknown };

interface Manifest {
  triton: string;
  groupSize: number;
  objects: (Omit<TritonObject, "name" | "version"> & { sha256: string; scratchBytes: number })[];
}

let manifest: Manifest | undefined;

function readManifest(): Manifest {
  manifest ??= prebuiltJson("triton/manifest.json") as Manifest;
  return manifest;
}

/** Shared memory that a program can have on every processor of NVIDIA's since sm_80. */
const LEAST_SHARED_BYTES = 101_376;

/** Code for a processor runs on later ones of its generation, some of which have less shared memory. */
function runsOn(object: { arch: string; ldsBytes: number }, arch: string): boolean {
  if (object.arch === arch) return true;
  const code = cudaProcessor(arch)?.code;
  return object.arch === code && object.ldsBytes <= LEAST_SHARED_BYTES;
}

/** `gfx1151/best_m32_topk8.hsaco.gz`: the name stands before the `topK`. */
function objectsOf(arch: string): TritonObject[] {
  const { triton: version, objects } = readManifest();
  const of = objects.filter((object) => runsOn(object, arch));
  return of.map(({ sha256: _hash, scratchBytes: _scratch, ...object }) => ({
    name: object.file.replace(/^.*\//, "").replace(/_topk\d+\.(hsaco|cubin)\.gz$/, ""),
    version,
    ...object,
  }));
}

/**
 * The configurations that {@link launchTritonGemm} can run on a processor, those that a search found before the originals.
 *
 * @param arch - processor, as {@link DeviceInfo.arch} gives it
 * @returns one entry for each name and `topK`; none where nothing was compiled for the processor
 * @example
 * ```ts
 * import { tritonConfigurations } from "@moe/kernel-hip";
 *
 * const names = tritonConfigurations("gfx1151").map(({ name }) => name);
 * console.log(names.includes("original_gemm1"), tritonConfigurations("sm_90").length);
 * // → true 48
 * ```
 */
export function tritonConfigurations(arch: string): TritonConfiguration[] {
  return ranked(objectsOf(arch)).map(withoutCode);
}

/**
 * The configuration that {@link launchTritonGemm} takes for a GEMM.
 *
 * @param arch - processor, as {@link DeviceInfo.arch} gives it
 * @param sizes - of the GEMM
 * @param name - one of {@link tritonConfigurations}; default: the first that fits
 * @returns that configuration
 * @throws KernelHipError `E_SHAPE` naming the limit that is broken, `E_OPTION` for an unknown name
 */
export function tritonConfigurationFor(
  arch: string,
  sizes: MoeGemmSizes,
  name?: string,
): TritonConfiguration {
  return withoutCode(tritonObject(arch, sizes, name));
}

function withoutCode(object: TritonObject): TritonConfiguration {
  const { arch: _arch, file: _file, kernel: _kernel, ...configuration } = object;
  return configuration;
}

/** The best first: a search ranked them by issue efficiency; names decide between equals. */
function ranked(objects: TritonObject[]): TritonObject[] {
  const rank = ({ name }: TritonObject): number => (name.startsWith("best") ? 0 : 1);
  return objects.toSorted((a, b) => rank(a) - rank(b));
}

/**
 * The object that runs a GEMM: that of the name, or the first that fits. Throws `E_OPTION` for an unknown name and
 * `E_SHAPE` where nothing fits. @internal
 */
export function tritonObject(arch: string, sizes: TritonSizes, name?: string): TritonObject {
  const all = ranked(objectsOf(arch));
  checkSizes(arch, sizes, all);
  const named = name === undefined ? all : all.filter((object) => object.name === name);
  if (named.length === 0) throw unknownName(name, all);
  const found = named.find((object) => fits(object, sizes));
  if (found !== undefined) return found;
  const blocks = [...new Set(named.map(({ blockM }) => blockM))].sort((a, b) => a - b).join(", ");
  const who =
    name === undefined ? "the Triton reference" : `the Triton reference's configuration ${name}`;
  const message = `blockM is ${sizes.blockM}, but ${who} was compiled for ${blocks}`;
  const details = { limit: "blockM", given: sizes.blockM, allowed: blocks };
  throw new KernelHipError("E_SHAPE", message, details);
}

/** A step of k lies in one group, so that every k of whole groups has whole steps. */
function fits({ topK, blockM }: TritonObject, sizes: TritonSizes): boolean {
  return topK === sizes.topK && blockM === sizes.blockM;
}

function unknownName(given: string | undefined, all: TritonObject[]): KernelHipError {
  const allowed = [...new Set(all.map((object) => object.name))];
  const message = `the Triton reference has no configuration ${show(given)}; it has ${allowed.join(", ")}`;
  return new KernelHipError("E_OPTION", message, { option: "configuration", given, allowed });
}

/** What no configuration takes. */
function checkSizes(arch: string, sizes: TritonSizes, all: TritonObject[]): void {
  const { groupSize } = readManifest();
  const arches = [...new Set(readManifest().objects.map((object) => object.arch))];
  const topKs = [...new Set(all.map((object) => object.topK))].sort((a, b) => a - b);
  const { dtype, n, k, topK } = sizes;
  const rowStride = strideOf(sizes);
  const limits: [name: string, given: unknown, holds: boolean, allowed: string][] = [
    ["arch", arch, all.length > 0, arches.join(", ")],
    ["dtype", dtype, dtype === "bf16", "bf16"],
    ["zeros", "given", sizes.zeros === undefined, "symmetric weights, without zero points"],
    ["groupSize", sizes.groupSize, sizes.groupSize === groupSize, String(groupSize)],
    ["topK", topK, topKs.includes(topK), topKs.join(", ")],
    ["k", k, k > 0 && k % groupSize === 0, `a multiple of ${groupSize}`],
    ["n", n, n >= 0 && n % 16 === 0, "a multiple of 16"],
    ["rowStride", rowStride, rowStride % 16 === 0, "a multiple of 16"],
  ];
  const broken = limits.find(([, , holds]) => !holds);
  if (broken === undefined) return;
  const [limit, given, , allowed] = broken;
  const message = `${limit} is ${String(given)}, but the Triton reference was compiled for ${allowed}`;
  throw new KernelHipError("E_SHAPE", message, { limit, given, allowed });
}
