// The space map: one row a routing, how its load spreads over experts and how much of the padded work is useful.
import { checkInteger, checkOptions, show } from "./_check.ts";
import { blockFill, checkCounts } from "./blockFill.ts";
import { AlignError } from "./errors.ts";

/** One routing of a space map. */
export interface SpaceMapCell {
  /** Name of the distribution, copied to the row. */
  archetype: string;
  /** Tokens T that were routed, copied to the row. */
  numTokens: number;
  /** Routes of each expert, integers of at least 0. */
  counts: ArrayLike<number>;
}

/** Share of useful rows and of skinny blocks at one block size. */
export interface SpaceMapFill {
  /** 100 × useful ÷ padded rows, not rounded. */
  usePercent: number;
  /** Share of blocks with at most 8 real rows in percent, not rounded. */
  skinnyPercent: number;
}

/** One row of a space map; `formatSpaceMapCells` rounds it for display. */
export interface SpaceMapRow {
  /** Name of the distribution. */
  archetype: string;
  /** Tokens T. */
  tokens: number;
  /** Routed rows, the sum of the counts. */
  routed: number;
  /** Mean count of used experts, not rounded; 0 where none is used. */
  mean: number;
  /** Median count of used experts, cut to an integer; 0 where none is used. */
  median: number;
  /** Largest count. */
  max: number;
  /** Experts without a route. */
  dead: number;
  /** By block size. */
  fill: Record<number, SpaceMapFill>;
}

/** Options of {@link spaceMap}. */
export interface SpaceMapOptions {
  /** Routings, one a row. */
  cells: Iterable<SpaceMapCell>;
  /** Block sizes, each 1 to 2147483647 (included). Default `[16, 32]`. */
  blockM?: readonly number[];
}

/** Block sizes of the default space map. */
export const SPACE_MAP_BLOCK_M: readonly number[] = [16, 32];

/**
 * Describes each routing in one row: load over experts, and padding at each block size. No device is needed.
 *
 * @param options - routings as counts, and block sizes; unknown keys are rejected
 * @returns one row a cell, in order
 * @throws AlignError `E_OPTION`, `E_TYPE`, `E_RANGE` for a bad option, block size or count
 * @see ROCm/vllm pull request #1020, benchmarks/kernels/moe_w4a16_bench (columns and rounding)
 *
 * @example
 * ```ts
 * import { formatSpaceMapTsv, spaceMap } from '@moe/align';
 *
 * const rows = spaceMap({ cells: [{ archetype: 'mine', numTokens: 16, counts: [100, 28, 0, 0] }] });
 * console.log(formatSpaceMapTsv(rows).trimEnd().replaceAll('\t', ' '));
 * // → archetype tokens routed mean median max dead use16 skinny16 use32 skinny32
 * // → mine 16 128 64.0 64 100 2 88.9 11 80.0 20
 * ```
 */
export function spaceMap(options: SpaceMapOptions): SpaceMapRow[] {
  checkOptions("spaceMap", options, ["cells", "blockM"]);
  const { cells, blockM = SPACE_MAP_BLOCK_M } = options;
  if (!Array.isArray(blockM)) {
    throw new AlignError("E_TYPE", `blockM is ${show(blockM)}. Give an array of block sizes.`, {
      option: "blockM",
    });
  }
  blockM.forEach((size, i) => checkInteger(`blockM[${i}]`, size, 1));
  if (typeof cells?.[Symbol.iterator] !== "function") {
    throw new AlignError("E_TYPE", `cells is ${show(cells)}. Give an iterable of cells.`, {
      option: "cells",
    });
  }
  return Array.from(cells, (cell) => rowOf(cell, blockM));
}

function rowOf(cell: SpaceMapCell, blockM: readonly number[]): SpaceMapRow {
  checkOptions("a cell of spaceMap", cell, ["archetype", "numTokens", "counts"]);
  const tokens = checkInteger("numTokens", cell.numTokens, 0, Number.MAX_SAFE_INTEGER);
  checkCounts("counts", cell.counts);
  const used = Float64Array.from(cell.counts)
    .filter((count) => count > 0)
    .sort();
  const routed = used.reduce((sum, count) => sum + count, 0);
  const fill: Record<number, SpaceMapFill> = {};
  for (const size of blockM) {
    const { usePercent, skinnyPercent } = blockFill(cell.counts, size);
    fill[size] = { usePercent, skinnyPercent };
  }
  return {
    archetype: cell.archetype,
    tokens,
    routed,
    mean: used.length === 0 ? 0 : routed / used.length,
    median: medianOf(used),
    max: used.length === 0 ? 0 : used[used.length - 1],
    dead: cell.counts.length - used.length,
    fill,
  };
}

function medianOf(sorted: Float64Array): number {
  if (sorted.length === 0) return 0;
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle];
  return Math.floor((sorted[middle - 1] + sorted[middle]) / 2);
}
