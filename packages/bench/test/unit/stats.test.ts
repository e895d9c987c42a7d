import { describe, expect, test } from "bun:test";
import * as simple from "simple-statistics";
import {
  hodgesLehmann,
  lag1Autocorrelation,
  mannWhitney,
  median,
  medianAbsoluteDeviation,
  medianRatioInterval,
  noiseFlags,
  quantile,
  spearman,
  verdict,
} from "@moe/bench";
import { normalUpperTail } from "../../src/stats/_normal.ts";
import { createRng } from "../../src/stats/_rng.ts";
import { errorOf } from "../_errorOf.ts";
import golden from "../golden/scipy.json" with { type: "json" };

const close = (got: number, want: number, relative = 1e-12): void => {
  expect(Math.abs(got - want)).toBeLessThanOrEqual(relative * Math.max(1e-300, Math.abs(want)));
};

describe("against SciPy's values", () => {
  for (const { name, values, levels, quantiles, mad } of golden.single)
    test(`quantiles and MAD of ${name} equal NumPy's and SciPy's`, () => {
      const shuffled = values.toReversed();
      levels.forEach((level, i) => close(quantile(shuffled, level), quantiles[i]));
      close(medianAbsoluteDeviation(shuffled), mad);
    });
  for (const { name, x, y, u, p } of golden.mannWhitney)
    test(`Mann-Whitney of ${name} equals SciPy's asymptotic test`, () => {
      const got = mannWhitney(x, y);
      expect(got.u).toBe(u);
      close(got.pValue, p, 1e-11);
    });
  for (const { name, x, y, rho } of golden.spearman)
    test(`Spearman's rho of ${name} equals SciPy's`, () => {
      close(spearman(x, y)!, rho);
    });
  for (const { name, values, estimate } of golden.hodgesLehmann)
    test(`Hodges-Lehmann of ${name} equals NumPy's median of Walsh averages`, () => {
      close(hodgesLehmann(values), estimate);
    });
  for (const { name, values, r } of golden.lag1)
    test(`lag-1 autocorrelation of ${name} equals NumPy's`, () => {
      close(lag1Autocorrelation(values), r, 1e-11);
    });
  for (const { name, numerator, denominator, low, high } of golden.bootstrap)
    test(`the interval of ${name} equals SciPy's paired percentile bootstrap within resampling error`, () => {
      const got = medianRatioInterval(numerator, denominator, { resamples: 20_000 });
      // SciPy resampled 200 000 times; 3 % of the width is above four standard errors of a 2.5 % quantile.
      const allowed = 0.03 * (high - low);
      expect(Math.abs(got.low - low)).toBeLessThan(allowed);
      expect(Math.abs(got.high - high)).toBeLessThan(allowed);
    });
  for (const { z, p } of golden.normalUpperTail)
    test(`the normal upper tail at ${z} equals SciPy's`, () => {
      close(normalUpperTail(z), p, 1e-12);
    });
});

describe("against simple-statistics", () => {
  const values = golden.single.find(({ name }) => name === "normal")!.values;
  test("median, MAD and rank correlation agree where both define them", () => {
    close(median(values), simple.median(values));
    close(medianAbsoluteDeviation(values), simple.medianAbsoluteDeviation(values));
    const [{ x, y, rho }] = golden.spearman;
    close(simple.sampleRankCorrelation(x, y), rho, 1e-9);
  });
});

test("equal pairs give an interval without width that still holds its ratio", () => {
  for (let top = 1; top <= 200; top++) {
    const pairs = [Array(6).fill(top), Array(6).fill(7)];
    const { ratio, low, high } = medianRatioInterval(pairs[0], pairs[1], { resamples: 100 });
    expect([low <= ratio, ratio <= high]).toEqual([true, true]);
    close(high, low);
  }
});

describe("verdict", () => {
  test("each region of the margin has its verdict, the ends included where stated", () => {
    expect(verdict({ low: 1.021, high: 1.4 })).toBe("FAST");
    expect(verdict({ low: 0.5, high: 0.979 })).toBe("SLOW");
    expect(verdict({ low: 0.99, high: 1.01 })).toBe("SAME");
    expect(verdict({ low: 1, high: 1.02 })).toBe("SAME");
    expect(verdict({ low: 1.02, high: 1.4 })).toBe("AMBIGUOUS");
    expect(verdict({ low: 0.9, high: 1.1 })).toBe("AMBIGUOUS");
    expect(verdict({ low: 1.005, high: 1.03 })).toBe("AMBIGUOUS");
  });
  test("a margin of zero leaves only FAST, SLOW and AMBIGUOUS beside exact equality", () => {
    expect(verdict({ low: 1.0001, high: 2 }, 0)).toBe("FAST");
    expect(verdict({ low: 0.5, high: 0.9999 }, 0)).toBe("SLOW");
    expect(verdict({ low: 1, high: 1 }, 0)).toBe("SAME");
  });
});

describe("noise flags", () => {
  const quiet = {
    kernelNs: [100, 101, 99, 100, 102, 98, 101, 99],
    referenceNs: [200, 199, 201, 202, 200, 198, 203, 197],
    kernelFirst: [true, false, false, true, true, false, true, false],
  };
  const intervalOf = (s: typeof quiet) => medianRatioInterval(s.referenceNs, s.kernelNs);
  test("quiet samples have none", () => {
    expect(noiseFlags(quiet, intervalOf(quiet))).toEqual([]);
  });
  test("a slow wave over 40 pairs is autocorrelation, the same values shuffled are not", () => {
    const wave = Array.from({ length: 40 }, (_, i) => 200 + 10 * Math.sin(i / 2) + ((i * 13) % 17));
    const order = createRng(4);
    const shuffled = [...wave];
    for (let i = 39; i > 0; i--) {
      const j = order.below(i + 1);
      [shuffled[i], shuffled[j]] = [shuffled[j], shuffled[i]];
    }
    const kernelNs = wave.map(() => 100);
    const kernelFirst = wave.map((_, i) => i % 2 === 0);
    const flagsOf = (referenceNs: number[]) => {
      const samples = { kernelNs, referenceNs, kernelFirst };
      return noiseFlags(samples, intervalOf(samples));
    };
    expect(lag1Autocorrelation(wave)).toBeLessThan(0.9);
    expect(flagsOf(wave)).toContain("autocorrelated");
    expect(flagsOf(shuffled)).not.toContain("autocorrelated");
  });
  test("a side that is slower when it runs second is an order effect", () => {
    const kernelFirst = Array.from({ length: 24 }, (_, i) => i % 4 < 2 === i % 2 > 0);
    const kernelNs = kernelFirst.map((first, i) => (first ? 100 : 120) + ((i * 7) % 5));
    const referenceNs = kernelFirst.map((_, i) => 200 + ((i * 3) % 7));
    const samples = { kernelNs, referenceNs, kernelFirst };
    expect(noiseFlags(samples, intervalOf(samples))).toContain("order-effect");
  });
  test("equal pairs have none: rounding of the logarithm is not noise", () => {
    for (const ns of [1000, 1100, 700, 333]) {
      const samples = {
        ...quiet,
        kernelNs: Array(8).fill(ns),
        referenceNs: Array(8).fill(3 * ns + 1),
      };
      expect(noiseFlags(samples, intervalOf(samples))).toEqual([]);
    }
  });
  test("a paired estimate outside of the interval is multimodal", () => {
    expect(noiseFlags(quiet, { ratio: 3, low: 2.9, high: 3.1 })).toEqual(["multimodal"]);
  });
});

describe("bad samples are typed errors, not NaN results", () => {
  const cases: [string, () => unknown, string][] = [
    ["an empty median", () => median([]), "E_SAMPLES"],
    ["a NaN value", () => median([1, Number.NaN]), "E_SAMPLE_VALUE"],
    ["a level above 1", () => quantile([1], 1.5), "E_SAMPLE_VALUE"],
    ["unequal pairs", () => medianRatioInterval([1, 2, 3], [1, 2]), "E_SAMPLES"],
    ["a time of zero", () => medianRatioInterval([1, 0], [1, 2]), "E_SAMPLE_VALUE"],
    ["no confidence", () => medianRatioInterval([1, 2], [1, 2], { confidence: 1 }), "E_OPTION"],
    ["few resamples", () => medianRatioInterval([1, 2], [1, 2], { resamples: 5 }), "E_OPTION"],
    ["a negative seed", () => medianRatioInterval([1, 2], [1, 2], { seed: -1 }), "E_OPTION"],
    ["unequal correlation", () => spearman([1, 2], [1, 2, 3]), "E_SAMPLES"],
    ["a negative margin", () => verdict({ low: 1, high: 2 }, -0.1), "E_OPTION"],
  ];
  for (const [name, call, code] of cases)
    test(name, async () => {
      expect((await errorOf(call)).code as string).toBe(code);
    });
});

test("constant values have no rank correlation and no autocorrelation", () => {
  expect(spearman([1, 1, 1], [1, 2, 3])).toBeNull();
  expect(lag1Autocorrelation([5, 5, 5])).toBe(0);
});
