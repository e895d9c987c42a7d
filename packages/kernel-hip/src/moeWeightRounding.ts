import type { MoeGemmSizes } from "./launchMoeGemm.ts";

/** Half a unit in the last place of 1. */
const ROUNDOFF = { bf16: 2 ** -8, f16: 2 ** -11 };

/**
 * What a GEMM of this package rounds in each dequantised weight: the `weightRounding` of `verifyGemm` of `@moe/quant`. On gfx11
 * weights are multiplied as whole numbers and scaled afterwards; on NVIDIA nibble times scale is rounded once to the
 * type of the activations, which the matrix units take.
 *
 * @param arch - of the device, as `DeviceInfo.arch`: `gfx1151`, `sm_90`
 * @param dtype - of activations and scales
 * @returns relative, 0 on gfx11
 * @example
 * ```ts
 * import { moeWeightRounding } from "@moe/kernel-hip";
 *
 * console.log(moeWeightRounding("gfx1151", "bf16"), moeWeightRounding("sm_90", "bf16"));
 * // → 0 0.00390625
 * ```
 */
export function moeWeightRounding(arch: string, dtype: MoeGemmSizes["dtype"]): number {
  return arch.startsWith("sm_") ? ROUNDOFF[dtype] : 0;
}
