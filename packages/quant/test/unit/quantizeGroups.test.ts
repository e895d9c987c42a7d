import { expect, test } from "bun:test";
import { dequantize, quantizeGroups, toBf16, unpackExllama } from "@moe/quant";
import { codeOf } from "../_support/codeOf.ts";

test("nibbles are chosen for the scale as rounded to bf16, not before (oracle: by hand)", () => {
  // max / 7 = 1.00286 rounds down to the bf16 1; 2.505 / 1.00286 = 2.4979 would give 2, 2.505 / 1 gives 3.
  const values = new Float32Array([7.02, 2.505, 0, 0, 0, 0, 0, 0]);
  const weights = quantizeGroups(values, { n: 1, k: 8, groupSize: 8 });
  expect(weights.scales[0]).toBe(0x3f80);
  expect([...unpackExllama(weights.packed, { rows: 1, k: 8 })]).toEqual([15, 11, 8, 8, 8, 8, 8, 8]);
});

test("zero points put the range at its ends (oracle: by hand)", () => {
  const values = new Float32Array([-1, 0, 1, 2, 3, 4, 13.5, 14]);
  const weights = quantizeGroups(values, { n: 1, k: 8, groupSize: 8, zeros: true });
  expect([weights.scales[0], weights.zeros?.[0]]).toEqual([0x3f80, 1]);
  expect([...dequantize(weights)]).toEqual([-1, 0, 1, 2, 3, 4, 14, 14]);
});

test("ranges on one side of zero keep zero exact", () => {
  for (const sign of [1, -1]) {
    const values = new Float32Array([30, 28, 2, 0, 0, 0, 0, 0]).map((x) => x * sign);
    const weights = quantizeGroups(values, { n: 1, k: 8, groupSize: 8, zeros: true });
    expect(weights.zeros?.[0]).toBe(sign > 0 ? 0 : 15);
    expect(dequantize(weights)).toEqual(values);
  }
});

test("a group of zeros has the scale 1 and decodes to zeros", () => {
  for (const zeros of [false, true]) {
    const weights = quantizeGroups(new Float32Array(16), { n: 1, k: 16, groupSize: 8, zeros });
    expect([...weights.scales]).toEqual([0x3f80, 0x3f80]);
    expect(dequantize(weights)).toEqual(new Float32Array(16));
  }
});

test("tiny groups get the smallest normal scale, huge ones a finite one", () => {
  const tiny = quantizeGroups(new Float32Array(8).fill(1e-40), { n: 1, k: 8, groupSize: 8 });
  expect(tiny.scales[0]).toBe(0x0080);
  const huge = quantizeGroups(new Float32Array(8).fill(3.3e38), { n: 1, k: 8, groupSize: 8 });
  expect(Number.isFinite(dequantize(huge)[0])).toBe(true);
});

test("bf16 input means the same as its f32 values", () => {
  const floats = Float32Array.from({ length: 64 }, (_, i) => ((i * 37) % 64) / 8 - 4);
  const options = { numExperts: 2, n: 2, k: 16, groupSize: 8, rowStride: 4, zeros: true };
  expect(quantizeGroups(toBf16(floats), options)).toEqual(quantizeGroups(floats, options));
});

test("values that int4 cannot hold and wrong options are typed errors", () => {
  const shape = { n: 1, k: 8, groupSize: 8 };
  const row = (x: number): Float32Array => new Float32Array([0, 0, 0, 0, 0, 0, 0, x]);
  const wrong: [() => unknown, string][] = [
    [() => quantizeGroups(row(NaN), shape), "E_VALUE_RANGE"],
    [() => quantizeGroups(row(-Infinity), shape), "E_VALUE_RANGE"],
    [() => quantizeGroups(new Uint16Array(8).fill(0x7f80), shape), "E_VALUE_RANGE"],
    [() => quantizeGroups(new Float32Array(7), shape), "E_SHAPE_LENGTH"],
    [() => quantizeGroups(new Float64Array(8) as never, shape), "E_DTYPE"],
    [() => quantizeGroups(row(1), { ...shape, symmetric: true } as never), "E_OPTION"],
    [() => quantizeGroups(row(1), { ...shape, groupSize: 16 }), "E_SHAPE_GROUP"],
  ];
  for (const [call, code] of wrong) expect(codeOf(call)).toBe(code);
});
