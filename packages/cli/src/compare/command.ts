import { Argument, Command, Option } from "@commander-js/extra-typings";
import { envName } from "../_options.ts";
import { share } from "../_values.ts";
import type { Dispatch } from "../context.ts";
import { withExamples } from "../help/examples.ts";

/** What `compare` was asked for. */
export type CompareOptions = ReturnType<ReturnType<typeof options>["opts"]>;

const RESULTS = "result file of `run --output`, .jsonl or .json";

function options() {
  return new Command("compare")
    .summary("Say for each cell whether a run and its repetition agree.")
    .addArgument(new Argument("<first>", RESULTS))
    .addArgument(new Argument("<second>", RESULTS))
    .addOption(
      new Option(
        "--at-least <share>",
        "share of the cells that has to agree, 0 to 1, else exit code 1 (default: 0.95)",
      )
        .argParser(share("--at-least"))
        .default<number>(0.95)
        .env(envName("--at-least")),
    );
}

/** `compare`: how far two runs of one configuration say the same. */
export function compareCommand(dispatch: Dispatch) {
  const command = options().action((first, second, given, self) => {
    dispatch(self, async (context) =>
      (await import("./action.ts")).compare([first, second], given, context),
    );
  });
  return withExamples(command, [
    ["moe-bench compare monday.jsonl tuesday.jsonl", "do the intervals of the speedup overlap?"],
    ["moe-bench compare a.jsonl b.jsonl --at-least 0.9", "exit code 1 where fewer than 90 % do"],
    [
      "moe-bench compare a.jsonl b.jsonl --json | jq '.cells[] | select(.agrees | not) | .id'",
      "for programs",
    ],
  ]);
}
