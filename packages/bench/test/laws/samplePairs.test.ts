import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { samplePairs } from "@moe/bench";
import { holds } from "./_check.ts";

test("whatever the times and bounds, sampling ends within them and says why", async () => {
  const bounds = fc.record({
    minSamples: fc.integer({ min: 6, max: 40 }),
    extra: fc.integer({ min: 0, max: 40 }),
    timeBudgetMs: fc.integer({ min: 1, max: 100 }),
    targetHalfWidth: fc.constantFrom(0, 0.001, 0.05, 0.3, 1),
  });
  const times = fc.array(fc.double({ min: 1e-3, max: 1e12, noNaN: true }), {
    minLength: 1,
    maxLength: 30,
  });
  await holds(
    fc.asyncProperty(
      bounds,
      times,
      async ({ minSamples, extra, timeBudgetMs, targetHalfWidth }, values) => {
        let calls = 0;
        let ms = 0;
        const maxSamples = minSamples + extra;
        const run = await samplePairs(async () => values[calls++ % values.length], {
          minSamples,
          maxSamples,
          timeBudgetMs,
          targetHalfWidth,
          now: () => ms++,
        });
        const count = run.kernelNs.length;
        expect([run.referenceNs.length, run.kernelFirst.length]).toEqual([count, count]);
        expect(calls).toBe(2 * (count + 1));
        expect(count).toBeGreaterThanOrEqual(minSamples);
        expect(count).toBeLessThanOrEqual(maxSamples);
        if (run.stop === "max-samples") expect(count).toBe(maxSamples);
        if (run.stop === "budget") expect(ms).toBeGreaterThan(timeBudgetMs);
        if (run.stop !== "precision") return;
        expect(targetHalfWidth).toBeGreaterThan(0);
        const looks = [minSamples];
        while (looks.at(-1)! < maxSamples) looks.push(Math.ceil(1.25 * looks.at(-1)!));
        expect(looks).toContain(count);
      },
    ),
    60,
  );
});
