import * as fc from "fast-check";
import type { BlockSpec, ProblemSpec } from "../testing/buildProblem.ts";

/** Sizes near the vector and tile widths that kernels use. */
const EDGE_COLUMNS = [1, 2, 3, 5, 8, 13, 15, 16, 17, 31, 32, 33, 47, 63, 64, 65, 80];
const EDGE_BLOCKS = [1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 48, 64, 70];
const GROUP_SIZES = [8, 16, 24, 32, 40, 64, 128, 256];
const MAX_K = 512;

/**
 * Arbitrary problems: ragged columns and blocks, group sizes of 8 to 256, row padding, zero points
 * on and off, top-k of 1 to 10, skipped blocks in the middle and at the end, runs of blocks of one
 * expert, single-row and empty blocks, routes without a block, short id buffers, misaligned views.
 * Shrinks to few small blocks.
 *
 * @returns a fast-check arbitrary; build the problem with `buildProblem`
 * @example
 * ```ts
 * import { buildProblem, problemSpec } from "@moe/quant/laws";
 *
 * // A law of your own: fc.property(problems, (p) => { … })
 * const problems = problemSpec().map((spec) => buildProblem(spec).problem);
 * console.log(typeof problems.generate);
 * // → function
 * ```
 */
export function problemSpec(): fc.Arbitrary<ProblemSpec> {
  return fc
    .record({
      seed: fc.nat(2 ** 31),
      numExperts: fc.integer({ min: 1, max: 6 }),
      n: fc.oneof(fc.constantFrom(...EDGE_COLUMNS), fc.integer({ min: 1, max: 80 })),
      groupSize: fc.constantFrom(...GROUP_SIZES),
      groups: fc.integer({ min: 1, max: 6 }),
      padWords: fc.constantFrom(0, 0, 1, 2, 5),
      zeros: fc.boolean(),
      topK: fc.integer({ min: 1, max: 10 }),
      blockM: fc.oneof(fc.constantFrom(...EDGE_BLOCKS), fc.integer({ min: 1, max: 70 })),
      runs: fc.array(blockRun(), { maxLength: 4 }),
      extraBlocks: fc.constantFrom(0, 0, 1, 3),
      unrouted: fc.nat(4),
      mixPadding: fc.boolean(),
      cutTail: fc.boolean(),
      misalign: fc.boolean(),
    })
    .map(({ groups, runs, ...raw }) => ({
      ...raw,
      k: raw.groupSize * Math.max(1, Math.min(groups, MAX_K / raw.groupSize) | 0),
      blocks: runs.flatMap((run) => layBlocks(run, raw.numExperts, raw.blockM)),
    }));
}

/** Blocks that follow each other with one expert. */
interface BlockRun {
  skipped: boolean;
  expert: number;
  fills: number[];
}

function blockRun(): fc.Arbitrary<BlockRun> {
  return fc.record({
    skipped: fc.integer({ min: 0, max: 5 }).map((x) => x === 5),
    expert: fc.nat(5),
    // Whole blocks and single rows matter as much as what lies between.
    fills: fc.array(fc.oneof(fc.constant(1), fc.constant(Infinity), fc.nat(70)), {
      minLength: 1,
      maxLength: 3,
    }),
  });
}

function layBlocks(run: BlockRun, numExperts: number, blockM: number): BlockSpec[] {
  const expert = run.skipped ? -1 : run.expert % numExperts;
  return run.fills.map((fill) => ({ expert, rows: Math.min(fill, blockM) }));
}
