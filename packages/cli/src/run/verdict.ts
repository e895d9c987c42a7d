/** What a row says at the end: its verdict, and how that looks. */

import { comparisonOf, type ResultRow } from "@moe/bench";
import type { Style } from "../terminal/paint.ts";

const VERDICT_STYLES: Record<string, Style> = {
  FAST: "green",
  SLOW: "red",
  SAME: "dim",
  AMBIGUOUS: "yellow",
  BADREL: "alert",
  ERROR: "alert",
};

/** Nothing was measured. */
export const NONE = "-";

/** What the verdict column says: BADREL and ERROR stand above the verdict of the comparison. */
export function verdictOf(row: ResultRow): string {
  if (row.status === "badrel") return "BADREL";
  const compared = comparisonOf(row);
  return row.status === "error" || compared === null ? "ERROR" : compared.verdict;
}

/** Style of a verdict. */
export function verdictStyle(verdict: string): Style | undefined {
  return VERDICT_STYLES[verdict];
}
