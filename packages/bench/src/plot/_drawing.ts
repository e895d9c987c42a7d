import { logRange, logScale, type LogRange } from "./_axis.ts";
import type { Cell } from "./_cells.ts";
import type { Curve, Point } from "./_curves.ts";
import { brailleCanvas, PIXELS, readCells, type BrailleCanvas, type Pixel } from "./_mitata.ts";

/** Where points of several curves fall on one character and letters mark them. */
export const SEVERAL = "*";
/** Marks a point of a curve that its colour names. */
export const DOT = "●";

/** Air above and below the curves, and the least reach to both sides of speedup 1. */
const AIR = 1.04;

/** Ends of both axes. */
export interface Ranges {
  tokens: LogRange;
  speedup: LogRange;
}

/** The plot area in characters, and what lies at its ends. */
export interface Area {
  width: number;
  height: number;
  ranges: Ranges;
}

/** Ranges that hold all points and speedup 1. */
export function rangesOf(curves: readonly Curve[]): Ranges {
  const points = curves.flatMap((curve) => curve.points);
  return {
    tokens: logRange(points.map((point) => point.numTokens)),
    speedup: logRange([1, ...points.map((point) => point.speedup)], AIR),
  };
}

/** Column of the plot area that holds T. */
export function columnOf({ width, ranges }: Area, numTokens: number): number {
  const pixel = logScale(ranges.tokens, width * PIXELS.across)(numTokens);
  return Math.floor(pixel / PIXELS.across);
}

/** Line of the plot area, from the top, that holds a speedup. */
export function lineOf(
  { height, ranges }: Pick<Area, "height" | "ranges">,
  speedup: number,
): number {
  return Math.floor(rowOfPixels(height, ranges, speedup) / PIXELS.down);
}

/** The line at speedup 1, each curve's braille line where `joined`, and a mark at each point on top. */
export function drawCurves(
  curves: readonly Curve[],
  area: Area,
  look: { marks: readonly string[]; dash: string; joined: boolean },
): Cell[][] {
  const canvas = brailleCanvas(area.width, area.height);
  if (look.joined) curves.forEach((curve, i) => joinPoints(canvas, curve, area, i + 1));
  const cells = readCells(canvas);
  for (const cell of cells[lineOf(area, 1)])
    if (cell.glyph === " ") Object.assign(cell, { glyph: look.dash, part: "baseline" });
  curves.forEach(({ points }, i) => {
    for (const point of points) markPoint(cellOf(cells, area, point), look.marks[i], i);
  });
  return cells;
}

function rowOfPixels(height: number, { speedup: range }: Ranges, speedup: number): number {
  const size = height * PIXELS.down;
  return size - 1 - logScale(range, size)(speedup);
}

function joinPoints(canvas: BrailleCanvas, { points }: Curve, area: Area, tag: number): void {
  const toX = logScale(area.ranges.tokens, canvas.vwidth);
  const pixel = ({ numTokens, speedup }: Point): Pixel => ({
    x: toX(numTokens),
    y: rowOfPixels(area.height, area.ranges, speedup),
  });
  for (let i = 1; i < points.length; i++) canvas.line(pixel(points[i - 1]), pixel(points[i]), tag);
}

function cellOf(cells: readonly Cell[][], area: Area, { numTokens, speedup }: Point): Cell {
  return cells[lineOf(area, speedup)][columnOf(area, numTokens)];
}

function markPoint(cell: Cell, mark: string, curve: number): void {
  const free = cell.glyph === " " || cell.part === "baseline" || cell.part === curve;
  const shared = mark !== DOT && !free;
  Object.assign(cell, shared ? { glyph: SEVERAL, part: undefined } : { glyph: mark, part: curve });
}
