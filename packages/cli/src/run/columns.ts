/** Columns of the result table. Widths come from the plan, so rows line up although they are printed one by one. */

import type { ResultRow } from "@moe/bench";
import { relative } from "../terminal/format.ts";
import type { Column } from "../terminal/table.ts";
import { countedColumns } from "./counted-columns.ts";
import { timedColumns } from "./timed-columns.ts";
import { NONE, verdictOf, verdictStyle } from "./verdict.ts";

/** What the plan announces: the widest values, and whether cells are timed or counted. */
export interface PlanExtent {
  archetypes: readonly string[];
  tokens: readonly number[];
  topK: number;
  measure: "time" | "count";
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
  const isTimed = extent.measure === "time";
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
    ...(isTimed ? timedColumns() : countedColumns()),
    { title: ["", "rel"], text: worstRel, width: 6, dropOrder: 2 },
    {
      title: [isTimed ? "" : "modelled", "verdict"],
      text: verdictText,
      align: "left",
      width: isTimed ? "AMBIGUOUS".length : "BADREL".length,
      style: (row) => verdictStyle(verdictOf(row)),
    },
  ];
}
