import { checkIds } from "./_check.ts";

const PRIME_1 = 0x9e3779b1;
const PRIME_2 = 0x85ebca77;
const PRIME_3 = 0xc2b2ae3d;
const PRIME_4 = 0x27d4eb2f;
const PRIME_5 = 0x165667b1;

/** Seeds of the two halves. */
const SEEDS = [0, PRIME_1] as const;

/**
 * A short content hash of a routing, for result rows: equal ids give equal text on every machine and byte order.
 *
 * @param topkIds - `Int32Array` of any length. Only its values and length count, not the shape `[numTokens, topK]`.
 * @returns 16 lower-case hex digits: xxHash32 of the ids as little-endian int32 with seed 0, then with seed 0x9e3779b1.
 *   Not for adversarial input.
 * @throws {@link RoutingError} `E_IDS` when `topkIds` is not an `Int32Array`.
 * @remarks Source: the xxHash specification, Cyan4973/xxHash `doc/xxhash_spec.md`.
 *
 * @example
 * ```ts
 * import { routingHash } from "@moe/routing";
 * console.log(routingHash(Int32Array.of(3, 1, 2)));
 * // → dcb6c4e133c2705b
 * ```
 */
export function routingHash(topkIds: Int32Array): string {
  checkIds(topkIds);
  return SEEDS.map((seed) => hex32(xxHash32(topkIds, seed))).join("");
}

function xxHash32(words: Int32Array, seed: number): number {
  const tail = words.length & ~3;
  let hash = tail > 0 ? stripes(words, tail, seed) : (seed + PRIME_5) | 0;
  hash = (hash + words.length * 4) | 0;
  for (let i = tail; i < words.length; i++) {
    hash = Math.imul(rotl((hash + Math.imul(words[i], PRIME_3)) | 0, 17), PRIME_4);
  }
  hash = Math.imul(hash ^ (hash >>> 15), PRIME_2);
  hash = Math.imul(hash ^ (hash >>> 13), PRIME_3);
  return hash ^ (hash >>> 16);
}

/** Four lanes over whole 16-byte stripes. */
function stripes(words: Int32Array, end: number, seed: number): number {
  let a = (seed + PRIME_1 + PRIME_2) | 0;
  let b = (seed + PRIME_2) | 0;
  let c = seed | 0;
  let d = (seed - PRIME_1) | 0;
  for (let i = 0; i < end; i += 4) {
    a = round(a, words[i]);
    b = round(b, words[i + 1]);
    c = round(c, words[i + 2]);
    d = round(d, words[i + 3]);
  }
  return (rotl(a, 1) + rotl(b, 7) + rotl(c, 12) + rotl(d, 18)) | 0;
}

function round(lane: number, word: number): number {
  return Math.imul(rotl((lane + Math.imul(word, PRIME_2)) | 0, 13), PRIME_1);
}

function rotl(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function hex32(value: number): string {
  return (value >>> 0).toString(16).padStart(8, "0");
}
