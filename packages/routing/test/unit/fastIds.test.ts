import { expect, test } from "bun:test";
import { routingHash, synthTopk, synthTopkStream, type SynthTopkOptions } from "@moe/routing";
import { Sfc32 } from "../../src/_sfc32.ts";

test("sfc32 follows its definition (oracle: BigInt arithmetic)", () => {
  const random = new Sfc32([0, 0x12345678, -5]);
  let [a, b, c, counter] = [0n, 0x12345678n, 0xfffffffbn, 1n];
  const u32 = (value: bigint): bigint => BigInt.asUintN(32, value);
  const next = (): number => {
    const out = u32(a + b + counter);
    counter = u32(counter + 1n);
    [a, b, c] = [b ^ (b >> 9n), u32(c * 9n), u32(u32((c << 21n) | (c >> 11n)) + out)];
    return Number(out) | 0;
  };
  for (let i = 0; i < 12; i++) next();
  for (let i = 0; i < 1000; i++) expect(random.next()).toBe(next());
});

test("the ids of a cell are part of the interface: results of other days name them by hash", () => {
  const cells: [SynthTopkOptions, string][] = [
    [{ archetype: "uniform", numTokens: 3000 }, "2b8a1add3982cb7d"],
    [{ archetype: "zipf1", numTokens: 3000, seed: 1 }, "45e3a1e3bccba4b5"],
    [{ archetype: "zipf2", numTokens: 3000, seed: 2n ** 64n - 1n }, "2047a0924257fc38"],
    [{ archetype: "hot16", numTokens: 3000, placement: "strided" }, "30a8fd8ca8334adc"],
    [
      { archetype: { hot: 4 }, numTokens: 3000, placement: "shuffled", seed: 9 },
      "4ce3c2095b7745af",
    ],
    [{ archetype: "zipf1", numTokens: 300, numExperts: 2 ** 16, topK: 64 }, "3f72ad62d68c1d4c"],
  ];
  for (const [options, hash] of cells) expect(routingHash(synthTopk(options).topkIds)).toBe(hash);
});

test("chunks of balanced go on where the last one ended", () => {
  const options = { archetype: "balanced", numTokens: 10, numExperts: 7, topK: 3 } as const;
  const chunks = [...synthTopkStream({ ...options, chunkTokens: 4 })];
  expect(chunks.flatMap((chunk) => [...chunk.topkIds])).toEqual(
    Array.from({ length: 30 }, (_, i) => i % 7),
  );
});
