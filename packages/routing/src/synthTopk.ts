import { checkKeys } from "./_check.ts";
import { checkSize, createSampler, readOptions, SYNTH_KEYS } from "./_synth.ts";
import type { Archetype } from "./archetype.ts";
import type { NumpyStream } from "./numpyStream.ts";
import type { Placement } from "./placement.ts";

/**
 * How ids are drawn. Both draw `topK` distinct experts a token by successive sampling without replacement (the law of
 * Gumbel-top-k: Kool, van Hoof & Welling, ICML 2019) and write them in the order drawn.
 *
 * - `fast`: own stream, some million tokens a second;
 * - `numpy`: the ids that the same loop over NumPy's `default_rng(seed)` gives, largest key first.
 */
export type Sampler = "fast" | "numpy";

/** What {@link synthTopk} draws. */
export interface SynthTopkOptions {
  /** The popularity law. */
  readonly archetype: Archetype;
  /** T ≥ 0. */
  readonly numTokens: number;
  /** E, 1..2^20 (included); default 256. */
  readonly numExperts?: number;
  /** Experts per token, 1..E (included); default 8. */
  readonly topK?: number;
  /** 0 ≤ seed < 2^64, above 2^53-1 as BigInt; default 0. */
  readonly seed?: number | bigint;
  /** Default `fast`, and `numpy` where `stream` is given. */
  readonly sampler?: Sampler;
  /** Default `sorted`. */
  readonly placement?: Placement;
  /** Draws go on from here in place of a new stream; `seed` then only serves placement and `{ dirichlet }`. */
  readonly stream?: NumpyStream;
}

/** Who goes where. */
export interface Routing {
  /** `Int32Array [numTokens, topK]`: expert of each route, distinct within a token. */
  readonly topkIds: Int32Array;
  /** T. */
  readonly numTokens: number;
  /** Experts per token. */
  readonly topK: number;
  /** E. */
  readonly numExperts: number;
}

/**
 * Draws a synthetic routing.
 *
 * @param options - See {@link SynthTopkOptions}.
 * @returns `topkIds` `Int32Array [numTokens, topK]` and its sizes. The same options give the same ids whatever else
 *   ran before, except through `stream`. A longer routing starts with the ids of a shorter one.
 * @throws {@link RoutingError} on any bad option, with the codes of {@link RoutingErrorCode}: sizes (`E_NUM_TOKENS`,
 *   `E_NUM_EXPERTS`, `E_TOP_K`, `E_SIZE` at numTokens · topK ≥ 2^31), `E_ARCHETYPE`, `E_WEIGHTS`, `E_SEED`,
 *   `E_SAMPLER`, `E_PLACEMENT`, `E_STREAM`, `E_OPTIONS`, `E_OPTION_UNKNOWN`.
 * @remarks `balanced` draws nothing, from no stream. `numpy`: a weight of exactly zero is never drawn, although the
 *   original's `log(p + 1e-12)` could; its variate is consumed all the same. `fast` resolves probabilities to 2^-64.
 *
 * @example
 * ```ts
 * import { synthTopk } from "@moe/routing";
 * const { topkIds } = synthTopk({ archetype: "zipf1", numTokens: 2, topK: 4, seed: 0, sampler: "numpy" });
 * console.log(topkIds.join(" "));
 * // → 11 3 2 13 13 1 147 84
 * ```
 */
export function synthTopk(options: SynthTopkOptions): Routing {
  checkKeys(options, SYNTH_KEYS, "synthTopk");
  const checked = readOptions(options);
  const { numTokens, topK, numExperts } = checked;
  checkSize(numTokens, topK);
  const sampler = createSampler(checked);
  const topkIds = new Int32Array(numTokens * topK);
  sampler.draw(topkIds);
  return { topkIds, numTokens, topK, numExperts };
}
