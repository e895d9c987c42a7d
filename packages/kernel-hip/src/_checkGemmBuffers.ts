// Whether a GEMM's buffers hold its tensors.
import type { NeededTensor } from "./DeviceTensor.ts";
import type { DeviceGemm, MoeGemmSizes } from "./launchMoeGemm.ts";

type WeightSizes = Pick<MoeGemmSizes, "numExperts" | "n" | "k" | "groupSize" | "rowStride">;

/** Words from one row of packed weights to the next. */
export function strideOf({ rowStride, k }: Pick<MoeGemmSizes, "rowStride" | "k">): number {
  return rowStride ?? k / 8;
}

/** What weights in the layouts of `QuantizedWeights` need. */
export function neededWeights(
  sizes: WeightSizes,
  { packed, scales, zeros }: Pick<DeviceGemm, "packed" | "scales" | "zeros">,
): NeededTensor[] {
  const { numExperts, n, k, groupSize } = sizes;
  const scaleCount = numExperts * n * (k / groupSize);
  return [
    ["packed", packed, 4 * numExperts * n * strideOf(sizes)],
    ["scales", scales, 2 * scaleCount],
    ["zeros", zeros, zeros === undefined ? 0 : scaleCount],
  ];
}

/** What every GEMM needs beside its weights. */
export function neededTensors(
  gemm: Omit<DeviceGemm, "packed" | "scales" | "zeros" | "workspace">,
): NeededTensor[] {
  const { n, k, numValidTokens, topK } = gemm;
  return [
    ["a", gemm.a, 2 * Math.ceil(numValidTokens / topK) * k],
    ["sortedTokenIds", gemm.sortedTokenIds, 4 * gemm.numSlots],
    ["expertIds", gemm.expertIds, 4 * gemm.numBlocks],
    ["c", gemm.c, 2 * numValidTokens * n],
  ];
}
