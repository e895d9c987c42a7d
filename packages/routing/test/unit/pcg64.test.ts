import { describe, expect, test } from "bun:test";
import { numpyStream } from "@moe/routing";
import * as np from "numpy-ts";
import { Pcg64 } from "../../src/_pcg64.ts";
import { fillWordsByLimbs } from "../../src/_pcg64Limbs.ts";
import { loadWasmFill } from "../../src/_pcg64Wasm.ts";
import { parseSeed } from "../../src/_seed.ts";
import golden from "../golden/numpy-pcg64.json" with { type: "json" };

describe("the generator equals NumPy's default_rng (golden values of NumPy 2.4.6)", () => {
  for (const { seed, raw, doubles, words1021 } of golden.cases) {
    test(`for seed ${seed}, raw words, doubles and words across a block's end`, () => {
      const stream = numpyStream(BigInt(seed));
      const words = Array.from({ length: 1027 }, () => stream.nextUint64());
      expect(words.slice(0, 8)).toEqual(raw.map(BigInt));
      expect(words.slice(1021)).toEqual(words1021.map(BigInt));
      const again = numpyStream(BigInt(seed));
      expect(doubles.map(() => again.nextDouble())).toEqual(doubles);
    });
  }
});

test("a number and the BigInt of the same value give one stream, near seeds unlike ones", () => {
  expect(numpyStream(2 ** 40 + 1).nextUint64()).toBe(numpyStream(2n ** 40n + 1n).nextUint64());
  expect(numpyStream(2n ** 32n + 5n).nextUint64()).not.toBe(numpyStream(5).nextUint64());
});

test("20,000 doubles equal numpy-ts for seeds below 2^32", () => {
  for (const seed of [0, 1, 42, 2 ** 31, 2 ** 32 - 1]) {
    const stream = numpyStream(seed);
    const oracle = np.random.default_rng(seed).random(20_000) as np.NDArray;
    const ours = Float64Array.from({ length: 20_000 }, () => stream.nextDouble());
    expect(ours).toEqual(Float64Array.from(oracle.data as Float64Array));
  }
});

test("WebAssembly and 32-bit limbs give the same words and the same state after them", () => {
  const wasm = loadWasmFill();
  expect(wasm).toBeDefined();
  for (let i = 0n; i < 40n; i++) {
    const seed = parseSeed(i * 0x0065_4321_0fed_cba9n);
    const fast = new Pcg64(seed, wasm);
    const limbs = new Pcg64(seed, fillWordsByLimbs);
    for (let block = 0; block < 3; block++) {
      fast.refill();
      limbs.refill();
      expect(fast.words).toEqual(limbs.words);
    }
  }
});

test("a generator that goes back to its mark repeats itself, across blocks too", () => {
  for (const skipped of [0, 5, 1023, 1024]) {
    const generator = new Pcg64({ lo: 9, hi: 9 });
    for (let i = 0; i < skipped; i++) generator.next();
    generator.mark();
    const first = Array.from({ length: 2500 }, () => generator.nextDouble());
    generator.rewind();
    expect(Array.from({ length: 2500 }, () => generator.nextDouble())).toEqual(first);
  }
});

test("without WebAssembly there is no such loop, and the limbs take over", () => {
  const { WebAssembly } = globalThis;
  try {
    Object.assign(globalThis, { WebAssembly: undefined });
    expect(loadWasmFill()).toBeUndefined();
  } finally {
    Object.assign(globalThis, { WebAssembly });
  }
  expect(loadWasmFill()).toBeDefined();
});
