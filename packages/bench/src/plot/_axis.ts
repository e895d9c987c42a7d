/** Scales, tick positions and their labels. */

/** Ends of a logarithmic axis, as powers of two. */
export interface LogRange {
  low: number;
  high: number;
}

/** The range of positive finite values; `air` is a factor added at both ends. */
export function logRange(values: Iterable<number>, air = 1): LogRange {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    low = Math.min(low, Math.log2(value));
    high = Math.max(high, Math.log2(value));
  }
  return { low: low - Math.log2(air), high: high + Math.log2(air) };
}

/** Maps values of the range on 0..`size` - 1, whole numbers. */
export function logScale({ low, high }: LogRange, size: number): (value: number) => number {
  return (value) => Math.round(((Math.log2(value) - low) / (high - low)) * (size - 1));
}

/** Speedups that a reader knows, in the order in which they are labelled while there is room. */
const KNOWN = [
  1, 2, 0.5, 4, 0.25, 8, 0.125, 16, 32, 64, 1.5, 3, 0.75, 6, 1.25, 12, 1.1, 0.9, 1.05, 0.95,
] as const;

/** Least lines from one label to the next. */
const LABEL_LINES = 2;

/** Labelled speedups by their line: known ones inside of the range that stand at least two lines apart. */
export function speedupTicks(
  range: LogRange,
  toLine: (speedup: number) => number,
): Map<number, number> {
  const ticks = new Map<number, number>();
  for (const speedup of KNOWN) {
    const inside = Math.log2(speedup) >= range.low && Math.log2(speedup) <= range.high;
    if (!inside) continue;
    const line = toLine(speedup);
    if ([...ticks.keys()].every((other) => Math.abs(other - line) >= LABEL_LINES))
      ticks.set(line, speedup);
  }
  return ticks;
}

/** Labels centred under their columns on one line; those that would touch an earlier one are left out. */
export function labelLine(
  labels: readonly { at: number; text: string }[],
  width: number,
): { line: string; shown: number[] } {
  let line = "";
  const shown: number[] = [];
  for (const { at, text } of labels) {
    const centred = at - Math.floor(text.length / 2);
    const start = Math.min(Math.max(0, centred), width - text.length);
    if (start < (line === "" ? 0 : line.length + 1)) continue;
    line = line.padEnd(start) + text;
    shown.push(at);
  }
  return { line, shown };
}
