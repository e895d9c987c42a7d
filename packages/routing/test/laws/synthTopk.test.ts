// Laws of every routing, over random options. fast-check prints seed and path of a failure.
import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import {
  ARCHETYPES,
  expertCounts,
  expertOfRank,
  numpyStream,
  PLACEMENTS,
  popularity,
  routingHash,
  synthTopk,
  synthTopkStream,
  type Archetype,
  type SynthTopkOptions,
} from "@moe/routing";

const RUNS = { seed: 20_261_123, numRuns: 150 };

const seeds = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

const laws: fc.Arbitrary<Archetype> = fc.oneof(
  fc.constantFrom<Archetype>(...ARCHETYPES),
  fc.record({ zipf: fc.double({ min: 0, max: 6, noNaN: true }) }),
  fc.record({ hot: fc.integer({ min: 1, max: 40 }), cold: fc.constantFrom(1e-9, 1e-3, 0.5) }),
  fc.record({ dirichlet: fc.double({ min: 0.5, max: 20, noNaN: true }) }),
);

const drawn: fc.Arbitrary<SynthTopkOptions> = fc
  .record({
    archetype: laws,
    numTokens: fc.integer({ min: 0, max: 40 }),
    numExperts: fc.integer({ min: 1, max: 300 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    seed: seeds,
    sampler: fc.constantFrom("fast" as const, "numpy" as const),
    placement: fc.constantFrom(...PLACEMENTS),
  })
  .map(({ share, ...options }) => ({
    ...options,
    topK: 1 + Math.floor(share * (Math.min(options.numExperts, 20) - 1)),
  }));

const vectors: fc.Arbitrary<SynthTopkOptions> = fc
  .record({
    archetype: fc
      .array(fc.constantFrom(0, 1e-12, 0.5, 1, 1000), { minLength: 1, maxLength: 40 })
      .filter((weights) => weights.some((w) => w > 0)),
    numTokens: fc.integer({ min: 0, max: 40 }),
    seed: seeds,
    sampler: fc.constantFrom("fast" as const, "numpy" as const),
    placement: fc.constantFrom(...PLACEMENTS),
  })
  .map((options) => ({
    ...options,
    numExperts: options.archetype.length,
    topK: Math.min(8, options.archetype.filter((w) => w > 0).length),
  }));

const anyOptions = fc.oneof(drawn, vectors);

describe("every routing", () => {
  test("holds topK distinct experts in range for each token", () => {
    fc.assert(
      fc.property(anyOptions, (options) => {
        const { topkIds, numTokens, topK, numExperts } = synthTopk(options);
        expect(topkIds.length).toBe(numTokens * topK);
        expect([numTokens, topK, numExperts]).toEqual([
          options.numTokens,
          options.topK!,
          options.numExperts!,
        ]);
        for (let t = 0; t < numTokens; t++) {
          const row = topkIds.subarray(t * topK, t * topK + topK);
          expect(new Set(row).size).toBe(topK);
          for (const id of row) expect(id >= 0 && id < numExperts).toBe(true);
        }
        expect(expertCounts(topkIds, numExperts).reduce((a, b) => a + b, 0)).toBe(topkIds.length);
      }),
      RUNS,
    );
  });

  test("never holds an expert of weight zero", () => {
    fc.assert(
      fc.property(vectors, (options) => {
        const { placement, seed, numExperts } = options;
        const p = popularity(options.archetype, numExperts!, {
          placement: placement!,
          seed: seed!,
        });
        for (const id of synthTopk(options).topkIds) expect(p[id]).toBeGreaterThan(0);
      }),
      RUNS,
    );
  });

  test("is the same when drawn again", () => {
    fc.assert(
      fc.property(anyOptions, (options) => {
        expect(synthTopk(options)).toEqual(synthTopk(options));
      }),
      RUNS,
    );
  });

  test("starts with the ids of a shorter one", () => {
    fc.assert(
      fc.property(anyOptions, fc.nat(40), (options, more) => {
        const short = synthTopk(options).topkIds;
        const long = synthTopk({ ...options, numTokens: options.numTokens + more }).topkIds;
        expect(long.subarray(0, short.length)).toEqual(short);
      }),
      RUNS,
    );
  });

  test("equals its chunks put together, for every chunk size", () => {
    fc.assert(
      fc.property(anyOptions, fc.integer({ min: 1, max: 50 }), (options, chunkTokens) => {
        const chunks = [...synthTopkStream({ ...options, chunkTokens })];
        const ids = chunks.flatMap((chunk) => [...chunk.topkIds]);
        expect(ids).toEqual([...synthTopk(options).topkIds]);
        expect(chunks.map((chunk) => chunk.numTokens).reduce((a, b) => a + b, 0)).toBe(
          options.numTokens,
        );
        for (const chunk of chunks.slice(0, -1)) expect(chunk.numTokens).toBe(chunkTokens);
      }),
      RUNS,
    );
  });

  test("of another seed is another one, where anything is drawn", () => {
    fc.assert(
      fc.property(
        seeds,
        fc.integer({ min: 0, max: 63 }),
        fc.constantFrom("fast" as const, "numpy" as const),
        (seed, bit, sampler) => {
          const options = { archetype: "uniform", numTokens: 8, sampler } as const;
          const other = seed ^ (1n << BigInt(bit));
          const a = routingHash(synthTopk({ ...options, seed }).topkIds);
          expect(routingHash(synthTopk({ ...options, seed: other }).topkIds)).not.toBe(a);
        },
      ),
      RUNS,
    );
  });
});

test("two calls on one stream equal one call of both their tokens", () => {
  fc.assert(
    fc.property(seeds, fc.nat(20), fc.nat(20), laws, (seed, first, second, archetype) => {
      const options = { archetype, numExperts: 40, topK: 4 };
      const stream = numpyStream(seed);
      const parts = [first, second].flatMap((numTokens) => [
        ...synthTopk({ ...options, numTokens, stream }).topkIds,
      ]);
      const whole = synthTopk({ ...options, numTokens: first + second, stream: numpyStream(seed) });
      if (archetype !== "balanced") expect(parts).toEqual([...whole.topkIds]);
    }),
    RUNS,
  );
});

test("balanced gives flat index i the expert of rank i mod E, under every placement", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.nat(60),
      fc.constantFrom(...PLACEMENTS),
      (numExperts, numTokens, placement) => {
        const topK = Math.min(numExperts, 8);
        const { topkIds } = synthTopk({
          archetype: "balanced",
          numExperts,
          numTokens,
          topK,
          placement,
          seed: 6,
        });
        const expert = expertOfRank(placement, numExperts, 6);
        expect([...topkIds]).toEqual([...topkIds].map((_, i) => expert[i % numExperts]));
      },
    ),
    RUNS,
  );
});
