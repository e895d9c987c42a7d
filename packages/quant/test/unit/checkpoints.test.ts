import { describe, expect, test } from "bun:test";
import { dequantize, fromAwq, fromGptq, randomWeights, joinWeights } from "@moe/quant";
import { codeOf } from "../_support/codeOf.ts";

const SHAPE = { n: 8, k: 16, groupSize: 8 };
const ZEROS_OF_8 = new Int32Array([0x77777777, 0x77777777]);
const gptq = {
  qweight: Int32Array.from({ length: 16 }, (_, i) => (i < 8 ? 0x76543210 : -0x01234568)),
  scales: Float32Array.from({ length: 16 }, (_, i) => 1 + (i % 8)),
  qzeros: ZEROS_OF_8,
};
const awq = { qweight: new Int32Array(16), scales: gptq.scales, qzeros: new Int32Array(2) };

describe("GPTQ", () => {
  test("words hold consecutive k from bit 0 up, scales are per column (oracle: by hand)", () => {
    const decoded = dequantize(fromGptq([gptq], SHAPE), 0);
    expect([...decoded.subarray(16, 32)]).toEqual([
      -16, -14, -12, -10, -8, -6, -4, -2, 0, 2, 4, 6, 8, 10, 12, 14,
    ]);
  });

  test("zero points that are all 8 are left out; others are kept, 16 included", () => {
    expect(fromGptq([gptq], SHAPE).zeros).toBeUndefined();
    const qzeros = new Int32Array([0x77777777, -1]);
    expect([...(fromGptq([{ ...gptq, qzeros }], SHAPE).zeros ?? [])].slice(0, 4)).toEqual([
      8, 16, 8, 16,
    ]);
    const v2 = fromGptq([{ ...gptq, qzeros }], { ...SHAPE, zeroOffset: 0 });
    expect([...(v2.zeros ?? [])].slice(0, 4)).toEqual([7, 15, 7, 15]);
  });

  test("a checkpoint without zero points is symmetric", () => {
    const { qzeros: _, ...symmetric } = gptq;
    expect(fromGptq([symmetric], SHAPE)).toEqual(fromGptq([gptq], SHAPE));
  });

  test("group indices in order are fine, in activation order they are refused", () => {
    const inOrder = Int32Array.from({ length: 16 }, (_, i) => (i < 8 ? 0 : 1));
    expect(() => fromGptq([{ ...gptq, gIdx: inOrder }], SHAPE)).not.toThrow();
    const act = inOrder.toReversed();
    expect(codeOf(() => fromGptq([{ ...gptq, gIdx: act }], SHAPE))).toBe("E_ACT_ORDER");
    const uneven = Int32Array.from({ length: 16 }, (_, i) => (i < 9 ? 0 : 1));
    expect(codeOf(() => fromGptq([{ ...gptq, gIdx: uneven }], SHAPE))).toBe("E_ACT_ORDER");
  });
});

test("f16 scales convert exactly where bf16 can hold them, subnormals included", () => {
  // 1, 2^-14 (least normal), 2^-24 (least subnormal), -0.5, 65504 (largest, rounds to 65536), 0
  const bits = [0x3c00, 0x0400, 0x0001, 0xb800, 0x7bff, 0, 0x3c00, 0x3c00];
  const scales = Uint16Array.from({ length: 16 }, (_, i) => bits[i % 8]);
  const weights = fromGptq([{ ...gptq, scales }], { ...SHAPE, scaleFormat: "f16" });
  expect([...weights.scales].filter((_, i) => i % 2 === 0)).toEqual([
    0x3f80, 0x3880, 0x3380, 0xbf00, 0x4780, 0, 0x3f80, 0x3f80,
  ]);
});

test("the same 16 bits are another scale as bf16", () => {
  const scales = new Uint16Array(16).fill(0x3f80);
  expect(fromAwq([{ ...awq, scales }], { ...SHAPE, scaleFormat: "bf16" }).scales[0]).toBe(0x3f80);
  expect(fromAwq([{ ...awq, scales }], { ...SHAPE, scaleFormat: "f16" }).scales[0]).toBe(0x3ff0);
});

test("AWQ columns sit at 0 2 4 6 1 3 5 7 of a word (oracle: by hand)", () => {
  const qweight = new Int32Array(16).fill(0x75316420);
  const scales = new Float32Array(16).fill(1);
  const decoded = dequantize(fromAwq([{ ...awq, qweight, scales }], SHAPE), 0);
  expect([...decoded].filter((_, i) => i % 16 === 3)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test("checkpoints that do not fit are typed errors", () => {
  const inf = new Float32Array(16).fill(Infinity);
  const nan16 = { ...gptq, scales: new Uint16Array(16).fill(0x7e00) };
  const wrong: [() => unknown, string][] = [
    [() => fromGptq([], SHAPE), "E_DTYPE"],
    [() => fromGptq([null as never], SHAPE), "E_DTYPE"],
    [() => fromGptq(gptq as never, SHAPE), "E_DTYPE"],
    [() => fromGptq([gptq], { ...SHAPE, n: 12 }), "E_SHAPE_SIZE"],
    [() => fromGptq([gptq], { ...SHAPE, groupSize: -1 }), "E_SHAPE_SIZE"],
    [() => fromGptq([gptq], { ...SHAPE, groupSize: 32 }), "E_SHAPE_GROUP"],
    [() => fromGptq([gptq], { ...SHAPE, zeroOffset: 2 as never }), "E_OPTION"],
    [() => fromGptq([gptq], { ...SHAPE, bits: 4 } as never), "E_OPTION"],
    [() => fromGptq([{ ...gptq, scales: inf }], SHAPE), "E_VALUE_RANGE"],
    [() => fromGptq([nan16], { ...SHAPE, scaleFormat: "f16" }), "E_VALUE_RANGE"],
    [() => fromGptq([nan16], SHAPE), "E_OPTION"],
    [() => fromGptq([{ ...gptq, qweight: new Int32Array(15) }], SHAPE), "E_SHAPE_LENGTH"],
    [() => fromGptq([{ ...gptq, gIdx: new Int32Array(15) }], SHAPE), "E_SHAPE_LENGTH"],
    [() => fromAwq([{ ...awq, qzeros: new Int32Array(1) }], SHAPE), "E_SHAPE_LENGTH"],
    [() => fromAwq([{ ...awq, qzeros: undefined as never }], SHAPE), "E_DTYPE"],
    [() => fromAwq([awq], { ...SHAPE, zeroOffset: 1 } as never), "E_OPTION"],
    [() => joinWeights([]), "E_DTYPE"],
  ];
  for (const [call, code] of wrong) expect(codeOf(call)).toBe(code);
  const shape = { numExperts: 1, n: 1, k: 16, groupSize: 8, seed: 0 };
  const parts = [randomWeights(shape), randomWeights({ ...shape, k: 32 })];
  expect(codeOf(() => joinWeights(parts))).toBe("E_SHAPE_SIZE");
});
