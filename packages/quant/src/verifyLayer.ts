import { checkArray, checkInteger, checkOptions, checkRounding, checkSeed } from "./_check.ts";
import { LayerOracle } from "./_layerOracle.ts";
import { randomBelow } from "./_random.ts";
import { bf16ToFloat } from "./bf16.ts";
import { checkLayer } from "./checkLayer.ts";
import { f16ToFloat } from "./f16.ts";
import type { MoeLayerProblem } from "./layerProblem.ts";

const DEFAULT_TOKENS = 16;

/** Options of {@link verifyLayer}. */
export interface VerifyLayerOptions {
  /** How many tokens, drawn at random, to look at, or all; default 16. Every column of a token is compared. */
  tokens?: number | "all";
  /** Seed of the choice, integer of 0..2^53-1; default 0. */
  seed?: number;
  /** Copy of `out` from before the call, of the same length: what lies behind its rows must still equal it. */
  untouched?: Uint16Array;
  /** See `ToleranceInput.weightRounding`, of the layer's type; 0 (default) to 1 (included). */
  weightRounding?: number;
}

/** The element that used most of its tolerance. */
export interface VerifyLayerWorst {
  /** Row of `out`. */
  token: number;
  /** Column of `out`. */
  col: number;
  /** The implementation's value. */
  got: number;
  /** The oracle's value, in f64. */
  want: number;
  /** `|got − want|` over the tolerance; above 1 is wrong. */
  shareOfTolerance: number;
}

/** Result of {@link verifyLayer}. */
export interface VerifyLayerReport {
  /** Whether every compared element is within tolerance and nothing else was written. */
  passed: boolean;
  /** Elements compared with the oracle. */
  checked: number;
  /** Elements out of tolerance. */
  failed: number;
  /** `Σ|got − want| / Σ|want|` over the compared elements whose two values are finite; 0 where there is none. */
  rel: number;
  /** The worst element; null where nothing was compared. */
  worst: VerifyLayerWorst | null;
  /** Elements behind the rows of `out` that changed; null where no copy was given. */
  strayWrites: number | null;
}

/**
 * Compares a layer's `out` with the layer in f64, element by element, with the tolerance that the roundings of the contract
 * allow; docs/numerics.md derives it. NaN is right only where the oracle is NaN.
 *
 * @param layer - the problem, after an implementation has run
 * @param options - see {@link VerifyLayerOptions}
 * @returns see {@link VerifyLayerReport}
 * @throws QuantError for a wrong layer (see `checkLayer`) or wrong options
 * @example
 * ```ts
 * import { randomActivations, randomWeights, verifyLayer } from "@moe/quant";
 *
 * const layer = {
 *   hidden: randomActivations({ rows: 2, k: 64, seed: 1 }),
 *   gateUp: randomWeights({ numExperts: 2, n: 64, k: 64, groupSize: 32, seed: 2 }),
 *   down: randomWeights({ numExperts: 2, n: 64, k: 32, groupSize: 32, seed: 3 }),
 *   topkIds: Int32Array.of(1, -1), topkWeights: Float32Array.of(0.5, 1),
 *   numTokens: 2, topK: 1, out: new Uint16Array(2 * 64),
 * };
 * const { passed, checked, failed } = verifyLayer(layer, { tokens: "all" });
 * // Nothing has run: out is zeros, which is right for the second token, as it has no route.
 * console.log(passed, checked, failed);
 * // → false 128 62
 * ```
 */
export function verifyLayer(
  layer: MoeLayerProblem,
  options: VerifyLayerOptions = {},
): VerifyLayerReport {
  checkLayer(layer);
  checkOptions(options, "options", ["tokens", "seed", "untouched", "weightRounding"]);
  const { tokens = DEFAULT_TOKENS, seed = 0, untouched, weightRounding = 0 } = options;
  if (tokens !== "all") checkInteger(tokens, "tokens", 0);
  checkSeed(seed);
  if (untouched !== undefined) checkArray(untouched, "untouched", Uint16Array, layer.out.length);
  checkRounding("weightRounding", weightRounding);
  const toFloat = (layer.dtype ?? "bf16") === "bf16" ? bf16ToFloat : f16ToFloat;
  const oracle = new LayerOracle(layer, weightRounding);
  const width = layer.down.n;
  let [checked, failed, difference, reference] = [0, 0, 0, 0];
  let worst: VerifyLayerReport["worst"] = null;
  for (const token of choose(layer.numTokens, tokens, seed)) {
    const { want, tolerance } = oracle.row(token);
    for (let col = 0; col < width; col++) {
      const got = toFloat(layer.out[token * width + col]);
      const share = shareOf(got, want[col], tolerance[col]);
      checked++;
      if (share > 1) failed++;
      if (worst === null || share > worst.shareOfTolerance) {
        worst = { token, col, got, want: want[col], shareOfTolerance: share };
      }
      if (!Number.isFinite(got) || !Number.isFinite(want[col])) continue;
      difference += Math.abs(got - want[col]);
      reference += Math.abs(want[col]);
    }
  }
  const strayWrites = untouched === undefined ? null : countStrayWrites(layer, untouched);
  const rel = difference === 0 ? 0 : difference / reference;
  return { passed: failed === 0 && !strayWrites, checked, failed, rel, worst, strayWrites };
}

function shareOf(got: number, want: number, tolerance: number): number {
  if (Number.isNaN(want)) return Number.isNaN(got) ? 0 : Infinity;
  if (got === want) return 0;
  return Number.isFinite(got) && Number.isFinite(want)
    ? Math.abs(got - want) / tolerance
    : Infinity;
}

function choose(numTokens: number, wanted: number | "all", seed: number): number[] {
  const all = Array.from({ length: numTokens }, (_, token) => token);
  if (wanted === "all" || wanted >= numTokens) return all;
  const below = randomBelow(seed, 11);
  for (let i = 0; i < wanted; i++) {
    const j = i + below(numTokens - i);
    [all[i], all[j]] = [all[j], all[i]];
  }
  return all.slice(0, wanted);
}

function countStrayWrites({ out, numTokens, down }: MoeLayerProblem, before: Uint16Array): number {
  let count = 0;
  for (let i = numTokens * down.n; i < out.length; i++) if (out[i] !== before[i]) count++;
  return count;
}
