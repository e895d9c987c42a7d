/** Scales and tick positions. */

/** Round numbers in a range. */
export interface Ticks {
  /** Lower end of the axis: at most the smallest value. */
  low: number;
  /** Upper end of the axis: at least the largest value. */
  high: number;
  /** Tick values from low to high. */
  values: number[];
}

/** At most `most` + 1 ticks at multiples of 1, 2 or 5 times a power of ten that cover `low` to `high`. */
export function niceTicks(low: number, high: number, most: number): Ticks {
  if (!(high > low)) return niceTicks(low - 1, low + 1, most);
  const rough = (high - low) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((f) => f * power >= rough * 0.999) ?? 10;
  const step = factor * power;
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  const values = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  return { low: first * step, high: last * step, values };
}

/** Maps `low`..`high` on 0..`size` - 1, whole numbers; a range of one value goes to the middle. */
export function scale(low: number, high: number, size: number): (value: number) => number {
  if (!(high > low)) return () => Math.floor((size - 1) / 2);
  return (value) => Math.round(((value - low) / (high - low)) * (size - 1));
}

/** Labels centred under their positions on one line; those that would touch an earlier one are left out. */
export function labelLine(
  labels: readonly { at: number; text: string }[],
  width: number,
): { line: string; shown: number[] } {
  let line = "";
  const shown: number[] = [];
  const fits = (start: number): boolean => start >= (line === "" ? 0 : line.length + 1);
  for (const { at, text } of labels) {
    const centred = at - Math.floor(text.length / 2);
    const start = Math.min(Math.max(0, centred), width - text.length);
    if (!fits(start)) continue;
    line = line.padEnd(start) + text;
    shown.push(at);
  }
  return { line, shown };
}
