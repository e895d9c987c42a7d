import { readFileSync } from "node:fs";
import { BenchError } from "../errors.ts";
import { parseResultDocument, parseResultLines } from "./_parseLines.ts";
import type { ResultHeader, ResultRow } from "./schema.ts";

/** A result file in memory. */
export interface Results {
  /** What was run, where. */
  header: ResultHeader;
  /** Finished cells in file order, one per id: the last where a cell was run again. */
  rows: ResultRow[];
  /** Sentences about what was repaired; empty for a whole file. */
  warnings: string[];
}

/**
 * Reads a result file, JSONL or one JSON document, and checks every line against the schema. A torn last
 * line (the writer was killed) is left out with a warning.
 *
 * @param path file to read
 * @returns header, rows and warnings
 * @throws BenchError `E_RESULTS_CORRUPT` for damage other than a torn last line, `E_RESULTS_VERSION` for a file of another
 *   schema version; errors of the file system pass through
 * @example
 * ```ts
 * import { readResults, BenchError } from '@moe/bench';
 * try {
 *   const { rows } = readResults('results.jsonl');
 *   console.log(rows.length);
 * } catch (error) {
 *   console.log(error instanceof BenchError ? error.code : 'no such file');
 *   // → no such file
 * }
 * ```
 */
export function readResults(path: string): Results {
  const bytes = readFileSync(path);
  const document = asDocument(bytes);
  if (document !== undefined) {
    const { header, rows } = parseResultDocument(document, path);
    return { header, rows, warnings: [] };
  }
  const { header, rows, warnings } = parseResultLines(bytes, path);
  if (header === null)
    throw new BenchError(
      "E_RESULTS_CORRUPT",
      `${path} has no header line; it is empty or was cut before its first line ended. Nothing was lost but the start: run again.`,
      { path, line: 1, reason: "no header" },
    );
  return { header, rows, warnings };
}

/** The value of a file that is one JSON document with `kind: "run"`; undefined for JSONL. */
function asDocument(bytes: Uint8Array): unknown {
  try {
    const value = JSON.parse(new TextDecoder().decode(bytes));
    return value?.kind === "run" ? value : undefined;
  } catch {
    return undefined;
  }
}
