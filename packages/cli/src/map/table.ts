/** The space map for people: the same cells as the TSV form, aligned, one group an archetype. */

import { formatSpaceMapCells, type SpaceMapRow } from "@moe/align";
import type { Context } from "../context.ts";
import { table, type Column } from "../terminal/table.ts";

interface Line {
  row: SpaceMapRow;
  cells: string[];
  firstOfGroup: boolean;
}

const LOAD_TITLES = ["archetype", "T", "routed", "mean", "median", "max", "dead"];

/** Heading, rows with a blank line between archetypes. Narrow terminals lose the load columns that say least. */
export function mapTable(
  rows: readonly SpaceMapRow[],
  blockM: readonly number[],
  { io, paint, unicode }: Context,
): string {
  const lines = rows.map((row, i) => ({
    row,
    cells: formatSpaceMapCells(row),
    firstOfGroup: i === 0 || rows[i - 1].archetype !== row.archetype,
  }));
  const layout = table(columns(ascending(blockM)), {
    rows: lines,
    paint,
    rule: unicode ? "─" : "-",
    ...(io.columns === undefined ? {} : { maxWidth: io.columns }),
  });
  const body = lines.map((line, i) =>
    line.firstOfGroup && i > 0 ? `\n${layout.line(line)}` : layout.line(line),
  );
  const note = layout.dropped.length === 0 ? "" : `\nnot shown: ${layout.dropped.join(", ")}\n`;
  return layout.head() + body.join("") + paint("dim", note);
}

/** formatSpaceMapCells writes block sizes in ascending order, the order of integer keys of an object. */
function ascending(blockM: readonly number[]): number[] {
  return [...blockM].sort((a, b) => a - b);
}

function columns(blockM: readonly number[]): Column<Line>[] {
  const load = LOAD_TITLES.map((title, i): Column<Line> => {
    const column: Column<Line> = { title: ["", title], text: (line) => line.cells[i] };
    if (i === 0) {
      return { ...column, align: "left", style: (l) => (l.firstOfGroup ? "cyan" : "dim") };
    }
    if (title === "dead") {
      return { ...column, style: (l) => (l.row.dead > 0 ? "yellow" : undefined), dropOrder: 1 };
    }
    return i > 2 || title === "routed" ? { ...column, dropOrder: 2 } : column;
  });
  const fill = blockM.flatMap((size, i): Column<Line>[] => [
    {
      title: [`B=${size}`, "use%"],
      text: (line) => line.cells[LOAD_TITLES.length + 2 * i],
      style: (line) => (line.row.fill[size].usePercent < 25 ? "red" : undefined),
    },
    {
      title: [`B=${size}`, "skinny%"],
      text: (line) => line.cells[LOAD_TITLES.length + 2 * i + 1],
      dropOrder: 0,
    },
  ]);
  return [...load, ...fill];
}
