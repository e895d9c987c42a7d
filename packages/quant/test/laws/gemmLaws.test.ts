import { describe, expect, test } from "bun:test";
import { bf16ToFloat, floatToBf16 } from "@moe/quant";
import { type GemmLaw, gemmLaws, type GemmLawOptions } from "@moe/quant/laws";
import type { ProblemSpec } from "@moe/quant/testing";
import { type Fault, naiveGemm } from "../_support/naiveGemm.ts";

const TOLERANCE = "every element is within tolerance and nothing else is written";
const LONG_ROWS = "long rows accumulate in f32";
const NOT_A_NUMBER = "NaN and infinities follow IEEE and stay in the rows that read them";
const ZERO_WEIGHTS = "weights that equal their zero point add nothing";
const OWN_EXPERT = "one route takes the rows of its own expert";
const IDENTITY = "identity activations give the decoded weight bit for bit";
const EXACT = "exact sums round to nearest even";
const ZERO = "activations of zero give zero";
const TWICE = "twice the activations give twice the result";
const NEGATED = "negated activations give the negated result";
const TWO_CALLS = "two calls give the same bits";
const MOVED = "the order of blocks and of the rows in them does not matter";
const IDLE = "a problem without work writes nothing";
const REFUSED = "a wrong problem is a typed error and writes nothing";

const truncate = (x: number): number => {
  const bits = floatToBf16(x);
  return Math.abs(bf16ToFloat(bits)) > Math.abs(x) ? bits - 1 : bits;
};
const toBf16 = (x: number): number => bf16ToFloat(floatToBf16(x));
let calls = 0;

/** Broken kernels show on small problems too, and the plain loop is slow. */
const isSmall = (spec: ProblemSpec): boolean => spec.n <= 33 && spec.blockM <= 17;

/** Each fault with the laws that must notice it. */
const FAULTS: [string, Fault, string[]][] = [
  [
    "sequential nibbles",
    { order: [0, 1, 2, 3, 4, 5, 6, 7] },
    [TOLERANCE, IDENTITY, EXACT, OWN_EXPERT],
  ],
  ["a nibble pair swapped", { order: [0, 4, 1, 5, 2, 6, 7, 3] }, [TOLERANCE, IDENTITY, EXACT]],
  ["zero points ignored", { weight: (q, _, s) => (q - 8) * s }, [TOLERANCE, IDENTITY, EXACT]],
  [
    "weights rounded to bf16",
    { weight: (q, z, s) => toBf16(toBf16(q * s) - toBf16(z * s)) },
    [IDENTITY],
  ],
  [
    "zero weights skipped",
    { weight: (q, z, s) => (q === z ? 1e-30 : (q - z) * s) },
    [NOT_A_NUMBER],
  ],
  ["a remainder of zero weights", { weight: withRemainder }, [ZERO_WEIGHTS]],
  ["bf16 sums", { round: toBf16 }, [TOLERANCE, LONG_ROWS, EXACT]],
  ["truncated results", { store: truncate }, [TOLERANCE, IDENTITY, EXACT]],
  ["NaN made zero", { store: (x) => (Number.isNaN(x) ? 0 : floatToBf16(x)) }, [NOT_A_NUMBER]],
  [
    "top-k forgotten",
    { row: (flat, p) => flat % Math.ceil(p.numValidTokens / p.topK) },
    [TOLERANCE, OWN_EXPERT, EXACT],
  ],
  ["one scale a row", { group: () => 0 }, [TOLERANCE, EXACT]],
  [
    "groups of 128 only",
    { group: (i, p) => Math.min(i >> 7, p.weights.k / p.weights.groupSize - 1) },
    [TOLERANCE],
  ],
  ["row padding forgotten", { start: (row, p) => (row * p.weights.k) / 8 }, [TOLERANCE, IDENTITY]],
  [
    "expert of the block before",
    { expert: (e, b, p) => (b > 0 && e >= 0 ? p.expertIds[b - 1] : e) },
    [TOLERANCE, OWN_EXPERT],
  ],
  [
    "ragged columns dropped",
    { columns: (p) => p.weights.n - (p.weights.n % 16) },
    [TOLERANCE, IDENTITY, ZERO],
  ],
  ["last row of a full block dropped", { rows: (p) => p.blockM - 1 }, [TOLERANCE, OWN_EXPERT]],
  ["a bias", { store: (x) => floatToBf16(x + 1e-3) }, [ZERO, TWICE, NEGATED, EXACT]],
  ["rounding half up", { store: (x) => halfUp(x) }, [EXACT]],
  [
    "bits that change from call to call",
    { store: (x) => floatToBf16(x * (1 + ++calls * 1e-7)) },
    [TWO_CALLS],
  ],
  ["results that depend on the block", { expert: (e) => e, round: driftByFlat() }, [MOVED]],
  ["skipped blocks run for expert 0", { expert: (e) => Math.max(e, 0) }, [TOLERANCE]],
  ["no check of the problem", { check: () => {} }, [REFUSED]],
];

/** As a kernel leaves it that decodes with a constant and takes that away from the sum. */
function withRemainder(q: number, z: number, s: number): number {
  return q === z ? s * 2 ** -20 : (q - z) * s;
}

/** Ties away from zero in place of ties to even. */
function halfUp(x: number): number {
  const bits = new Uint32Array(new Float32Array([x]).buffer)[0];
  return Number.isFinite(x) ? (bits + 0x8000) >>> 16 : floatToBf16(x);
}

/** A sum whose rounding depends on how many were taken before, as with tiles of different heights. */
function driftByFlat(): (sum: number) => number {
  let count = 0;
  return (sum) => Math.fround(sum * (1 + (count++ % 7) * 2 ** -24));
}

describe("the law suite accepts", () => {
  for (const { name, run } of gemmLaws((p) => naiveGemm(p))) test(name, () => run({ numRuns: 15 }));

  test("a kernel that rounds weights, told so", async () => {
    const weight = (q: number, z: number, s: number): number => toBf16((q - z) * s);
    const options: GemmLawOptions = { weightRounding: 2 ** -8 };
    const laws = gemmLaws((p) => naiveGemm(p, { weight }), options);
    expect(laws.map((law) => law.name)).not.toContain(IDENTITY);
    for (const { run } of laws) await run({ numRuns: 10 });
  });

  test("a kernel that decodes with an offset, told so", async () => {
    const options: GemmLawOptions = { offsetRounding: 2 ** -19 };
    const laws = gemmLaws((p) => naiveGemm(p, { weight: withRemainder }), options);
    const law = laws.find(({ name }) => name === ZERO_WEIGHTS) as GemmLaw;
    await law.run({ numRuns: 15 });
  });

  test("an async kernel that only supports what it says", async () => {
    const seen = new Set<number>();
    const accepts: GemmLawOptions["accepts"] = (spec) => spec.groupSize === 32;
    const kernel = async (p: Parameters<typeof naiveGemm>[0]): Promise<void> => {
      await Promise.resolve();
      naiveGemm(p);
      seen.add(p.weights.groupSize);
    };
    await gemmLaws(kernel, { accepts })[0].run({ numRuns: 10 });
    expect([...seen]).toEqual([32]);
  });
});

describe("the law suite notices", () => {
  for (const [what, fault, names] of FAULTS) {
    test(what, async () => {
      for (const { name, run } of gemmLaws((p) => naiveGemm(p, fault), { accepts: isSmall })) {
        if (!names.includes(name)) continue;
        expect(await broken(run), name).toBe(true);
      }
    });
  }

  test("a stray write", async () => {
    const laws = gemmLaws((p) => {
      naiveGemm(p);
      p.c[p.c.length - 1] = 0;
    });
    for (const { name, run } of laws) {
      if (name === TOLERANCE || name === IDLE) expect(await broken(run), name).toBe(true);
    }
  });

  test("a write in front of c", async () => {
    const kernel = gemmLaws((p) => {
      naiveGemm(p);
      if (p.c.byteOffset > 0) new Uint16Array(p.c.buffer)[p.c.byteOffset / 2 - 1] = 0;
    });
    expect(await broken(kernel[0].run)).toBe(true);
  });
});

test("a broken law prints seed and path", async () => {
  const message = await gemmLaws(() => {})[0]
    .run({ seed: 7, numRuns: 30 })
    .then(String, String);
  expect(message).toContain("seed: 7");
  expect(message).toContain("path:");
});

async function broken(run: GemmLaw["run"]): Promise<boolean> {
  return run({ numRuns: 100, shrink: false }).then(
    () => false,
    () => true,
  );
}
