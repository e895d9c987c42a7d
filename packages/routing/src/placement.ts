import { checkNumExperts } from "./_check.ts";
import { SeedPurpose, parseSeed, seedWords } from "./_seed.ts";
import { Sfc32 } from "./_sfc32.ts";
import { RoutingError } from "./errors.ts";

/**
 * Which expert id a popularity rank lives on:
 *
 * - `sorted`: rank r is expert r - 1; hot experts have the lowest ids and neighbouring weights;
 * - `shuffled`: a permutation drawn from the seed;
 * - `strided`: hot experts spread evenly. Digit reversal over the prime factors of E, smallest first: the first 2, 4,
 *   8 … ranks (as far as E divides) lie exactly E/2, E/4, E/8 … apart.
 */
export type Placement = "sorted" | "shuffled" | "strided";

/** The placements, default first. */
export const PLACEMENTS: readonly Placement[] = Object.freeze([
  "sorted",
  "shuffled",
  "strided",
] as const);

/**
 * The expert id of each popularity rank.
 *
 * @param placement - One of {@link PLACEMENTS}.
 * @param numExperts - E, 1..2^20 (included).
 * @param seed - Only `shuffled` reads it; default 0.
 * @returns `Int32Array [numExperts]`, a permutation: entry r - 1 is the expert of rank r.
 * @throws {@link RoutingError} `E_PLACEMENT` on another name, `E_NUM_EXPERTS`, `E_SEED`.
 *
 * @example
 * ```ts
 * import { expertOfRank } from "@moe/routing";
 * console.log(expertOfRank("strided", 16).join(" "));
 * // → 0 8 4 12 2 10 6 14 1 9 5 13 3 11 7 15
 * ```
 */
export function expertOfRank(
  placement: Placement,
  numExperts: number,
  seed: number | bigint = 0,
): Int32Array {
  checkNumExperts(numExperts);
  const words = parseSeed(seed);
  switch (placement) {
    case "sorted":
      return identity(numExperts);
    case "shuffled":
      return shuffled(numExperts, new Sfc32(seedWords(words, SeedPurpose.placement)));
    case "strided":
      return strided(numExperts);
    default:
      throw new RoutingError(
        "E_PLACEMENT",
        `placement is ${JSON.stringify(placement)}; allowed are ${PLACEMENTS.join(", ")}.`,
        { placement, allowed: PLACEMENTS },
      );
  }
}

function identity(numExperts: number): Int32Array {
  const ids = new Int32Array(numExperts);
  for (let rank = 0; rank < numExperts; rank++) ids[rank] = rank;
  return ids;
}

/** Fisher–Yates. */
function shuffled(numExperts: number, random: Sfc32): Int32Array {
  const ids = identity(numExperts);
  for (let i = numExperts - 1; i > 0; i--) {
    const j = random.nextBelow(i + 1);
    const swapped = ids[i];
    ids[i] = ids[j];
    ids[j] = swapped;
  }
  return ids;
}

function strided(numExperts: number): Int32Array {
  const factors = primeFactors(numExperts);
  return Int32Array.from({ length: numExperts }, (_, rank) => {
    let id = 0;
    let span = numExperts;
    let rest = rank;
    for (const factor of factors) {
      span /= factor;
      id += goldenDigit(rest % factor, factor) * span;
      rest = Math.floor(rest / factor);
    }
    return id;
  });
}

/** A large prime factor would keep neighbours together; multiples of its golden section spread them. */
function goldenDigit(digit: number, prime: number): number {
  const stride = Math.max(1, Math.round(prime * 0.6180339887498949));
  return prime === 2 ? digit : (digit * stride) % prime;
}

function primeFactors(value: number): number[] {
  const factors: number[] = [];
  let rest = value;
  for (let prime = 2; prime * prime <= rest; prime++) {
    while (rest % prime === 0) {
      factors.push(prime);
      rest /= prime;
    }
  }
  if (rest > 1) factors.push(rest);
  return factors;
}
