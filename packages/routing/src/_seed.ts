// Seeds: 0 ≤ seed < 2^64, as number or BigInt, split in 32-bit words and hashed so that near seeds share nothing.
import { RoutingError } from "./errors.ts";

export interface SeedWordsLoHi {
  readonly lo: number;
  readonly hi: number;
}

/** What a hashed seed is for: one seed feeds several unrelated streams. */
export const SeedPurpose = { ids: 1, placement: 2, dirichlet: 3 } as const;

export function parseSeed(seed: unknown): SeedWordsLoHi {
  if (typeof seed === "bigint" && seed >= 0n && seed < 1n << 64n) {
    return { lo: Number(seed & 0xffffffffn), hi: Number(seed >> 32n) };
  }
  if (typeof seed === "number" && Number.isSafeInteger(seed) && seed >= 0) {
    return { lo: seed >>> 0, hi: Math.floor(seed / 2 ** 32) };
  }
  throw new RoutingError(
    "E_SEED",
    `seed is ${describe(seed)}; allowed is an integer from 0 to 2^53-1 as a number, or to 2^64-1 as a BigInt. ` +
      "Write large seeds as BigInt (123n).",
    { seed },
  );
}

/** Three 32-bit words for {@link import("./_sfc32.ts").Sfc32}: every bit depends on every bit of seed and purpose. */
export function seedWords(seed: SeedWordsLoHi, purpose: number): [number, number, number] {
  let x = seed.lo | 0;
  let y = seed.hi | 0;
  const words: [number, number, number] = [0, 0, 0];
  for (let i = 0; i < 3; i++) {
    // A Feistel round pair keyed by position: a bijection of the 64-bit seed, so no two seeds start alike.
    y ^= mix32((x + Math.imul(0x9e3779b9, 3 * i + purpose * 16 + 1)) | 0);
    x ^= mix32((y + Math.imul(0x9e3779b9, 3 * i + purpose * 16 + 2)) | 0);
    words[i] = i === 0 ? x : i === 1 ? y : mix32(x ^ Math.imul(y, 0x85ebca6b));
  }
  return words;
}

/** The finaliser of MurmurHash3 (Austin Appleby, public domain): a bijection with full avalanche. */
function mix32(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function describe(seed: unknown): string {
  return typeof seed === "bigint"
    ? `${seed}n`
    : typeof seed === "string"
      ? `"${seed}"`
      : String(seed);
}
