import { show } from "./_check.ts";
import { KernelHipError } from "./errors.ts";
import { brokenLimit, type MoeKernelShape } from "./moeKernelShape.ts";

/** The first one counts; the second is what vLLM calls it. */
const SWITCHES = ["MOE_HIP", "VLLM_MOE_HIP"] as const;

/**
 * Whether a GEMM of this shape goes to the W4A16 kernel of this package, or to the caller's reference.
 *
 * `MOE_HIP` decides: not set, the kernel where there is one for the processor (gfx11, sm_8x, sm_90, sm_12x) and it takes the shape; `1`, the kernel,
 * and a shape that it does not take is an error; `0`, the reference. `VLLM_MOE_HIP` means the same where `MOE_HIP` is not
 * set.
 *
 * @param shape - sizes, types and processor
 * @returns true for the kernel
 * @throws KernelHipError `E_SHAPE` naming the limit, where `MOE_HIP` is `1`; `E_OPTION` where it is neither `0` nor `1`
 * @example
 * ```ts
 * import { usesMoeKernel } from "@moe/kernel-hip";
 *
 * const gemm1 = { k: 2048, n: 1024, groupSize: 128, topK: 8, blockM: 32, dtype: "bf16" } as const;
 * console.log(usesMoeKernel({ ...gemm1, arch: "gfx1151" }), usesMoeKernel({ ...gemm1, arch: "gfx942" }));
 * // → true false
 * ```
 */
export function usesMoeKernel(shape: MoeKernelShape): boolean {
  const name = SWITCHES.find((variable) => (process.env[variable] ?? "") !== "");
  const value = name === undefined ? "" : process.env[name];
  if (value === "0") return false;
  const broken = brokenLimit(shape);
  if (value === "") return broken === undefined;
  if (value !== "1") {
    const message = `${name} is ${show(value)}, but must be 1 (the kernel), 0 (the reference) or not set (what fits)`;
    throw new KernelHipError("E_OPTION", message, { option: name, given: value });
  }
  if (broken === undefined) return true;
  throw new KernelHipError("E_SHAPE", `${name} is 1: ${broken.message}`, broken.details);
}
