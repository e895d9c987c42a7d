import { expect, test } from "bun:test";
import * as fc from "fast-check";
import {
  hodgesLehmann,
  lag1Autocorrelation,
  mannWhitney,
  median,
  medianAbsoluteDeviation,
  medianRatioInterval,
  quantile,
  samplePairs,
  spearman,
  verdict,
} from "@moe/bench";
import { createRng } from "../../src/stats/_rng.ts";
import { holds } from "./_check.ts";

/** Integers: sums and halves stay exact, so laws hold bit for bit. */
const integers = (minLength: number) =>
  fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength, maxLength: 30 });
const times = (minLength: number) =>
  fc.array(fc.double({ min: 1, max: 1e9, noNaN: true }), { minLength, maxLength: 40 });
const pairs = fc.array(
  fc.tuple(
    fc.double({ min: 1, max: 1e6, noNaN: true }),
    fc.double({ min: 1, max: 1e6, noNaN: true }),
  ),
  { minLength: 6, maxLength: 30 },
);
const rotated = <T>(values: T[], by: number): T[] => [
  ...values.slice(by % values.length),
  ...values.slice(0, by % values.length),
];
const near = (a: number, b: number): boolean =>
  Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));

test("location estimates move with a shift and scale with a factor", async () => {
  await holds(
    fc.property(
      integers(1),
      fc.integer({ min: -500, max: 500 }),
      fc.constantFrom(2, 4, 8),
      (v, shift, factor) => {
        for (const estimate of [median, hodgesLehmann]) {
          expect(estimate(v.map((x) => x + shift))).toBe(estimate(v) + shift);
          expect(estimate(v.map((x) => x * factor))).toBe(estimate(v) * factor);
        }
      },
    ),
  );
});

test("dispersion ignores a shift and scales with a factor", async () => {
  await holds(
    fc.property(
      integers(1),
      fc.integer({ min: -500, max: 500 }),
      fc.constantFrom(2, 4, 8),
      (v, shift, factor) => {
        expect(medianAbsoluteDeviation(v.map((x) => x + shift))).toBe(medianAbsoluteDeviation(v));
        expect(medianAbsoluteDeviation(v.map((x) => x * factor))).toBe(
          medianAbsoluteDeviation(v) * factor,
        );
      },
    ),
  );
});

test("the order of the values does not matter to an estimate", async () => {
  await holds(
    fc.property(integers(1), fc.nat(29), (v, by) => {
      const other = rotated(v, by);
      expect(quantile(other, 0.3)).toBe(quantile(v, 0.3));
      expect(medianAbsoluteDeviation(other)).toBe(medianAbsoluteDeviation(v));
      expect(hodgesLehmann(other)).toBe(hodgesLehmann(v));
    }),
  );
});

test("quantiles grow with the level and stay inside the sample", async () => {
  await holds(
    fc.property(
      times(1),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (v, p, q) => {
        const [low, high] = [quantile(v, Math.min(p, q)), quantile(v, Math.max(p, q))];
        expect(low).toBeLessThanOrEqual(high * (1 + 1e-15));
        expect(low).toBeGreaterThanOrEqual(Math.min(...v));
        expect(high).toBeLessThanOrEqual(Math.max(...v) * (1 + 1e-15));
      },
    ),
  );
});

test("the interval of a ratio holds its ratio's bracket, and turns over when the sides swap", async () => {
  await holds(
    fc.property(pairs, (drawn) => {
      const [top, bottom] = [drawn.map(([t]) => t), drawn.map(([, b]) => b)];
      const options = { resamples: 200, seed: 3 };
      const there = medianRatioInterval(top, bottom, options);
      const back = medianRatioInterval(bottom, top, options);
      expect(there.low).toBeLessThanOrEqual(there.ratio);
      expect(there.ratio).toBeLessThanOrEqual(there.high);
      expect(near(back.low * there.high, 1)).toBe(true);
      expect(near(back.high * there.low, 1)).toBe(true);
      expect(near(back.ratio * there.ratio, 1)).toBe(true);
    }),
  );
});

test("the unit of time does not matter to a ratio", async () => {
  await holds(
    fc.property(pairs, fc.constantFrom(0.5, 2, 1024), (drawn, unit) => {
      const [top, bottom] = [drawn.map(([t]) => t), drawn.map(([, b]) => b)];
      const options = { resamples: 100 };
      const there = medianRatioInterval(top, bottom, options);
      const scaled = medianRatioInterval(
        top.map((t) => t * unit),
        bottom.map((t) => t * unit),
        options,
      );
      expect(near(scaled.low, there.low) && near(scaled.high, there.high)).toBe(true);
    }),
  );
});

test("swapping the sides swaps FAST and SLOW and keeps SAME and AMBIGUOUS", async () => {
  const swapped = { FAST: "SLOW", SLOW: "FAST", SAME: "SAME", AMBIGUOUS: "AMBIGUOUS" } as const;
  const end = fc.double({ min: 0.5, max: 2, noNaN: true });
  await holds(
    fc.property(end, end, fc.double({ min: 0, max: 0.5, noNaN: true }), (a, b, margin) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      // Ends within rounding of the margin may fall to either side.
      fc.pre([low, high].every((x) => !near(x, 1 + margin) && !near(x * (1 + margin), 1)));
      expect(verdict({ low: 1 / high, high: 1 / low }, margin)).toBe(
        swapped[verdict({ low, high }, margin)],
      );
    }),
    1000,
  );
});

test("a wider margin never turns a verdict into its opposite", async () => {
  const end = fc.double({ min: 0.5, max: 2, noNaN: true });
  await holds(
    fc.property(end, end, (a, b) => {
      const interval = { low: Math.min(a, b), high: Math.max(a, b) };
      const seen = new Set([0, 0.01, 0.05, 0.3].map((margin) => verdict(interval, margin)));
      expect(seen.has("FAST") && seen.has("SLOW")).toBe(false);
    }),
    1000,
  );
});

test("a monotone map of one side keeps the rank correlation; negating it turns the sign", async () => {
  await holds(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -50, max: 50 })), {
        minLength: 3,
        maxLength: 30,
      }),
      (drawn) => {
        const [x, y] = [drawn.map(([a]) => a), drawn.map(([, b]) => b)];
        const rho = spearman(x, y);
        const cubed = spearman(
          x.map((v) => v ** 3),
          y,
        );
        const negated = spearman(
          x.map((v) => -v),
          y,
        );
        if (rho === null) expect([cubed, negated]).toEqual([null, null]);
        else {
          expect(near(cubed!, rho) && near(negated!, -rho)).toBe(true);
          expect(Math.abs(rho)).toBeLessThanOrEqual(1 + 1e-12);
        }
      },
    ),
  );
});

test("Mann-Whitney: the two U add up to the pairs and p does not depend on the order of the samples", async () => {
  await holds(
    fc.property(integers(1), integers(1), (x, y) => {
      const [there, back] = [mannWhitney(x, y), mannWhitney(y, x)];
      expect(there.u + back.u).toBe(x.length * y.length);
      expect(near(there.pValue, back.pValue)).toBe(true);
      expect(there.pValue >= 0 && there.pValue <= 1).toBe(true);
    }),
  );
});

test("autocorrelation stays within its bounds and ignores shift and scale", async () => {
  await holds(
    fc.property(integers(3), (v) => {
      const r = lag1Autocorrelation(v);
      expect(Math.abs(r)).toBeLessThanOrEqual(1 + 1e-12);
      expect(near(lag1Autocorrelation(v.map((x) => 3 * x + 7)), r)).toBe(true);
    }),
  );
});

/** Normal law by Box and Muller from the project's generator: fixed seeds, the same rate on every machine. */
function normals(seed: number): () => number {
  const rng = createRng(seed);
  const uniform = (): number => (rng.below(2 ** 30) + 0.5) / 2 ** 30;
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

test("A against A: the interval covers 1 in at least 92 % of runs and no run is FAST or SLOW above 5 %", () => {
  const runs = 400;
  let covered = 0;
  let wrong = 0;
  for (let run = 0; run < runs; run++) {
    const normal = normals(run);
    const common = Array.from({ length: 16 }, () => 0.1 * normal());
    const side = () => common.map((c) => 1000 * Math.exp(c + 0.03 * normal()));
    const interval = medianRatioInterval(side(), side(), { resamples: 400, seed: run });
    if (interval.low <= 1 && interval.high >= 1) covered++;
    if (["FAST", "SLOW"].includes(verdict(interval))) wrong++;
  }
  expect(covered / runs).toBeGreaterThanOrEqual(0.92);
  expect(wrong / runs).toBeLessThanOrEqual(0.05);
});

test("A against A through the stopping rule: no run in 20 is FAST or SLOW", async () => {
  const runs = 60;
  let wrong = 0;
  for (let run = 0; run < runs; run++) {
    const normal = normals(run + 9000);
    const bounds = { minSamples: 10, maxSamples: 40, timeBudgetMs: 1e9, seed: String(run) };
    const sample = async (): Promise<number> => 1000 * Math.exp(0.03 * normal());
    const { referenceNs, kernelNs } = await samplePairs(sample, bounds);
    if (["FAST", "SLOW"].includes(verdict(medianRatioInterval(referenceNs, kernelNs)))) wrong++;
  }
  expect(wrong / runs).toBeLessThanOrEqual(0.05);
}, 30_000);

test("a kernel twice as fast is FAST in every one of 100 noisy runs", () => {
  for (let run = 0; run < 100; run++) {
    const normal = normals(run + 5000);
    const side = (scale: number) =>
      Array.from({ length: 12 }, () => scale * Math.exp(0.1 * normal()));
    expect(verdict(medianRatioInterval(side(2000), side(1000), { resamples: 400 }))).toBe("FAST");
  }
});
