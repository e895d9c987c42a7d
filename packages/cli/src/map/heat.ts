/** use% as a heat map: archetypes down, T across, one map a block size. */

import type { SpaceMapRow } from "@moe/align";
import type { Context } from "../context.ts";
import { heatCell } from "../terminal/heat.ts";

/** One heat map for each block size; T that do not fit in the terminal go to a second band. */
export function heatMap(
  rows: readonly SpaceMapRow[],
  blockM: readonly number[],
  context: Context,
): string {
  return blockM.map((size) => oneMap(rows, size, context)).join("");
}

function oneMap(rows: readonly SpaceMapRow[], size: number, context: Context): string {
  const { paint, io, unicode } = context;
  const archetypes = [...new Set(rows.map((row) => row.archetype))];
  const tokens = [...new Set(rows.map((row) => row.tokens))];
  const labelWidth = Math.max(...archetypes.map((a) => a.length), "T".length);
  const cellWidth = Math.max(6, ...tokens.map((t) => String(t).length + 1));
  const perBand = Math.max(1, Math.floor(((io.columns ?? 120) - labelWidth - 1) / cellWidth));
  let text = `\n${paint("bold", `use% of blocks of ${size} rows`)}\n`;
  for (let from = 0; from < tokens.length; from += perBand) {
    const band = tokens.slice(from, from + perBand);
    text += `${"T".padStart(labelWidth)} ${band.map((t) => String(t).padStart(cellWidth - 1)).join(" ")}\n`;
    for (const archetype of archetypes) {
      const cells = band.map((t) => {
        const row = rows.find((r) => r.archetype === archetype && r.tokens === t);
        const use = row?.fill[size].usePercent ?? NaN;
        return heatCell(use / 100, use.toFixed(0), cellWidth, paint.level, unicode);
      });
      text += `${archetype.padStart(labelWidth)} ${cells.join("")}\n`;
    }
  }
  return text;
}
