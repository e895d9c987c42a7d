import { labelLine, type speedupTicks } from "./_axis.ts";
import { columnOf, type Area } from "./_drawing.ts";

/** Characters around and inside of the plot area. */
export const FRAMES = {
  unicode: { times: "×", wall: "│", tick: "┤", corner: "└", floor: "─", mark: "┬", dash: "╌" },
  ascii: { times: "x", wall: "|", tick: "+", corner: "+", floor: "-", mark: "+", dash: "-" },
} as const;

/** One set of those characters. */
export type Frame = (typeof FRAMES)[keyof typeof FRAMES];

/** What stands right of the plot area, under its last column: the name of the axis. */
const AXIS_NAME = "  T";
/** Blanks between the entries of a legend. */
const GAP = "   ";

/** Left margin of each line: the labels of the speedup axis, a blank and the wall. */
export function margins(
  ticks: ReturnType<typeof speedupTicks>,
  height: number,
  frame: Frame,
): string[] {
  const labels = Array.from({ length: height }, (_, y) =>
    ticks.has(y) ? `${frame.times}${ticks.get(y)}` : "",
  );
  const widest = Math.max(...labels.map((label) => label.length));
  return labels.map(
    (label) => `${label.padStart(widest)} ${label === "" ? frame.wall : frame.tick}`,
  );
}

/** Columns that the plot area gets in lines of `width`. */
export function areaWidth(width: number, margin: string): number {
  return width - margin.length - AXIS_NAME.length;
}

/** The line under the plot area and the T below it, as many as there is room for. */
export function tokenAxis(
  tokens: Iterable<number>,
  area: Area,
  indent: string,
  frame: Frame,
): string[] {
  const labels = [...new Set(tokens)]
    .sort((p, q) => p - q)
    .map((t) => ({ at: columnOf(area, t), text: String(t) }));
  const { line, shown } = labelLine(labels, area.width);
  const floor = Array.from({ length: area.width }, (_, x) =>
    shown.includes(x) ? frame.mark : frame.floor,
  );
  return [`${indent.slice(1)}${frame.corner}${floor.join("")}`, `${indent}${line}${AXIS_NAME}`];
}

/** Mark and name of each curve, on as many lines as they need. */
export function legend(
  entries: readonly { mark: string; painted: string; name: string }[],
  indent: string,
  width: number,
): string[] {
  const lines: string[] = [];
  let used = Infinity;
  for (const { mark, painted, name } of entries) {
    const size = mark.length + 1 + name.length;
    if (used + GAP.length + size > width) {
      lines.push(`${indent}${painted} ${name}`);
      used = indent.length + size;
    } else {
      lines.push(`${lines.pop()}${GAP}${painted} ${name}`);
      used += GAP.length + size;
    }
  }
  return lines;
}
