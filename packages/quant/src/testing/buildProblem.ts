import { checkInteger } from "../_check.ts";
import { randomBelow } from "../_random.ts";
import type { MoeGemmProblem } from "../problem.ts";
import { randomActivations } from "../randomActivations.ts";
import { randomWeights } from "../randomWeights.ts";

/** One block of a {@link ProblemSpec}. */
export interface BlockSpec {
  /** Expert of the block; negative = a block that must be skipped. */
  expert: number;
  /** Real rows, `0..blockM`; the other slots are padding. */
  rows: number;
}

/** A whole problem in a few numbers, so that a failing case can be printed and kept as a test. */
export interface ProblemSpec {
  /** Seed of every value. */
  seed: number;
  /** Experts, 1 or more. */
  numExperts: number;
  /** Output columns. */
  n: number;
  /** Inner size. */
  k: number;
  /** k elements that share a scale. */
  groupSize: number;
  /** Pad words after each weight row, filled with garbage. */
  padWords: number;
  /** Whether the weights have zero points. */
  zeros: boolean;
  /** Routes that share an activation row. */
  topK: number;
  /** Rows of a block. */
  blockM: number;
  /** The blocks in order. */
  blocks: BlockSpec[];
  /** Skipped blocks after the last one, as an upper bound of `numBlocks` gives. */
  extraBlocks: number;
  /** Routes that no block has; their rows of `c` must stay. */
  unrouted: number;
  /** Whether padding may stand between real rows of a block; else it stands behind them. */
  mixPadding: boolean;
  /** Whether `sortedTokenIds` ends inside the last block that runs, behind its last real row. */
  cutTail: boolean;
  /** Whether buffers start at addresses that are multiples of their element size only. */
  misalign: boolean;
}

/** A problem with what is needed to see that a kernel wrote nothing else. */
export interface BuiltProblem {
  /** The problem; `c` is poisoned with NaN and longer than its shape. */
  problem: MoeGemmProblem;
  /** Copy of `problem.c`. */
  before: Uint16Array;
  /** Elements in front of `c` in the same buffer that have changed. */
  guardWrites: () => number;
}

/** Elements in front of and behind `c` that no kernel may write. */
const GUARD = 37;

/**
 * Makes the problem that a specification describes. It needs no fast-check, so benches can use it
 * too.
 *
 * @param spec - see {@link ProblemSpec}
 * @returns see {@link BuiltProblem}
 * @throws QuantError for sizes that `randomWeights` refuses; `E_SHAPE_SIZE` for a block of more
 * than `blockM` rows
 * @example
 * ```ts
 * import { buildProblem } from "@moe/quant/testing";
 *
 * const { problem } = buildProblem({
 *   seed: 1, numExperts: 2, n: 5, k: 32, groupSize: 16, padWords: 1, zeros: false, topK: 2, blockM: 4,
 *   blocks: [{ expert: 0, rows: 4 }, { expert: -1, rows: 0 }, { expert: 1, rows: 1 }],
 *   extraBlocks: 1, unrouted: 0, mixPadding: false, cutTail: false, misalign: false,
 * });
 * console.log(problem.numBlocks, problem.numValidTokens, problem.expertIds.join(" "));
 * // → 4 5 0 -1 1 -1
 * ```
 */
export function buildProblem(spec: ProblemSpec): BuiltProblem {
  const { seed, numExperts, n, k, groupSize, zeros, topK, blockM, misalign } = spec;
  checkInteger(blockM, "blockM", 1);
  for (const { rows } of spec.blocks) checkInteger(rows, "rows", 0, blockM);
  const numValidTokens = spec.unrouted + countRows(spec);
  const rowStride = k / 8 + spec.padWords;
  const weights = randomWeights({ numExperts, n, k, groupSize, rowStride, zeros, seed });
  if (misalign) weights.packed = offByOne(weights.packed);
  const a = randomActivations({ rows: Math.ceil(numValidTokens / topK), k, seed });
  const buffer = poison(GUARD + numValidTokens * n + GUARD);
  const c = buffer.subarray(GUARD);
  const front = buffer.slice(0, GUARD);
  const problem: MoeGemmProblem = {
    a: misalign ? offByOne(a) : a,
    weights,
    sortedTokenIds: slots(spec, numValidTokens),
    expertIds: expertIds(spec),
    numBlocks: spec.blocks.length + spec.extraBlocks,
    blockM,
    topK,
    numValidTokens,
    c,
  };
  const guardWrites = (): number => front.filter((bits, i) => bits !== buffer[i]).length;
  return { problem, before: c.slice(), guardWrites };
}

function countRows(spec: ProblemSpec): number {
  return spec.blocks.reduce((sum, block) => sum + (block.expert < 0 ? 0 : block.rows), 0);
}

function expertIds(spec: ProblemSpec): Int32Array {
  const ids = new Int32Array(spec.blocks.length + spec.extraBlocks).fill(-1);
  for (const [b, block] of spec.blocks.entries()) ids[b] = block.expert;
  return ids;
}

/** NaN in every element, each unlike its neighbours, so that a read or a moved value shows. */
function poison(length: number): Uint16Array {
  return Uint16Array.from({ length }, (_, i) => 0xff81 + (i % 127));
}

/** A copy that starts one element behind the start of its buffer. */
function offByOne<T extends Int32Array | Uint16Array>(values: T): T {
  const moved = new (values.constructor as new (length: number) => T)(values.length + 1);
  moved.set(values, 1);
  return moved.subarray(1) as T;
}

/** Deals a random permutation of the flat indices to the blocks' slots. */
function slots(spec: ProblemSpec, numValidTokens: number): Int32Array {
  const below = randomBelow(spec.seed, 5);
  const flats = permutation(numValidTokens, below);
  const out: number[] = [];
  let end = 0;
  for (const { expert, rows } of spec.blocks) {
    const block = Array.from({ length: spec.blockM }, (_, i) => numValidTokens + (i % 3));
    if (expert < 0) {
      // A skipped block's slots mean nothing: real flat indices here catch kernels that run it.
      for (let i = 0; i < rows; i++) block[i] = i % 2 === 0 ? Math.max(0, numValidTokens - 1) : -7;
    } else {
      const places = spec.mixPadding ? permutation(spec.blockM, below) : undefined;
      for (let i = 0; i < rows; i++) block[places?.[i] ?? i] = flats.pop() as number;
      end = out.length + 1 + block.findLastIndex((flat) => flat < numValidTokens);
    }
    out.push(...block);
  }
  if (spec.cutTail) out.length = end;
  return Int32Array.from(out);
}

function permutation(length: number, below: (bound: number) => number): number[] {
  const values = Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const j = below(i + 1);
    [values[i], values[j]] = [values[j], values[i]];
  }
  return values;
}
