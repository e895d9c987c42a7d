import { BenchError } from "../errors.ts";
import type { ResultRow } from "../results/schema.ts";
import { speedupTicks } from "./_axis.ts";
import { paintCells, type Cell, type CellPaint } from "./_cells.ts";
import { readCurves, type Curve } from "./_curves.ts";
import { DOT, drawCurves, lineOf, rangesOf, SEVERAL, type Area } from "./_drawing.ts";
import { areaWidth, FRAMES, legend, margins, tokenAxis } from "./_frame.ts";
import { curveLetters } from "./_letters.ts";

/** Options of {@link speedupPlot}. */
export interface SpeedupPlotOptions {
  /** Characters of the widest line, 40 to 400 (included), default 80. */
  width?: number;
  /** Lines of the plot area, 4 to 100 (included), default 12. */
  height?: number;
  /**
   * Colours text of a curve, counted from 0 in order of appearance, or of the line at speedup 1.
   * Default: no colour, and letters at the points in place of curves, which could not be told apart.
   */
  paint?: (text: string, part: number | "baseline") => string;
  /** Whether characters outside ASCII may be used, default true; without them letters mark the points. */
  unicode?: boolean;
}

/**
 * Draws speedup over T, one curve for each archetype, both axes logarithmic, with a dashed line at speedup 1, T as ticks
 * where they fit, and a legend. With `paint` the points are joined on mitata's braille canvas, whose own line plot has linear
 * axes only; without it each point is its curve's letter.
 *
 * @param rows rows of one GEMM; those without a positive, finite speedup and archetypes after the 255th are left out
 * @param options size, colours and characters
 * @returns lines without line ends, none wider than `width` unless a name is; empty when fewer than two T are timed
 * @throws BenchError `E_OPTION` for a size out of range or an unknown option
 * @example
 * ```ts
 * import { speedupPlot, type ResultRow } from '@moe/bench';
 * const row = (numTokens: number, speedup: number) =>
 *   ({ archetype: 'zipf1', gemm: 1, numTokens, timing: { speedup } }) as ResultRow;
 * const rows = [row(16, 0.5), row(64, 1), row(256, 4)];
 * console.log(speedupPlot(rows, { width: 40, height: 7, unicode: false }).join('\n'));
 * // →   x4 +                              z
 * // →      |
 * // →   x2 +
 * // →      |
 * // →   x1 +---------------z---------------
 * // →      |
 * // → x0.5 +z
 * // →      ++--------------+--------------+
 * // →       16            64            256  T
 * // →       z zipf1
 * ```
 */
export function speedupPlot(rows: Iterable<ResultRow>, options: SpeedupPlotOptions = {}): string[] {
  const { width = 80, height = 12, paint, unicode = true, ...unknown } = options;
  checkOptions({ width, height }, unknown);
  const curves = readCurves(rows);
  const tokens = curves.flatMap((curve) => curve.points.map((point) => point.numTokens));
  if (new Set(tokens).size < 2) return [];
  const ranges = rangesOf(curves);
  const frame = unicode ? FRAMES.unicode : FRAMES.ascii;
  const ticks = speedupTicks(ranges.speedup, (speedup) => lineOf({ height, ranges }, speedup));
  const margin = margins(ticks, height, frame);
  const indent = " ".repeat(margin[0].length);
  const area: Area = { width: areaWidth(width, indent), height, ranges };
  const joined = unicode && paint !== undefined;
  const marks = joined ? curves.map(() => DOT) : curveLetters(curves.map((curve) => curve.name));
  const cells = drawCurves(curves, area, { marks, dash: frame.dash, joined });
  return [
    ...cells.map((line, y) => margin[y] + paintCells(line, paint ?? unpainted)),
    ...tokenAxis(tokens, area, indent, frame),
    ...legend(legendEntries(curves, marks, cells, paint ?? unpainted), indent, width),
  ];
}

const unpainted: CellPaint = (text) => text;

function legendEntries(
  curves: readonly Curve[],
  marks: readonly string[],
  cells: readonly Cell[][],
  paint: CellPaint,
): Parameters<typeof legend>[0] {
  const entries = curves.map(({ name }, i) => ({
    mark: marks[i],
    painted: paint(marks[i], i),
    name,
  }));
  const shared = cells.flat().some((cell) => cell.glyph === SEVERAL);
  return shared ? [...entries, { mark: SEVERAL, painted: SEVERAL, name: "several" }] : entries;
}

const SIZES = { width: { low: 40, high: 400 }, height: { low: 4, high: 100 } } as const;

function checkOptions(sizes: Record<keyof typeof SIZES, number>, unknown: object): void {
  const [extra] = Object.keys(unknown);
  if (extra !== undefined)
    throw new BenchError(
      "E_OPTION",
      `${extra} is no option of speedupPlot; it takes width, height, paint and unicode. Leave it out.`,
      { name: extra },
    );
  for (const name of ["width", "height"] as const) {
    const { low, high } = SIZES[name];
    const value = sizes[name];
    if (!Number.isInteger(value) || value < low || value > high)
      throw new BenchError(
        "E_OPTION",
        `${name} is ${value}; it must be an integer from ${low} to ${high} (included).`,
        { name, value },
      );
  }
}
