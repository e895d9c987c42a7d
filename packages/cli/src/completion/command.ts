import { Argument, Command } from "@commander-js/extra-typings";
import { oneOf } from "../_values.ts";
import type { Dispatch } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { withExamples } from "../help/examples.ts";

const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;

/** `completion SHELL`: prints a script that makes the shell complete commands, options and their values. */
export function completionCommand(dispatch: Dispatch) {
  const command = new Command("completion")
    .summary("Print a shell completion script.")
    .addArgument(new Argument("<shell>", SHELLS.join(", ")))
    .action((given, _options, self) => {
      dispatch(self, async ({ io, global }) => {
        const shell = oneOf("completion", given, SHELLS);
        const script = await (await import("./script.ts")).completionScript(shell);
        const body = { schemaVersion: 1, command: "completion", shell, script };
        io.out(global.json ? `${JSON.stringify(body, null, 2)}\n` : script);
        return EXIT.ok;
      });
    });
  return withExamples(command, [
    ["source <(moe-bench completion bash)", "for this bash or zsh session"],
    ["moe-bench completion fish > ~/.config/fish/completions/moe-bench.fish", "for good"],
    ["moe-bench completion powershell >> $PROFILE", "for good"],
  ]);
}

/** `complete -- WORDS`: what the script asks at each tab. Hidden from help. */
export function completeCommand(dispatch: Dispatch) {
  return new Command("complete")
    .summary("Answer a completion request of a shell.")
    .argument("[words...]", "the words typed so far")
    .allowUnknownOption()
    .action((words, _options, self) => {
      dispatch(self, async ({ io }) => {
        io.out(await (await import("./answer.ts")).completions(words, self.parent));
        return EXIT.ok;
      });
    });
}
