import type { z } from "zod";
import { BenchError } from "../errors.ts";
import { ResultDocument, ResultHeader, ResultRow, SCHEMA_VERSION } from "./schema.ts";

/** What a result file holds. */
export interface ParsedResults {
  /** null for a file that was cut before its first line ended. */
  header: ResultHeader | null;
  rows: ResultRow[];
  /** Bytes of the file up to the end of its last whole line, its newline included where present. */
  wholeBytes: number;
  /** The last whole line lacks its newline. */
  needsNewline: boolean;
  /** What was dropped, in words. */
  warnings: string[];
}

/** Parses JSONL bytes; a torn last line is dropped with a warning, any other damage is an error. */
export function parseResultLines(bytes: Uint8Array, path: string): ParsedResults {
  const parsed: ParsedResults = {
    header: null,
    rows: [],
    wholeBytes: 0,
    needsNewline: false,
    warnings: [],
  };
  const byId = new Map<string, ResultRow>();
  for (const line of splitLines(bytes)) {
    const value = line.ended ? parseJson(line, path) : tryParse(line.text);
    if (value === undefined) {
      parsed.warnings.push(
        `${path}: line ${line.number} is torn (${bytes.length - line.start} bytes without an end); it was cut off and its cell runs again.`,
      );
      break;
    }
    if (line.number === 1) parsed.header = validate(ResultHeader, value, path, 1);
    else {
      const row = validate(ResultRow, value, path, line.number);
      byId.delete(row.id);
      byId.set(row.id, row);
    }
    parsed.wholeBytes = line.end;
    parsed.needsNewline = !line.ended;
  }
  parsed.rows = [...byId.values()];
  return parsed;
}

/** Parses a single JSON document as {@link writeResultDocument} writes it. */
export function parseResultDocument(value: unknown, path: string): ResultDocument {
  return validate(ResultDocument, value, path, 1);
}

interface Line {
  number: number;
  start: number;
  end: number;
  text: string;
  ended: boolean;
}

const NEWLINE = 10;

function* splitLines(bytes: Uint8Array): Generator<Line> {
  const decoder = new TextDecoder();
  for (let start = 0, number = 1; start < bytes.length; number++) {
    const newline = bytes.indexOf(NEWLINE, start);
    const ended = newline >= 0;
    const stop = ended ? newline : bytes.length;
    const end = ended ? newline + 1 : stop;
    yield { number, start, end, text: decoder.decode(bytes.subarray(start, stop)), ended };
    start = end;
  }
}

/** An object's JSON parses only when its last byte is there, so a line without newline is whole or torn. */
function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parseJson(line: Line, path: string): unknown {
  const value = tryParse(line.text);
  if (value === undefined) corrupt(path, line.number, "it is not JSON");
  return value;
}

function validate<T>(schema: z.ZodType<T>, value: unknown, path: string, line: number): T {
  const version = (value as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (version !== SCHEMA_VERSION && version !== undefined)
    throw new BenchError(
      "E_RESULTS_VERSION",
      `${path}: line ${line} has schemaVersion ${JSON.stringify(version)}; this version reads ${SCHEMA_VERSION}. Use the moe-bench that wrote the file.`,
      { path, line, version },
    );
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  return corrupt(path, line, `${issue.path.join(".") || "the line"}: ${issue.message}`);
}

function corrupt(path: string, line: number, reason: string): never {
  throw new BenchError(
    "E_RESULTS_CORRUPT",
    `${path}: line ${line} cannot be read: ${reason}. Only a torn last line can be repaired; restore the file or start a new one.`,
    { path, line, reason },
  );
}
