import { agreementOf, readResults, type Agreement, type Results } from "@moe/bench";
import type { Context } from "../context.ts";
import { CliError } from "../errors.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { percent } from "../terminal/format.ts";
import type { CompareOptions } from "./command.ts";
import { agreementTable } from "./table.ts";

/** Version of the document that `compare --json` prints. */
const SCHEMA_VERSION = 1;

/** Prints both runs cell by cell; exit code 1 where fewer cells agree than asked for. */
export async function compare(
  files: readonly [string, string],
  { atLeast }: CompareOptions,
  context: Context,
): Promise<ExitCode> {
  const { io, global } = context;
  const runs = files.map(read);
  const agreement = agreementOf(runs[0], runs[1]);
  const isEnough = agreement.share >= atLeast;
  if (!global.quiet) {
    for (const warning of [...runs.flatMap(({ warnings }) => warnings), ...agreement.warnings])
      io.err(`moe-bench: ${warning}\n`);
  }
  if (global.json) {
    const head = { schemaVersion: SCHEMA_VERSION, command: "compare", files, atLeast, isEnough };
    const { cells, agreeing, share } = agreement;
    io.out(`${JSON.stringify({ ...head, agreeing, share, cells }, null, 2)}\n`);
  } else io.out(agreementTable(agreement, context) + conclusion(agreement, atLeast, context));
  return isEnough ? EXIT.ok : EXIT.failure;
}

function read(path: string): Results {
  try {
    return readResults(path);
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error)) throw error;
    throw new CliError({
      code: "E_FILE",
      what: `${JSON.stringify(path)} cannot be read`,
      allowed: "a result file of run --output",
      next: error.message,
      details: { path },
    });
  }
}

function conclusion(
  { agreeing, cells, share }: Agreement,
  atLeast: number,
  { paint }: Context,
): string {
  const isEnough = share >= atLeast;
  const found = `${agreeing} of ${cells.length} cells agree, ${percent(share)}`;
  const judged = isEnough ? "as wanted: at least" : "too few: wanted at least";
  return `\n${paint(isEnough ? "green" : "alert", found)}, ${judged} ${percent(atLeast)}\n`;
}
