import { BACKENDS, runSweep, SCHEMA_VERSION, type ResultHeader, type ResultRow } from "@moe/bench";
import { oneOf } from "../_values.ts";
import type { Context } from "../context.ts";
import { CliError } from "../errors.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { duration } from "../terminal/format.ts";
import { createProgress, type Progress } from "../terminal/progress.ts";
import type { RunOptions } from "./command.ts";
import { verdictOf } from "./columns.ts";
import { applyFilter } from "./filter.ts";
import { responsive } from "./responsive.ts";
import { resultTable, type ResultTable } from "./result-table.ts";
import { sweepSettings } from "./settings.ts";
import { checkFileOptions, openStorage, readResumed, type Storage } from "./storage.ts";
import { conclude, summary } from "./summary.ts";

/** Measures, prints rows as they come, then the conclusions. After a signal: the conclusions of what is finished. */
export async function run(options: RunOptions, context: Context): Promise<ExitCode> {
  checkFileOptions(options);
  checkForms(options, context);
  const resumed = readResumed(options.resume);
  const { backend: name, ...settings } = applyFilter(
    sweepSettings(options, resumed.header?.config),
    options.filter,
  );
  const backend = await BACKENDS[oneOf("--backend", name, Object.keys(BACKENDS))]();
  const interrupts = context.io.interrupts();
  const sink = createSink(options, context, resumed.rows);
  try {
    const sweep = runSweep({
      ...settings,
      backend: responsive(backend),
      resumeFrom: resumed.rows,
      signal: interrupts.signal,
    });
    for await (const event of sweep) {
      if (event.type === "plan") sink.plan(event.header, event.cells.length, event.skipped);
      if (event.type === "cell-start") sink.start(event.cell.id, event.etaMs);
      if (event.type === "cell") sink.row(event.row);
    }
  } catch (error) {
    if (!interrupts.signal.aborted) throw error;
  } finally {
    interrupts.release();
    sink.stop();
    await backend.close();
  }
  return sink.conclude(interrupts.exitCode());
}

function checkForms(options: RunOptions, { global }: Context): void {
  if (!options.jsonl || !global.json) return;
  throw new CliError({
    code: "E_CONFLICT",
    what: "--json and --jsonl cannot be combined",
    allowed: "--json for one document at the end, --jsonl for a line a cell",
  });
}

/** Where events go: file, stdout, progress. */
interface Sink {
  plan(header: ResultHeader, cells: number, skipped: readonly string[]): void;
  start(id: string, etaMs: number | null): void;
  row(row: ResultRow): void;
  stop(): void;
  conclude(interrupted: ExitCode | undefined): ExitCode;
}

function createSink(options: RunOptions, context: Context, resumed: readonly ResultRow[]): Sink {
  const { io, global } = context;
  const rows: ResultRow[] = [];
  const form = global.json ? "json" : options.jsonl ? "jsonl" : "table";
  let header: ResultHeader | undefined;
  let progress: Progress | undefined;
  let storage: Storage | undefined;
  let printed: ResultTable | undefined;
  let planned = 0;

  const note = (text: string): void => {
    if (!global.quiet) io.err(`moe-bench: ${text}\n`);
  };
  const print = (row: ResultRow): void => {
    rows.push(row);
    if (form === "jsonl") io.out(`${JSON.stringify(row)}\n`);
    if (form === "table" && printed !== undefined) io.out(printed.add(row));
  };
  return {
    plan(found, cells, skipped) {
      header = found;
      planned = cells;
      storage = openStorage(options, found, note);
      printed = resultTable(found, context);
      const known = resumed.filter((row) => skipped.includes(row.id));
      if (known.length > 0) note(`${known.length} of ${cells} cells are in ${options.resume}`);
      if (form === "jsonl") io.out(`${JSON.stringify(found)}\n`);
      known.forEach(print);
      progress = createProgress({
        io,
        paint: context.paintErr,
        unicode: context.unicode,
        total: cells - known.length,
        quiet: global.quiet,
      });
    },
    start: (id, etaMs) => progress?.start(id, etaMs),
    row(row) {
      storage?.append(row);
      progress?.around(() => {
        print(row);
        if (global.verbose) note(details(row));
      });
    },
    stop() {
      progress?.stop();
      storage?.close();
    },
    conclude(interrupted) {
      const exitCode = interrupted ?? exitCodeOf(rows);
      if (interrupted !== undefined) note(stopText(rows.length, planned, options));
      if (form === "json" && header !== undefined) {
        const body = { schemaVersion: SCHEMA_VERSION, kind: "run", header, rows };
        const more = { interrupted: interrupted !== undefined, conclusions: conclude(rows) };
        io.out(`${JSON.stringify({ ...body, ...more }, null, 2)}\n`);
      }
      if (form === "table") io.out(summary(rows, context));
      return exitCode;
    },
  };
}

/** What --verbose says about a cell. */
function details({ id, timing, wallMs }: ResultRow): string {
  if (timing === null) return `${id}: not timed`;
  const share = ({ madNs, medianNs }: { madNs: number; medianNs: number }): string =>
    `${((100 * madNs) / medianNs).toFixed(1)} %`;
  const flags = timing.flags.length === 0 ? "" : `, ${timing.flags.join(", ")}`;
  const pairs = `${timing.samples.kernelNs.length} pairs, stopped by ${timing.stop}`;
  const spread = `deviation ${share(timing.kernel)} kernel, ${share(timing.reference)} reference`;
  return `${id}: ${pairs}, ${spread}${flags}, ${duration(wallMs)}`;
}

function stopText(finished: number, planned: number, { output, resume }: RunOptions): string {
  const file = resume ?? output;
  const next = file?.endsWith(".jsonl") ? `; go on with --resume ${file}` : "";
  return `stopped after ${finished} of ${planned} cells${next}`;
}

/** 1 for a wrong result, 4 where not one cell could be decided. */
function exitCodeOf(rows: readonly ResultRow[]): ExitCode {
  if (rows.some((row) => row.status !== "ok")) return EXIT.failure;
  const undecided = rows.length > 0 && rows.every((row) => verdictOf(row) === "AMBIGUOUS");
  return undecided ? EXIT.inconclusive : EXIT.ok;
}
