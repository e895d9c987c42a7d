import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { unknownCommand } from "../_usage.ts";
import type { Dispatch } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { withExamples } from "./examples.ts";

/** `help [command]`: the same text as `command --help`, or with `--json` the tree for programs. */
export function helpCommand(dispatch: Dispatch, program: CommandUnknownOpts) {
  const command = new Command("help")
    .summary("Show help for a command.")
    .argument("[command]", "name of a command")
    .action((name, _options, self) => {
      dispatch(self, async ({ io, global }) => {
        const names = program.commands.map((c) => c.name());
        const target =
          name === undefined ? program : program.commands.find((c) => c.name() === name);
        if (target === undefined) throw unknownCommand(name ?? "", names);
        if (global.json) {
          const { commandDocument } = await import("./document.ts");
          io.out(`${JSON.stringify(commandDocument(target, program), null, 2)}\n`);
          return EXIT.ok;
        }
        target.configureOutput({ writeOut: (text) => io.out(text) });
        target.outputHelp();
        return EXIT.ok;
      });
    });
  return withExamples(command, [
    ["moe-bench help run", "what `run` takes"],
    ["moe-bench help --json", "the whole command tree, for programs"],
  ]);
}
