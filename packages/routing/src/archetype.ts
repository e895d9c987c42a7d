/** A popularity law with a name; see {@link ARCHETYPES}. */
export type ArchetypeName = "balanced" | "uniform" | "zipf1" | "zipf2" | "hot16";

/**
 * The named archetypes, in the order that sweeps and the NumPy stream use. Weights by rank r = 1..E:
 *
 * - `balanced`: no draw at all, flat index i goes to the expert of rank (i mod E) + 1
 * - `uniform`: 1
 * - `zipf1`: 1/r
 * - `zipf2`: 1/r²
 * - `hot16`: 1 for r ≤ 16, else 1e-6
 *
 * Source: ROCm/vllm pull request 1020, `benchmarks/kernels/moe_w4a16_bench`.
 *
 * @example
 * ```ts
 * import { ARCHETYPES } from "@moe/routing";
 * console.log(ARCHETYPES.join(" "));
 * // → balanced uniform zipf1 zipf2 hot16
 * ```
 */
export const ARCHETYPES: readonly ArchetypeName[] = Object.freeze([
  "balanced",
  "uniform",
  "zipf1",
  "zipf2",
  "hot16",
] as const);

/**
 * How popular the experts are. One of:
 *
 * - a name of {@link ARCHETYPES};
 * - `{ zipf: s }`: weight r^-s of rank r, s finite and ≥ 0 (0 is uniform);
 * - `{ hot: k, cold }`: weight 1 of the first k ranks (k an integer ≥ 1, more than E counts as E), `cold` of the others
 *   (finite, ≥ 0, default 1e-6);
 * - `{ dirichlet: alpha }`: a draw of the symmetric Dirichlet law, alpha > 0 and finite, ranked by weight; it depends on
 *   the seed;
 * - a vector of E weights of any positive scale, finite and ≥ 0, position i taken as rank i + 1. Zero is never drawn.
 */
export type Archetype =
  | ArchetypeName
  | { readonly zipf: number }
  | { readonly hot: number; readonly cold?: number }
  | { readonly dirichlet: number }
  | ArrayLike<number>;

/** The weight of the experts that are not hot, where `{ hot: k }` does not say another. */
export const DEFAULT_COLD = 1e-6;
