import { Pcg64 } from "./_pcg64.ts";
import { parseSeed } from "./_seed.ts";

/**
 * NumPy's `default_rng(seed)`: PCG64 seeded by SeedSequence, the same 64-bit words in the same order. One object runs
 * on through many calls of `synthTopk`, as a NumPy script's one generator does. Made by {@link numpyStream}.
 */
export class NumpyStream {
  /** @internal */
  readonly generator: Pcg64;

  /** @internal */
  constructor(generator: Pcg64) {
    this.generator = generator;
  }

  /**
   * The next 64 bits, as `rng.bit_generator.random_raw()`.
   *
   * @returns 0n..2^64-1n (included).
   */
  nextUint64(): bigint {
    const { words } = this.generator;
    const index = this.generator.next();
    return (BigInt(words[index + 1] >>> 0) << 32n) | BigInt(words[index] >>> 0);
  }

  /**
   * The next uniform double, as `rng.random()`.
   *
   * @returns A multiple of 2^-53 in 0 (included)..1 (excluded).
   */
  nextDouble(): number {
    return this.generator.nextDouble();
  }
}

/**
 * The generator `numpy.random.default_rng(seed)`.
 *
 * @param seed - 0 ≤ seed < 2^64; above 2^53-1 as BigInt.
 * @returns A stream at its start.
 * @throws {@link RoutingError} `E_SEED`.
 * @remarks Source: numpy/numpy `numpy/random/bit_generator.pyx`, `numpy/random/src/pcg64`. Checked against NumPy 2.4.6.
 *
 * @example
 * ```ts
 * import { numpyStream, synthTopk } from "@moe/routing";
 * console.log(numpyStream(0).nextDouble());
 * // → 0.6369616873214543
 * const stream = numpyStream(42);
 * const first = synthTopk({ archetype: "uniform", numTokens: 5, stream });
 * const second = synthTopk({ archetype: "zipf1", numTokens: 5, stream }); // goes on where the first ended
 * console.log(first.topkIds.length + second.topkIds.length);
 * // → 80
 * ```
 */
export function numpyStream(seed: number | bigint): NumpyStream {
  return new NumpyStream(new Pcg64(parseSeed(seed)));
}
