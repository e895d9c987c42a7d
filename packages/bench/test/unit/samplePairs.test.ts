import { describe, expect, test } from "bun:test";
import { medianRatioInterval, samplePairs, type Side } from "@moe/bench";
import { errorOf } from "../_errorOf.ts";

const steady = async (side: Side): Promise<number> => (side === "kernel" ? 100 : 200);
/** Ratios so far apart that no interval becomes narrow. */
const wild = () => {
  let n = 0;
  return async (side: Side): Promise<number> => (side === "kernel" ? 100 : 100 + 97 * (n++ % 7));
};

describe("the stopping rule", () => {
  test("steady samples stop at the first look, by precision", async () => {
    const run = await samplePairs(steady, { minSamples: 7 });
    expect([run.kernelNs.length, run.stop]).toEqual([7, "precision"]);
  });
  test("noisy samples end at the most samples", async () => {
    const run = await samplePairs(wild(), { minSamples: 6, maxSamples: 31, timeBudgetMs: 1e9 });
    expect([run.referenceNs.length, run.stop]).toEqual([31, "max-samples"]);
  });
  test("noisy samples end when the time is used up", async () => {
    let ms = 0;
    const run = await samplePairs(wild(), { minSamples: 6, timeBudgetMs: 20, now: () => ms++ });
    expect([run.kernelNs.length, run.stop]).toEqual([25, "budget"]);
  });
  test("the least number of samples wins over the time budget", async () => {
    let ms = 0;
    const now = () => (ms += 1000);
    const run = await samplePairs(wild(), { minSamples: 9, timeBudgetMs: 1, now });
    expect([run.kernelNs.length, run.stop]).toEqual([9, "budget"]);
  });
  test("a target of zero never stops by precision", async () => {
    const run = await samplePairs(steady, { minSamples: 6, maxSamples: 12, targetHalfWidth: 0 });
    expect([run.kernelNs.length, run.stop]).toEqual([12, "max-samples"]);
  });
});

describe("the order inside pairs", () => {
  const orderOf = async (seed: string): Promise<string[]> => {
    const calls: string[] = [];
    const run = await samplePairs(async (side) => (calls.push(side), steady(side)), {
      minSamples: 40,
      seed,
    });
    const recorded = run.kernelFirst.flatMap((first) =>
      first ? ["kernel", "reference"] : ["reference", "kernel"],
    );
    // Two calls of the unrecorded warm-up pair come first.
    expect(calls.slice(2)).toEqual(recorded);
    return recorded;
  };
  test("is the same for the same seed and another for another", async () => {
    expect(await orderOf("a")).toEqual(await orderOf("a"));
    expect(await orderOf("a")).not.toEqual(await orderOf("b"));
  });
  test("lets each side begin half of every four pairs", async () => {
    const { kernelFirst } = await samplePairs(steady, { minSamples: 40, seed: "x" });
    for (let i = 0; i < 40; i += 4)
      expect(kernelFirst.slice(i, i + 4).filter(Boolean).length).toBe(2);
  });
});

describe("a throttled device", () => {
  /** A device that is throttled at those looks, the first of which is before the first pair. */
  const throttledAt = (...looks: number[]) => {
    let look = 0;
    return () => looks.includes(look++);
  };
  const bounds = { minSamples: 6, maxSamples: 6 };

  test("drops the pair that ends and the one that begins with the look, and measures both again", async () => {
    // The warm-up pair takes 1 and 2, the pair between looks i and i + 1 then 2·i + 3 and 2·i + 4.
    let n = 0;
    const isThrottled = throttledAt(3);
    const run = await samplePairs(async () => ++n, { ...bounds, isThrottled });
    const pairs = run.kernelNs.map((ns, i) => [ns, run.referenceNs[i]].sort((a, b) => a - b));
    expect(pairs.map(([first]) => (first - 3) / 2)).toEqual([0, 1, 4, 5, 6, 7]);
    expect(run.droppedThrottled).toBe(2);
    expect(run.stop).toBe("max-samples");
  });
  test("is noticed before the first pair", async () => {
    const run = await samplePairs(steady, { ...bounds, isThrottled: throttledAt(0) });
    expect([run.kernelNs.length, run.droppedThrottled]).toEqual([6, 1]);
  });
  test("does not change the order of the pairs that stay", async () => {
    const options = { minSamples: 24, maxSamples: 24, seed: "x", targetHalfWidth: 0 };
    const quiet = await samplePairs(steady, options);
    const isThrottled = throttledAt(2, 5, 6, 13);
    const run = await samplePairs(steady, { ...options, isThrottled });
    expect(run.kernelFirst).toEqual(quiet.kernelFirst);
    expect([quiet.droppedThrottled, run.droppedThrottled]).toEqual([0, 7]);
  });
  test("that stays so ends after as many dropped pairs as there may be pairs", async () => {
    const run = await samplePairs(steady, { maxSamples: 17, isThrottled: () => true });
    expect(run).toMatchObject({ kernelNs: [], droppedThrottled: 17, stop: "throttled" });
  });
  test("that stays so ends when the time is used up, before the least number of pairs", async () => {
    let ms = 0;
    const options = { timeBudgetMs: 20, now: () => ms++ };
    let look = 0;
    const run = await samplePairs(steady, { ...options, isThrottled: () => look++ >= 8 });
    expect(run).toMatchObject({ droppedThrottled: 20, stop: "throttled" });
    expect(run.kernelNs).toHaveLength(7);
  });
  test("that gave enough pairs before the time was used up ends by the budget", async () => {
    let ms = 0;
    let look = 0;
    const isThrottled = () => look++ >= 10;
    const options = { minSamples: 6, timeBudgetMs: 20, now: () => ms++, isThrottled };
    const run = await samplePairs(wild(), options);
    expect([run.kernelNs.length, run.stop]).toEqual([9, "budget"]);
  });
});

test("samples keep their time order and their side", async () => {
  let n = 0;
  const run = await samplePairs(async () => ++n, { minSamples: 6, maxSamples: 6 });
  run.kernelFirst.forEach((first, i) => {
    const [early, late] = [3 + 2 * i, 4 + 2 * i];
    expect([run.kernelNs[i], run.referenceNs[i]]).toEqual(first ? [early, late] : [late, early]);
  });
});

test("an abort between two samples stops at once with the signal's reason", async () => {
  const stop = new AbortController();
  let calls = 0;
  const sample = async (): Promise<number> => {
    if (++calls === 9) stop.abort(new Error("enough"));
    return 1;
  };
  await expect(samplePairs(sample, { signal: stop.signal })).rejects.toThrow("enough");
  expect(calls).toBe(9);
});

test("the interval is looked at rarely: the stop is the first look, a quarter apart, that is narrow", async () => {
  const looks = [6, 8, 10, 13, 17, 22, 28, 35, 44];
  const target = 0.2;
  let narrowBefore = 0;
  for (let unsteady = 1; unsteady <= 9; unsteady++) {
    // Unsteady pairs before steady ones; the unrecorded warm-up pair takes the first value.
    const values = Array.from({ length: 50 }, (_, i) => (i <= unsteady ? 100 + 90 * i : 200));
    let pair = 0;
    const run = await samplePairs(async (side) => (side === "kernel" ? 100 : values[pair++]), {
      minSamples: 6,
      maxSamples: 44,
      targetHalfWidth: target,
    });
    const isNarrow = (pairs: number): boolean => {
      const top = run.referenceNs.slice(0, pairs);
      const bottom = top.map(() => 100);
      const { low, high } = medianRatioInterval(top, bottom, { resamples: 500 });
      return Math.log(high / low) / 2 < target;
    };
    const count = run.kernelNs.length;
    expect(count).toBe(looks.find(isNarrow)!);
    if (count > 6 && isNarrow(count - 1)) narrowBefore++;
  }
  // Some were narrow between two looks and were not stopped there.
  expect(narrowBefore).toBeGreaterThan(0);
});

test("a timer gets through although the sampled function never waits", async () => {
  const stop = new AbortController();
  let calls = 0;
  setTimeout(() => stop.abort(new Error("timer")), 1);
  const endless = { minSamples: 1000, maxSamples: 1000, signal: stop.signal };
  const sampling = samplePairs(async () => {
    for (const end = performance.now() + 0.1; performance.now() < end;);
    return ++calls;
  }, endless);
  await expect(sampling).rejects.toThrow("timer");
  expect(calls).toBeLessThan(2000);
});

describe("bad input is a typed error", () => {
  for (const ns of [0, -1, Number.NaN, Infinity])
    test(`a backend that returns ${ns} ns`, async () => {
      const error = await errorOf(() => samplePairs(async () => ns));
      expect(error.code).toBe("E_SAMPLE_VALUE");
    });
  for (const bounds of [
    { minSamples: 5 },
    { minSamples: 6.5 },
    { minSamples: 10, maxSamples: 9 },
    { maxSamples: 1001 },
    { timeBudgetMs: 0 },
    { timeBudgetMs: Infinity },
    { targetHalfWidth: -0.1 },
    { targetHalfWidth: Number.NaN },
  ])
    test(`bounds ${Bun.inspect(bounds).replaceAll("\n", "")}`, async () => {
      expect((await errorOf(() => samplePairs(steady, bounds))).code).toBe("E_OPTION");
    });
});
