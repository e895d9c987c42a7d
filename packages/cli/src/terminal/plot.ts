/** A line plot over a logarithmic x axis: braille lines in colour, or letters where colour or UTF-8 is off. */

import { labelLine, niceTicks, scale } from "./axis.ts";
import { Canvas, DOTS } from "./canvas.ts";
import type { Paint, Style } from "./paint.ts";

/** One line of the plot. */
export interface Series {
  name: string;
  /** Ascending x > 0. */
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
  /** Text of a y tick. */
  yLabel: (value: number) => string;
}

const SERIES_STYLES: readonly Style[] = ["cyan", "green", "yellow", "magenta", "red", "blue"];
const MOST_Y_TICKS = 5;
/** Where points of several series fall on one character. */
const SEVERAL = "*";

/** Title-less plot with y ticks, a line at y = 0, x ticks and a legend, each line ended by a newline. */
export function linePlot(o: PlotOptions): string {
  const points = o.series.flatMap((s) => s.points);
  if (points.length === 0) return "";
  const height = o.height ?? 12;
  const ys = points.map((p) => p.y);
  const ticks = niceTicks(Math.min(0, ...ys), Math.max(0, ...ys), MOST_Y_TICKS);
  const gutter = Math.max(...ticks.values.map((v) => o.yLabel(v).length));
  const canvas = new Canvas(Math.max(20, Math.min(o.width, 110) - gutter - 3), height);
  const xs = points.map((p) => Math.log2(p.x));
  const range = {
    lowX: Math.min(...xs),
    highX: Math.max(...xs),
    lowY: ticks.low,
    highY: ticks.high,
  };
  drawZero(canvas, range, o);
  const letters = seriesLetters(o.series.map((s) => s.name));
  const fancy = o.unicode && o.paint.level > 0;
  o.series.forEach((series, i) => {
    if (fancy) drawDots(canvas, series, range, SERIES_STYLES[i % SERIES_STYLES.length]);
    else drawTrail(canvas, series, range, o.unicode ? "·" : ".");
  });
  o.series.forEach((series, i) => {
    const style = SERIES_STYLES[i % SERIES_STYLES.length];
    drawPoints(canvas, series, range, fancy ? "●" : letters[i], fancy ? style : undefined);
  });
  return frame(canvas, range, ticks.values, gutter, o) + legend(o, letters, fancy, gutter);
}

interface Range {
  lowX: number;
  highX: number;
  lowY: number;
  highY: number;
}

/** Positions in a grid of `across` × `down` points, y downwards. */
function project(canvas: Canvas, r: Range, across = 1, down = 1) {
  const height = canvas.height * down;
  const toX = scale(r.lowX, r.highX, canvas.width * across);
  const toY = scale(r.lowY, r.highY, height);
  return (p: { x: number; y: number }): [number, number] => [
    toX(Math.log2(p.x)),
    height - 1 - toY(p.y),
  ];
}

function drawZero(canvas: Canvas, r: Range, o: PlotOptions): void {
  const y = canvas.height - 1 - scale(r.lowY, r.highY, canvas.height)(0);
  for (let x = 0; x < canvas.width; x++) canvas.put(x, y, o.unicode ? "╌" : "-", "dim");
}

function drawDots(canvas: Canvas, series: Series, r: Range, style: Style): void {
  const place = project(canvas, r, DOTS.across, DOTS.down);
  eachSegment(series, (a, b) => {
    Canvas.line(place(a), place(b), (x, y) => {
      const cell = [Math.floor(x / DOTS.across), Math.floor(y / DOTS.down)] as const;
      if (canvas.glyph(...cell) === "╌") canvas.put(...cell, "");
      canvas.dot(x, y, style);
    });
  });
}

function drawTrail(canvas: Canvas, series: Series, r: Range, glyph: string): void {
  const place = project(canvas, r);
  eachSegment(series, (a, b) => Canvas.line(place(a), place(b), (x, y) => canvas.put(x, y, glyph)));
}

function drawPoints(canvas: Canvas, series: Series, r: Range, glyph: string, style?: Style): void {
  const place = project(canvas, r);
  for (const point of series.points) {
    const [x, y] = place(point);
    const there = canvas.glyph(x, y);
    const taken = /^[A-Za-z*]$/.test(there) && there !== glyph;
    canvas.put(x, y, taken ? SEVERAL : glyph, style);
  }
}

function eachSegment(
  { points }: Series,
  draw: (a: Series["points"][number], b: Series["points"][number]) => void,
): void {
  for (let i = 1; i < points.length; i++) draw(points[i - 1], points[i]);
}

function frame(canvas: Canvas, r: Range, ticks: number[], gutter: number, o: PlotOptions): string {
  const [wall, tick, corner, floor, mark] = o.unicode
    ? ["│", "┤", "└", "─", "┬"]
    : ["|", "+", "+", "-", "+"];
  const toRow = scale(r.lowY, r.highY, canvas.height);
  const labels = new Map(ticks.map((v) => [canvas.height - 1 - toRow(v), o.yLabel(v)]));
  const rows = canvas.rows(o.paint).map((row, y) => {
    const label = labels.get(y);
    return `${(label ?? "").padStart(gutter)} ${label === undefined ? wall : tick}${row}\n`;
  });
  const toX = scale(r.lowX, r.highX, canvas.width);
  const tokens = [...new Set(o.series.flatMap((s) => s.points.map((p) => p.x)))].sort(
    (a, b) => a - b,
  );
  const { line, shown } = labelLine(
    tokens.map((t) => ({ at: toX(Math.log2(t)), text: String(t) })),
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
    const own = [...name].filter((c) => /[a-z]/i.test(c));
    const any = [..."abcdefghijklmnopqrstuvwxyz"];
    const letter = [...own.slice(0, 1), ...own.map((c) => c.toUpperCase()), ...own, ...any].find(
      (c) => !taken.has(c),
    );
    const mark = letter ?? "?";
    taken.add(mark);
    return mark;
  });
}
