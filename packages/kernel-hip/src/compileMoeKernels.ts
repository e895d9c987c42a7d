import { compileAhead } from "./_compiledCode.ts";
import { moeKernelCode, type MoeKernelCode } from "./moeKernelCode.ts";

/** All of `kernels/*.hip`. */
const SOURCES = ["moe_w4a16_gemm", "moe_align", "moe_layer"];

/**
 * Compiles the kernels for a processor that no prebuilt code is for, on other threads, and keeps the code for every device of
 * this process. Without this the first call that needs a kernel compiles it, and blocks for some 10 seconds.
 *
 * @param arch - processor, as {@link DeviceInfo.arch} gives it
 * @returns where the code comes from; at once where it is prebuilt
 * @throws KernelHipError as a rejection: `E_COMPILE` with the compiler's log in `details.log`, `E_ARCH` where the compiler does
 * not know the processor, `E_DRIVER`, and as {@link moeKernelCode}
 * @example
 * ```ts
 * import { compileMoeKernels } from "@moe/kernel-hip";
 *
 * console.log((await compileMoeKernels("gfx1100")).origin);
 * // → prebuilt
 * ```
 */
export async function compileMoeKernels(arch: string): Promise<MoeKernelCode> {
  const code = moeKernelCode(arch);
  // None is left running when this rejects.
  const results = await Promise.allSettled(SOURCES.map((source) => compileAhead(arch, source)));
  for (const result of results) if (result.status === "rejected") throw result.reason;
  return code;
}
