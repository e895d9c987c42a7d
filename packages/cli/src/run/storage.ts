/** Where rows go as they finish: a JSONL file that is appended to, a JSON file that is rewritten, or nowhere. */

import {
  openResultLog,
  readResults,
  writeResultDocument,
  type ResultHeader,
  type ResultRow,
} from "@moe/bench";
import { existsSync, statSync } from "node:fs";
import { CliError } from "../errors.ts";
import type { RunOptions } from "./command.ts";

/** A place for rows. */
export interface Storage {
  append(row: ResultRow): void;
  close(): void;
}

/** The run in the file that --resume names; nothing where there is no such file yet. */
export function readResumed(path: string | undefined): {
  header?: ResultHeader;
  rows: ResultRow[];
} {
  if (path === undefined) return { rows: [] };
  requireEnding("--resume", path, [".jsonl"]);
  if (!existsSync(path) || statSync(path).size === 0) return { rows: [] };
  return readResults(path);
}

/** Rejects file options that cannot work, before anything is measured. */
export function checkFileOptions({ output, resume }: RunOptions): void {
  if (output !== undefined) requireEnding("--output", output, [".jsonl", ".json"]);
  if (output === undefined || resume === undefined) return;
  throw new CliError({
    code: "E_CONFLICT",
    what: "--output and --resume cannot be combined",
    allowed: "--resume FILE: it reads the finished cells of FILE and appends the others",
  });
}

function requireEnding(flag: string, path: string, endings: readonly string[]): void {
  if (endings.some((ending) => path.endsWith(ending))) return;
  throw new CliError({
    code: "E_FILE",
    what: `${flag}: ${JSON.stringify(path)} has another ending`,
    allowed: `a file name that ends in ${endings.join(" or ")}`,
    details: { flag, path },
  });
}

/** Opens the file that was asked for; warnings about a repaired or older file go to `warn`. */
export function openStorage(
  { output, resume }: RunOptions,
  header: ResultHeader,
  warn: (text: string) => void,
): Storage {
  const path = resume ?? output;
  if (path === undefined) return { append: () => {}, close: () => {} };
  return systemErrors(path, () => {
    if (path.endsWith(".json")) return documentStorage(path, header);
    const log = openResultLog(path, header, { resume: resume !== undefined });
    for (const warning of log.warnings) warn(warning);
    return log;
  });
}

/** A document is replaced as a whole at each cell, so that a killed run loses none. */
function documentStorage(path: string, header: ResultHeader): Storage {
  if (existsSync(path)) {
    throw new CliError({
      code: "E_FILE",
      what: `--output: ${path} exists`,
      next: "name another file; results are never overwritten",
      details: { path },
    });
  }
  const rows: ResultRow[] = [];
  writeResultDocument(path, header, rows);
  return {
    append(row) {
      rows.push(row);
      writeResultDocument(path, header, rows);
    },
    close: () => {},
  };
}

function systemErrors<T>(path: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    const isSystem = error instanceof Error && "syscall" in error;
    if (!isSystem) throw error;
    throw new CliError({
      code: "E_FILE",
      what: `cannot write ${path}: ${error.message}`,
      next: "name a file in a folder that exists and may be written",
      details: { path },
    });
  }
}
