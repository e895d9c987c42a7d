import { expect, test } from "bun:test";
import { expertCounts, loadStats, type LoadStats } from "@moe/routing";
import { errorOf } from "../_support/errorOf.ts";

test("every value agrees with hand-computed ones", () => {
  const stats = loadStats([6, 0, 1, 1]);
  const p = [6 / 8, 1 / 8, 1 / 8];
  const entropy = -p.reduce((s, x) => s + x * Math.log(x), 0);
  const expected: LoadStats = {
    total: 8,
    mean: 2,
    median: 1,
    max: 6,
    dead: 1,
    used: 3,
    usedMean: 8 / 3,
    usedMedian: 1,
    maxOverMean: 3,
    maxVio: 2,
    balancedness: 1 / 3,
    cv: Math.sqrt((16 + 4 + 1 + 1) / 4) / 2,
    gini: 0.5625,
    entropy,
    normalizedEntropy: entropy / Math.log(4),
    effectiveExperts: 64 / 38,
  };
  for (const key of Object.keys(expected) as (keyof LoadStats)[]) {
    expect(stats[key]).toBeCloseTo(expected[key], 14);
  }
  expect(Object.keys(stats).sort()).toEqual(Object.keys(expected).sort());
});

test("Gini equals half the relative mean absolute difference (oracle: all pairs)", () => {
  const counts = [5, 0, 12, 7, 7, 1, 3];
  const total = counts.reduce((a, b) => a + b);
  let pairs = 0;
  for (const a of counts) for (const b of counts) pairs += Math.abs(a - b);
  expect(loadStats(counts).gini).toBeCloseTo(pairs / (2 * counts.length * total), 14);
});

test("even load, one expert, one used expert and no load have their limits", () => {
  const even = loadStats([4, 4, 4, 4]);
  expect(even).toMatchObject({ maxOverMean: 1, maxVio: 0, balancedness: 1, cv: 0, gini: 0 });
  expect(even.normalizedEntropy).toBeCloseTo(1, 15);
  expect(even.effectiveExperts).toBe(4);
  expect(loadStats([9])).toMatchObject({
    gini: 0,
    entropy: 0,
    normalizedEntropy: 1,
    effectiveExperts: 1,
  });
  const single = loadStats([0, 7, 0, 0]);
  expect(single).toMatchObject({
    gini: 0.75,
    entropy: 0,
    normalizedEntropy: 0,
    effectiveExperts: 1,
  });
  expect(single).toMatchObject({ dead: 3, usedMean: 7, usedMedian: 7, maxVio: 3 });
  const none = loadStats([0, 0]);
  expect(none).toMatchObject({ total: 0, max: 0, dead: 2, used: 0, usedMean: 0, usedMedian: 0 });
  expect(none).toMatchObject({ maxOverMean: 1, maxVio: 0, balancedness: 1, cv: 0, gini: 0 });
  expect(none).toMatchObject({ entropy: 0, normalizedEntropy: 1, effectiveExperts: 0 });
});

test("counts that are no counts are refused", () => {
  for (const bad of [[], [1, -1], [NaN], [Infinity], ["3"], null, 7]) {
    expect(errorOf(() => loadStats(bad as number[])).code).toBe("E_COUNTS");
  }
});

test("expertCounts ignores ids outside of 0..E-1 and refuses other arrays", () => {
  expect([...expertCounts(Int32Array.of(-1, 0, 3, 4, 2 ** 31 - 1, -(2 ** 31)), 4)]).toEqual([
    1, 0, 0, 1,
  ]);
  expect(errorOf(() => expertCounts([0, 1] as unknown as Int32Array, 4)).code).toBe("E_IDS");
  expect(errorOf(() => expertCounts(new Int32Array(1), 0)).code).toBe("E_NUM_EXPERTS");
});
