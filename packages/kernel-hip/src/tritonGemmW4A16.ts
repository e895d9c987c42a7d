import { checkProblem, type MoeGemmProblem } from "@moe/quant";
import type { Device } from "./Device.ts";
import { launchTritonGemm } from "./launchTritonGemm.ts";
import type { MoeGemmRun } from "./moeGemmW4A16.ts";
import { tritonObject } from "./tritonConfigurations.ts";
import { gemmSizes, uploadMoeGemm } from "./uploadMoeGemm.ts";

/** What {@link tritonGemmW4A16} ran; its code is always prebuilt. */
export interface TritonGemmRun extends Omit<MoeGemmRun, "code"> {
  /** Name of the configuration, one of {@link tritonConfigurations}. */
  configuration: string;
}

/**
 * Runs a grouped W4A16 GEMM of host arrays with the Triton reference, as {@link moeGemmW4A16} does with the kernel of this
 * package: copies it to the device, launches, and copies `c` back. {@link launchTritonGemm} names the limits.
 *
 * @param device - `hip` or `sim`, of a processor that {@link tritonConfigurations} knows
 * @param problem - activations, scales and `c` in bf16; `c` is written; nothing of it may change until the promise settles
 * @param configuration - a name of {@link tritonConfigurations}; default: the first that fits
 * @returns what ran
 * @throws QuantError as a rejection, where `checkProblem` refuses the problem; `c` is then untouched
 * @throws KernelHipError as a rejection: `E_SHAPE` naming the limit, `E_OPTION`, and all that a device throws
 */
export async function tritonGemmW4A16(
  device: Device,
  problem: MoeGemmProblem,
  configuration?: string,
): Promise<TritonGemmRun> {
  checkProblem(problem);
  const { backend, arch } = device.info;
  const sizes = gemmSizes(problem);
  const { zeros } = problem.weights;
  const { name } = tritonObject(arch, { ...sizes, zeros }, configuration);
  const { numBlocks, numValidTokens, n, numSlots } = sizes;
  if (numBlocks * numValidTokens * n * numSlots === 0) {
    return { backend, arch, kernels: [], configuration: name };
  }
  const gemm = await uploadMoeGemm(device, problem);
  try {
    const launched = launchTritonGemm(device, gemm, name);
    await gemm.c.read(problem.c.subarray(0, numValidTokens * n));
    return { backend, arch, ...launched };
  } finally {
    gemm.dispose();
  }
}
