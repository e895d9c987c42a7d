import { shareOfSame, type ResultRow } from "@moe/bench";
import { UNAVAILABLE } from "../_describe-error.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { verdictOf } from "./verdict.ts";

/**
 * 3 where no cell could run because the instruction set or device is not there, 1 for a wrong result or another cell
 * that could not run, 4 where not one cell could be decided. An A/A run that finds differences is a failure.
 */
export function exitCodeOf(rows: readonly ResultRow[], aa = false): ExitCode {
  if (rows.length === 0) return EXIT.ok;
  if (rows.every((row) => UNAVAILABLE.test(row.error?.code ?? ""))) return EXIT.unavailable;
  if (rows.some((row) => row.status !== "ok")) return EXIT.failure;
  if (aa) return shareOfSame(rows).isEnough ? EXIT.ok : EXIT.failure;
  return rows.every((row) => verdictOf(row) === "AMBIGUOUS") ? EXIT.inconclusive : EXIT.ok;
}
