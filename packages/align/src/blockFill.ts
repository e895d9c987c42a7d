// How full the blocks of a routing are, from its counts alone: no layout is built.
import { checkInteger, INT32_MAX, show } from "./_check.ts";
import { AlignError } from "./errors.ts";

/** Blocks with this many real rows. */
export interface FillCount {
  /** Real rows of a block, 1 to `blockM` (included). */
  fill: number;
  /** Blocks with that fill. */
  blocks: number;
}

/** Padding of one routing at one block size. */
export interface BlockFill {
  /** Blocks of all experts. */
  blocks: number;
  /** Routed rows. */
  usefulRows: number;
  /** blocks × blockM. */
  paddedRows: number;
  /** 100 × useful ÷ padded rows, not rounded; 0 where there is no block. */
  usePercent: number;
  /** Share of blocks with at most 8 real rows in percent, not rounded; 0 where there is no block. */
  skinnyPercent: number;
  /** Fills that occur, ascending. Sparse, so a huge `blockM` costs nothing. */
  fillHistogram: FillCount[];
}

/** A block with at most this many real rows is skinny: half of the smallest WMMA tile's 16 rows. */
export const SKINNY_ROWS = 8;

/**
 * Counts blocks, padding and fill for routes per expert.
 *
 * An expert with c routes owns ceil(c ÷ blockM) blocks; all but the last are full.
 *
 * @param counts - routes of each expert, integers of at least 0, any length
 * @param blockM - rows of one block, 1 to 2147483647 (included)
 * @returns blocks, rows, percentages and the fill histogram
 * @throws AlignError `E_RANGE` for a negative count or a `blockM` outside its bounds; `E_TYPE` for a fraction or another type
 *
 * @example
 * ```ts
 * import { blockFill } from '@moe/align';
 *
 * const fill = blockFill([3, 0, 40], 32);
 * console.log(fill.blocks, fill.paddedRows, fill.usePercent.toFixed(1), fill.skinnyPercent.toFixed(1));
 * // → 3 96 44.8 66.7
 * console.log(JSON.stringify(fill.fillHistogram));
 * // → [{"fill":3,"blocks":1},{"fill":8,"blocks":1},{"fill":32,"blocks":1}]
 * ```
 */
export function blockFill(counts: ArrayLike<number>, blockM: number): BlockFill {
  checkInteger("blockM", blockM, 1, INT32_MAX);
  checkCounts("counts", counts);
  const histogram = new Map<number, number>();
  const add = (fill: number, blocks: number): void => {
    if (blocks > 0) histogram.set(fill, (histogram.get(fill) ?? 0) + blocks);
  };
  let usefulRows = 0;
  for (let expert = 0; expert < counts.length; expert++) {
    const count = counts[expert];
    const rest = count % blockM;
    usefulRows += count;
    add(blockM, (count - rest) / blockM);
    add(rest, rest > 0 ? 1 : 0);
  }

  const fillHistogram = [...histogram]
    .map(([fill, blocks]) => ({ fill, blocks }))
    .sort((a, b) => a.fill - b.fill);
  let blocks = 0;
  let skinny = 0;
  for (const entry of fillHistogram) {
    blocks += entry.blocks;
    if (entry.fill <= SKINNY_ROWS) skinny += entry.blocks;
  }
  const paddedRows = blocks * blockM;
  return {
    blocks,
    usefulRows,
    paddedRows,
    usePercent: percent(usefulRows, paddedRows),
    skinnyPercent: percent(skinny, blocks),
    fillHistogram,
  };
}

// Multiplied before dividing: one rounding, so a tie such as 6.25 stays exact.
function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : (100 * part) / whole;
}

/** Counts are any array-like of integers ≥ 0. */
export function checkCounts(name: string, counts: ArrayLike<number>): void {
  if (typeof counts !== "object" || counts === null || !Number.isInteger(counts.length)) {
    throw new AlignError("E_TYPE", `${name} is ${show(counts)}. Give an array of integers.`, {
      argument: name,
    });
  }
  for (let expert = 0; expert < counts.length; expert++) {
    checkInteger(`${name}[${expert}]`, counts[expert], 0, Number.MAX_SAFE_INTEGER);
  }
}
