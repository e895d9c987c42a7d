import { expect, test } from "bun:test";
import { routingHash, synthTopk } from "@moe/routing";
import { errorOf } from "../_support/errorOf.ts";

test("the hash is two xxHash32 of the bytes (oracle: Bun.hash.xxHash32)", () => {
  const { topkIds } = synthTopk({ archetype: "uniform", numTokens: 50 });
  for (let length = 0; length < 40; length++) {
    const ids = topkIds.slice(3, 3 + length);
    const bytes = new Uint8Array(ids.buffer);
    const half = (seed: number): string =>
      Bun.hash.xxHash32(bytes, seed).toString(16).padStart(8, "0");
    expect(routingHash(ids)).toBe(half(0) + half(0x9e3779b1));
  }
});

test("a view hashes as its copy does, and a moved id is noticed", () => {
  const ids = Int32Array.of(9, 1, 2, 3, -1, 5);
  expect(routingHash(ids.subarray(1))).toBe(routingHash(ids.slice(1)));
  expect(routingHash(Int32Array.of(1, 2))).not.toBe(routingHash(Int32Array.of(2, 1)));
  expect(errorOf(() => routingHash(new Uint8Array(4) as unknown as Int32Array)).code).toBe("E_IDS");
});
