import { checkInteger } from "../_check.ts";
import { randomBelow } from "../_random.ts";
import { bf16ToFloat } from "../bf16.ts";
import { floatToF16 } from "../f16.ts";
import type { MoeLayerProblem } from "../layerProblem.ts";
import { randomActivations } from "../randomActivations.ts";
import { randomWeights } from "../randomWeights.ts";

/** A whole layer in a few numbers, so that a failing case can be printed and kept as a test. */
export interface LayerSpec {
  /** Seed of every value. */
  seed: number;
  /** Type of activations and scales. */
  dtype: "bf16" | "f16";
  /** Tokens. */
  numTokens: number;
  /** Routes of a token. */
  topK: number;
  /** Experts, 1 or more. */
  numExperts: number;
  /** Width of a token, a multiple of `gateUpGroup`. */
  hiddenSize: number;
  /** Columns of each of gate and up, a multiple of `downGroup`. */
  intermediateSize: number;
  /** k elements of the first projection that share a scale. */
  gateUpGroup: number;
  /** k elements of the second projection that share a scale. */
  downGroup: number;
  /** Whether the weights have zero points. */
  zeros: boolean;
  /** Pad words after each weight row, filled with garbage. */
  padWords: number;
  /** `spread`: any expert; `hot`: three routes of four to one; `one`: all to one, so that the others have no token. */
  routing: "spread" | "hot" | "one";
  /** One route of so many has an id out of range; 0: none, 1: all. */
  dropOneOf: number;
}

/** A layer with what is needed to see that an implementation wrote nothing else. */
export interface BuiltLayer {
  /** The problem; `out` is poisoned with NaN and longer than its shape. */
  layer: MoeLayerProblem;
  /** Copy of `layer.out`. */
  before: Uint16Array;
  /** Elements in front of `out` in the same buffer that have changed. */
  guardWrites: () => number;
}

/** Elements in front of and behind `out` that no implementation may write. */
const GUARD = 37;
/** Ids that are no expert. */
const NO_EXPERT = [-1, -(2 ** 31), 2 ** 31 - 1];

/**
 * Makes the layer that a specification describes. It needs no fast-check, so benches can use it too.
 *
 * @param spec - see {@link LayerSpec}
 * @returns see {@link BuiltLayer}
 * @throws QuantError for sizes that `randomWeights` refuses
 * @example
 * ```ts
 * import { buildLayer } from "@moe/quant/testing";
 *
 * const { layer } = buildLayer({
 *   seed: 1, dtype: "bf16", numTokens: 4, topK: 2, numExperts: 8, hiddenSize: 64, intermediateSize: 32,
 *   gateUpGroup: 32, downGroup: 32, zeros: false, padWords: 0, routing: "spread", dropOneOf: 0,
 * });
 * console.log(layer.hidden.length, layer.gateUp.n, layer.topkIds.length);
 * // → 256 64 8
 * ```
 */
export function buildLayer(spec: LayerSpec): BuiltLayer {
  const { seed, dtype, numTokens, topK, numExperts, hiddenSize, intermediateSize, zeros } = spec;
  checkInteger(numTokens, "numTokens", 0);
  checkInteger(topK, "topK", 1);
  const weights = (n: number, k: number, groupSize: number, salt: number) => {
    const rowStride = k / 8 + spec.padWords;
    const made = randomWeights({
      numExperts,
      n,
      k,
      groupSize,
      rowStride,
      zeros,
      seed: 3 * seed + salt,
    });
    return { ...made, scales: asType(dtype, made.scales) };
  };
  const buffer = Uint16Array.from(
    { length: GUARD + numTokens * hiddenSize + GUARD },
    (_, i) => 0xff81 + (i % 127),
  );
  const front = buffer.slice(0, GUARD);
  const out = buffer.subarray(GUARD);
  const below = randomBelow(seed, 21);
  const routes = numTokens * topK;
  const layer: MoeLayerProblem = {
    dtype,
    hidden: asType(dtype, randomActivations({ rows: numTokens, k: hiddenSize, seed })),
    gateUp: weights(2 * intermediateSize, hiddenSize, spec.gateUpGroup, 1),
    down: weights(hiddenSize, intermediateSize, spec.downGroup, 2),
    topkIds: Int32Array.from({ length: routes }, () => expertOf(spec, below)),
    topkWeights: Float32Array.from({ length: routes }, () => (below(2001) - 500) / 1000),
    numTokens,
    topK,
    out,
  };
  const guardWrites = (): number => front.filter((bits, i) => bits !== buffer[i]).length;
  return { layer, before: out.slice(), guardWrites };
}

function expertOf(
  { numExperts, routing, dropOneOf, seed }: LayerSpec,
  below: (n: number) => number,
): number {
  if (dropOneOf > 0 && below(dropOneOf) === 0) return [numExperts, ...NO_EXPERT][below(4)];
  const hot = seed % numExperts;
  if (routing === "one" || (routing === "hot" && below(4) > 0)) return hot;
  return below(numExperts);
}

/** The values of bf16 bits in that type. */
function asType(dtype: "bf16" | "f16", bits: Uint16Array): Uint16Array {
  return dtype === "bf16" ? bits : bits.map((value) => floatToF16(bf16ToFloat(value)));
}
