import { CUDA_ARCHES, cudaProcessor, lowKernel } from "./_cudaProcessors.ts";
import { load } from "./_load.ts";
import { unwrap } from "./_native.ts";
import { KernelHipError } from "./errors.ts";
import type { MoeGemmSizes } from "./launchMoeGemm.ts";

/** Where the code of this package's kernels comes from. */
export interface MoeKernelCode {
  /**
   * `prebuilt`: it comes with the package. `hiprtc`: the run-time compiler of the installed ROCm compiles the same sources in
   * this process; how good that is depends on its version.
   */
  origin: "prebuilt" | "hiprtc";
  /** The run-time compiler's library, by the name that it was found by; absent where the code is prebuilt. */
  library?: string;
}

/** gfx11 processors with prebuilt code objects of the kernels, and of the Triton reference. */
export const KERNEL_ARCHES = [
  "gfx1100",
  "gfx1101",
  "gfx1102",
  "gfx1103",
  "gfx1150",
  "gfx1151",
  "gfx1152",
] as const;
/** NVIDIA's processors with cubins of both. */
export const CUDA_KERNEL_ARCHES: readonly string[] = CUDA_ARCHES;
const GFX11 = /^gfx11[0-9a-f]{2}$/;

/** The library that the environment names instead of the usual ones. */
export function namedCompiler(): string | undefined {
  return process.env["MOE_HIPRTC_LIBRARY"];
}

/**
 * Where the code of the GEMM for a processor comes from: from this package, or, on a gfx11 processor that it has none for,
 * from `libhiprtc.so.7`, `.6` or `.5`, or the library that `MOE_HIPRTC_LIBRARY` names and no other.
 *
 * @param arch - processor, as {@link DeviceInfo.arch} gives it
 * @returns see {@link MoeKernelCode}
 * @throws KernelHipError `E_SHAPE` where there is no such kernel; `E_NO_LIBRARY`, `E_DRIVER_OLD`, `E_NATIVE_UNAVAILABLE`,
 * `E_NATIVE_VERSION` where it has to be compiled and there is no compiler
 * @example
 * ```ts
 * import { moeKernelCode } from "@moe/kernel-hip";
 *
 * console.log(moeKernelCode("gfx1151").origin);
 * // → prebuilt
 * ```
 */
export function moeKernelCode(arch: string): MoeKernelCode {
  const prebuilt = [...KERNEL_ARCHES, ...CUDA_KERNEL_ARCHES];
  if (prebuilt.includes(arch)) return { origin: "prebuilt" };
  if (GFX11.test(arch)) return { origin: "hiprtc", library: compilerLibrary() };
  const allowed = [...prebuilt, "any other gfx11 where ROCm's hiprtc is installed"];
  const message = `arch is ${arch}, but the kernel takes ${allowed.join(", ")}`;
  throw new KernelHipError("E_SHAPE", message, { limit: "arch", given: arch, allowed });
}

/**
 * The GEMM's kernel for a processor, by the name that those of all types and group sizes begin with.
 *
 * @param arch - processor, as {@link DeviceInfo.arch} gives it
 * @param sizes - of the GEMM; without them the name is that of the kernel for many rows an expert. On sm_90 one without a plan
 * runs where there are at most 2 routes an expert, 8 where K is at most 1,024
 * @returns that name, also where there is no code for the processor
 * @example
 * ```ts
 * import { moeKernelName } from "@moe/kernel-hip";
 *
 * console.log(moeKernelName("gfx1151"), moeKernelName("sm_89"), moeKernelName("sm_90"));
 * // → moe_w4a16_gemm moe_w4a16_sm80 moe_w4a16_sm90
 * ```
 */
export function moeKernelName(arch: string, sizes?: MoeGemmSizes): string {
  const cuda = cudaProcessor(arch);
  if (cuda === undefined) return "moe_w4a16_gemm";
  const low = sizes && lowKernel(cuda, sizes);
  return `moe_w4a16_${(low ?? cuda.kernel).name}`;
}

/** By the name that the environment gave: each launch asks, and a library that was found stays loaded. */
const found = new Map<string | undefined, string>();

function compilerLibrary(): string {
  const named = namedCompiler();
  const library = found.get(named) ?? unwrap(load().binding.compilerLibrary(named));
  found.set(named, library);
  return library;
}

/** Throws where there is no code of the align and layer kernels for a processor. */
export function checkKernelArch(arch: string): void {
  moeKernelCode(arch);
}
