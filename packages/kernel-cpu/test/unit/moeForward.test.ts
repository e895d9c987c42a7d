import { expect, test } from "bun:test";
import { buildLayer } from "@moe/quant/testing";
import { KernelCpuError, moeForward } from "../../src/index.ts";

const SPEC = {
  seed: 1,
  dtype: "bf16",
  numTokens: 2,
  topK: 2,
  numExperts: 3,
  hiddenSize: 64,
  intermediateSize: 32,
  gateUpGroup: 32,
  downGroup: 32,
  zeros: true,
  padWords: 0,
  routing: "one",
  dropOneOf: 0,
} as const;

test("what the contract allows and the kernel does not take is a typed error, and nothing is written", () => {
  const refused = (call: () => unknown): string => {
    try {
      call();
    } catch (error) {
      if (error instanceof KernelCpuError) return `${error.code} ${error.message}`;
      throw error;
    }
    throw new Error("nothing was thrown");
  };
  const half = buildLayer({ ...SPEC, dtype: "f16" });
  expect(refused(() => moeForward(half.layer))).toBe(
    "E_SHAPE dtype is f16, but the CPU's layer takes bf16",
  );
  const { layer, before } = buildLayer(SPEC);
  layer.down.zeros?.fill(17);
  expect(refused(() => moeForward(layer))).toMatch(/^E_ID_RANGE .*17.*0 to 16/);
  expect(layer.out).toEqual(before);
});
