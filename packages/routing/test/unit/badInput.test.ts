import { expect, test } from "bun:test";
import {
  expertOfRank,
  numpyStream,
  popularity,
  synthTopk,
  synthTopkStream,
  type RoutingErrorCode,
  type SynthTopkOptions,
} from "@moe/routing";
import { errorOf } from "../_support/errorOf.ts";

const GOOD = { archetype: "zipf1", numTokens: 4 };
const BAD: [Record<string, unknown>, RoutingErrorCode][] = [
  [{ topK: 0 }, "E_TOP_K"],
  [{ topK: 257 }, "E_TOP_K"],
  [{ topK: 2.5 }, "E_TOP_K"],
  [{ numExperts: 0 }, "E_NUM_EXPERTS"],
  [{ numExperts: 2 ** 20 + 1 }, "E_NUM_EXPERTS"],
  [{ numExperts: 1e18 }, "E_NUM_EXPERTS"],
  [{ numTokens: -1 }, "E_NUM_TOKENS"],
  [{ numTokens: NaN }, "E_NUM_TOKENS"],
  [{ numTokens: "4" }, "E_NUM_TOKENS"],
  [{ numTokens: undefined }, "E_NUM_TOKENS"],
  [{ numTokens: 2 ** 28 }, "E_SIZE"],
  [{ numTokens: 2 ** 53 - 1 }, "E_SIZE"],
  [{ seed: -1 }, "E_SEED"],
  [{ seed: 0.5 }, "E_SEED"],
  [{ seed: 2 ** 53 }, "E_SEED"],
  [{ seed: -1n }, "E_SEED"],
  [{ seed: 2n ** 64n }, "E_SEED"],
  [{ seed: "7" }, "E_SEED"],
  [{ sampler: "numpi" }, "E_SAMPLER"],
  [{ sampler: "fast", stream: numpyStream(0) }, "E_SAMPLER"],
  [{ stream: {} }, "E_STREAM"],
  [{ placement: "random" }, "E_PLACEMENT"],
  [{ tokens: 3 }, "E_OPTION_UNKNOWN"],
  [{ archetype: "zipf3" }, "E_ARCHETYPE"],
  [{ archetype: undefined }, "E_ARCHETYPE"],
  [{ archetype: null }, "E_ARCHETYPE"],
  [{ archetype: 5 }, "E_ARCHETYPE"],
  [{ archetype: {} }, "E_ARCHETYPE"],
  [{ archetype: { zipf: -1 } }, "E_ARCHETYPE"],
  [{ archetype: { zipf: NaN } }, "E_ARCHETYPE"],
  [{ archetype: { zipf: 1, s: 2 } }, "E_ARCHETYPE"],
  [{ archetype: { hot: 0 } }, "E_ARCHETYPE"],
  [{ archetype: { hot: 1.5 } }, "E_ARCHETYPE"],
  [{ archetype: { hot: 2, cold: -1 } }, "E_ARCHETYPE"],
  [{ archetype: { dirichlet: 0 } }, "E_ARCHETYPE"],
  [{ archetype: { dirichlet: Infinity } }, "E_ARCHETYPE"],
  [{ archetype: [1, 2, 3] }, "E_NUM_EXPERTS"],
  [{ archetype: [1, NaN], numExperts: 2, topK: 1 }, "E_WEIGHTS"],
  [{ archetype: [1, -1], numExperts: 2, topK: 1 }, "E_WEIGHTS"],
  [{ archetype: [1, Infinity], numExperts: 2, topK: 1 }, "E_WEIGHTS"],
  [{ archetype: [1, "2"], numExperts: 2, topK: 1 }, "E_WEIGHTS"],
  [{ archetype: [0, 0], numExperts: 2, topK: 1 }, "E_WEIGHTS"],
  [{ archetype: [1, 0, 2], numExperts: 3, topK: 3 }, "E_WEIGHTS"],
  [{ archetype: { hot: 4, cold: 0 } }, "E_WEIGHTS"],
  [{ archetype: { hot: 4, cold: 0 }, sampler: "numpy" }, "E_WEIGHTS"],
];

test("every bad option is refused with its code, by the array and the stream form alike", () => {
  for (const [bad, code] of BAD) {
    const options = { ...GOOD, ...bad } as unknown as SynthTopkOptions;
    expect([bad, errorOf(() => synthTopk(options)).code]).toEqual([bad, code]);
    if (code === "E_SIZE") continue;
    expect([bad, errorOf(() => synthTopkStream(options)).code]).toEqual([bad, code]);
  }
});

test("options that are no object are refused", () => {
  for (const bad of [undefined, null, 5, "zipf1", []]) {
    expect(errorOf(() => synthTopk(bad as never)).code).toBe("E_OPTIONS");
  }
  expect(errorOf(() => popularity("zipf1", 4, { place: "sorted" } as never)).code).toBe(
    "E_OPTION_UNKNOWN",
  );
});

test("the stream form bounds its chunk, not its whole", () => {
  const whole = { archetype: "uniform", numTokens: 2 ** 40 } as const;
  const first = synthTopkStream({ ...whole, chunkTokens: 3 }).next();
  expect(first.done ? 0 : first.value.numTokens).toBe(3);
  expect(errorOf(() => synthTopkStream({ ...whole, chunkTokens: 2 ** 30 })).code).toBe("E_SIZE");
  for (const chunkTokens of [0, 1.5, NaN, 2 ** 31]) {
    expect(errorOf(() => synthTopkStream({ ...whole, chunkTokens })).code).toBe("E_CHUNK_TOKENS");
  }
});

test("messages hold the value that was given and what is allowed", () => {
  const { message } = errorOf(() => synthTopk({ archetype: "zipf1", numTokens: 1, numExperts: 4 }));
  expect(message).toBe("topK is 8; allowed is an integer from 1 to numExperts, which is 4.");
  expect(errorOf(() => expertOfRank("up" as never, 4)).message).toContain(
    "sorted, shuffled, strided",
  );
  expect(errorOf(() => expertOfRank("sorted", -3)).code).toBe("E_NUM_EXPERTS");
});
