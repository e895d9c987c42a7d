import {
  checkInteger,
  checkK,
  checkGroupSize,
  checkOptions,
  checkRowStride,
  checkSeed,
} from "./_check.ts";
import { fillRandomWords } from "./_random.ts";
import { QuantError } from "./errors.ts";
import type { QuantizedWeights } from "./weights.ts";

/** bf16 bits of 0.005; the 256 values from here up end just below 0.02. */
const LEAST_SCALE_BITS = 0x3ba4;

/** Longest typed array that is asked of the engine, in elements. */
const MAX_ELEMENTS = 2 ** 32;

/** Options of {@link randomWeights}. */
export interface RandomWeightsOptions {
  /** Experts, 1 or more. */
  numExperts: number;
  /** Output columns of one expert, 0 or more. */
  n: number;
  /** Inner size, a multiple of `groupSize`. */
  k: number;
  /** k elements that share a scale: a multiple of 8 that divides `k`. */
  groupSize: number;
  /** int32 words from row to row; default and least value `k / 8`. */
  rowStride?: number;
  /** Whether to make zero points (uniform in 0..16); default false. */
  zeros?: boolean;
  /** Integer of 0..2^53-1; the same options give the same weights. */
  seed: number;
}

/**
 * Makes random int4 weights straight in packed form, for benches and tests: uniform nibbles and
 * scales of 0.005 to 0.02, so that outputs for unit-normal activations stay near 1 to 3 in size.
 * Pad words between rows hold random garbage, so that a kernel that reads them shows.
 *
 * @param options - see {@link RandomWeightsOptions}
 * @returns the weights; memory is that of the result
 * @throws QuantError `E_SHAPE_SIZE`, `E_SHAPE_GROUP`, `E_SHAPE_STRIDE` or `E_OPTION`
 * @example
 * ```ts
 * import { randomWeights } from "@moe/quant";
 *
 * const weights = randomWeights({ numExperts: 8, n: 128, k: 256, groupSize: 64, seed: 1 });
 * console.log(weights.packed.length, weights.scales.length, weights.rowStride);
 * // → 32768 4096 32
 * ```
 */
export function randomWeights(options: RandomWeightsOptions): QuantizedWeights {
  const keys = ["numExperts", "n", "k", "groupSize", "rowStride", "zeros", "seed"];
  checkOptions(options, "options", keys);
  const { numExperts, n, k, groupSize, rowStride = k / 8, zeros = false, seed } = options;
  checkInteger(numExperts, "numExperts", 1);
  checkInteger(n, "n", 0);
  checkK(k);
  checkGroupSize(groupSize, k);
  checkRowStride(rowStride, k);
  checkSeed(seed);
  checkTotal(numExperts * n * rowStride);
  const groups = numExperts * n * (k / groupSize);
  const packed = new Int32Array(numExperts * n * rowStride);
  fillRandomWords(packed, seed, 0);
  const weights = {
    packed,
    scales: randomScales(groups, seed),
    numExperts,
    n,
    k,
    groupSize,
    rowStride,
  };
  return zeros ? { ...weights, zeros: randomZeros(groups, seed) } : weights;
}

function randomScales(groups: number, seed: number): Uint16Array {
  const words = new Int32Array(Math.ceil(groups / 2));
  fillRandomWords(words, seed, 1);
  const scales = new Uint16Array(words.buffer, 0, groups);
  for (let g = 0; g < groups; g++) scales[g] = LEAST_SCALE_BITS + (scales[g] & 0xff);
  return scales;
}

function randomZeros(groups: number, seed: number): Uint8Array {
  const words = new Int32Array(Math.ceil(groups / 4));
  fillRandomWords(words, seed, 2);
  const zeros = new Uint8Array(words.buffer, 0, groups);
  for (let g = 0; g < groups; g++) zeros[g] = (zeros[g] * 17) >>> 8;
  return zeros;
}

function checkTotal(words: number): void {
  if (words <= MAX_ELEMENTS) return;
  throw new QuantError(
    "E_SHAPE_SIZE",
    `numExperts · n · rowStride is ${words} words; allowed are ${MAX_ELEMENTS}. Make fewer experts.`,
    { words, max: MAX_ELEMENTS },
  );
}
