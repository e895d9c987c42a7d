/** What follows the table: what is wrong, what is slowest, where the kernel starts to win, and why. */

import {
  comparisonOf,
  crossovers,
  rankCorrelation,
  shareOfSame,
  speedupPlot,
  worstFirst,
  type Crossover,
  type RankCorrelation,
  type ResultRow,
  type ShareOfSame,
} from "@moe/bench";
import type { Context } from "../context.ts";
import { percent, signedPercent } from "../terminal/format.ts";
import type { Style } from "../terminal/paint.ts";
import { POWER_CAP } from "./notes.ts";
import { verdictOf, verdictStyle } from "./verdict.ts";

/** Rows of the worst-first list on the terminal; --json has all. */
const WORST_SHOWN = 8;
/** Failed cells that are explained on the terminal; they often fail for one reason. */
const FAILURES_SHOWN = 8;
/** Columns of a plot. */
const NARROWEST_PLOT = 40;
const WIDEST_PLOT = 110;
/** Colours of a plot's curves, in the order of the archetypes. */
const CURVE_STYLES: readonly Style[] = ["cyan", "green", "yellow", "magenta", "red", "blue"];

/** The conclusions, as data. */
export interface Conclusions {
  /** Verdicts and how many cells have each. */
  verdicts: Record<string, number>;
  /** Ids from the one that needs most attention. */
  worstFirst: string[];
  crossovers: Crossover[];
  rankCorrelation: RankCorrelation[];
  /** Of an A/A run. */
  same?: ShareOfSame;
}

/** Draws the conclusions from finished rows. */
export function conclude(rows: readonly ResultRow[], aa = false): Conclusions {
  const verdicts: Record<string, number> = {};
  for (const row of rows) verdicts[verdictOf(row)] = (verdicts[verdictOf(row)] ?? 0) + 1;
  return {
    verdicts,
    worstFirst: worstFirst(rows).map((row) => row.id),
    crossovers: crossovers(rows),
    rankCorrelation: rankCorrelation(rows),
    ...(aa && { same: shareOfSame(rows) }),
  };
}

/** A mark on conclusions from counted cells: nobody should take them for measured times. */
function modelled(rows: readonly ResultRow[]): string {
  return rows.some((row) => row.counts !== null) ? " (modelled)" : "";
}

/** The conclusions for people, sections separated by blank lines. Of an A/A run only what differs, as it should not. */
export function summary(rows: readonly ResultRow[], context: Context, aa = false): string {
  const { verdicts, crossovers: crossed, rankCorrelation: rho, same } = conclude(rows, aa);
  const why = aa
    ? []
    : [crossings(crossed, rows, context), correlation(rho, rows, context), ...plots(rows, context)];
  const sections = [
    failures(rows, context),
    worst(rows, context),
    ...why,
    totals(verdicts, rows, context) + (same === undefined ? "" : sameness(same, context)),
  ];
  return sections
    .filter(Boolean)
    .map((section) => `\n${section}`)
    .join("");
}

function failures(rows: readonly ResultRow[], { paint }: Context): string {
  const failed = rows.filter((row) => row.status !== "ok");
  const lines = failed
    .slice(0, FAILURES_SHOWN)
    .map(
      (row) => `  ${row.id}  ${reason(row)}\n    again: ${row.replay ?? "not as a command line"}\n`,
    );
  const rest = failed.length - lines.length;
  if (rest > 0) lines.push(`  and ${rest} more\n`);
  return lines.length === 0 ? "" : `${paint("alert", "failed")}\n${lines.join("")}`;
}

function reason(row: ResultRow): string {
  if (row.error !== null) return `${row.error.code}: ${row.error.message}`;
  const sides = [row.kernel, row.reference].filter((side) => side?.verification?.passed === false);
  return sides
    .map((side) => {
      const { rel, worst: element } = side?.verification ?? {};
      const at = element
        ? `, worst at row ${element.flat} column ${element.col}: got ${element.got}, want ${element.want}`
        : "";
      return `${side?.name} differs from the oracle: rel ${rel}${at}`;
    })
    .join("; ");
}

function worst(rows: readonly ResultRow[], { paint }: Context): string {
  const measured = rows.filter((row) => comparisonOf(row) !== null);
  const list = worstFirst(measured).slice(0, WORST_SHOWN);
  if (list.length < 2) return "";
  const width = Math.max(...list.map((row) => row.id.length));
  const lines = list.map((row) => {
    const verdict = verdictOf(row);
    const speedup = `${signedPercent(comparisonOf(row)?.speedupPercent ?? NaN)} %`;
    const facts = `${speedup.padStart(9)}  use ${row.usePercent.toFixed(1).padStart(5)} %`;
    return `  ${row.id.padEnd(width)}  ${facts}  ${paint(verdictStyle(verdict), verdict)}\n`;
  });
  return `${paint("bold", `worst first${modelled(rows)}`)}\n${lines.join("")}`;
}

/** One line a GEMM and outcome: archetypes that behave alike stand together. */
function crossings(
  list: readonly Crossover[],
  rows: readonly ResultRow[],
  { paint, unicode }: Context,
): string {
  const groups = new Map<string, { head: string; names: string[] }>();
  for (const crossover of list) {
    const head = `gemm${crossover.gemm}  ${where(crossover, unicode)}`;
    const group = groups.get(head) ?? { head, names: [] };
    group.names.push(crossover.archetype);
    groups.set(head, group);
  }
  if (groups.size === 0) return "";
  const width = Math.max(...[...groups.keys()].map((head) => head.length));
  const lines = [...groups.values()]
    .sort((a, b) => a.head.localeCompare(b.head))
    .map(({ head, names }) => `  ${head.padEnd(width)}  ${names.join(", ")}\n`);
  return `${paint("bold", `kernel faster than the reference${modelled(rows)}`)}\n${lines.join("")}`;
}

function where({ kind, crossings: points }: Crossover, unicode: boolean): string {
  if (kind !== "crosses") return kind === "always" ? "at every T" : "at no T";
  const about = unicode ? "≈" : "~";
  return points
    .map((p) => `${p.direction === "up" ? "from" : "up to"} T ${about} ${Math.round(p.numTokens)}`)
    .join(", ");
}

function correlation(
  list: readonly RankCorrelation[],
  rows: readonly ResultRow[],
  { paint }: Context,
): string {
  const known = list.filter((entry) => entry.rho !== null);
  if (known.length === 0) return "";
  const lines = known.map(({ gemm, cells, rho }) => {
    const name = gemm === "all" ? "all  " : `gemm${gemm}`;
    return `  ${name}  ${(rho ?? 0).toFixed(2).padStart(5)}  over ${cells} cells\n`;
  });
  return `${paint("bold", `rank correlation of speedup with use%${modelled(rows)}`)}\n${lines.join("")}`;
}

/** One plot a GEMM, on wide terminals not the whole width: the eye would lose the curve. */
function plots(rows: readonly ResultRow[], { io, paint, unicode }: Context): string[] {
  const width = Math.min(WIDEST_PLOT, Math.max(NARROWEST_PLOT, io.columns ?? 100));
  const colour = (text: string, part: number | "baseline"): string =>
    paint(part === "baseline" ? "dim" : CURVE_STYLES[part % CURVE_STYLES.length], text);
  const gemms = [...new Set(rows.map((row) => row.gemm))];
  return gemms.map((gemm) => {
    const lines = speedupPlot(
      rows.filter((row) => row.gemm === gemm),
      { width, unicode, ...(paint.level > 0 && { paint: colour }) },
    );
    if (lines.length === 0) return "";
    const title = paint("bold", `gemm${gemm}: speedup over T${modelled(rows)}`);
    const meaning = `above ${unicode ? "×1" : "x1"} the kernel is faster`;
    return `${title}, ${meaning}\n${lines.join("\n")}\n`;
  });
}

function totals(
  verdicts: Record<string, number>,
  rows: readonly ResultRow[],
  { paint }: Context,
): string {
  const flagged = rows.filter((row) => (row.timing?.flags.length ?? 0) > 0).length;
  const counts = Object.entries(verdicts).map(([v, n]) => `${n} ${paint(verdictStyle(v), v)}`);
  const note =
    flagged === 0 ? "" : `  * noisy samples in ${flagged}: read the interval with care\n`;
  return rows.length === 0
    ? ""
    : `${plural(rows.length, "cell")}: ${counts.join(", ")}${modelled(rows)}\n${note}${capped(rows)}${throttling(rows)}`;
}

/** What an A/A run is for. */
function sameness(
  { same, cells, share, wanted, isEnough }: ShareOfSame,
  { paint }: Context,
): string {
  if (cells === 0) return "";
  const found = `A/A: ${same} of ${plural(cells, "cell")} SAME, ${percent(share)}`;
  const judged = isEnough ? "as wanted: at least" : "too few: wanted at least";
  return `${paint(isEnough ? "green" : "alert", found)}, ${judged} ${percent(wanted)}\n`;
}

/** Cells in which the card held its clocks down to stay within its power: no fault, but what its numbers are of. */
function capped(rows: readonly ResultRow[]): string {
  const cells = rows.filter(({ clocks }) => clocks?.throttleReasons.includes(POWER_CAP)).length;
  return cells === 0 ? "" : `  at the card's power cap at some time in ${plural(cells, "cell")}\n`;
}

/** Pairs that were left out because the device was throttled, and cells for which too few remained. */
function throttling(rows: readonly ResultRow[]): string {
  const dropped = rows.map(({ clocks }) => clocks?.droppedThrottled ?? 0).filter((n) => n > 0);
  if (dropped.length === 0) return "";
  const pairs = dropped.reduce((sum, n) => sum + n);
  const gaveUp = rows.filter(
    ({ timing, error }) => timing?.stop === "throttled" || error?.code === "E_THROTTLED",
  ).length;
  const rest = gaveUp === 0 ? "" : `; ${gaveUp} stayed throttled until retries were used up`;
  return `  throttled: ${plural(pairs, "pair")} dropped in ${plural(dropped.length, "cell")}${rest}\n`;
}

function plural(n: number, word: string): string {
  return `${n} ${word}${n === 1 ? "" : "s"}`;
}
