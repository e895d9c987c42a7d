import {
  closeSync,
  existsSync,
  fdatasyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  writeSync,
} from "node:fs";
import { BenchError } from "../errors.ts";
import { parseResultLines } from "./_parseLines.ts";
import { checkSameRun } from "./_checkSameRun.ts";
import type { ResultHeader, ResultRow } from "./schema.ts";

/**
 * A JSONL result file that is being written. One line per finished cell is appended and pushed to the disk
 * before {@link ResultLog.append} returns, so a process killed at any moment loses no finished cell.
 */
export interface ResultLog {
  /** Cells that the file held when it was opened with `resume`; give them to `runSweep` as `resumeFrom`. */
  readonly rows: readonly ResultRow[];
  /** Sentences about what was repaired or differs; empty for a new file. */
  readonly warnings: readonly string[];
  /**
   * Appends one finished cell.
   * @param row the cell
   */
  append(row: ResultRow): void;
  /** Closes the file; a second call does nothing. */
  close(): void;
}

/** Options of {@link openResultLog}. */
export interface ResultLogOptions {
  /** Continue an existing file (default false: an existing file is an error). A missing file is started. */
  resume?: boolean;
}

/**
 * Starts a JSONL result file, or continues one. On `resume` a torn last line is cut off, and the header must
 * describe the same run: same configuration and device. A changed commit or version is only a warning,
 * as each row carries its own.
 *
 * @param path file to write
 * @param header first line, from the sweep's `plan` event
 * @param options whether to continue
 * @returns the open log
 * @throws BenchError `E_OUTPUT_EXISTS` when the file exists and `resume` is not set, `E_RESUME_MISMATCH` when it belongs to
 *   another run (`details.differences` lists each field), `E_RESULTS_CORRUPT` or `E_RESULTS_VERSION` when it cannot be read; errors of the file
 *   system pass through
 * @example
 * ```ts
 * import { openResultLog, runSweep } from '@moe/bench';
 * async function sweepToFile(path: string): Promise<void> {
 *   let log: ReturnType<typeof openResultLog> | undefined;
 *   for await (const event of runSweep({ backend: 'cpu' })) {
 *     if (event.type === 'plan') log = openResultLog(path, event.header);
 *     if (event.type === 'cell') log?.append(event.row);
 *   }
 *   log?.close();
 * }
 * console.log(sweepToFile.length);
 * // → 1
 * ```
 */
export function openResultLog(
  path: string,
  header: ResultHeader,
  options: ResultLogOptions = {},
): ResultLog {
  return options.resume && existsSync(path) ? continueLog(path, header) : startLog(path, header);
}

function startLog(path: string, header: ResultHeader): ResultLog {
  const log = createLog(createFile(path), [], []);
  log.line(header);
  return log.public;
}

function continueLog(path: string, header: ResultHeader): ResultLog {
  const found = parseResultLines(readFileSync(path), path);
  const warnings = [...found.warnings];
  if (found.header) warnings.push(...checkSameRun(found.header, header, path));
  const file = openSync(path, "r+");
  ftruncateSync(file, found.wholeBytes);
  closeSync(file);
  const log = createLog(openSync(path, "a"), found.rows, warnings);
  if (found.needsNewline) log.text("\n");
  if (!found.header) log.line(header);
  return log.public;
}

function createFile(path: string): number {
  try {
    return openSync(path, "ax");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw new BenchError(
      "E_OUTPUT_EXISTS",
      `${path} exists. Continue it with resume (--resume), or name another file; results are never overwritten.`,
      { path },
    );
  }
}

function createLog(
  file: number,
  rows: readonly ResultRow[],
  warnings: readonly string[],
): { public: ResultLog; line(value: unknown): void; text(text: string): void } {
  let open = true;
  const text = (value: string): void => {
    const bytes = new TextEncoder().encode(value);
    for (let written = 0; written < bytes.length;)
      written += writeSync(file, bytes, written, bytes.length - written);
    fdatasyncSync(file);
  };
  const line = (value: unknown): void => text(`${JSON.stringify(value)}\n`);
  const close = (): void => {
    if (open) closeSync(file);
    open = false;
  };
  return { public: { rows, warnings, append: line, close }, line, text };
}
