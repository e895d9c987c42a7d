/** The command tree as data: what `help --json` prints. */

import type { CommandUnknownOpts as Command } from "@commander-js/extra-typings";
import { examplesOf } from "./examples.ts";

/** A command with its options, examples and visible subcommands. */
export interface CommandEntry {
  name: string;
  summary: string;
  arguments: { name: string; required: boolean; description: string }[];
  options: { flags: string; description: string; env: string | null }[];
  examples: { line: string; why: string }[];
  commands: CommandEntry[];
}

/** The entry of `target` under the heading that every document has. */
export function commandDocument(target: Command): {
  schemaVersion: 1;
  command: "help";
  tree: CommandEntry;
} {
  return { schemaVersion: 1, command: "help", tree: entry(target) };
}

function entry(command: Command): CommandEntry {
  const visible = command.commands.filter((child) => child.name() !== "complete");
  return {
    name: command.name(),
    summary: command.summary(),
    arguments: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      required: argument.required,
      description: argument.description,
    })),
    options: command.options.map(({ flags, description, envVar }) => ({
      flags,
      description,
      env: envVar ?? null,
    })),
    examples: examplesOf(command).map(([line, why]) => ({ line, why })),
    commands: visible.map(entry),
  };
}
