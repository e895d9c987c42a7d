import { checkProblem, type MoeGemmProblem } from "@moe/quant";
import { compileAhead } from "./_compiledCode.ts";
import type { Device } from "./Device.ts";
import type { DeviceInfo } from "./DeviceInfo.ts";
import { launchMoeGemm, GEMM_SOURCE } from "./launchMoeGemm.ts";
import { type MoeKernelCode, moeKernelCode } from "./moeKernelCode.ts";
import { brokenLimit } from "./moeKernelShape.ts";
import { prepareMoeWeights } from "./prepareMoeWeights.ts";
import type { PreparedMoeWeights } from "./PreparedMoeWeights.ts";
import { gemmSizes, uploadMoeGemm } from "./uploadMoeGemm.ts";

/** What {@link moeGemmW4A16} ran. */
export interface MoeGemmRun {
  /** Where it ran. */
  backend: DeviceInfo["backend"];
  /** On which processor. */
  arch: string;
  /** Where the kernels' code came from. */
  code: MoeKernelCode;
  /** The kernels of the GEMM, in order; none for a problem without work. */
  kernels: string[];
}

/**
 * Runs a grouped W4A16 GEMM of host arrays on a device: copies them there, launches, and copies `c` back. See
 * `MoeGemmProblem` of `@moe/quant` for the contract, and {@link launchMoeGemm} for tensors that are on the device already
 * and for what bf16 may give in place of 0.
 *
 * @param device - of a processor that {@link usesMoeKernel} accepts
 * @param problem - activations, scales and `c` in bf16; `c` is written; nothing of it may change until the promise settles
 * @returns what ran
 * @throws QuantError as a rejection, where `checkProblem` refuses the problem; `c` is then untouched
 * @throws KernelHipError as a rejection: `E_SHAPE` naming the limit that the kernel has, and all that a device throws
 */
export async function moeGemmW4A16(device: Device, problem: MoeGemmProblem): Promise<MoeGemmRun> {
  checkProblem(problem);
  const { backend, arch } = device.info;
  const sizes = gemmSizes(problem);
  const broken = brokenLimit({ ...sizes, arch });
  if (broken !== undefined) throw broken;
  const code = moeKernelCode(arch);
  const { numBlocks, numValidTokens, n, numSlots } = sizes;
  if (numBlocks * numValidTokens * n * numSlots === 0) return { backend, arch, code, kernels: [] };
  if (code.origin !== "prebuilt") await compileAhead(arch, GEMM_SOURCE);
  const gemm = await uploadMoeGemm(device, problem);
  let weights: PreparedMoeWeights | undefined;
  try {
    weights = await prepareMoeWeights(device, sizes, gemm);
    const kernels = launchMoeGemm(device, { ...gemm, weights });
    await gemm.c.read(problem.c.subarray(0, numValidTokens * n));
    return { backend, arch, code, kernels };
  } finally {
    weights?.dispose();
    gemm.dispose();
  }
}
