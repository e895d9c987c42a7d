import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import {
  ARCHETYPES,
  expertCounts,
  numpyStream,
  popularity,
  synthTopk,
  type Archetype,
  type ArchetypeName,
} from "@moe/routing";
import { NumpySampler } from "../../src/_numpySampler.ts";
import { Pcg64 } from "../../src/_pcg64.ts";
import { naiveNumpyTopk } from "../_support/naiveNumpy.ts";
import { spaceMapLine } from "../_support/spaceMapText.ts";
import routings from "../golden/numpy-routing.json" with { type: "json" };
import ordered from "../golden/numpy-topk.json" with { type: "json" };

const goldenMap = readFileSync(new URL("../golden/space-map-seed0.tsv", import.meta.url), "utf8");

describe("the numpy sampler equals the original suite (golden sets)", () => {
  for (const { seed, archetype, tokens, experts, topK, sets } of routings) {
    test(`${archetype}, seed ${seed}`, () => {
      const { topkIds } = synthTopk({
        archetype: archetype as ArchetypeName,
        numTokens: tokens,
        numExperts: experts,
        topK,
        seed,
        sampler: "numpy",
      });
      const ours = sets.map((_, t) => [...topkIds.subarray(t * topK, t * topK + topK)]);
      expect(ours.map((row) => row.sort((a, b) => a - b))).toEqual(sets);
    });
  }
});

describe("the numpy sampler equals NumPy's argsort in order, and leaves the generator where NumPy does", () => {
  for (const { seed, archetype, numExperts, topK, numTokens, ids, next } of ordered.cases) {
    test(`${archetype} E=${numExperts} topK=${topK} seed ${seed}`, () => {
      const stream = numpyStream(BigInt(seed));
      const name = archetype as ArchetypeName;
      const routing = synthTopk({ archetype: name, numTokens, numExperts, topK, stream });
      expect([...routing.topkIds]).toEqual(ids);
      expect(stream.nextDouble()).toBe(next);
    });
  }
});

test("one stream through all cells gives the golden space map to the letter", () => {
  const stream = numpyStream(0);
  const [header, ...lines] = goldenMap.trimEnd().split("\n");
  const ours = lines.map((line) => {
    const [archetype, tokens] = line.split("\t");
    const numTokens = Number(tokens);
    const { topkIds } = synthTopk({ archetype: archetype as ArchetypeName, numTokens, stream });
    return spaceMapLine(archetype, numTokens, expertCounts(topkIds, 256));
  });
  expect([header, ...ours].join("\n")).toBe(goldenMap.trimEnd());
  expect(new Set(lines.map((line) => line.split("\t")[0]))).toEqual(new Set(ARCHETYPES));
});

describe("skipping logarithms changes nothing (oracle: every key, a full sort)", () => {
  const cases: [Archetype, number, number, number][] = [
    ["uniform", 256, 8, 1500],
    ["zipf2", 256, 8, 1500],
    [{ zipf: 6 }, 64, 8, 400],
    [{ hot: 4 }, 64, 8, 400],
    ["uniform", 9, 8, 400],
    ["zipf1", 1, 1, 50],
    ["zipf1", 2500, 3, 40],
    [[0, 3, 0, 1, 1e-9, 0, 2, 5], 8, 4, 600],
  ];
  for (const [archetype, numExperts, topK, numTokens] of cases) {
    test(`${JSON.stringify(archetype)} E=${numExperts} topK=${topK}`, () => {
      const stream = numpyStream(77);
      const { topkIds } = synthTopk({ archetype, numExperts, topK, numTokens, stream });
      const oracle = numpyStream(77);
      const p = popularity(archetype, numExperts);
      expect([...topkIds]).toEqual(naiveNumpyTopk(p, topK, numTokens, oracle));
      expect(stream.nextUint64()).toBe(oracle.nextUint64());
    });
  }
});

test("a double of zero is drawn again, as NumPy does where U would be 1", () => {
  const words = Int32Array.from({ length: 2048 }, (_, i) => Math.imul(i + 1, 0x9e3779b1));
  const withZero = words.slice();
  withZero.copyWithin(8, 6); // everything from the fourth output on moves by one …
  withZero.set([5, 0], 6); // … and a fourth comes whose upper 53 bits are zero
  const [plain, redrawn] = [words, withZero].map((block) => {
    const generator = new Pcg64({ lo: 0, hi: 0 }, (_, out) => out.set(block));
    const ids = new Int32Array(3 * 4);
    new NumpySampler(popularity("uniform", 10), 3, generator).draw(ids);
    return ids;
  });
  expect(redrawn).toEqual(plain);
});

test("balanced draws nothing from the stream", () => {
  const stream = numpyStream(3);
  synthTopk({ archetype: "balanced", numTokens: 100, stream });
  expect(stream.nextUint64()).toBe(numpyStream(3).nextUint64());
});
