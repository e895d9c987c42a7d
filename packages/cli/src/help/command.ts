import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { unknownCommand } from "../_usage.ts";
import type { Dispatch } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { withExamples } from "./examples.ts";

/** The command of that name below another. */
function child(parent: CommandUnknownOpts, name: string): CommandUnknownOpts {
  const found = parent.commands.find((command) => command.name() === name);
  if (found !== undefined) return found;
  throw unknownCommand(
    name,
    parent.commands.map((command) => command.name()),
  );
}

/** `help [command]`: the same text as `command --help`, or with `--json` the tree for programs. */
export function helpCommand(dispatch: Dispatch, program: CommandUnknownOpts) {
  const command = new Command("help")
    .summary("Show help for a command.")
    .argument("[command...]", "name of a command, and of one below it")
    .action((path, _options, self) => {
      dispatch(self, async ({ io, global }) => {
        const target = path.reduce(child, program);
        if (global.json) {
          const { commandDocument } = await import("./document.ts");
          io.out(`${JSON.stringify(commandDocument(target), null, 2)}\n`);
          return EXIT.ok;
        }
        target.configureOutput({ writeOut: (text) => io.out(text) });
        target.outputHelp();
        return EXIT.ok;
      });
    });
  return withExamples(command, [
    ["moe-bench help run", "what `run` takes"],
    ["moe-bench help sim run", "what `sim run` takes"],
    ["moe-bench help --json", "the whole command tree, for programs"],
  ]);
}
