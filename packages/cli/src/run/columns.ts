/** Columns of the result table. Widths come from the plan, so rows line up although they are printed one by one. */

import type { ResultRow } from "@moe/bench";
import { grouped, relative, short, signedPercent } from "../terminal/format.ts";
import type { Style } from "../terminal/paint.ts";
import type { Column } from "../terminal/table.ts";

/** Widest values that the plan announces. */
export interface PlanExtent {
  archetypes: readonly string[];
  tokens: readonly number[];
  topK: number;
}

const VERDICT_STYLES: Record<string, Style> = {
  FAST: "green",
  SLOW: "red",
  SAME: "dim",
  AMBIGUOUS: "yellow",
  BADREL: "alert",
  ERROR: "alert",
};

/** Nothing was measured. */
const NONE = "-";

/** What the verdict column says: BADREL and ERROR stand above the timing's verdict. */
export function verdictOf(row: ResultRow): string {
  if (row.status === "badrel") return "BADREL";
  if (row.status === "error" || row.timing === null) return "ERROR";
  return row.timing.verdict;
}

/** Style of a verdict. */
export function verdictStyle(verdict: string): Style | undefined {
  return VERDICT_STYLES[verdict];
}

/** Times in µs: one decimal below 100. */
export function microseconds(ns: number): string {
  const us = ns / 1000;
  return us < 99.95 ? us.toFixed(1) : grouped(us);
}

type Timing = NonNullable<ResultRow["timing"]>;

function timed(show: (timing: Timing) => string): (row: ResultRow) => string {
  return (row) => (row.timing === null ? NONE : show(row.timing));
}

function interval({ speedupLow, speedupHigh }: Timing): string {
  return `${signedPercent((speedupLow - 1) * 100)}..${signedPercent((speedupHigh - 1) * 100)}`;
}

/** The larger relative error of the two sides: both were compared with the oracle. */
function worstRel(row: ResultRow): string {
  const rels = [row.kernel, row.reference].flatMap((side) => side?.verification?.rel ?? []);
  return rels.length === 0 ? NONE : relative(Math.max(...rels));
}

/** A star where the samples were not independent or had two modes: read the interval with care. */
function verdictText(row: ResultRow): string {
  return verdictOf(row) + ((row.timing?.flags.length ?? 0) > 0 ? "*" : "");
}

/** The columns, in order. Those with the highest dropOrder go first on a narrow terminal. */
export function resultColumns(extent: PlanExtent): Column<ResultRow>[] {
  const mostTokens = Math.max(...extent.tokens);
  const rowsWidth = String(mostTokens * extent.topK).length;
  return [
    {
      title: ["", "archetype"],
      text: (row) => row.archetype,
      align: "left",
      width: Math.max(...extent.archetypes.map((a) => a.length)),
      style: () => "cyan",
    },
    { title: ["", "T"], text: (row) => String(row.numTokens), width: String(mostTokens).length },
    {
      title: ["useful", "rows"],
      text: (row) => String(row.usefulRows),
      width: rowsWidth,
      dropOrder: 4,
    },
    { title: ["", "blocks"], text: (row) => String(row.blocks), dropOrder: 5 },
    { title: ["", "use%"], text: (row) => row.usePercent.toFixed(1), width: 5 },
    {
      title: ["reference", "µs"],
      text: timed((t) => microseconds(t.reference.medianNs)),
    },
    { title: ["kernel", "µs"], text: timed((t) => microseconds(t.kernel.medianNs)), width: 8 },
    {
      title: ["speedup", "%"],
      text: timed((t) => signedPercent(t.speedupPercent)),
      style: (row) => verdictStyle(verdictOf(row)),
    },
    { title: ["95 % interval", "%"], text: timed(interval), width: 14 },
    {
      title: ["useful", "GFLOP/s"],
      text: timed((t) => short(t.kernel.usefulGflops)),
      dropOrder: 1,
    },
    {
      title: ["padded", "GFLOP/s"],
      text: timed((t) => short(t.kernel.paddedGflops)),
      dropOrder: 3,
    },
    { title: ["", "rel"], text: worstRel, width: 6, dropOrder: 2 },
    {
      title: ["", "verdict"],
      text: verdictText,
      align: "left",
      width: "AMBIGUOUS".length,
      style: (row) => verdictStyle(verdictOf(row)),
    },
  ];
}
