import { blockFill, moeAlignBlockSize, type Alignment, type BlockFill } from "@moe/align";
import { randomActivations, randomWeights, type QuantizedWeights } from "@moe/quant";
import { expertCounts, routingHash, type Routing } from "@moe/routing";
import type { Cell, CellPlan } from "../backends/Backend.ts";
import { gemmShape, type Gemm } from "../shapes/MoeShape.ts";
import { seedOf } from "../stats/_rng.ts";
import type { ResolvedSweep } from "./_resolveOptions.ts";
import { routingSource } from "./_routingSource.ts";

/** A cell with its tensors and what its routing looks like. */
export interface BuiltCell {
  cell: Cell;
  topkIdsHash: string;
  alignHash: string;
  fill: BlockFill;
  deadExperts: number;
  /** Tiles of 16 rows that hold a routed row, in blocks that begin with a tile. */
  rowTiles: number;
}

/** Rows of a WMMA. */
const TILE_ROWS = 16;

/** Makes cells of plans. */
export interface CellBuilder {
  /** A cell with its tensors. */
  build: (plan: CellPlan) => BuiltCell;
  /** Multiply-adds of a cell, those of padding rows included: what its time grows with. */
  workOf: (plan: CellPlan) => number;
}

/** Builds cells one after the other; keeps the weights of one GEMM, in packed form only. */
export function cellBuilder(sweep: ResolvedSweep): CellBuilder {
  const routingOf = routingSource(sweep);
  const fillOf = ({ archetype, numTokens }: CellPlan): BlockFill => {
    const { topkIds, numExperts } = routingOf(archetype, numTokens);
    return blockFill(expertCounts(topkIds, numExperts), sweep.config.shape.blockM);
  };
  let kept: { gemm: Gemm; weights: QuantizedWeights } | undefined;
  const weightsOf = (gemm: Gemm): QuantizedWeights => {
    if (kept?.gemm !== gemm) {
      // Dropped and collected before the next is made: two sets may not fit. Node collects on its own.
      kept = undefined;
      if (typeof Bun !== "undefined") Bun.gc(true);
      kept = { gemm, weights: buildWeights(sweep, gemm) };
    }
    return kept.weights;
  };
  const build = (plan: CellPlan): BuiltCell => {
    const routing = routingOf(plan.archetype, plan.numTokens);
    const alignment = align(routing, sweep.config.shape.blockM);
    const counts = expertCounts(routing.topkIds, routing.numExperts);
    return {
      cell: buildCell(sweep, plan, alignment, weightsOf(plan.gemm)),
      topkIdsHash: routingHash(routing.topkIds),
      alignHash: hashAlignment(alignment, sweep.config.shape.blockM),
      fill: blockFill(counts, sweep.config.shape.blockM),
      rowTiles: counts.reduce((tiles, count) => tiles + Math.ceil(count / TILE_ROWS), 0),
      deadExperts: counts.reduce((dead, count) => dead + (count === 0 ? 1 : 0), 0),
    };
  };
  return { build, workOf: (plan) => fillOf(plan).paddedRows * plan.k * plan.n };
}

function buildWeights({ config }: ResolvedSweep, gemm: Gemm): QuantizedWeights {
  const { numExperts, groupSize } = config.shape;
  const { k, n } = gemmShape(config.shape, gemm);
  const seed = seedOf(`${config.seed}/weights/gemm${gemm}`);
  return randomWeights({ numExperts, n, k, groupSize, seed });
}

function align(routing: Routing, blockM: number): Alignment {
  const { topkIds, numTokens, topK, numExperts } = routing;
  return moeAlignBlockSize(topkIds, { numTokens, topK, numExperts, blockM });
}

function buildCell(
  { config }: ResolvedSweep,
  plan: CellPlan,
  alignment: Alignment,
  weights: QuantizedWeights,
): Cell {
  const { shape, cache, aa, threads, isa } = config;
  const { k, n, rowShare } = gemmShape(shape, plan.gemm);
  const numValidTokens = plan.numTokens * shape.topK;
  const seed = seedOf(`${config.seed}/activations/gemm${plan.gemm}/T${plan.numTokens}`);
  return {
    ...plan,
    shape,
    cache,
    aa,
    ...(threads === null ? {} : { threads }),
    ...(isa === null ? {} : { isa }),
    verifySeed: seedOf(`${config.seed}/verify/${plan.id}`),
    problem: {
      a: randomActivations({ rows: numValidTokens / rowShare, k, seed }),
      weights,
      sortedTokenIds: alignment.sortedTokenIds,
      expertIds: alignment.expertIds,
      numBlocks: alignment.numTokensPostPadded[0] / shape.blockM,
      blockM: shape.blockM,
      topK: rowShare,
      numValidTokens,
      c: new Uint16Array(numValidTokens * n),
    },
  };
}

/** Hash of what a kernel reads of the alignment: the slots and the experts of real blocks. */
function hashAlignment(alignment: Alignment, blockM: number): string {
  const { sortedTokenIds, expertIds, numTokensPostPadded } = alignment;
  const slots = numTokensPostPadded[0];
  const blocks = slots / blockM;
  const words = new Int32Array(slots + blocks);
  words.set(sortedTokenIds.subarray(0, slots));
  words.set(expertIds.subarray(0, blocks), slots);
  return routingHash(words);
}
