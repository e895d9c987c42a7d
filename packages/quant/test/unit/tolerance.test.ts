import { describe, expect, test } from "bun:test";
import {
  bf16ToFloat,
  elementTolerance,
  floatToBf16,
  shareOfTolerance,
  type ToleranceInput,
} from "@moe/quant";

const INPUT: ToleranceInput = { k: 64, want: 1, magnitude: 10, maxScale: 0.01, weightRounding: 0 };

test("the tolerance is the bf16 step and the bound of f32 sums (oracle: the formula by hand)", () => {
  const gamma = (66 * 2 ** -24) / (1 - 66 * 2 ** -24);
  const want = 2 ** -8 + (1 + 2 ** -8) * gamma * 10;
  expect(elementTolerance(INPUT)).toBeCloseTo(want, 15);
  expect(elementTolerance({ ...INPUT, weightRounding: 0.5 })).toBeCloseTo(
    want + (1 + 2 ** -8) * 5,
    12,
  );
  expect(elementTolerance({ ...INPUT, extra: 3 })).toBeCloseTo(want + (1 + 2 ** -8) * 3, 12);
});

test("rounding to bf16 alone never uses more than the tolerance", () => {
  for (let bits = 0x3f80; bits < 0x4000; bits++) {
    const halfway = (bf16ToFloat(bits) + bf16ToFloat(bits + 1)) / 2;
    const input = { ...INPUT, want: halfway, magnitude: 0 };
    expect(shareOfTolerance(bf16ToFloat(floatToBf16(halfway)), input)).toBeLessThanOrEqual(1);
  }
});

test("the worst order of f32 sums stays within the tolerance (oracle: f64)", () => {
  // One large term first, then many that each lose almost half a unit in the last place.
  for (const k of [8, 64, 2048]) {
    const small = 2 ** -24 * 0.999;
    let sum = 1;
    for (let i = 1; i < k; i++) sum = Math.fround(sum + small);
    const want = 1 + (k - 1) * small;
    const bare = { ...INPUT, k, want, magnitude: want };
    const roundings = Math.abs(sum - want) / (elementTolerance(bare) - 2 ** -8 * want);
    expect(roundings).toBeGreaterThan(0.5);
    expect(roundings).toBeLessThan(1);
  }
});

test("results that a kernel may flush to zero are within the tolerance, larger ones are not", () => {
  const tiny = { ...INPUT, want: 2 ** -127, magnitude: 2 ** -127 };
  expect(shareOfTolerance(0, tiny)).toBeLessThanOrEqual(1);
  const small = { ...INPUT, want: 2 ** -110, magnitude: 2 ** -110 };
  expect(shareOfTolerance(0, small)).toBeGreaterThan(1);
});

describe("what is not finite", () => {
  const share = (got: number, want: number): number =>
    shareOfTolerance(got, { ...INPUT, want, magnitude: Math.abs(want) });

  test("NaN is right only for NaN", () => {
    expect([share(NaN, NaN), share(NaN, 1), share(1, NaN), share(NaN, Infinity)]).toEqual([
      0,
      Infinity,
      Infinity,
      Infinity,
    ]);
  });

  test("an infinity is right only for the same infinity", () => {
    expect([share(Infinity, Infinity), share(-Infinity, Infinity), share(3e38, Infinity)]).toEqual([
      0,
      Infinity,
      Infinity,
    ]);
    expect([share(Infinity, 3e38), share(Infinity, -3.4e38), share(-Infinity, 1)]).toEqual([
      Infinity,
      Infinity,
      Infinity,
    ]);
  });

  test("overflow to infinity is right where the value rounds there", () => {
    expect(share(Infinity, 3.4e38)).toBe(1);
    expect(share(-Infinity, -3.4e38)).toBe(1);
    // 3.39e38 itself rounds to a finite bf16, but an error within tolerance takes it over the edge.
    expect(share(Infinity, 3.39e38)).toBe(1);
  });
});
