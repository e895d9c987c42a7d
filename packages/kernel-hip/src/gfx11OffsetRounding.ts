import type { MoeGemmSizes } from "./launchMoeGemm.ts";

const F32_ROUNDOFF = 2 ** -24;
/** The largest constant that a decoded bf16 weight carries. */
const OFFSET = 128;
const LARGEST_NIBBLE = 15;
const LARGEST_ZERO = 16;

/**
 * What the bf16 kernel for gfx11 may be off because its decoded weights carry a constant, which row sums take away
 * again: the `offsetRounding` of `verifyGemm` of `@moe/quant`. It matters only where nearly all weights of a column equal
 * their zero point; there the result is not exactly 0. A bound for every order of the sums, derived in docs/numerics.md;
 * random inputs stay below 2^-18.
 *
 * @param sizes - of the GEMM
 * @returns share of `Σ|a·scale|`; 0 for f16, which decodes exactly
 * @example
 * ```ts
 * import { gfx11OffsetRounding } from "@moe/kernel-hip";
 *
 * const sizes = { k: 2048, groupSize: 128 } as const;
 * console.log(gfx11OffsetRounding({ ...sizes, dtype: "bf16" }).toFixed(5));
 * console.log(gfx11OffsetRounding({ ...sizes, dtype: "f16" }));
 * // → 0.00308
 * // → 0
 * ```
 */
export function gfx11OffsetRounding(
  sizes: Pick<MoeGemmSizes, "dtype" | "k" | "groupSize">,
): number {
  const { dtype, k, groupSize } = sizes;
  if (dtype === "f16") return 0;
  const roundings = (1.25 * groupSize + k / groupSize + 4) * F32_ROUNDOFF;
  return (2 * OFFSET + LARGEST_NIBBLE + LARGEST_ZERO) * (roundings / (1 - roundings));
}
