import { runSweep, type ResultRow } from "@moe/bench";
import type { Context } from "../context.ts";
import { CliError } from "../errors.ts";
import type { ExitCode } from "../exit-codes.ts";
import type { RunOptions } from "./command.ts";
import { checkDevice } from "./device.ts";
import { exitCodeOf } from "./exit-code.ts";
import { applyFilter } from "./filter.ts";
import { defaultsNote, stopNote } from "./notes.ts";
import { sweepSettings, type SweepSettings } from "./settings.ts";
import { Sink } from "./sink.ts";
import { checkFileOptions, readResumed } from "./storage.ts";

/** Measures, prints rows as they come, then the conclusions. After a signal: the conclusions of what is finished. */
export async function run(options: RunOptions, context: Context): Promise<ExitCode> {
  checkFileOptions(options);
  checkForms(options, context);
  const resumed = readResumed(options.resume);
  const settings = applyFilter(sweepSettings(options, resumed.header?.config), options.filter);
  checkDevice(settings, options, context.io.env);
  const sink = new Sink(options, context);
  const small = defaultsNote(settings, options);
  if (small !== undefined) sink.note(small);
  const interrupted = await sweepInto(sink, settings, resumed.rows, context);
  if (interrupted !== undefined) sink.note(stopNote(sink.rows.length, sink.planned, options));
  sink.conclude(interrupted !== undefined);
  return interrupted ?? exitCodeOf(sink.rows, settings.aa);
}

/** Runs the sweep; the exit code of the signal that stopped it, or undefined when it came to its end. */
async function sweepInto(
  sink: Sink,
  settings: SweepSettings,
  resumeFrom: readonly ResultRow[],
  { io }: Context,
): Promise<ExitCode | undefined> {
  const interrupts = io.interrupts();
  try {
    const { signal } = interrupts;
    const sweep = runSweep({ ...settings, resumeFrom, signal });
    for await (const event of sweep) {
      if (event.type === "plan") {
        const { header, cells, skipped } = event;
        sink.plan(
          header,
          cells.length,
          resumeFrom.filter((row) => skipped.includes(row.id)),
        );
      }
      if (event.type === "cell-start") sink.start(event.cell.id, event.etaMs);
      if (event.type === "cell") sink.row(event.row);
    }
  } catch (error) {
    const { aborted, reason } = interrupts.signal;
    if (!aborted || error !== reason) throw error;
  } finally {
    interrupts.release();
    sink.stop();
  }
  return interrupts.exitCode();
}

function checkForms(options: RunOptions, { global }: Context): void {
  if (!options.jsonl || !global.json) return;
  throw new CliError({
    code: "E_CONFLICT",
    what: "--json and --jsonl cannot be combined",
    allowed: "--json for one document at the end, --jsonl for a line a cell",
  });
}
