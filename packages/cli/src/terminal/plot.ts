/** A line plot of ratios, both axes logarithmic: braille lines in colour, or letters at the points where colour or UTF-8 is off:
 * lines without colour could not be told apart. */

import { labelLine, ratioTicks, scale } from "./axis.ts";
import { Canvas, DOTS } from "./canvas.ts";
import type { Paint, Style } from "./paint.ts";

/** One line of the plot. */
export interface Series {
  name: string;
  /** Ascending x > 0; y > 0 is a ratio, 1 means no difference. */
  points: readonly { x: number; y: number }[];
}

/** Options of {@link linePlot}. */
export interface PlotOptions {
  series: readonly Series[];
  paint: Paint;
  unicode: boolean;
  /** Characters of a line, at least 40. */
  width: number;
  /** Rows of the drawing, without axis and legend. Default 12. */
  height?: number;
}

const SERIES_STYLES: readonly Style[] = ["cyan", "green", "yellow", "magenta", "red", "blue"];
/** Share of air above and below, and the least reach of the y axis to both sides of 1. */
const AIR = 1.04;
/** Characters of the widest plot: on wider ones the eye loses the line. */
const WIDEST = 110;
/** Where points of several series fall on one character. */
const SEVERAL = "*";

/** Title-less plot with y ticks, a line at ratio 1, x ticks and a legend, each line ended by a newline. */
export function linePlot(o: PlotOptions): string {
  const points = o.series.flatMap((s) => s.points);
  if (points.length === 0) return "";
  const height = o.height ?? 12;
  const range = rangeOf(points);
  const toRow = (ratio: number): number => placer(1, height, range)(1, ratio).cell[1];
  const ticks = ratioTicks(toRow, 2 ** range.lowY, 2 ** range.highY);
  const gutter = Math.max(...[...ticks.values()].map((label) => label.length));
  const canvas = new Canvas(canvasWidth(o.width, gutter), height);
  const place = placer(canvas.width, height, range);
  drawOne(canvas, place, o);
  const letters = seriesLetters(o.series.map((s) => s.name));
  const fancy = o.unicode && o.paint.level > 0;
  if (fancy) {
    o.series.forEach((series, i) => {
      drawDots(canvas, series, place, SERIES_STYLES[i % SERIES_STYLES.length]);
    });
  }
  o.series.forEach((series, i) => {
    const style = SERIES_STYLES[i % SERIES_STYLES.length];
    drawPoints(canvas, series, place, fancy ? "●" : letters[i], fancy ? style : undefined);
  });
  return frame(canvas, place, ticks, gutter, o) + legend(o, letters, fancy, gutter);
}

/** Ends of both axes, as powers of two. */
function rangeOf(points: Series["points"]): Range {
  const xs = points.map((p) => Math.log2(p.x));
  const ys = points.map((p) => p.y);
  return {
    lowX: Math.min(...xs),
    highX: Math.max(...xs),
    lowY: Math.log2(Math.min(1, ...ys) / AIR),
    highY: Math.log2(Math.max(1, ...ys) * AIR),
  };
}

/** Beside the drawing stand the y labels, a space, the wall, and "  T" at the right end of the x labels. */
function canvasWidth(width: number, gutter: number): number {
  return Math.max(20, Math.min(width, WIDEST) - gutter - 2 - "  T".length);
}

interface Range {
  lowX: number;
  highX: number;
  lowY: number;
  highY: number;
}

/** Where a point lies: its braille dot and the character that holds the dot. */
interface Place {
  dot: [x: number, y: number];
  cell: [x: number, y: number];
}

/** Maps points on a drawing of `width` × `height` characters, y downwards; everything is placed by this one rule. */
function placer(width: number, height: number, r: Range): (x: number, y: number) => Place {
  const toX = scale(r.lowX, r.highX, width * DOTS.across);
  const toY = scale(r.lowY, r.highY, height * DOTS.down);
  return (x, y) => {
    const dot: Place["dot"] = [toX(Math.log2(x)), height * DOTS.down - 1 - toY(Math.log2(y))];
    return { dot, cell: [Math.floor(dot[0] / DOTS.across), Math.floor(dot[1] / DOTS.down)] };
  };
}

type Placer = ReturnType<typeof placer>;

function drawOne(canvas: Canvas, place: Placer, o: PlotOptions): void {
  const [, y] = place(1, 1).cell;
  for (let x = 0; x < canvas.width; x++) canvas.put(x, y, o.unicode ? "╌" : "-", "dim");
}

function drawDots(canvas: Canvas, series: Series, place: Placer, style: Style): void {
  eachSegment(series, (a, b) => {
    Canvas.line(place(a.x, a.y).dot, place(b.x, b.y).dot, (x, y) => {
      const cell = [Math.floor(x / DOTS.across), Math.floor(y / DOTS.down)] as const;
      if (canvas.glyph(...cell) === "╌") canvas.put(...cell, "");
      canvas.dot(x, y, style);
    });
  });
}

function drawPoints(
  canvas: Canvas,
  series: Series,
  place: Placer,
  glyph: string,
  style?: Style,
): void {
  for (const point of series.points) {
    const { cell } = place(point.x, point.y);
    const there = canvas.glyph(...cell);
    const taken = /^[A-Za-z*]$/.test(there) && there !== glyph;
    canvas.put(...cell, taken ? SEVERAL : glyph, style);
  }
}

function eachSegment(
  { points }: Series,
  draw: (a: Series["points"][number], b: Series["points"][number]) => void,
): void {
  for (let i = 1; i < points.length; i++) draw(points[i - 1], points[i]);
}

function frame(
  canvas: Canvas,
  place: Placer,
  labels: Map<number, string>,
  gutter: number,
  o: PlotOptions,
): string {
  const [wall, tick, corner, floor, mark] = o.unicode
    ? ["│", "┤", "└", "─", "┬"]
    : ["|", "+", "+", "-", "+"];
  const rows = canvas.rows(o.paint).map((row, y) => {
    const label = labels.get(y)?.replace("×", o.unicode ? "×" : "x");
    return `${(label ?? "").padStart(gutter)} ${label === undefined ? wall : tick}${row}\n`;
  });
  const tokens = [...new Set(o.series.flatMap((s) => s.points.map((p) => p.x)))].sort(
    (a, b) => a - b,
  );
  const { line, shown } = labelLine(
    tokens.map((t) => ({ at: place(t, 1).cell[0], text: String(t) })),
    canvas.width,
  );
  const axis = Array.from({ length: canvas.width }, (_, x) => (shown.includes(x) ? mark : floor));
  const indent = " ".repeat(gutter + 1);
  return `${rows.join("")}${indent}${corner}${axis.join("")}\n${indent} ${line}  T\n`;
}

function legend(o: PlotOptions, letters: string[], fancy: boolean, gutter: number): string {
  const entries = o.series.map((s, i) =>
    fancy
      ? `${o.paint(SERIES_STYLES[i % SERIES_STYLES.length], "●")} ${s.name}`
      : `${letters[i]} ${s.name}`,
  );
  if (!fancy && o.series.length > 1) entries.push(`${SEVERAL} several`);
  return `${" ".repeat(gutter + 2)}${entries.join("   ")}\n`;
}

/** One letter a name: one of its own if it is free, else any free one. */
export function seriesLetters(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const own = name.split("").filter((c) => /[a-z]/i.test(c));
    const any = "abcdefghijklmnopqrstuvwxyz".split("");
    const letter = [...own.slice(0, 1), ...own.map((c) => c.toUpperCase()), ...own, ...any].find(
      (c) => !taken.has(c),
    );
    const mark = letter ?? "?";
    taken.add(mark);
    return mark;
  });
}
