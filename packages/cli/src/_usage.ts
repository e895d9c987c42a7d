/** Turns what commander rejects into errors that say what, what is allowed, and what next. */

import type { CommandUnknownOpts as Command, CommanderError } from "@commander-js/extra-typings";
import { CliError } from "./errors.ts";
import { nearest } from "./_suggest.ts";

/** An unknown command, with the nearest known one. */
export function unknownCommand(
  given: string,
  names: readonly string[],
  help = "moe-bench help",
): CliError {
  const allowed = names.filter((n) => n !== "complete");
  const suggestion = nearest(given, allowed);
  return new CliError({
    code: "E_UNKNOWN_COMMAND",
    what: `unknown command ${JSON.stringify(given)}`,
    allowed: allowed.join(", "),
    next: suggestion === undefined ? help : `did you mean ${suggestion}?`,
    details: { given, allowed, suggestion },
  });
}

function unknownOption(given: string, command: Command): CliError {
  const flag = given.split("=", 1)[0];
  const flags: string[] = ["--help"];
  for (let c: Command | null = command; c !== null; c = c.parent) {
    flags.push(...c.options.flatMap((option) => option.long ?? []));
  }
  const suggestion = flag.startsWith("--") ? nearest(flag, flags) : undefined;
  const help = `${path(command)} --help`;
  return new CliError({
    code: "E_UNKNOWN_OPTION",
    what: `unknown option ${flag}`,
    next:
      suggestion === undefined
        ? `${help} lists all options`
        : `did you mean ${suggestion}? ${help} lists all options`,
    details: { given: flag, suggestion },
  });
}

function path(command: Command): string {
  const { parent } = command;
  return parent === null ? command.name() : `${path(parent)} ${command.name()}`;
}

/** The error to show for one of commander's, thrown while `command` was parsed. */
export function usageError(error: CommanderError, command: Command): CliError {
  const [, quoted = ""] = /'([^']*)'/.exec(error.message) ?? [];
  const help = `${path(command)} --help`;
  const extra = command.args[command.registeredArguments.length] ?? "";
  switch (error.code) {
    case "commander.unknownOption":
      return unknownOption(quoted, command);
    case "commander.unknownCommand":
      return unknownCommand(
        quoted,
        command.commands.map((c) => c.name()),
        command.parent === null ? undefined : help,
      );
    case "commander.help":
      return new CliError({
        code: "E_ARGUMENTS",
        what: `${path(command)} needs a command`,
        allowed: command.commands.map((c) => c.name()).join(", "),
        next: help,
      });
    case "commander.excessArguments":
      return new CliError({
        code: "E_ARGUMENTS",
        what: `unexpected argument ${JSON.stringify(extra)}`,
        next: `values belong to options, as in --tokens 16,64; ${help} lists them`,
      });
    case "commander.missingArgument":
      return new CliError({
        code: "E_ARGUMENTS",
        what: `${path(command)} needs the argument <${quoted}>`,
        next: help,
      });
    case "commander.optionMissingArgument":
      return new CliError({ code: "E_ARGUMENTS", what: `${quoted} needs a value`, next: help });
    default:
      return new CliError({
        code: "E_ARGUMENTS",
        what: error.message.replace(/^error: /, ""),
        next: help,
      });
  }
}
