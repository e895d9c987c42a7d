import { floatToBf16, bf16ToFloat } from "./bf16.ts";

/** Unit roundoff of f32 accumulation. */
const F32_ROUNDOFF = 2 ** -24;
/** Unit roundoff of the bf16 result: 8 significant bits, to nearest. */
const BF16_ROUNDOFF = 2 ** -8;
/** Smallest normal number of f32 and bf16; kernels may flush what is below. */
const LEAST_NORMAL = 2 ** -126;

/** What a tolerance depends on, for one element. */
export interface ToleranceInput {
  /** Inner size. */
  k: number;
  /** The oracle's value. */
  want: number;
  /** `Σ|a·w|` over k. */
  magnitude: number;
  /** Largest `|scale|` of the weight row. */
  maxScale: number;
  /**
   * Relative rounding that the kernel makes in each dequantised weight. 0 for one that multiplies them as whole numbers and
   * scales afterwards; 2^-8 for one that rounds weights to bf16 before it multiplies.
   */
  weightRounding: number;
  /**
   * What else the kernel may be off before it rounds the result, absolute; default 0. {@link verifyGemm} makes it of
   * its `offsetRounding`.
   */
  extra?: number;
}

/**
 * Largest `|got − want|` that a right kernel can have: `2^-8·|want|` for the bf16 result, plus
 * `γ(k + 2)·Σ|a·w|` for f32 sums in any order, plus what flushed subnormals can hide, plus `extra`.
 * Derived in docs/numerics.md; no kernel that adds in f32 can exceed it (Higham, Accuracy and Stability of
 * Numerical Algorithms, 2nd ed., section 4.2).
 *
 * @param input - see {@link ToleranceInput}
 * @returns the tolerance, absolute
 * @example
 * ```ts
 * import { elementTolerance } from "@moe/quant";
 *
 * const input = { k: 2048, want: 2, magnitude: 60, maxScale: 0.01, weightRounding: 0 };
 * console.log(elementTolerance(input).toFixed(4));
 * // → 0.0152
 * ```
 */
export function elementTolerance(input: ToleranceInput): number {
  const { k, want, magnitude, maxScale, weightRounding, extra = 0 } = input;
  const roundings = (k + 2) * F32_ROUNDOFF;
  const accumulation = (roundings / (1 - roundings) + weightRounding) * magnitude;
  const flushed = LEAST_NORMAL * (1 + k * (1 + 16 * maxScale));
  return BF16_ROUNDOFF * Math.abs(want) + (1 + BF16_ROUNDOFF) * (accumulation + flushed + extra);
}

/**
 * How much of its tolerance an element uses; above 1 is wrong. NaN is right only where the oracle
 * is NaN, an infinity only where the oracle is the same infinity or within tolerance of overflowing
 * to it.
 *
 * @param got - the kernel's value
 * @param input - see {@link ToleranceInput}
 * @returns `|got − want| / tolerance`, or `Infinity` for a wrong NaN or infinity
 * @example
 * ```ts
 * import { shareOfTolerance } from "@moe/quant";
 *
 * const input = { k: 8, want: 1, magnitude: 1, maxScale: 1, weightRounding: 0 };
 * console.log(shareOfTolerance(1, input), shareOfTolerance(NaN, input));
 * // → 0 Infinity
 * ```
 */
export function shareOfTolerance(got: number, input: ToleranceInput): number {
  const { want } = input;
  if (Number.isNaN(want)) return Number.isNaN(got) ? 0 : Infinity;
  if (Number.isNaN(got)) return Infinity;
  if (!Number.isFinite(want)) return got === want ? 0 : Infinity;
  const tolerance = elementTolerance(input);
  if (Number.isFinite(got)) return Math.abs(got - want) / tolerance;
  const furthest = want + Math.sign(got) * tolerance;
  return bf16ToFloat(floatToBf16(furthest)) === got ? 1 : Infinity;
}
