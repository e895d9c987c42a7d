import { describe, expect, test } from "bun:test";
import { expertOfRank, popularity, PLACEMENTS } from "@moe/routing";

const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);

test("named laws have the weights of their definition", () => {
  const h1 = 1 + 1 / 2 + 1 / 3 + 1 / 4;
  const h2 = 1 + 1 / 4 + 1 / 9 + 1 / 16;
  for (const [name, weights, total] of [
    ["balanced", [1, 1, 1, 1], 4],
    ["uniform", [1, 1, 1, 1], 4],
    ["zipf1", [1, 1 / 2, 1 / 3, 1 / 4], h1],
    ["zipf2", [1, 1 / 4, 1 / 9, 1 / 16], h2],
  ] as const) {
    popularity(name, 4).forEach((p, i) => expect(p).toBeCloseTo(weights[i] / total, 15));
  }
  const hot = popularity("hot16", 256);
  expect(hot[15] / hot[16]).toBeCloseTo(1e6, 3);
  expect(hot[0]).toBe(hot[15]);
  expect(sum(hot)).toBeCloseTo(1, 12);
});

test("parameters reach the law", () => {
  const zipf = popularity({ zipf: 1.5 }, 8);
  expect(zipf[0] / zipf[3]).toBeCloseTo(8, 12);
  const hot = popularity({ hot: 2, cold: 0.25 }, 4);
  expect([...hot]).toEqual([0.4, 0.4, 0.1, 0.1]);
  expect([...popularity({ hot: 9 }, 3)]).toEqual([1 / 3, 1 / 3, 1 / 3]);
  expect([...popularity({ zipf: 0 }, 2)]).toEqual([0.5, 0.5]);
});

test("a vector counts by its proportions, huge and tiny scales too", () => {
  for (const scale of [1, 1e-300, 1e300, 2 ** -1070, 2 ** 1021]) {
    const p = popularity([3 * scale, 0, 1 * scale], 3);
    expect(p[0]).toBeCloseTo(0.75, 14);
    expect(p[1]).toBe(0);
  }
});

describe("a Dirichlet draw", () => {
  test("depends on the seed, is ranked, and sums to 1", () => {
    const a = popularity({ dirichlet: 0.3 }, 64, { seed: 1 });
    expect(popularity({ dirichlet: 0.3 }, 64, { seed: 1 })).toEqual(a);
    expect(popularity({ dirichlet: 0.3 }, 64, { seed: 2 })).not.toEqual(a);
    expect([...a]).toEqual([...a].sort((x, y) => y - x));
    expect(sum(a)).toBeCloseTo(1, 14);
  });

  test("has the second moment (alpha + 1) / (E alpha + 1) of its law, within five standard errors", () => {
    for (const alpha of [0.2, 1, 5]) {
      const squares = Array.from({ length: 2000 }, (_, seed) =>
        popularity({ dirichlet: alpha }, 16, { seed }).reduce((s, p) => s + p * p, 0),
      );
      const mean = squares.reduce((a, b) => a + b, 0) / squares.length;
      const deviation = Math.sqrt(
        squares.reduce((s, x) => s + (x - mean) ** 2, 0) / squares.length,
      );
      const exact = (alpha + 1) / (16 * alpha + 1);
      expect(Math.abs(mean - exact)).toBeLessThan((5 * deviation) / Math.sqrt(squares.length));
    }
  });

  test("stays finite for extreme alpha", () => {
    for (const alpha of [1e-3, 1e6]) {
      const p = popularity({ dirichlet: alpha }, 256, { seed: 3 });
      expect(sum(p)).toBeCloseTo(1, 12);
    }
  });
});

describe("placements", () => {
  test("are permutations for every E", () => {
    for (const placement of PLACEMENTS) {
      for (const numExperts of [1, 2, 3, 7, 60, 97, 128, 256, 384]) {
        const ids = expertOfRank(placement, numExperts, 4);
        expect([...ids].sort((a, b) => a - b)).toEqual(
          Array.from({ length: numExperts }, (_, i) => i),
        );
      }
    }
  });

  test("strided puts the first 2^j ranks exactly E / 2^j apart", () => {
    for (const numExperts of [64, 256, 384]) {
      for (const count of [2, 4, 8, 16, 32]) {
        const ids = [...expertOfRank("strided", numExperts).subarray(0, count)];
        const gap = numExperts / count;
        expect(ids.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i * gap));
      }
    }
  });

  test("strided spreads a prime E too: 8 hot experts of 97 lie at least 5 apart", () => {
    const ids = [...expertOfRank("strided", 97).subarray(0, 8)].sort((a, b) => a - b);
    for (let i = 1; i < ids.length; i++) expect(ids[i] - ids[i - 1]).toBeGreaterThanOrEqual(5);
  });

  test("shuffled depends on the seed and is uniform over permutations of 3 (chi-square 5 cells, p > 1e-6)", () => {
    expect(expertOfRank("shuffled", 64, 1)).not.toEqual(expertOfRank("shuffled", 64, 2));
    const seen = new Map<string, number>();
    for (let seed = 0; seed < 6000; seed++) {
      const key = expertOfRank("shuffled", 3, seed).join("");
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }
    const statistic = [...seen.values()].reduce((s, n) => s + (n - 1000) ** 2 / 1000, 0);
    expect(seen.size).toBe(6);
    expect(statistic).toBeLessThan(35.9);
  });
});
