import { describe, expect, test } from "bun:test";
import { bf16ToFloat, fromBf16, randomActivations, randomWeights } from "@moe/quant";
import { codeOf } from "../_support/codeOf.ts";

const SHAPE = { numExperts: 4, n: 64, k: 256, groupSize: 32, seed: 11 };

describe("random weights", () => {
  test("repeat by seed and differ between seeds, also above 2^32", () => {
    expect(randomWeights(SHAPE)).toEqual(randomWeights(SHAPE));
    const packed = [11, 12, 2 ** 32 + 11, Number.MAX_SAFE_INTEGER].map(
      (seed) => randomWeights({ ...SHAPE, seed }).packed[0],
    );
    expect(new Set(packed).size).toBe(4);
  });

  test("the bits of a seed do not change between versions (recorded words)", () => {
    const weights = randomWeights({ ...SHAPE, zeros: true });
    expect([...weights.packed.subarray(0, 3)]).toEqual([-1876772918, -989295959, -1949419909]);
  });

  test("nibbles and zero points are uniform, scales lie in 0.005 to 0.02", () => {
    const weights = randomWeights({ ...SHAPE, zeros: true, n: 512 });
    const nibbles = new Float64Array(16);
    for (const word of weights.packed) {
      for (let i = 0; i < 8; i++) nibbles[(word >>> (4 * i)) & 15]++;
    }
    // 524,288 nibbles: the standard deviation of a cell is 175, so 5 of them are 876.
    for (const count of nibbles) expect(Math.abs(count - 32768)).toBeLessThan(876);
    const zeros = new Float64Array(17);
    for (const zero of weights.zeros as Uint8Array) zeros[zero]++;
    // 16,384 zero points: cells of 15/256 or 16/256, standard deviation 31.
    for (const count of zeros) expect(Math.abs(count - 16384 / 17)).toBeLessThan(31 * 5 + 60);
    const scales = fromBf16(weights.scales);
    expect(Math.min(...scales)).toBeGreaterThan(0.00499);
    expect(Math.max(...scales)).toBeLessThan(0.02);
  });

  test("pad words between rows hold garbage", () => {
    const { packed } = randomWeights({ ...SHAPE, rowStride: 40 });
    const pads = packed.filter((_, i) => i % 40 >= 32);
    expect(new Set(pads).size).toBeGreaterThan(pads.length * 0.99);
  });

  test("shapes that do not fit are typed errors before any memory is taken", () => {
    const wrong: [object, string][] = [
      [{ groupSize: 48 }, "E_SHAPE_GROUP"],
      [{ rowStride: 31 }, "E_SHAPE_STRIDE"],
      [{ numExperts: 0 }, "E_SHAPE_SIZE"],
      [{ numExperts: 2 ** 20, n: 2 ** 20 }, "E_SHAPE_SIZE"],
      [{ seed: -1 }, "E_OPTION"],
      [{ seed: 1n }, "E_OPTION"],
      [{ zero: true }, "E_OPTION"],
    ];
    for (const [part, code] of wrong) {
      expect(codeOf(() => randomWeights({ ...SHAPE, ...part }))).toBe(code);
    }
  });
});

describe("random activations", () => {
  test("have mean 0, variance 1 and normal tails, and are finite", () => {
    const values = fromBf16(randomActivations({ rows: 256, k: 1024, seed: 5 }));
    const share = (inside: (x: number) => boolean): number =>
      values.filter(inside).length / values.length;
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    const variance = values.reduce((sum, x) => sum + x * x, 0) / values.length;
    // 262,144 draws: standard errors 0.002, 0.0028, and 0.0009 of a share.
    expect(Math.abs(mean)).toBeLessThan(0.01);
    expect(Math.abs(variance - 1)).toBeLessThan(0.015);
    expect(Math.abs(share((x) => Math.abs(x) < 1) - 0.6827)).toBeLessThan(0.005);
    expect(Math.abs(share((x) => Math.abs(x) > 2) - 0.0455)).toBeLessThan(0.003);
    expect(share((x) => !Number.isFinite(x))).toBe(0);
  });

  test("repeat by seed; an odd number of values works", () => {
    const a = randomActivations({ rows: 3, k: 5, seed: 1 });
    expect(a.length).toBe(15);
    expect(randomActivations({ rows: 3, k: 5, seed: 1 })).toEqual(a);
    expect(randomActivations({ rows: 3, k: 5, seed: 2 })).not.toEqual(a);
    expect(bf16ToFloat(a[0])).toBe(1.1796875);
  });

  test("wrong options are typed errors", () => {
    expect(codeOf(() => randomActivations({ rows: -1, k: 1, seed: 0 }))).toBe("E_SHAPE_SIZE");
    expect(codeOf(() => randomActivations({ rows: 2 ** 30, k: 2 ** 30, seed: 0 }))).toBe(
      "E_SHAPE_SIZE",
    );
    expect(codeOf(() => randomActivations({ rows: 1, k: 1 } as never))).toBe("E_OPTION");
  });
});
