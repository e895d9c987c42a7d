import { BenchError } from "../errors.ts";

/** Which GEMM of the layer: 1 = up/gate projection, 2 = down projection. */
export type Gemm = 1 | 2;

/** Sizes of one mixture-of-experts layer; both GEMMs follow from it, see {@link gemmShape}. */
export interface MoeShape {
  /** Width of the residual stream: K of gemm1, N of gemm2. */
  hidden: number;
  /** Width inside one expert: N of gemm1 is twice this (gate and up), K of gemm2 is this. */
  intermediate: number;
  /** Experts of the layer, 1 or more. */
  numExperts: number;
  /** Experts of one token, 1 to `numExperts` (included). */
  topK: number;
  /** Consecutive K elements that share a scale: a multiple of 8 that divides `hidden` and `intermediate`. */
  groupSize: number;
  /** Rows of one block, 1 or more. */
  blockM: number;
}

/** K and N of one GEMM and how many routes share a row of its input. */
export interface GemmShape {
  /** Inner dimension. */
  k: number;
  /** Output columns. */
  n: number;
  /** Routes that share one row of A: `topK` for gemm1, 1 for gemm2. */
  rowShare: number;
}

/** Largest size of each field: far above any model, far below where products leave 2⁵³. */
const LIMIT = 1 << 20;

/**
 * The K, N and row sharing of one GEMM of a layer.
 *
 * @param shape layer sizes
 * @param gemm 1 or 2
 * @returns gemm1: K = hidden, N = 2·intermediate, `rowShare` = topK; gemm2: K = intermediate, N = hidden, 1
 * @example
 * ```ts
 * import { gemmShape, PRESETS } from '@moe/bench';
 * console.log(gemmShape(PRESETS['qwen3.5-35b-a3b'].shape, 2));
 * // → {
 * // →   k: 512,
 * // →   n: 2048,
 * // →   rowShare: 1,
 * // → }
 * ```
 */
export function gemmShape(shape: MoeShape, gemm: Gemm): GemmShape {
  return gemm === 1
    ? { k: shape.hidden, n: 2 * shape.intermediate, rowShare: shape.topK }
    : { k: shape.intermediate, n: shape.hidden, rowShare: 1 };
}

/** Throws `E_SHAPE` unless every field is an integer in range and the group size divides both K. */
export function checkShape(shape: MoeShape): void {
  for (const name of FIELDS) {
    const value = shape[name];
    if (!Number.isInteger(value) || value < 1 || value > LIMIT)
      refuse(`${name} is ${value}; it must be an integer from 1 to ${LIMIT}.`, shape);
  }
  if (shape.topK > shape.numExperts)
    refuse(`topK is ${shape.topK} but there are only ${shape.numExperts} experts.`, shape);
  if (shape.groupSize % 8 !== 0)
    refuse(`groupSize is ${shape.groupSize}; it must be a multiple of 8.`, shape);
  for (const name of ["hidden", "intermediate"] as const)
    if (shape[name] % shape.groupSize !== 0)
      refuse(
        `groupSize ${shape.groupSize} does not divide ${name} ${shape[name]}. Pick a divisor, e.g. 32 or 64.`,
        shape,
      );
}

const FIELDS = ["hidden", "intermediate", "numExperts", "topK", "groupSize", "blockM"] as const;

function refuse(message: string, shape: MoeShape): never {
  throw new BenchError("E_SHAPE", message, { shape });
}
