import { describe, expect, test } from "bun:test";
import {
  bf16ToFloat,
  dequantize,
  floatToBf16,
  fromBf16,
  type MoeGemmProblem,
  oracleElement,
  randomActivations,
  randomWeights,
  shareOfTolerance,
  verifyGemm,
  type VerifyWorst,
} from "@moe/quant";
import { type BuiltProblem, buildProblem, type ProblemSpec } from "@moe/quant/testing";
import { codeOf } from "../_support/codeOf.ts";
import { naiveGemm } from "../_support/naiveGemm.ts";

const SPEC: ProblemSpec = {
  seed: 1,
  numExperts: 3,
  n: 37,
  k: 256,
  groupSize: 32,
  padWords: 1,
  zeros: false,
  topK: 2,
  blockM: 16,
  blocks: [
    { expert: 2, rows: 16 },
    { expert: 2, rows: 3 },
    { expert: -1, rows: 4 },
    { expert: 0, rows: 7 },
  ],
  extraBlocks: 1,
  unrouted: 2,
  mixPadding: true,
  cutTail: false,
  misalign: false,
};

function solved(part: Partial<ProblemSpec> = {}): BuiltProblem {
  const built = buildProblem({ ...SPEC, ...part });
  naiveGemm(built.problem);
  return built;
}

/** Whether each element off by nearly all of Σ|a·w| passes where weights may be off by all of themselves. */
function sharesWithFullRounding(p: MoeGemmProblem): boolean {
  const w = [0, 1, 2].map((expert) => dequantize(p.weights, expert));
  const a = fromBf16(p.a);
  for (let slot = 0; slot < p.sortedTokenIds.length; slot++) {
    const expert = p.expertIds[Math.floor(slot / p.blockM)];
    const flat = p.sortedTokenIds[slot];
    if (expert < 0 || flat >= p.numValidTokens) continue;
    const terms = w[expert].subarray(0, 8).map((weight, i) => a[flat * 8 + i] * weight);
    const value = terms.reduce((sum, term) => sum + term, 0);
    const magnitude = terms.reduce((sum, term) => sum + Math.abs(term), 0);
    p.c[flat] = floatToBf16(value + magnitude * 0.999);
  }
  return verifyGemm(p, { weightRounding: 1 }).passed;
}

/** Flat index of a slot and the place of its first element. */
function place(p: MoeGemmProblem, slot: number): number {
  const real = [...p.sortedTokenIds].slice(0, 32).filter((flat) => flat < p.numValidTokens);
  return real[slot] * p.weights.n;
}

test("the oracle is the f64 dot product of dequantised weights, for each top-k slot", () => {
  const { problem: p } = buildProblem({ ...SPEC, zeros: true, topK: 3 });
  const { n, k } = p.weights;
  const decoded = dequantize(p.weights, 1);
  for (const [flat, col] of [
    [0, 0],
    [4, 36],
    [25, 11],
  ]) {
    let sum = 0;
    for (let i = 0; i < k; i++) {
      sum += bf16ToFloat(p.a[Math.floor(flat / 3) * k + i]) * decoded[col * k + i];
    }
    expect(oracleElement(p, flat, 1, col)).toBeCloseTo(sum, 10);
  }
  expect(codeOf(() => oracleElement(p, 28, 1, 0))).toBe("E_SHAPE_SIZE");
  expect(codeOf(() => oracleElement(p, 0, 3, 0))).toBe("E_SHAPE_SIZE");
  expect(codeOf(() => oracleElement(p, 0, 0, n))).toBe("E_SHAPE_SIZE");
});

describe("verifyGemm passes", () => {
  test("a right result, checking every element when there are few", () => {
    const { problem, before } = solved();
    const report = verifyGemm(problem, { untouched: before });
    expect(report).toMatchObject({ passed: true, checked: 26 * 37, failed: 0, strayWrites: 0 });
    expect(report.rel).toBeLessThan(0.003);
    expect(report.worst?.shareOfTolerance).toBeLessThan(1);
  });

  test("with a share of tolerance that counts every term of k (oracle: dequantised weights)", () => {
    const { problem: p } = solved({ n: 1, k: 8, groupSize: 8, topK: 1 });
    const worst = verifyGemm(p).worst as VerifyWorst;
    const { flat, expert, got, want } = worst;
    const a = fromBf16(p.a.slice(flat * 8, flat * 8 + 8));
    const w = dequantize(p.weights, expert);
    const magnitude = a.reduce((sum, x, i) => sum + Math.abs(x * w[i]), 0);
    const maxScale = Math.abs(bf16ToFloat(p.weights.scales[expert]));
    const input = { k: 8, want, magnitude, maxScale, weightRounding: 0 };
    expect(worst.shareOfTolerance).toBeCloseTo(shareOfTolerance(got, input), 12);
    const strict = verifyGemm(p, { weightRounding: 1 }).worst as VerifyWorst;
    expect(strict.shareOfTolerance).toBeLessThan(worst.shareOfTolerance);
    expect(sharesWithFullRounding(p)).toBe(true);
  });

  test("a remainder of zero weights only where that is allowed (oracle: Σ|a·scale| by hand)", () => {
    const { problem: p } = buildProblem({ ...SPEC, n: 1, k: 16, groupSize: 8, topK: 1 });
    p.weights.packed.fill(0x88888888 | 0);
    naiveGemm(p);
    const flat = p.sortedTokenIds[0];
    const row = fromBf16(p.a.slice(flat * 16, flat * 16 + 16));
    const scales = fromBf16(p.weights.scales.slice(p.expertIds[0] * 2));
    const scaled = row.reduce((sum, x, i) => sum + Math.abs(x * scales[i >> 3]), 0);
    p.c[flat] = floatToBf16(0.9 * 2 ** -10 * scaled);
    const passes = (offsetRounding = 0): boolean =>
      verifyGemm(p, { samples: "all", offsetRounding }).passed;
    expect([passes(), passes(2 ** -11), passes(2 ** -10)]).toEqual([false, false, true]);
  });

  test("a problem without work, with nothing to report", () => {
    const { problem } = buildProblem({ ...SPEC, blocks: [] });
    expect(verifyGemm(problem)).toEqual({
      passed: true,
      checked: 0,
      failed: 0,
      rel: 0,
      worst: null,
      strayWrites: null,
    });
  });

  test("rounded weights only where that is allowed", () => {
    const built = buildProblem(SPEC);
    const weight = (q: number, z: number, s: number): number =>
      bf16ToFloat(floatToBf16((q - z) * s * 1.002));
    naiveGemm(built.problem, { weight });
    expect(verifyGemm(built.problem, { samples: "all" }).passed).toBe(false);
    expect(verifyGemm(built.problem, { samples: "all", weightRounding: 2 ** -7 }).passed).toBe(
      true,
    );
  });
});

describe("verifyGemm refuses", () => {
  const faults: [string, (p: MoeGemmProblem) => void][] = [
    ["a NaN in the last column", (p) => void (p.c[place(p, 3) + 36] = 0x7fc0)],
    ["an infinity", (p) => void (p.c[place(p, 0)] = 0x7f80)],
    ["the sign of one element", (p) => void (p.c[place(p, 1) + 5] ^= 0x8000)],
    ["an element that is two bf16 steps off", (p) => void (p.c[place(p, 2) + 8] += 2)],
    [
      "two rows swapped",
      (p) => {
        const [x, y] = [place(p, 0), place(p, 1)];
        const row = p.c.slice(x, x + 37);
        p.c.copyWithin(x, y, y + 37);
        p.c.set(row, y);
      },
    ],
    ["an output never written", (p) => void p.c.fill(0)],
  ];
  for (const [what, edit] of faults) {
    test(what, () => {
      const { problem } = solved({ k: 32 });
      edit(problem);
      const report = verifyGemm(problem, { samples: "all" });
      expect(report.passed).toBe(false);
      expect(report.worst?.shareOfTolerance).toBeGreaterThan(1);
    });
  }

  test("one wrong element, by its coordinates and both values", () => {
    const { problem } = solved();
    const at = place(problem, 17) + 9;
    problem.c[at] ^= 0x8000;
    const { worst, failed } = verifyGemm(problem);
    const flat = (at - 9) / 37;
    expect(worst).toMatchObject({ flat, expert: 2, col: 9, got: bf16ToFloat(problem.c[at]) });
    expect(worst?.want).toBe(oracleElement(problem, flat, 2, 9));
    expect(failed).toBe(1);
  });

  test("a row of a route without a block that changed, or the memory behind c", () => {
    const { problem, before } = solved();
    const behind = problem.numValidTokens * 37;
    problem.c[behind + 5] ^= 1;
    expect(verifyGemm(problem, { untouched: before })).toMatchObject({
      passed: false,
      failed: 0,
      strayWrites: 1,
    });
    const routed = new Set([
      ...problem.sortedTokenIds.slice(0, 32),
      ...problem.sortedTokenIds.slice(48),
    ]);
    const free = Array.from({ length: problem.numValidTokens }, (_, i) => i).find(
      (i) => !routed.has(i),
    );
    problem.c[(free as number) * 37] ^= 1;
    expect(verifyGemm(problem, { untouched: before }).strayWrites).toBe(2);
  });

  test("wrong options and wrong problems", () => {
    const { problem } = solved();
    const wrong: [() => unknown, string][] = [
      [() => verifyGemm(problem, { sample: 3 } as never), "E_OPTION"],
      [() => verifyGemm(problem, { samples: -1 }), "E_SHAPE_SIZE"],
      [() => verifyGemm(problem, { seed: 0.5 }), "E_OPTION"],
      [() => verifyGemm(problem, { weightRounding: 2 }), "E_OPTION"],
      [() => verifyGemm(problem, { weightRounding: NaN }), "E_OPTION"],
      [() => verifyGemm(problem, { offsetRounding: -1 }), "E_OPTION"],
      [() => verifyGemm(problem, { untouched: new Uint16Array(3) }), "E_SHAPE_LENGTH"],
      [() => verifyGemm({ ...problem, blockM: 0 }), "E_SHAPE_SIZE"],
    ];
    for (const [call, code] of wrong) expect(codeOf(call)).toBe(code);
  });
});

/** A problem of `blocks` full blocks, large enough that verifyGemm samples. */
function large(blocks: number, n: number): MoeGemmProblem {
  const k = 32;
  const rows = blocks * 8;
  return {
    a: randomActivations({ rows, k, seed: 1 }),
    weights: randomWeights({ numExperts: blocks, n, k, groupSize: 32, seed: 2 }),
    sortedTokenIds: Int32Array.from({ length: rows }, (_, i) => i),
    expertIds: Int32Array.from({ length: blocks }, (_, i) => i),
    numBlocks: blocks,
    blockM: 8,
    topK: 1,
    numValidTokens: rows,
    c: new Uint16Array(rows * n),
  };
}

describe("sampling", () => {
  const blocks = 50;
  const n = 100;

  test("takes 2048 elements beside four of each block, and repeats by seed", () => {
    const p = large(blocks, n);
    const report = verifyGemm(p);
    expect(report.checked).toBe(2048 + 4 * blocks);
    expect(verifyGemm(p, { seed: 0 })).toEqual(report);
    expect(verifyGemm(p, { seed: 1 }).rel).toBe(1);
    expect(verifyGemm(p, { samples: 0 }).checked).toBe(4 * blocks);
    expect(verifyGemm(p, { samples: "all" }).checked).toBe(blocks * 8 * n);
  });

  test("sees a wrong first or last row of any block even without random elements", () => {
    const p = large(blocks, n);
    naiveGemm(p);
    for (const [block, row] of [
      [0, 0],
      [0, 7],
      [23, 0],
      [24, 7],
      [49, 7],
    ]) {
      const c = p.c.slice().fill(0x7fc0, (block * 8 + row) * n, (block * 8 + row + 1) * n);
      expect(verifyGemm({ ...p, c }, { samples: 0 }).passed).toBe(false);
    }
  });

  test("sees a ragged end of 16 columns that is wrong everywhere", () => {
    const p = large(blocks, n);
    naiveGemm(p);
    for (let row = 0; row < blocks * 8; row++) p.c.fill(0x7fc0, row * n + 96, (row + 1) * n);
    expect(verifyGemm(p, { samples: 0 }).passed).toBe(false);
  });
});

test("a problem without tokens or columns needs no memory for the k or the tokens it names", () => {
  const { problem: p } = buildProblem({ ...SPEC, blocks: [] });
  const k = 2 ** 31 - 2 ** 11;
  const weights = { ...p.weights, n: 0, k, groupSize: k, rowStride: k / 8 };
  const idle = { ...p, weights, numValidTokens: 0, a: new Uint16Array(0) };
  expect(verifyGemm(idle, { untouched: p.c.slice() })).toMatchObject({
    checked: 0,
    strayWrites: 0,
  });
});
