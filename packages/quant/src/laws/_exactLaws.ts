// Laws that hold bit for bit, whatever the order of the sums.
import { randomBelow } from "../_random.ts";
import { floatToBf16 } from "../bf16.ts";
import { dequantize } from "../dequantize.ts";
import { oracleElement } from "../oracleElement.ts";
import type { MoeGemmProblem } from "../problem.ts";
import type { ProblemSpec } from "../testing/buildProblem.ts";
import { expectSame, type Gemm, type GemmLaw, law, runSpec } from "./_law.ts";

type Accepts = (spec: ProblemSpec) => boolean;

/** bf16 bits of 1. */
const ONE = 0x3f80;
/** Adding this to the bits of a normal bf16 doubles it. */
const EXPONENT_STEP = 0x80;

export function exactLaws(gemm: Gemm, accepts: Accepts): GemmLaw[] {
  return [
    law("identity activations give the decoded weight bit for bit", accepts, async (spec) => {
      const { problem } = await runSpec(gemm, spec, writeUnitRows);
      expectSame(problem.c, expected(problem, unitElement(problem)), "identity");
    }),
    law("exact sums round to nearest even", accepts, async (spec) => {
      const { problem } = await runSpec(gemm, spec, (p) => writeSmallIntegers(p, spec.seed));
      const want = expected(problem, (flat, expert, col) =>
        oracleElement(problem, flat, expert, col),
      );
      expectSame(problem.c, want, "exact sums");
    }),
    law("activations of zero give zero", accepts, async (spec) => {
      const { problem } = await runSpec(gemm, spec, ({ a }) => void a.fill(0));
      expectSame(
        problem.c,
        expected(problem, () => 0),
        "zeros",
      );
    }),
    law("twice the activations give twice the result", accepts, async (spec) => {
      const once = await runSpec(gemm, spec, clearUntouched);
      const twice = await runSpec(gemm, spec, (p) => {
        clearUntouched(p);
        for (let i = 0; i < p.a.length; i++) p.a[i] += EXPONENT_STEP;
      });
      const want = once.problem.c.map((bits) =>
        (bits & 0x7fff) === 0 ? bits : bits + EXPONENT_STEP,
      );
      expectSame(twice.problem.c, want, "doubled");
    }),
    law("negated activations give the negated result", accepts, async (spec) => {
      const once = await runSpec(gemm, spec, clearUntouched);
      const negated = await runSpec(gemm, spec, (p) => {
        clearUntouched(p);
        for (let i = 0; i < p.a.length; i++) p.a[i] ^= 0x8000;
      });
      expectSame(
        negated.problem.c,
        once.problem.c.map((bits) => bits ^ 0x8000),
        "negated",
      );
    }),
    law("two calls give the same bits", accepts, async (spec) => {
      const first = await runSpec(gemm, spec);
      const second = await runSpec(gemm, spec);
      expectSame(second.problem.c, first.problem.c, "second call");
    }),
  ];
}

/** Rows without a route would keep their NaN poison, which these laws compare by value. */
function clearUntouched(p: MoeGemmProblem): void {
  p.c.fill(0);
}

/** The decoded weight that a unit row picks, rounded by `expected`; experts are decoded once. */
function unitElement(p: MoeGemmProblem): (flat: number, expert: number, col: number) => number {
  const { k } = p.weights;
  const decoded = new Map<number, Float32Array>();
  return (flat, expert, col) => {
    if (!decoded.has(expert)) decoded.set(expert, dequantize(p.weights, expert));
    const row = Math.floor(flat / p.topK);
    return (decoded.get(expert) as Float32Array)[col * k + unitColumn(row, k)];
  };
}

/** Row r has its one at a column that walks through all of k in big steps. */
function unitColumn(row: number, k: number): number {
  return (row * 13 + 5) % k;
}

function writeUnitRows(p: MoeGemmProblem): void {
  const { k } = p.weights;
  p.a.fill(0);
  for (let row = 0; row < p.a.length / k; row++) p.a[row * k + unitColumn(row, k)] = ONE;
}

/** Integers of -8..8 and scales of 2^-3..2^3: every partial sum is exact in f32, in any order. */
function writeSmallIntegers(p: MoeGemmProblem, seed: number): void {
  const below = randomBelow(seed, 7);
  for (let i = 0; i < p.a.length; i++) p.a[i] = floatToBf16(below(17) - 8);
  for (let i = 0; i < p.weights.scales.length; i++) {
    p.weights.scales[i] = floatToBf16((below(2) === 0 ? 1 : -1) * 2 ** (below(7) - 3));
  }
}

/** What `c` must be: routed elements by `element`, everything else as it is. */
function expected(
  p: MoeGemmProblem,
  element: (flat: number, expert: number, col: number) => number,
): Uint16Array {
  const want = p.c.slice();
  const { n } = p.weights;
  for (let slot = 0; slot < p.sortedTokenIds.length; slot++) {
    const block = Math.floor(slot / p.blockM);
    const expert = block < p.numBlocks ? p.expertIds[block] : -1;
    const flat = p.sortedTokenIds[slot];
    if (expert < 0 || flat >= p.numValidTokens) continue;
    for (let col = 0; col < n; col++)
      want[flat * n + col] = floatToBf16(element(flat, expert, col));
  }
  return want;
}
