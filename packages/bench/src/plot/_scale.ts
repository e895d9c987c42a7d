/** A logarithmic axis from `low` to `high`, mapped to 0..1. */
export interface LogScale {
  low: number;
  high: number;
  /** Share of the axis, 0 at `low`, 1 at `high`. */
  at(value: number): number;
}

/** Height of a braille character. */
const PIXELS_A_LINE = 4;

/** Speedups that may be labelled, in order of preference. */
const TICKS = [
  1, 2, 0.5, 4, 0.25, 8, 16, 1.5, 3, 0.75, 1.25, 6, 0.9, 1.1, 0.95, 1.05, 32, 64, 0.125,
];

export function logScale(low: number, high: number): LogScale {
  const span = Math.log(high / low);
  return { low, high, at: (value) => (span === 0 ? 0.5 : Math.log(value / low) / span) };
}

/** A scale that holds all speedups and 1, with 5 % air, at least 1 % to either side. */
export function speedupScale(speedups: readonly number[]): LogScale {
  const low = Math.min(1, ...speedups);
  const high = Math.max(1, ...speedups);
  const air = Math.max(1.01, (high / low) ** 0.05);
  return logScale(low / air, high * air);
}

/** Pixel of a share of the axis, clipped to the canvas. */
export function toPixel(share: number, size: number): number {
  return Math.min(size - 1, Math.max(0, Math.round(share * (size - 1))));
}

/** Line of text, from the top, that holds the pixel of a share counted from below. */
export function toLine(share: number, height: number): number {
  return Math.floor(toPixel(1 - share, PIXELS_A_LINE * height) / PIXELS_A_LINE);
}

/** Labels for at most one tick a line, keyed by line from the top. */
export function tickLabels(scale: LogScale, height: number): Map<number, string> {
  const labels = new Map<number, string>();
  for (const tick of TICKS) {
    const share = scale.at(tick);
    const line = toLine(share, height);
    const crowded = labels.has(line - 1) || labels.has(line) || labels.has(line + 1);
    if (share >= 0 && share <= 1 && !crowded) labels.set(line, `×${tick}`);
  }
  return labels;
}
