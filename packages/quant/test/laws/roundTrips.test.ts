import { expect, test } from "bun:test";
import * as fc from "fast-check";
import {
  bf16ToFloat,
  dequantize,
  dequantizeRow,
  floatToBf16,
  fromAwq,
  fromGptq,
  joinWeights,
  packExllama,
  type QuantizedWeights,
  quantizeGroups,
  randomWeights,
  unpackExllama,
} from "@moe/quant";
import { type LogicalWeights, toAwq, toGptq } from "../_support/exportCheckpoint.ts";

const RUN = { numRuns: 100, seed: 20260101 };

/** Matrix shapes with few and many groups. */
const shapes = fc
  .record({
    n: fc.integer({ min: 1, max: 9 }),
    groupSize: fc.constantFrom(8, 16, 24, 64),
    groups: fc.integer({ min: 1, max: 5 }),
    padWords: fc.nat(3),
    seed: fc.nat(2 ** 31),
  })
  .map(({ groups, padWords, ...shape }) => {
    const k = shape.groupSize * groups;
    return { ...shape, k, rowStride: k / 8 + padWords };
  });

/** Weights of any size and sign, from tiny to huge, with groups of zeros. */
function values(length: number): fc.Arbitrary<Float32Array> {
  const value = fc.oneof(
    fc.float({ min: -1, max: 1, noNaN: true }),
    fc.float({ min: Math.fround(-1e30), max: Math.fround(1e30), noNaN: true }),
    fc.constant(0),
  );
  return fc.array(value, { minLength: length, maxLength: length }).map((x) => Float32Array.from(x));
}

const matrices = shapes.chain((shape) =>
  values(shape.n * shape.k).map((floats) => ({ shape, floats })),
);

test("packed nibbles come back whatever the row padding holds", () => {
  const property = fc.property(shapes, ({ n, k, rowStride, seed }) => {
    const weights = randomWeights({ numExperts: 1, n, k, groupSize: 8, rowStride, seed });
    const nibbles = unpackExllama(weights.packed, { rows: n, k, rowStride });
    const again = packExllama(nibbles, { rows: n, k, rowStride });
    expect(unpackExllama(again, { rows: n, k, rowStride })).toEqual(nibbles);
    for (let row = 0; row < n; row++) {
      const at = row * rowStride;
      expect(again.subarray(at, at + k / 8)).toEqual(weights.packed.subarray(at, at + k / 8));
    }
  });
  fc.assert(property, RUN);
});

test("dequantised weights are exactly (nibble − zero) · scale in f64", () => {
  const property = fc.property(
    shapes,
    fc.boolean(),
    ({ n, k, groupSize, rowStride, seed }, zeros) => {
      const weights = randomWeights({ numExperts: 2, n, k, groupSize, rowStride, zeros, seed });
      const nibbles = unpackExllama(weights.packed, { rows: 2 * n, k, rowStride });
      const want = Float64Array.from(nibbles, (nibble, i) => {
        const group = Math.floor(i / groupSize);
        return (nibble - (weights.zeros?.[group] ?? 8)) * bf16ToFloat(weights.scales[group]);
      });
      expect(Float64Array.from(dequantize(weights))).toEqual(want);
      expect(dequantize(weights, 1)).toEqual(dequantize(weights).subarray(n * k));
      const row = seed % (2 * n);
      const out = new Float64Array(k + 2).fill(7);
      dequantizeRow(weights, row, out, 1);
      expect([...out]).toEqual([7, ...want.subarray(row * k, (row + 1) * k), 7]);
    },
  );
  fc.assert(property, RUN);
});

test("symmetric quantisation is off by at most half a scale and repeats itself", () => {
  const property = fc.property(matrices, ({ shape: { n, k, groupSize }, floats }) => {
    const weights = quantizeGroups(floats, { n, k, groupSize });
    expect(worstError(floats, weights)).toBeLessThanOrEqual(0.5);
    expect(quantizeGroups(dequantize(weights), { n, k, groupSize })).toEqual(weights);
  });
  fc.assert(property, RUN);
});

test("zero-point quantisation is off by at most 0.56 of a scale and keeps zeros", () => {
  const property = fc.property(matrices, ({ shape: { n, k, groupSize }, floats }) => {
    const weights = quantizeGroups(floats, { n, k, groupSize, zeros: true });
    expect(worstError(floats, weights)).toBeLessThanOrEqual(0.56);
    const decoded = dequantize(weights);
    expect(floats.every((x, i) => x !== 0 || decoded[i] === 0)).toBe(true);
  });
  fc.assert(property, RUN);
});

/** Largest |w − decoded| in units of the group's scale. */
function worstError(floats: Float32Array, weights: QuantizedWeights): number {
  const decoded = dequantize(weights);
  return floats.reduce((worst, x, i) => {
    const scale = bf16ToFloat(weights.scales[Math.floor(i / weights.groupSize)]);
    return Math.max(worst, Math.abs(x - decoded[i]) / scale);
  }, 0);
}

/** Logical weights of one expert; zero points of `least`..`least + 15`. */
function logical(
  seed: number,
  n: number,
  k: number,
  groupSize: number,
  least: number,
): LogicalWeights {
  const random = randomWeights({ numExperts: 1, n, k, groupSize, zeros: true, seed });
  return {
    n,
    k,
    groupSize,
    nibbles: unpackExllama(random.packed, { rows: n, k }),
    zeros: (random.zeros as Uint8Array).map((zero) => (zero % 16) + least),
    scales: Float32Array.from(random.scales, bf16ToFloat),
  };
}

/** The same weights in this package's own layout. */
function native(experts: LogicalWeights[]): QuantizedWeights {
  const { n, k, groupSize } = experts[0];
  const flat = (pick: (w: LogicalWeights) => Uint8Array | Float32Array): number[] =>
    experts.flatMap((w) => [...pick(w)]);
  const nibbles = Uint8Array.from(flat((w) => w.nibbles));
  return {
    packed: packExllama(nibbles, { rows: experts.length * n, k }),
    scales: Uint16Array.from(
      flat((w) => w.scales),
      floatToBf16,
    ),
    zeros: Uint8Array.from(flat((w) => w.zeros)),
    numExperts: experts.length,
    n,
    k,
    groupSize,
    rowStride: k / 8,
  };
}

test("GPTQ and AWQ checkpoints import to the weights they were written from", () => {
  const property = fc.property(
    shapes,
    fc.constantFrom(0 as const, 1 as const),
    (shape, zeroOffset) => {
      const { k, groupSize, seed } = shape;
      const n = shape.n * 8;
      const gptq = [1, 2, 3].map((i) => logical(seed + i, n, k, groupSize, zeroOffset));
      const tensors = gptq.map((w) => toGptq(w, zeroOffset));
      expect(fromGptq(tensors, { n, k, groupSize, zeroOffset })).toEqual(native(gptq));
      const awq = [1, 2].map((i) => logical(seed + i, n, k, groupSize, 0));
      expect(fromAwq(awq.map(toAwq), { n, k, groupSize })).toEqual(native(awq));
    },
  );
  fc.assert(property, RUN);
});

test("joined projections decode to their parts, expert by expert", () => {
  const property = fc.property(shapes, fc.nat(4), fc.boolean(), (shape, more, zeros) => {
    const { n, k, groupSize, rowStride, seed } = shape;
    const gate = randomWeights({ numExperts: 3, n, k, groupSize, rowStride, zeros, seed });
    const up = randomWeights({ numExperts: 3, n: n + more, k, groupSize, seed: seed + 1 });
    const joined = joinWeights([gate, up]);
    expect(joined.zeros !== undefined).toBe(zeros);
    for (let e = 0; e < 3; e++) {
      const want = [...dequantize(gate, e), ...dequantize(up, e)];
      expect([...dequantize(joined, e)]).toEqual(want);
    }
  });
  fc.assert(property, RUN);
});
