import { BenchError } from "../errors.ts";
import { type HeaderDifference, runDifferences, softDifferences } from "./_headerDifferences.ts";
import type { ResultHeader } from "./schema.ts";

/** Throws unless both headers describe the same cells on the same device; returns warnings about the rest. */
export function checkSameRun(file: ResultHeader, now: ResultHeader, path: string): string[] {
  const differences = runDifferences(file, now);
  if (differences.length > 0)
    throw new BenchError(
      "E_RESUME_MISMATCH",
      `${path} belongs to another run: ${differences.map(describe).join("; ")}. Repeat the options of the first run, or write to a new file.`,
      { path, differences },
    );
  const softly = softDifferences(file, now);
  return softly.map((difference) => `${path}: ${describe(difference)}; rows carry their own.`);
}

function describe({ field, first, second }: HeaderDifference): string {
  return `${field} was ${JSON.stringify(first)}, now ${JSON.stringify(second)}`;
}
