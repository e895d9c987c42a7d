/** One character of a drawing and what it is a part of. */
export interface Cell {
  glyph: string;
  /** A curve, the line at speedup 1, or neither. */
  part?: number | "baseline";
}

/** Colours text by what it is a part of. */
export type CellPaint = (text: string, part: NonNullable<Cell["part"]>) => string;

/** The text of a line of characters, without blanks at its end; neighbours of one part are painted together. */
export function paintCells(cells: readonly Cell[], paint: CellPaint): string {
  const end = cells.findLastIndex((cell) => cell.glyph !== " ") + 1;
  let text = "";
  for (let x = 0; x < end;) {
    const { part } = cells[x];
    let run = "";
    while (x < end && cells[x].part === part) run += cells[x++].glyph;
    text += part === undefined ? run : paint(run, part);
  }
  return text;
}
