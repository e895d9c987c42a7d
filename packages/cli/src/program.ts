/** The command tree. Building it loads no library: actions are imported when their command was chosen. */

import { Command, Option, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { choice } from "./_values.ts";
import { checkCommand } from "./check/command.ts";
import { compareCommand } from "./compare/command.ts";
import { completionCommand, completeCommand } from "./completion/command.ts";
import type { Dispatch } from "./context.ts";
import { devicesCommand } from "./devices/command.ts";
import { configureHelp } from "./help/configure.ts";
import { withExamples } from "./help/examples.ts";
import { helpCommand } from "./help/command.ts";
import { mapCommand } from "./map/command.ts";
import { presetsCommand } from "./presets/command.ts";
import { runCommand } from "./run/command.ts";
import { simCommand } from "./sim/command.ts";

/** Thrown out of the parser when `--version` was given. */
export class VersionRequest extends Error {}

const COLOR_MODES = ["auto", "always", "never"] as const;

/** Options that every command takes; they are declared once, on the root. */
function root() {
  return new Command("moe-bench")
    .summary("Map and measure how token routing decides the speed of mixture-of-experts kernels.")
    .usage("[options] <command>")
    .addOption(new Option("--json", "print one JSON document").default(false))
    .addOption(
      new Option("--color <when>", "auto, always or never (default: auto)")
        .argParser(choice("--color", COLOR_MODES))
        .default<(typeof COLOR_MODES)[number]>("auto"),
    )
    .addOption(new Option("-q, --quiet", "no progress and no notes on stderr").default(false))
    .addOption(new Option("-v, --verbose", "more notes on stderr").default(false))
    .addOption(new Option("--debug", "print stack traces").default(false))
    .option("-V, --version", "print the version; with --json the machine too")
    .on("option:version", () => {
      throw new VersionRequest();
    });
}

/** Builds the whole tree; `dispatch` is called once, with the action of the chosen command. */
export function createProgram(dispatch: Dispatch): CommandUnknownOpts {
  const program: CommandUnknownOpts = root();
  const commands = [
    mapCommand(dispatch),
    runCommand(dispatch),
    compareCommand(dispatch),
    checkCommand(dispatch),
    simCommand(dispatch),
    devicesCommand(dispatch),
    presetsCommand(dispatch),
    completionCommand(dispatch),
    helpCommand(dispatch, program),
  ];
  for (const command of commands) program.addCommand(command);
  program.addCommand(completeCommand(dispatch), { hidden: true });
  withExamples(program, [
    ["moe-bench map", "how routing fills blocks, in a moment"],
    ["moe-bench run -a zipf1 -t 128,1024", "measure a part of the grid on this CPU"],
    ["moe-bench run -o results.jsonl", "measure all of it and keep the results"],
    ["moe-bench sim inspect kernel.co", "kernels of a gfx11 code object, without a GPU"],
  ]);
  configureHelp(program);
  return program;
}
