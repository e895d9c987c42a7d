// Every statistical check has a fixed seed, so it passes always or never. For a right sampler and an arbitrary seed, one
// of them fails with probability ALARM; there are fewer than 40.
import { describe, expect, test } from "bun:test";
import { popularity, synthTopk, type Archetype, type Placement, type Sampler } from "@moe/routing";
import { chiSquarePValue } from "../_support/chiSquare.ts";
import { exactLaw, inclusion, observedTuples } from "../_support/exactLaw.ts";

const ALARM = 1e-6;
/** |z| that a normal variate passes with probability 1e-6. */
const Z_ALARM = 4.89;

const LAWS: [Archetype, number, number][] = [
  ["uniform", 6, 3],
  ["zipf1", 6, 3],
  ["zipf2", 6, 4],
  ["hot16", 5, 2],
  [{ hot: 2, cold: 0.01 }, 6, 3],
  [{ zipf: 4 }, 5, 4],
  [{ dirichlet: 0.5 }, 6, 3],
  [[0, 5, 0, 1, 1, 0.1], 6, 3],
  [[1, 1, 1], 3, 3],
  [[1000, 1, 1, 1, 1], 5, 2],
];
const TOKENS: Record<Sampler, number> = { fast: 400_000, numpy: 120_000 };

for (const sampler of ["fast", "numpy"] as const) {
  describe(`${sampler} draws ordered tuples by the enumerated law (chi-square, false alarm 1e-6)`, () => {
    for (const [archetype, numExperts, topK] of LAWS) {
      test(`${JSON.stringify(archetype)} E=${numExperts} topK=${topK}`, () => {
        const numTokens = TOKENS[sampler];
        const options = { archetype, numExperts, topK, seed: 12, sampler };
        const { topkIds } = synthTopk({ ...options, numTokens });
        const weights = [...popularity(archetype, numExperts, { seed: 12 })];
        const law = exactLaw(weights, topK);
        const seen = observedTuples(topkIds, topK);
        expect(chiSquarePValue(law, seen)).toBeGreaterThan(ALARM);
        for (const [expert, p] of inclusion(law, numExperts).entries()) {
          const count = topkIds.reduce((sum, id) => sum + (id === expert ? 1 : 0), 0);
          const sigma = Math.sqrt(numTokens * p * Math.max(0, 1 - p));
          expect(Math.abs(count - numTokens * p)).toBeLessThanOrEqual(Z_ALARM * sigma + 1e-6);
        }
      });
    }
  });
}

describe("a placement moves the law to other ids and changes nothing else", () => {
  for (const placement of ["shuffled", "strided"] satisfies Placement[]) {
    test(placement, () => {
      const options = { archetype: "zipf2", numExperts: 6, topK: 3, seed: 5, placement } as const;
      const { topkIds } = synthTopk({ ...options, numTokens: 300_000 });
      const weights = [...popularity("zipf2", 6, { placement, seed: 5 })];
      const sorted = [...popularity("zipf2", 6)];
      expect(weights.toSorted((a, b) => b - a)).toEqual(sorted);
      const seen = observedTuples(topkIds, 3);
      expect(chiSquarePValue(exactLaw(weights, 3), seen)).toBeGreaterThan(ALARM);
      expect(chiSquarePValue(exactLaw(sorted, 3), seen)).toBeLessThan(ALARM);
    });
  }
});

test("the law holds where collisions send tokens to the sum tree (one table, four drawable experts)", () => {
  const numExperts = 2 ** 16;
  const weights = new Float64Array(numExperts);
  const ids = [11, 500, 40_000, 65_535];
  [1e4, 100, 1, 0.5].forEach((weight, i) => (weights[ids[i]] = weight));
  const { topkIds } = synthTopk({ archetype: weights, numExperts, topK: 3, numTokens: 60_000 });
  const law = exactLaw([1e4, 100, 1, 0.5], 3);
  const seen = observedTuples(
    topkIds.map((id) => ids.indexOf(id)),
    3,
  );
  expect(chiSquarePValue(law, seen)).toBeGreaterThan(ALARM);
});

test("an expert whose chance lies in the coin's last 32 bits comes as often as it should", () => {
  // 2^20 buckets leave 12 bits of coin; 2^-13 of a bucket is reached through the extra 32 alone.
  const numExperts = 2 ** 20;
  const weights = new Float64Array(numExperts).fill(2 ** -33);
  weights[0] = 1;
  const numTokens = 1_000_000;
  const { topkIds } = synthTopk({ archetype: weights, numExperts, topK: 1, numTokens });
  const cold = topkIds.reduce((sum, id) => sum + (id === 0 ? 0 : 1), 0);
  const expected = numTokens * (1 - popularity(weights, numExperts)[0]);
  expect(Math.abs(cold - expected)).toBeLessThan(Z_ALARM * Math.sqrt(expected));
});

test("consecutive tokens are independent (chi-square over pairs of first draws, false alarm 1e-6)", () => {
  const { topkIds } = synthTopk({ archetype: "zipf1", numExperts: 4, topK: 1, numTokens: 400_000 });
  const p = [...popularity("zipf1", 4)];
  const law = new Map(p.flatMap((a, i) => p.map((b, j) => [`${i} ${j}`, a * b] as const)));
  expect(chiSquarePValue(law, observedTuples(topkIds, 2))).toBeGreaterThan(ALARM);
});

test("streams of near seeds are independent (chi-square over pairs of draws, false alarm 1e-6)", () => {
  const p = [...popularity("uniform", 8)];
  const law = new Map(p.flatMap((a, i) => p.map((b, j) => [`${i} ${j}`, a * b] as const)));
  const pairs = new Int32Array(40_000);
  for (let seed = 0; seed < 20_000; seed++) {
    const { topkIds } = synthTopk({
      archetype: "uniform",
      numExperts: 8,
      topK: 1,
      numTokens: 1,
      seed,
    });
    pairs[2 * seed] = topkIds[0];
    pairs[2 * seed + 1] = pairs[2 * Math.max(0, seed - 1)];
  }
  expect(chiSquarePValue(law, observedTuples(pairs, 2))).toBeGreaterThan(ALARM);
});

test("the oracle itself notices a law that is off by four percent", () => {
  const { topkIds } = synthTopk({ archetype: "zipf1", numExperts: 6, topK: 3, numTokens: 400_000 });
  const bent = [...popularity("zipf1", 6)].map((p, i) => (i === 2 ? p * 1.04 : p));
  expect(chiSquarePValue(exactLaw(bent, 3), observedTuples(topkIds, 3))).toBeLessThan(ALARM);
});
