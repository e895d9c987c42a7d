import { Command } from "@commander-js/extra-typings";
import type { Dispatch } from "../context.ts";
import { withExamples } from "../help/examples.ts";

/** `presets`: named model shapes for `run --preset`. */
export function presetsCommand(dispatch: Dispatch) {
  const command = new Command("presets")
    .summary("List the model shapes that `run --preset` knows.")
    .action((_options, self) => {
      dispatch(self, async (context) => (await import("./action.ts")).presets(context));
    });
  return withExamples(command, [
    ["moe-bench presets", "names and sizes"],
    ["moe-bench presets --json", "for programs"],
  ]);
}
