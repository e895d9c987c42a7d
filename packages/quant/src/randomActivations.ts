import { checkInteger, checkOptions, checkSeed } from "./_check.ts";
import { fillRandomWords } from "./_random.ts";
import { floatToBf16 } from "./bf16.ts";
import { QuantError } from "./errors.ts";

const TABLE_SIZE = 2 ** 16;

let quantiles: Uint16Array | undefined;

/** Options of {@link randomActivations}. */
export interface RandomActivationsOptions {
  /** Rows, 0 or more. */
  rows: number;
  /** Values of a row, 1 or more. */
  k: number;
  /** Integer of 0..2^53-1; the same options give the same values. */
  seed: number;
}

/**
 * Makes bf16 activations of a unit normal distribution, by looking up 65,536 quantiles (so the
 * largest value is near 4.3). Always finite.
 *
 * @param options - see {@link RandomActivationsOptions}
 * @returns bf16 bits `[rows, k]`
 * @throws QuantError `E_SHAPE_SIZE` or `E_OPTION`
 * @example
 * ```ts
 * import { fromBf16, randomActivations } from "@moe/quant";
 *
 * const values = fromBf16(randomActivations({ rows: 64, k: 1024, seed: 3 }));
 * const variance = values.reduce((sum, x) => sum + x * x, 0) / values.length;
 * console.log(variance.toFixed(1));
 * // → 1.0
 * ```
 */
export function randomActivations(options: RandomActivationsOptions): Uint16Array {
  checkOptions(options, "options", ["rows", "k", "seed"]);
  const { rows, k, seed } = options;
  checkInteger(rows, "rows", 0);
  checkInteger(k, "k", 1);
  checkSeed(seed);
  if (rows * k > 2 ** 32) {
    throw new QuantError("E_SHAPE_SIZE", `rows · k is ${rows * k}; allowed are ${2 ** 32}.`, {
      rows,
      k,
    });
  }
  const table = (quantiles ??= normalQuantiles());
  const words = new Int32Array(Math.ceil((rows * k) / 2));
  fillRandomWords(words, seed, 3);
  const values = new Uint16Array(words.buffer, 0, rows * k);
  for (let i = 0; i < values.length; i++) values[i] = table[values[i]];
  return values;
}

/**
 * Inverts the normal distribution at (i + ½) / 65536 by summing its density with the trapezoid
 * rule.
 */
function normalQuantiles(): Uint16Array {
  const table = new Uint16Array(TABLE_SIZE);
  const step = 2 ** -12;
  const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  let x = 0;
  let cumulative = 0.5;
  for (let i = TABLE_SIZE / 2; i < TABLE_SIZE; i++) {
    const target = (i + 0.5) / TABLE_SIZE;
    let mass = ((density(x) + density(x + step)) / 2) * step;
    while (cumulative + mass < target) {
      cumulative += mass;
      x += step;
      mass = ((density(x) + density(x + step)) / 2) * step;
    }
    const bits = floatToBf16(x + ((target - cumulative) / mass) * step);
    table[i] = bits;
    table[TABLE_SIZE - 1 - i] = bits | 0x8000;
  }
  return table;
}
