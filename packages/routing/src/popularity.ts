import { checkKeys, checkNumExperts, isIntegerIn } from "./_check.ts";
import { dirichletWeights } from "./_dirichlet.ts";
import { SeedPurpose, parseSeed, seedWords } from "./_seed.ts";
import { Sfc32 } from "./_sfc32.ts";
import { ARCHETYPES, DEFAULT_COLD, type Archetype } from "./archetype.ts";
import { RoutingError } from "./errors.ts";
import { expertOfRank, type Placement } from "./placement.ts";

/** Options of {@link popularity}. */
export interface PopularityOptions {
  /** Where the ranks live; default `sorted`. */
  readonly placement?: Placement;
  /** Of `shuffled` and of `{ dirichlet }`, nothing else reads it; 0 ≤ seed < 2^64, default 0. */
  readonly seed?: number | bigint;
}

/**
 * The probability of each expert at a token's first draw.
 *
 * @param archetype - The law; see {@link Archetype}.
 * @param numExperts - E, 1..2^20 (included). A vector must have this length.
 * @param options - Placement and seed.
 * @returns `Float64Array [numExperts]` by expert id, sum 1 up to rounding. Exactly 0 only where the weight is 0 or
 *   too small beside the largest one for a double.
 * @throws {@link RoutingError} `E_ARCHETYPE`, `E_NUM_EXPERTS`, `E_WEIGHTS` (NaN, infinite, negative, or all zero),
 *   `E_PLACEMENT`, `E_SEED`, `E_OPTIONS`, `E_OPTION_UNKNOWN`.
 *
 * @example
 * ```ts
 * import { popularity } from "@moe/routing";
 * console.log(popularity([6, 3, 1], 3).join(" "));
 * // → 0.6 0.3 0.1
 * console.log(popularity({ hot: 2, cold: 0 }, 4, { placement: "strided" }).join(" "));
 * // → 0.5 0 0.5 0
 * ```
 */
export function popularity(
  archetype: Archetype,
  numExperts: number,
  options: PopularityOptions = {},
): Float64Array {
  checkNumExperts(numExperts);
  checkKeys(options, ["placement", "seed"], "popularity");
  const { placement = "sorted", seed = 0 } = options;
  const expert = expertOfRank(placement, numExperts, seed);
  const byRank = normalised(weightsByRank(archetype, numExperts, seed));
  const byExpert = new Float64Array(numExperts);
  for (let rank = 0; rank < numExperts; rank++) byExpert[expert[rank]] = byRank[rank];
  return byExpert;
}

function weightsByRank(
  archetype: Archetype,
  numExperts: number,
  seed: number | bigint,
): Float64Array {
  const byRank = (weight: (rank: number) => number): Float64Array => {
    const weights = new Float64Array(numExperts);
    for (let i = 0; i < numExperts; i++) weights[i] = weight(i + 1);
    return weights;
  };
  const hot = (count: number, cold: number): Float64Array =>
    byRank((rank) => (rank <= count ? 1 : cold));
  if (typeof archetype === "string") {
    switch (archetype) {
      case "balanced":
      case "uniform":
        return byRank(() => 1);
      case "zipf1":
        return byRank((rank) => 1 / rank);
      case "zipf2":
        return byRank((rank) => 1 / (rank * rank));
      case "hot16":
        return hot(16, DEFAULT_COLD);
      default:
        throw badArchetype(archetype);
    }
  }
  if (typeof archetype !== "object" || archetype === null) throw badArchetype(archetype);
  if ("length" in archetype) return checkedVector(archetype, numExperts);
  if ("zipf" in archetype && hasOnly(archetype, ["zipf"])) {
    const s = archetype.zipf;
    if (Number.isFinite(s) && s >= 0) return byRank((rank) => rank ** -s);
  } else if ("hot" in archetype && hasOnly(archetype, ["hot", "cold"])) {
    const { hot: count, cold = DEFAULT_COLD } = archetype;
    if (isIntegerIn(count, 1, Number.MAX_SAFE_INTEGER) && Number.isFinite(cold) && cold >= 0) {
      return hot(count, cold);
    }
  } else if ("dirichlet" in archetype && hasOnly(archetype, ["dirichlet"])) {
    const alpha = archetype.dirichlet;
    if (Number.isFinite(alpha) && alpha > 0) {
      const random = new Sfc32(seedWords(parseSeed(seed), SeedPurpose.dirichlet));
      return dirichletWeights(alpha, numExperts, random);
    }
  }
  throw badArchetype(archetype);
}

function hasOnly(value: object, keys: readonly string[]): boolean {
  return Object.keys(value).every((key) => keys.includes(key));
}

function checkedVector(weights: ArrayLike<number>, numExperts: number): Float64Array {
  if (weights.length !== numExperts) {
    throw new RoutingError(
      "E_NUM_EXPERTS",
      `the popularity vector has ${weights.length} weights and numExperts is ${numExperts}; they must be equal. ` +
        "Pass numExperts: weights.length.",
      { length: weights.length, numExperts },
    );
  }
  const copy = new Float64Array(numExperts);
  for (let i = 0; i < numExperts; i++) {
    const weight: unknown = weights[i];
    if (typeof weight !== "number" || !(weight >= 0 && weight < Infinity)) {
      throw new RoutingError(
        "E_WEIGHTS",
        `weight ${i} of the popularity vector is ${String(weight)}; allowed is a finite number ≥ 0.`,
        { index: i, weight },
      );
    }
    copy[i] = weight;
  }
  return copy;
}

/** Huge weights must not overflow in their sum: a power of two, which is exact, brings the largest near 1. */
function normalised(weights: Float64Array): Float64Array {
  let largest = 0;
  for (const weight of weights) largest = Math.max(largest, weight);
  if (largest === 0) {
    throw new RoutingError(
      "E_WEIGHTS",
      "every weight of the popularity is 0; at least one must be positive.",
      { positive: 0 },
    );
  }
  const scale = 2 ** Math.min(0, -Math.floor(Math.log2(largest)));
  let sum = 0;
  for (const weight of weights) sum += weight * scale;
  return weights.map((weight) => (weight * scale) / sum);
}

function badArchetype(archetype: unknown): RoutingError {
  return new RoutingError(
    "E_ARCHETYPE",
    `archetype is ${JSON.stringify(archetype) ?? String(archetype)}; allowed are ${ARCHETYPES.join(", ")}, ` +
      "{ zipf: s ≥ 0 }, { hot: k ≥ 1, cold?: weight ≥ 0 }, { dirichlet: alpha > 0 }, or a vector of numExperts weights.",
    { archetype, allowed: ARCHETYPES },
  );
}
