/** `sim run` and `sim annotate`: a launch, and what it executed. */

import { Gfx11SimError } from "@moe/gfx11-sim";
import type { Context } from "../context.ts";
import { CliError } from "../errors.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { jsonDocument } from "./_files.ts";
import { launch, type Launched, type LaunchRequest } from "./launch.ts";
import { reportText } from "./report.ts";

/** Prints statistics and outputs; exit code 1 where a check finds a fault or an output is not what it should be. */
export async function run(request: LaunchRequest, context: Context): Promise<ExitCode> {
  const launched = await launchOrReport("sim run", request, context);
  if (typeof launched === "number") return launched;
  const { report, outputs, description, arch } = launched;
  const { io, global } = context;
  if (global.json) {
    const { kernel } = description;
    const head = { schemaVersion: 1, command: "sim run", file: request.file, arch, kernel };
    io.out(jsonDocument({ ...head, error: null, report, outputs }));
  } else {
    io.out(reportText(launched, context));
  }
  return conclude(launched);
}

/** Prints the profile. */
export async function annotate(request: LaunchRequest, context: Context): Promise<ExitCode> {
  const launched = await launchOrReport("sim annotate", request, context);
  if (typeof launched === "number") return launched;
  const { report, description, arch } = launched;
  const { io, global } = context;
  if (global.json) {
    const { kernel } = description;
    const head = { schemaVersion: 1, command: "sim annotate", file: request.file, arch, kernel };
    io.out(jsonDocument({ ...head, error: null, profile: report.profile() }));
  } else {
    io.out(report.annotate());
  }
  return conclude(launched);
}

/** Launches; with --json a fault of the kernel is a document too. */
async function launchOrReport(
  command: string,
  request: LaunchRequest,
  context: Context,
): Promise<Launched | ExitCode> {
  try {
    return await launch(request, context);
  } catch (error) {
    if (context.global.json && error instanceof Gfx11SimError && error.isFinding) {
      const { code, message, details } = error;
      const head = { schemaVersion: 1, command, file: request.file };
      context.io.out(jsonDocument({ ...head, error: { code, message, details } }));
    }
    throw error;
  }
}

function conclude({ outputs }: Launched): ExitCode {
  const bad = outputs.filter(({ problems }) => problems.length > 0);
  if (bad.length === 0) return EXIT.ok;
  const lines = bad.flatMap(({ buffer, problems }) =>
    problems.map((p) => `output '${buffer}': ${p}`),
  );
  throw new CliError({ code: "E_OUTPUT", what: lines.join("\n"), exitCode: EXIT.failure });
}
