/** Answers one completion request: which words may follow the ones typed so far. */

import { RootCommand, ShellCompDirective, type Command as TabCommand } from "@bomb.sh/tab";
import type { CommandUnknownOpts as Command, Option } from "@commander-js/extra-typings";
import { captureLog } from "./_capture.ts";
import { optionValues } from "./values.ts";

/** Arguments that are files. */
const FILE_ARGUMENTS = new Set(["code-object", "launch", "first", "second"]);

/** Options whose value is a file: the shell completes it. */
const FILE_OPTIONS = new Set(["output", "resume"]);

/** Candidate lines `value TAB description`, then the directive line that the shell scripts read. */
export async function completions(
  words: readonly string[],
  program: Command | null,
): Promise<string> {
  if (program === null) return `:${ShellCompDirective.ShellCompDirectiveError}\n`;
  const asked = valueAsked(words, program);
  if (asked !== undefined && FILE_OPTIONS.has(asked.name)) {
    return `:${ShellCompDirective.ShellCompDirectiveDefault}\n`;
  }
  const values = asked === undefined ? [] : await optionValues(asked.name, asked.typed);
  const tree = buildTree(program, values);
  return captureLog(() => tree.parse([...words]));
}

/** Every command with the words that lead to it; the program itself with none. */
function descendants(command: Command, path = ""): [path: string, command: Command][] {
  const below = command.commands.flatMap((child) =>
    descendants(child, path === "" ? child.name() : `${path} ${child.name()}`),
  );
  return [[path, command], ...below];
}

/** The option whose value is being typed: `--name VALUE` or `--name=VALUE`. */
function valueAsked(
  words: readonly string[],
  program: Command,
): { name: string; typed: string } | undefined {
  const last = words.at(-1) ?? "";
  const inline = /^(--[^=]+)=(.*)$/s.exec(last);
  const [flag, typed] = inline === null ? [words.at(-2), last] : [inline[1], inline[2]];
  const options = descendants(program).flatMap(([, command]) => command.options);
  const option = options.find((o) => o.required && (o.long === flag || o.short === flag));
  return option === undefined ? undefined : { name: longName(option), typed };
}

function longName(option: Option): string {
  return (option.long ?? "").replace(/^--/, "");
}

/** The commander tree as the completion library sees it; root options hold on every command. */
function buildTree(program: Command, values: readonly string[]): RootCommand {
  const tree = new RootCommand();
  const global = program.options;
  addOptions(tree, global, values);
  for (const [path, command] of descendants(program)) {
    if (path === "" || path === "complete") continue;
    const node = tree.command(path, command.summary());
    addOptions(node, [...command.options, ...global], values);
    for (const argument of command.registeredArguments) {
      if (FILE_ARGUMENTS.has(argument.name())) continue;
      const candidates = argument.description.split(", ");
      const names =
        command.name() === "help"
          ? program.commands.map((c) => c.name()).filter((n) => n !== "complete")
          : candidates;
      node.argument(argument.name(), (complete) => {
        for (const name of names) complete(name, "");
      });
    }
  }
  return tree;
}

function addOptions(node: TabCommand, options: readonly Option[], values: readonly string[]): void {
  for (const option of options) {
    const short = option.short?.slice(1);
    if (!option.required) {
      node.option(longName(option), option.description, short);
      continue;
    }
    node.option(
      longName(option),
      option.description,
      (complete) => {
        for (const value of values) complete(value, "");
      },
      short,
    );
  }
  node.option("help", "show help", "h");
}
