import { expect, test } from "bun:test";
import { dequantizeRow, floatToBf16, randomWeights } from "@moe/quant";
import { codeOf } from "../_support/codeOf.ts";

const weights = randomWeights({ numExperts: 2, n: 3, k: 16, groupSize: 8, seed: 1 });

test("a row or place outside of the arrays is refused before anything is written", () => {
  const out = new Float64Array(17);
  expect(codeOf(() => dequantizeRow(weights, 6, out))).toBe("E_SHAPE_SIZE");
  expect(codeOf(() => dequantizeRow(weights, -1, out))).toBe("E_SHAPE_SIZE");
  expect(codeOf(() => dequantizeRow(weights, 0.5, out))).toBe("E_SHAPE_SIZE");
  expect(codeOf(() => dequantizeRow(weights, 0, out, -1))).toBe("E_SHAPE_SIZE");
  expect(codeOf(() => dequantizeRow(weights, 0, out, 2))).toBe("E_SHAPE_LENGTH");
  const f32 = new Float32Array(17) as unknown as Float64Array;
  expect(codeOf(() => dequantizeRow(weights, 0, f32))).toBe("E_DTYPE");
  expect(out).toEqual(new Float64Array(17));
});

test("weights that would make the loop endless are refused", () => {
  const out = new Float64Array(16);
  expect(codeOf(() => dequantizeRow({ ...weights, groupSize: 0 }, 0, out))).toBe("E_SHAPE_SIZE");
});

test("a scale too large for an f32 product stays exact in f64", () => {
  const huge = { ...weights, scales: new Uint16Array(12).fill(floatToBf16(2 ** 127)) };
  const out = new Float64Array(16);
  dequantizeRow({ ...huge, packed: new Int32Array(12) }, 0, out);
  expect([...out]).toEqual(Array.from({ length: 16 }, () => -(2 ** 130)));
});
