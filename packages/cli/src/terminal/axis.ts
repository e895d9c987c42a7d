/** Scales and tick positions. */

/** Ratios that a reader knows, in the order in which they are labelled while there is room. */
const RATIOS = [
  1, 2, 0.5, 4, 0.25, 8, 0.125, 16, 32, 64, 1.5, 3, 0.75, 6, 1.25, 12, 1.1, 0.9, 1.05, 0.95,
] as const;

/** Least rows from one label to the next. */
const LABEL_ROWS = 2;

/** Rows of the ratios that get a label: known ratios inside of the range that stand at least two rows apart. */
export function ratioTicks(
  toRow: (ratio: number) => number,
  low: number,
  high: number,
): Map<number, string> {
  const labels = new Map<number, string>();
  for (const ratio of RATIOS.filter((r) => r >= low && r <= high)) {
    const row = toRow(ratio);
    const near = [...labels.keys()].some((other) => Math.abs(other - row) < LABEL_ROWS);
    if (!near) labels.set(row, `×${ratio}`);
  }
  return labels;
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
