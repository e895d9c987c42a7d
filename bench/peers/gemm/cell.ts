// One problem for everybody: weights of a GEMM, and per T the activations under balanced routing.
import { join } from "node:path";
import { moeAlignBlockSize } from "@moe/align";
import { DEFAULT_PRESET, gemmShape, type Gemm, presetShape } from "@moe/bench";
import {
  type MoeGemmProblem,
  oracleElement,
  type QuantizedWeights,
  randomActivations,
  randomWeights,
} from "@moe/quant";
import { synthTopk } from "@moe/routing";

const SEED = 0;
/** Elements of each expert's result that are compared with the oracle. */
const CHECKED_PER_EXPERT = 4;

export const SHAPE = presetShape(DEFAULT_PRESET);

/** One GEMM at one T. */
export interface Cell {
  gemm: Gemm;
  numTokens: number;
  /** Rows of each expert. */
  rows: number;
  problem: MoeGemmProblem;
  /** Flat indices in expert order, `[numExperts, rows]`: what peers get as contiguous rows. */
  flats: Int32Array;
  checks: Check[];
}

/** One element, where it is and what it must be. */
export interface Check {
  expert: number;
  row: number;
  column: number;
  flat: number;
  /** The dot product in f64. */
  want: number;
}

export function makeWeights(gemm: Gemm): QuantizedWeights {
  const { k, n } = gemmShape(SHAPE, gemm);
  const { numExperts, groupSize } = SHAPE;
  return randomWeights({ numExperts, n, k, groupSize, seed: SEED });
}

export function makeCell(gemm: Gemm, weights: QuantizedWeights, numTokens: number): Cell {
  const { topK, numExperts, blockM } = SHAPE;
  const { topkIds } = synthTopk({ archetype: "balanced", numTokens, topK, numExperts, seed: SEED });
  const aligned = moeAlignBlockSize(topkIds, { numTokens, topK, numExperts, blockM });
  const { rowShare } = gemmShape(SHAPE, gemm);
  const numValidTokens = topkIds.length;
  const problem: MoeGemmProblem = {
    a: randomActivations({ rows: numValidTokens / rowShare, k: weights.k, seed: SEED }),
    weights,
    sortedTokenIds: aligned.sortedTokenIds,
    expertIds: aligned.expertIds,
    numBlocks: aligned.numTokensPostPadded[0] / blockM,
    blockM,
    topK: rowShare,
    numValidTokens,
    c: new Uint16Array(numValidTokens * weights.n),
  };
  const rows = numValidTokens / numExperts;
  const flats = Int32Array.from(topkIds.keys()).sort((x, y) => topkIds[x] - topkIds[y] || x - y);
  return { gemm, numTokens, rows, problem, flats, checks: makeChecks(problem, flats, rows) };
}

/** Elements scattered over the rows and columns of every expert. */
function makeChecks(problem: MoeGemmProblem, flats: Int32Array, rows: number): Check[] {
  const { numExperts, n } = problem.weights;
  return Array.from({ length: numExperts * CHECKED_PER_EXPERT }, (_, i) => {
    const expert = Math.floor(i / CHECKED_PER_EXPERT);
    const row = (Math.imul(i + 1, 0x9e3779b1) >>> 8) % rows;
    const column = (Math.imul(i + 1, 0x85ebca6b) >>> 8) % n;
    const flat = flats[expert * rows + row];
    return { expert, row, column, flat, want: oracleElement(problem, flat, expert, column) };
  });
}

/** Writes the weights where peers map them. */
export async function writeWeights(folder: string, weights: QuantizedWeights): Promise<void> {
  await Bun.write(join(folder, "weights.bin"), weights.packed);
  await Bun.write(join(folder, "scales.bin"), weights.scales);
}

/** Writes the activations in expert order and returns the path. */
export async function writeActivations(folder: string, cell: Cell): Promise<string> {
  const { a, topK, weights } = cell.problem;
  const { k } = weights;
  const grouped = new Uint16Array(cell.flats.length * k);
  for (const [row, flat] of cell.flats.entries()) {
    const from = Math.floor(flat / topK) * k;
    grouped.set(a.subarray(from, from + k), row * k);
  }
  const path = join(folder, `activations-${cell.numTokens}.bin`);
  await Bun.write(path, grouped);
  return path;
}

/** `Σ|got − want| / Σ|want|`; NaN where any value is. */
export function relativeError(checks: readonly Check[], got: readonly number[]): number {
  let difference = 0;
  let magnitude = 0;
  for (const [i, { want }] of checks.entries()) {
    difference += Math.abs(got[i] - want);
    magnitude += Math.abs(want);
  }
  return difference / magnitude;
}
