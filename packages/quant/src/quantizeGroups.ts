import {
  checkArray,
  checkGroupSize,
  checkInteger,
  checkK,
  checkOptions,
  checkRowStride,
} from "./_check.ts";
import { bf16ToFloat, floatToBf16, fromBf16 } from "./bf16.ts";
import { QuantError } from "./errors.ts";
import { packExllama } from "./exllama.ts";
import type { QuantizedWeights } from "./weights.ts";

/** Options of {@link quantizeGroups}. */
export interface QuantizeOptions {
  /** Experts in `values`; default 1. */
  numExperts?: number;
  /** Output columns of one expert, 0 or more. */
  n: number;
  /** Inner size, a multiple of `groupSize`. */
  k: number;
  /** k elements that share a scale: a multiple of 8 that divides `k`. */
  groupSize: number;
  /** int32 words from row to row; default and least value `k / 8`. */
  rowStride?: number;
  /** Whether to choose a zero point for each group; default false: the range is symmetric. */
  zeros?: boolean;
}

/** Scale of a group of zeros. */
const SCALE_OF_ZEROS = 1;
/** Scales are never subnormal, as kernels may flush those. */
const LEAST_SCALE = 2 ** -126;
const MAX_NIBBLE = 15;
const SYMMETRIC_ZERO = 8;

/**
 * Rounds weights to int4, group by group, to nearest. The scale is rounded to bf16 first and the
 * nibbles are chosen for that rounded scale.
 *
 * - Symmetric: `scale = max|w| / 7`; no value is off by more than half a scale, and
 *   quantising the result again changes nothing.
 * - With zero points: `scale = (max(w, 0) − min(w, 0)) / 15`; zero stays exact and no value is off
 *   by more than 0.56 of a scale.
 *
 * A group of zeros gets the scale 1. This is round-to-nearest, for tests, benches and first trials;
 * for the accuracy of a real model import a calibrated checkpoint (`fromGptq`, `fromAwq`).
 *
 * @param values - `[numExperts, n, k]`, f32, or bf16 bits in a `Uint16Array`; finite
 * @param options - see {@link QuantizeOptions}
 * @returns int4 weights
 * @throws QuantError `E_VALUE_RANGE` for NaN or an infinity; `E_DTYPE`, `E_SHAPE_SIZE`,
 * `E_SHAPE_GROUP`, `E_SHAPE_STRIDE`, `E_SHAPE_LENGTH` or `E_OPTION` for a wrong shape
 * @example
 * ```ts
 * import { dequantize, quantizeGroups } from "@moe/quant";
 *
 * const values = new Float32Array([-7, -6.4, -1, 0, 0.5, 1, 2.7, 3]);
 * const weights = quantizeGroups(values, { n: 1, k: 8, groupSize: 8 });
 * console.log(dequantize(weights, 0).join(" "));
 * // → -7 -6 -1 0 1 1 3 3
 * ```
 */
export function quantizeGroups(
  values: Float32Array | Uint16Array,
  options: QuantizeOptions,
): QuantizedWeights {
  const shape = readOptions(options);
  const { numExperts, n, k, groupSize, rowStride } = shape;
  const rows = numExperts * n;
  const floats = readValues(values, rows * k);
  const scales = new Uint16Array(rows * (k / groupSize));
  const zeros = new Uint8Array(scales.length).fill(SYMMETRIC_ZERO);
  const nibbles = new Uint8Array(rows * k);
  for (let g = 0; g < scales.length; g++) {
    const { low, high } = range(floats, g * groupSize, groupSize);
    scales[g] = shape.zeros
      ? chooseScale((high - low) / 15)
      : chooseScale(Math.max(-low, high) / 7);
    const scale = bf16ToFloat(scales[g]);
    if (shape.zeros) zeros[g] = toNibble(-low / scale);
    const zero = zeros[g];
    for (let i = g * groupSize; i < (g + 1) * groupSize; i++) {
      nibbles[i] = toNibble(floats[i] / scale + zero);
    }
  }
  const packed = packExllama(nibbles, { rows, k, rowStride });
  const weights = { packed, scales, numExperts, n, k, groupSize, rowStride };
  return shape.zeros ? { ...weights, zeros } : weights;
}

function readOptions(options: QuantizeOptions): Required<QuantizeOptions> {
  const keys = ["numExperts", "n", "k", "groupSize", "rowStride", "zeros"];
  checkOptions(options, "options", keys);
  const { numExperts = 1, n, k, groupSize, rowStride = k / 8, zeros = false } = options;
  checkInteger(numExperts, "numExperts", 1);
  checkInteger(n, "n", 0);
  checkK(k);
  checkGroupSize(groupSize, k);
  checkRowStride(rowStride, k);
  return { numExperts, n, k, groupSize, rowStride, zeros };
}

function readValues(values: Float32Array | Uint16Array, length: number): Float32Array {
  if (values instanceof Uint16Array) {
    checkArray(values, "values", Uint16Array, length);
    return fromBf16(values);
  }
  checkArray(values, "values", Float32Array, length);
  return values;
}

/** Least and greatest value of a group, zero included. */
function range(values: Float32Array, from: number, count: number): { low: number; high: number } {
  let low = 0;
  let high = 0;
  for (let i = from; i < from + count; i++) {
    const value = values[i];
    // The difference is not 0 for NaN and the infinities; Number.isFinite is a call.
    if (value - value !== 0) {
      throw new QuantError(
        "E_VALUE_RANGE",
        `values[${i}] is ${value}; int4 needs finite weights. Repair the weights first.`,
        { index: i, value },
      );
    }
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, high };
}

function chooseScale(scale: number): number {
  return floatToBf16(scale === 0 ? SCALE_OF_ZEROS : Math.max(scale, LEAST_SCALE));
}

/**
 * Nearest value of 0..15. Comparisons: with Math.round, min and max quantizeGroups took 4.6 times
 * as long.
 */
function toNibble(x: number): number {
  const nearest = Math.floor(x + 0.5);
  if (nearest < 0) return 0;
  return nearest > MAX_NIBBLE ? MAX_NIBBLE : nearest;
}
