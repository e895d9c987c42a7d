/** Where the events of a sweep go: the result file, stdout in one of three forms, progress on stderr. */

import { SCHEMA_VERSION, type ResultHeader, type ResultRow } from "@moe/bench";
import type { Context } from "../context.ts";
import { createProgress, type Progress } from "../terminal/progress.ts";
import type { RunOptions } from "./command.ts";
import { cellNote } from "./notes.ts";
import { resultTable, type ResultTable } from "./result-table.ts";
import { openStorage, type Storage } from "./storage.ts";
import { conclude, summary } from "./summary.ts";

/** Takes the events of one sweep. */
export class Sink {
  /** Rows so far, those of a resumed file first. */
  readonly rows: ResultRow[] = [];
  /** Cells of the whole sweep. */
  planned = 0;
  readonly #options: RunOptions;
  readonly #context: Context;
  readonly #form: "json" | "jsonl" | "table";
  #header: ResultHeader | undefined;
  #table: ResultTable | undefined;
  #storage: Storage | undefined;
  #progress: Progress | undefined;

  constructor(options: RunOptions, context: Context) {
    this.#options = options;
    this.#context = context;
    this.#form = context.global.json ? "json" : options.jsonl ? "jsonl" : "table";
  }

  /** Opens the file and prints what a resumed file holds. */
  plan(header: ResultHeader, cells: number, known: readonly ResultRow[]): void {
    this.#header = header;
    this.planned = cells;
    this.#storage = openStorage(this.#options, header, (text) => this.note(text));
    this.#table = resultTable(header, this.#context);
    if (known.length > 0) {
      this.note(`${known.length} of ${cells} cells are in ${this.#options.resume}`);
    }
    if (this.#form === "jsonl") this.#context.io.out(`${JSON.stringify(header)}\n`);
    for (const row of known) this.#print(row);
    const { io, paintErr: paint, unicode, global } = this.#context;
    const total = cells - known.length;
    this.#progress = createProgress({ io, paint, unicode, total, quiet: global.quiet });
  }

  /** Shows what runs now. */
  start(id: string, etaMs: number | null): void {
    this.#progress?.start(id, etaMs);
  }

  /** Saves a finished cell, then prints it. */
  row(row: ResultRow): void {
    this.#storage?.append(row);
    this.#progress?.around(() => {
      this.#print(row);
      if (this.#context.global.verbose) this.note(cellNote(row));
    });
  }

  /** Ends the progress line and closes the file. */
  stop(): void {
    this.#progress?.stop();
    this.#storage?.close();
  }

  /** Prints what the rows say together. */
  conclude(interrupted: boolean): void {
    const { rows } = this;
    const header = this.#header;
    if (this.#form === "json" && header !== undefined) {
      const body = { schemaVersion: SCHEMA_VERSION, kind: "run", header, rows };
      const more = { interrupted, conclusions: conclude(rows, header.config.aa) };
      this.#context.io.out(`${JSON.stringify({ ...body, ...more }, null, 2)}\n`);
    }
    if (this.#form === "table") {
      this.#context.io.out(summary(rows, this.#context, header?.config.aa));
    }
  }

  /** Writes a sentence to stderr unless --quiet. */
  note(text: string): void {
    if (!this.#context.global.quiet) this.#context.io.err(`moe-bench: ${text}\n`);
  }

  #print(row: ResultRow): void {
    this.rows.push(row);
    const { io } = this.#context;
    if (this.#form === "jsonl") io.out(`${JSON.stringify(row)}\n`);
    if (this.#form === "table" && this.#table !== undefined) io.out(this.#table.add(row));
  }
}
