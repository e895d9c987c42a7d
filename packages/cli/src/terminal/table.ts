/** Aligned tables, whole or row by row. Widths are fixed before the first line, so rows can be printed as they come. */

import type { Paint, Style } from "./paint.ts";

/** One column. */
export interface Column<Row> {
  /** Heading lines, top to bottom; the last one stands on the rule. */
  title: readonly string[];
  /** Text of a row. */
  text: (row: Row) => string;
  /** Numbers stand right (the default), words left. */
  align?: "left" | "right";
  /** Least width in characters: what a streaming table must know beforehand. Default: the title. */
  width?: number;
  /** Style of a row's text. */
  style?: (row: Row) => Style | undefined;
  /** Set where the column may be left out on a narrow terminal; the highest number goes first. */
  dropOrder?: number;
}

/** A table whose widths are settled. */
export interface Table<Row> {
  /** Heading lines and a rule, each ended by a newline. */
  head(): string;
  /** One row, ended by a newline. */
  line(row: Row): string;
  /** Titles of the columns that did not fit. */
  dropped: string[];
  /** Characters from the first to the last column. */
  width: number;
}

/** Settles widths from the titles, the given least widths and the rows known now, and drops what does not fit. */
export function table<Row>(
  columns: readonly Column<Row>[],
  o: { maxWidth?: number; rows?: readonly Row[]; paint: Paint; rule?: string },
): Table<Row> {
  const rows = o.rows ?? [];
  const measured = columns.map((column) => ({
    column,
    width: Math.max(
      column.width ?? 0,
      ...column.title.map((t) => Bun.stringWidth(t)),
      ...rows.map((row) => Bun.stringWidth(column.text(row))),
    ),
  }));
  const { kept, gap } = fit(measured, o.maxWidth ?? Infinity);
  const width = total(kept, gap);
  const join = (cells: string[]): string => cells.join(" ".repeat(gap)).trimEnd() + "\n";
  const height = Math.max(0, ...kept.map((k) => k.column.title.length));
  const headLine = (i: number): string =>
    join(
      kept.map((k) => {
        const title = k.column.title[i - (height - k.column.title.length)] ?? "";
        return pad(o.paint("bold", title), k.width, k.column.align);
      }),
    );
  return {
    width,
    dropped: measured
      .filter((m) => !kept.includes(m))
      .map((m) => m.column.title.filter(Boolean).join(" ")),
    head: () =>
      Array.from({ length: height }, (_, i) => headLine(i)).join("") +
      o.paint("dim", (o.rule ?? "─").repeat(width)) +
      "\n",
    line: (row) =>
      join(
        kept.map((k) =>
          pad(o.paint(k.column.style?.(row), k.column.text(row)), k.width, k.column.align),
        ),
      ),
  };
}

interface Measured<Row> {
  column: Column<Row>;
  width: number;
}

function total<Row>(columns: readonly Measured<Row>[], gap: number): number {
  return columns.reduce((sum, c) => sum + c.width, 0) + gap * Math.max(0, columns.length - 1);
}

/** Two spaces between columns if that fits, else one, else columns go in their drop order. */
function fit<Row>(
  columns: readonly Measured<Row>[],
  maxWidth: number,
): { kept: Measured<Row>[]; gap: number } {
  let kept = [...columns];
  for (;;) {
    for (const gap of [2, 1]) if (total(kept, gap) <= maxWidth) return { kept, gap };
    const next = kept
      .filter((k) => k.column.dropOrder !== undefined)
      .sort((a, b) => (b.column.dropOrder ?? 0) - (a.column.dropOrder ?? 0))[0];
    if (next === undefined) return { kept, gap: 1 };
    kept = kept.filter((k) => k !== next);
  }
}

/** Spaces stay outside of colour codes, so that those at the end of a line can be cut. */
function pad(text: string, width: number, align: "left" | "right" = "right"): string {
  const space = " ".repeat(Math.max(0, width - Bun.stringWidth(text)));
  return align === "left" ? text + space : space + text;
}
