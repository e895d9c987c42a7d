import { describe, expect, test } from "bun:test";
import { popularity, type Archetype } from "@moe/routing";
import { aliasTables, buildAliasTables, type AliasTables } from "../../src/_aliasTables.ts";
import { FastSampler } from "../../src/_fastSampler.ts";
import { SumTree } from "../../src/_sumTree.ts";

/** Probability of each bucket in table h, from the thresholds alone. */
function lawOfTable(tables: AliasTables, h: number): Float64Array {
  const buckets = 1 << tables.bits;
  const law = new Float64Array(buckets);
  for (let i = 0; i < buckets; i++) {
    const entry = h * buckets + i;
    const hi = tables.thresholdHi[entry] + tables.thresholdLo[entry] * 2 ** -32;
    const keep = hi / 2 ** (32 - tables.bits);
    law[i] += keep / buckets;
    law[i ^ tables.flip[entry]] += (1 - keep) / buckets;
  }
  return law;
}

describe("alias table h holds the law without the h most popular experts, to 1e-12 of each", () => {
  const cases: [Archetype, number, number][] = [
    ["uniform", 256, 8],
    ["zipf1", 256, 8],
    ["zipf2", 256, 8],
    ["hot16", 200, 8],
    [{ hot: 4 }, 256, 8],
    [{ zipf: 8 }, 60, 6],
    [{ dirichlet: 0.05 }, 256, 8],
    ["uniform", 1, 1],
    [[0, 3, 0, 1], 4, 2],
    [[1, 1e-200, 1e-300], 3, 3],
  ];
  for (const [archetype, numExperts, topK] of cases) {
    test(`${JSON.stringify(archetype)} E=${numExperts}`, () => {
      const p = popularity(archetype, numExperts);
      const tables = buildAliasTables(p, topK);
      const left = Float64Array.from(p);
      for (let h = 0; h < tables.leaver.length; h++) {
        const largest = Math.max(...left);
        const sum = left.reduce((a, b) => a + b / largest, 0);
        const law = lawOfTable(tables, h);
        for (let i = 0; i < law.length; i++) {
          const exact = i < numExperts ? left[i] / largest / sum : 0;
          expect(Math.abs(law[i] - exact)).toBeLessThanOrEqual(1e-12 * exact + 2 ** -63);
          if (exact === 0) expect(law[i]).toBe(0);
        }
        if (h + 1 < tables.leaver.length) left[tables.leaver[h]] = 0;
      }
      expect(tables.leaver.at(-1)).toBe(1 << tables.bits);
    });
  }
});

test("skewed laws get a table for every expert a token may hold, mild ones a single table", () => {
  expect(buildAliasTables(popularity("zipf2", 256), 8).leaver.length).toBe(8);
  expect(buildAliasTables(popularity("uniform", 256), 8).leaver.length).toBe(1);
});

test("tables kept from a shorter token are not used for a longer one", () => {
  const p = popularity("zipf2", 256);
  expect(aliasTables(p, 2).leaver.length).toBe(2);
  expect(aliasTables(p, 8).leaver.length).toBe(8);
  expect(aliasTables(popularity("zipf2", 256), 8)).toBe(aliasTables(p, 8));
});

test("the sum tree never walks into an empty half, whatever share is asked for", () => {
  const weights = Float64Array.of(0, 1e-300, 0, 0, 5, 0, 1e17, 0, 0, 3);
  const tree = new SumTree(weights);
  for (const u of [Number.MIN_VALUE, 1e-17, 0.3, 0.5, 1 - 2 ** -53]) {
    expect(weights[tree.find(u)]).toBeGreaterThan(0);
  }
  // Here the rest after the left halves exceeds the last positive leaf by rounding.
  const steep = Float64Array.of(
    0,
    0,
    0,
    4.2503158706965944e-19,
    0.1295025825880852,
    2.181305098893675e-18,
    0.3122782870280545,
    0,
  );
  expect(new SumTree(steep).find(1 - 2 ** -53)).toBe(6);
  tree.set(6, 0);
  expect(tree.find(0.2)).toBe(4);
  expect(tree.find(0.9)).toBe(9);
  tree.set(4, 0);
  tree.set(9, 0);
  expect(tree.find(0.999)).toBe(1);
});

test("tokens stay distinct and the stream goes on when the marks run out after 2^31 tokens", () => {
  const p = popularity("zipf2", 16);
  const plain = new Int32Array(200 * 8);
  const wrapped = new Int32Array(200 * 8);
  new FastSampler(p, 8, [1, 2, 3]).draw(plain);
  new FastSampler(p, 8, [1, 2, 3], 2 ** 31 - 100).draw(wrapped);
  expect(wrapped).toEqual(plain);
});
