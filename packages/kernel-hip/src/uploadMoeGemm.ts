import { checkProblem, type MoeGemmProblem, type QuantizedWeights } from "@moe/quant";
import { Buffers } from "./_buffers.ts";
import type { Device } from "./Device.ts";
import type { DeviceBuffer } from "./DeviceBuffer.ts";
import { type DeviceGemm, type MoeGemmSizes, moeGemmWorkspaceBytes } from "./launchMoeGemm.ts";

/** Weights on a device; layouts are those of `QuantizedWeights` of `@moe/quant`. */
export interface DeviceWeights {
  /** int32 `[numExperts, n, rowStride]`. */
  packed: DeviceBuffer;
  /** bf16 `[numExperts, n, k / groupSize]`. */
  scales: DeviceBuffer;
  /** uint8 of the same shape; absent where weights are symmetric. */
  zeros?: DeviceBuffer;
  /** Frees them. */
  dispose(): void;
}

/** A GEMM whose tensors were copied to a device, for {@link launchMoeGemm} and {@link launchTritonGemm} alike. */
export interface UploadedGemm
  extends Omit<DeviceGemm, keyof DeviceWeights | "c">, Omit<DeviceWeights, "dispose"> {
  /** int32 `[1]`, `numBlocks * blockM`. */
  numTokensPostPadded: DeviceBuffer;
  /** bf16 `[numValidTokens, n]`. */
  c: DeviceBuffer;
  /** Frees what the upload made; weights that were handed over stay. */
  dispose(): void;
}

/**
 * Copies weights to a device, so that several GEMMs can share them.
 *
 * @param device - any
 * @param weights - packed weights with bf16 scales
 * @returns their copy
 * @throws KernelHipError as a rejection, as `device.upload`; nothing stays on the device then
 */
export async function uploadWeights(
  device: Device,
  weights: QuantizedWeights,
): Promise<DeviceWeights> {
  const { n, k, groupSize, rowStride, numExperts, packed, scales, zeros } = weights;
  const scaleCount = numExperts * n * (k / groupSize);
  return await collecting(device, async (buffers) => ({
    packed: await buffers.upload("packed", packed.subarray(0, numExperts * n * rowStride)),
    scales: await buffers.upload("scales", scales.subarray(0, scaleCount)),
    ...(zeros && { zeros: await buffers.upload("zeros", zeros.subarray(0, scaleCount)) }),
  }));
}

/**
 * Copies a GEMM of host arrays to a device.
 *
 * @param device - any
 * @param problem - activations, scales and `c` in bf16, with work to do: no tensor of it is empty
 * @param weights - its weights where they are there already, which stay the caller's
 * @returns sizes, buffers and a workspace
 * @throws QuantError as a rejection, where `checkProblem` refuses the problem
 * @throws KernelHipError as a rejection, as `device.upload`; nothing stays on the device then
 */
export async function uploadMoeGemm(
  device: Device,
  problem: MoeGemmProblem,
  weights?: DeviceWeights,
): Promise<UploadedGemm> {
  checkProblem(problem);
  const sizes = gemmSizes(problem);
  const { n, k } = problem.weights;
  const { numValidTokens, topK, numBlocks, blockM } = problem;
  const workspaceBytes = moeGemmWorkspaceBytes(sizes, problem.weights.zeros !== undefined);
  const own = weights === undefined ? await uploadWeights(device, problem.weights) : undefined;
  const { packed, scales, zeros } = weights ?? own!;
  try {
    const uploaded = await collecting(device, async (buffers) => ({
      ...sizes,
      packed,
      scales,
      ...(zeros && { zeros }),
      a: await buffers.upload("a", problem.a.subarray(0, Math.ceil(numValidTokens / topK) * k)),
      sortedTokenIds: await buffers.upload("sortedTokenIds", problem.sortedTokenIds),
      expertIds: await buffers.upload("expertIds", problem.expertIds.subarray(0, numBlocks)),
      numTokensPostPadded: await buffers.upload(
        "numTokensPostPadded",
        Int32Array.of(numBlocks * blockM),
      ),
      c: await buffers.upload("c", problem.c.subarray(0, numValidTokens * n)),
      workspace: await buffers.allocate("workspace", workspaceBytes),
    }));
    const dispose = (): void => (uploaded.dispose(), own?.dispose());
    return { ...uploaded, dispose };
  } catch (error) {
    own?.dispose();
    throw error;
  }
}

/** Sizes of a GEMM of host arrays. @internal */
export function gemmSizes({ weights, ...p }: MoeGemmProblem): MoeGemmSizes {
  const { numExperts, n, k, groupSize, rowStride } = weights;
  const { topK, blockM, numBlocks, numValidTokens } = p;
  const numSlots = p.sortedTokenIds.length;
  const shape = { dtype: "bf16", numExperts, n, k, groupSize, rowStride } as const;
  return { ...shape, topK, blockM, numBlocks, numSlots, numValidTokens };
}

/** Runs `make`; its buffers are freed together, also where it fails. */
async function collecting<T extends object>(
  device: Device,
  make: (buffers: Buffers) => Promise<T>,
): Promise<T & { dispose(): void }> {
  const buffers = new Buffers(device);
  try {
    return { ...(await make(buffers)), dispose: () => buffers.dispose() };
  } catch (error) {
    buffers.dispose();
    throw error;
  }
}
