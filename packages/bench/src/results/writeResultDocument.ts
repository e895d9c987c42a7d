import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from "node:fs";
import { SCHEMA_VERSION, type ResultHeader, type ResultRow } from "./schema.ts";

/**
 * Writes a whole run as one JSON document, first beside the target and then renamed onto it: a reader
 * sees the old file or the new one, never half of either.
 *
 * @param path file to write; an existing one is replaced
 * @param header what was run
 * @param rows finished cells
 * @throws errors of the file system
 * @example
 * ```ts
 * import { readResults, writeResultDocument, type ResultRow } from '@moe/bench';
 * const convert = (from: string, to: string, keep: (row: ResultRow) => boolean): void => {
 *   const { header, rows } = readResults(from);
 *   writeResultDocument(to, header, rows.filter(keep));
 * };
 * console.log(typeof convert);
 * // → function
 * ```
 */
export function writeResultDocument(
  path: string,
  header: ResultHeader,
  rows: readonly ResultRow[],
): void {
  const document = { schemaVersion: SCHEMA_VERSION, kind: "run", header, rows };
  const aside = `${path}.${process.pid}.tmp`;
  const file = openSync(aside, "w");
  try {
    writeFileSync(file, `${JSON.stringify(document)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(aside, path);
}
