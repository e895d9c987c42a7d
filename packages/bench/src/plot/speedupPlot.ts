import { BenchError } from "../errors.ts";
import type { ResultRow } from "../results/schema.ts";
import { brailleCanvas, type BrailleCanvas, type Pixel } from "./_mitata.ts";
import { logScale, speedupScale, tickLabels, toLine, toPixel, type LogScale } from "./_scale.ts";

/** Options of {@link speedupPlot}. */
export interface SpeedupPlotOptions {
  /** Columns of the plot area, 16 to 400 (included), default 60. */
  width?: number;
  /** Lines of the plot area, 4 to 100 (included), default 14. */
  height?: number;
  /** Colours the text of one curve, counted from 0 in order of appearance; default: none. */
  paint?: (text: string, curve: number) => string;
}

/** Tag of the line at speedup 1; curves have tags from 1. */
const BASELINE_TAG = 255;
/** Curves that a canvas of bytes can tell apart. */
const MOST_CURVES = 254;

interface Curve {
  name: string;
  points: { numTokens: number; speedup: number }[];
}

interface Axes {
  x: LogScale;
  y: LogScale;
}

/**
 * Draws speedup over T, one curve for each archetype, both axes logarithmic, with a dotted line at speedup 1 and each curve's name at
 * its right end. mitata's braille canvas draws the curves; its own line plot has linear axes only.
 *
 * @param rows rows of one GEMM; those without timing are left out
 * @param options size and colours
 * @returns lines without line ends; empty when fewer than two T are timed
 * @throws BenchError `E_OPTION` for a size out of range
 * @example
 * ```ts
 * import { speedupPlot, type ResultRow } from '@moe/bench';
 * const row = (numTokens: number, speedup: number) =>
 *   ({ archetype: 'zipf1', gemm: 1, numTokens, timing: { speedup } }) as ResultRow;
 * const lines = speedupPlot([row(16, 0.5), row(64, 1), row(256, 4)], { width: 24, height: 5 });
 * console.log(lines.length, lines.at(-1)?.trim().replace(/ +/, ' .. '));
 * // → 7 T=16 .. 256
 * ```
 */
export function speedupPlot(rows: Iterable<ResultRow>, options: SpeedupPlotOptions = {}): string[] {
  const { width = 60, height = 14, paint = (text) => text } = options;
  checkSize("width", width, 16, 400);
  checkSize("height", height, 4, 100);
  const curves = readCurves(rows);
  const points = curves.flatMap((curve) => curve.points);
  const tokens = points.map((point) => point.numTokens);
  const axes: Axes = {
    x: logScale(Math.min(...tokens), Math.max(...tokens)),
    y: speedupScale(points.map((point) => point.speedup)),
  };
  if (points.length === 0 || axes.x.low === axes.x.high) return [];
  const canvas = brailleCanvas(width, height);
  drawBaseline(canvas, axes.y);
  curves.forEach((curve, i) => drawCurve(canvas, axes, curve, i + 1));
  const body = canvas.toString({
    format: (_x, _y, glyph, tag) => (tag === BASELINE_TAG ? glyph : paint(glyph, tag - 1)),
  });
  const ticks = tickLabels(axes.y, height);
  const names = placeNames(curves, axes.y, height, paint);
  const lines = body.map((line, i) =>
    `${(ticks.get(i) ?? "").padStart(MARGIN - 2)} │${line} ${names.get(i) ?? ""}`.trimEnd(),
  );
  return [...lines, `${" ".repeat(MARGIN - 1)}└${"─".repeat(width)}`, tokenAxis(axes.x, width)];
}

/** Columns left of the plot area. */
const MARGIN = 8;

function readCurves(rows: Iterable<ResultRow>): Curve[] {
  const curves = new Map<string, Curve>();
  for (const { archetype, numTokens, timing } of rows) {
    if (!timing || (curves.size === MOST_CURVES && !curves.has(archetype))) continue;
    const curve = curves.get(archetype) ?? { name: archetype, points: [] };
    curve.points.push({ numTokens, speedup: timing.speedup });
    curves.set(archetype, curve);
  }
  for (const curve of curves.values()) curve.points.sort((p, q) => p.numTokens - q.numTokens);
  return [...curves.values()];
}

function drawBaseline(canvas: BrailleCanvas, y: LogScale): void {
  const row = toPixel(1 - y.at(1), canvas.vheight);
  for (let x = 0; x < canvas.vwidth; x += 4) canvas.set(x, row, BASELINE_TAG);
}

function drawCurve(canvas: BrailleCanvas, axes: Axes, { points }: Curve, tag: number): void {
  const pixels = points.map(({ numTokens, speedup }): Pixel => ({
    x: toPixel(axes.x.at(numTokens), canvas.vwidth),
    y: toPixel(1 - axes.y.at(speedup), canvas.vheight),
  }));
  if (pixels.length === 1) canvas.set(pixels[0].x, pixels[0].y, tag);
  for (let i = 1; i < pixels.length; i++) canvas.line({ ...pixels[i - 1] }, { ...pixels[i] }, tag);
}

/** Names by line: at the height of the curve's end, or the nearest free line. */
function placeNames(
  curves: Curve[],
  y: LogScale,
  height: number,
  paint: (text: string, curve: number) => string,
): Map<number, string> {
  const names = new Map<number, string>();
  curves.forEach(({ name, points }, i) => {
    const wanted = toLine(y.at(points.at(-1)!.speedup), height);
    const lines = [...Array(height).keys()].filter((line) => !names.has(line));
    lines.sort((p, q) => Math.abs(p - wanted) - Math.abs(q - wanted));
    if (lines.length > 0) names.set(lines[0], paint(name, i));
  });
  return names;
}

function tokenAxis({ low, high }: LogScale, width: number): string {
  const left = `T=${low}`;
  return " ".repeat(MARGIN) + left + String(high).padStart(width - left.length);
}

function checkSize(name: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high)
    throw new BenchError(
      "E_OPTION",
      `${name} is ${value}; it must be an integer from ${low} to ${high} (included).`,
      { name, value },
    );
}
