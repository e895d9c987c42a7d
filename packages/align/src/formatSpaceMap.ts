// Text of a space map. Numbers round half to even, as the original suite's Python does.
import type { SpaceMapRow } from "./spaceMap.ts";
import { SPACE_MAP_BLOCK_M } from "./spaceMap.ts";

const LOAD_COLUMNS = ["archetype", "tokens", "routed", "mean", "median", "max", "dead"] as const;

/**
 * Column names of a space map.
 *
 * @param blockM - block sizes, ascending. Default `[16, 32]`
 * @returns 7 load columns, then `use<B>` and `skinny<B>` of each block size
 *
 * @example
 * ```ts
 * import { spaceMapColumns } from '@moe/align';
 *
 * console.log(spaceMapColumns([64]).join(' '));
 * // → archetype tokens routed mean median max dead use64 skinny64
 * ```
 */
export function spaceMapColumns(blockM: readonly number[] = SPACE_MAP_BLOCK_M): string[] {
  return [...LOAD_COLUMNS, ...blockM.flatMap((size) => [`use${size}`, `skinny${size}`])];
}

/**
 * Text of one row: mean and use% with one decimal, skinny% without, both rounded half to even.
 *
 * @param row - a row of `spaceMap`
 * @returns one text a column, in the order of {@link spaceMapColumns} for the row's block sizes in ascending order
 *
 * @example
 * ```ts
 * import { formatSpaceMapCells, spaceMap } from '@moe/align';
 *
 * const [row] = spaceMap({ cells: [{ archetype: 'mine', numTokens: 1, counts: [2, 0] }], blockM: [32] });
 * console.log(formatSpaceMapCells(row).join(' '));
 * // → mine 1 2 2.0 2 2 1 6.2 100
 * ```
 */
export function formatSpaceMapCells(row: SpaceMapRow): string[] {
  const { archetype, tokens, routed, mean, median, max, dead } = row;
  return [
    archetype,
    ...[tokens, routed].map(String),
    oneDecimal(mean),
    ...[median, max, dead].map(String),
    ...Object.values(row.fill).flatMap((fill) => [
      oneDecimal(fill.usePercent),
      String(roundHalfEven(fill.skinnyPercent)),
    ]),
  ];
}

/**
 * Text of a whole space map: a header line, then one line a row, columns split by tabs.
 *
 * @param rows - rows of one `spaceMap` call
 * @returns lines that each end with a line feed; no rows give the header of the default block sizes
 *
 * @example
 * ```ts
 * import { formatSpaceMapTsv } from '@moe/align';
 *
 * console.log(formatSpaceMapTsv([]).split('\t').length);
 * // → 11
 * ```
 */
export function formatSpaceMapTsv(rows: readonly SpaceMapRow[]): string {
  const blockM = rows.length === 0 ? SPACE_MAP_BLOCK_M : Object.keys(rows[0].fill).map(Number);
  const lines = [spaceMapColumns(blockM), ...rows.map(formatSpaceMapCells)];
  return lines.map((cells) => `${cells.join("\t")}\n`).join("");
}

// toFixed rounds the double's exact value as Python does, except at a tie, where it goes up. A double ends in exactly
// 5 hundredths only as .25 or .75, and only .25 has an even digit below.
function oneDecimal(x: number): string {
  return (x % 1 === 0.25 ? x - 0.05 : x).toFixed(1);
}

function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
