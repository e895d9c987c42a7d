/** How help looks: what it does, examples, usage, options, exit codes; the same at every level. */

import type { CommandUnknownOpts as Command } from "@commander-js/extra-typings";
import { examplesOf } from "./examples.ts";

/** Lines about the environment. */
export const ENVIRONMENT: readonly string[] = [
  "An option --some-name VALUE may also come from MOE_BENCH_SOME_NAME; --output, --resume, --filter",
  "and --kernel are excepted. NO_COLOR, FORCE_COLOR, TERM and COLUMNS are obeyed.",
];

/** Exit codes and what they mean. */
export const EXIT_CODES: readonly (readonly [code: string, meaning: string])[] = [
  ["0", "done"],
  ["1", "a result is wrong (BADREL), a simulated kernel is at fault, or something failed"],
  ["2", "usage"],
  ["3", "the backend or instruction set is not available here"],
  ["4", "inconclusive: every measured cell is AMBIGUOUS"],
  ["130, 143", "stopped by SIGINT, SIGTERM, after the finished cells were saved"],
];

/** Applies the look and strictness to a command and all below it. */
export function configureHelp(command: Command, isRoot = true): void {
  command
    .helpOption("-h, --help", "show help")
    .helpCommand(false)
    .allowExcessArguments(false)
    .configureHelp({
      showGlobalOptions: true,
      // Defaults stand in the text, and the variables follow one rule that the footer states.
      optionDescription: (option) => option.description,
      argumentDescription: (argument) => argument.description,
    })
    .addHelpText("before", () => `${command.summary()}\n\n${exampleText(command)}`);
  if (isRoot) command.addHelpText("after", footer);
  for (const child of command.commands) configureHelp(child, false);
}

function exampleText(command: Command): string {
  const lines = examplesOf(command).map(([line, why]) => `  # ${why}\n  ${line}\n`);
  return lines.length === 0 ? "" : `Examples:\n${lines.join("")}`;
}

function footer(): string {
  const codes = EXIT_CODES.map(([code, meaning]) => `  ${code.padEnd(10)}${meaning}\n`).join("");
  return `\nEnvironment:\n  ${ENVIRONMENT.join("\n  ")}\n\nExit codes:\n${codes.trimEnd()}`;
}
