import { Command, Option } from "@commander-js/extra-typings";
import type { Placement, Sampler } from "@moe/routing";
import {
  archetypesOption,
  envName,
  placementOption,
  samplerOption,
  seedOption,
  tokensOption,
} from "../_options.ts";
import { integer, integerList } from "../_values.ts";
import type { Dispatch } from "../context.ts";
import { withExamples } from "../help/examples.ts";

/** What `map` was asked for. */
export type MapOptions = ReturnType<ReturnType<typeof options>["opts"]>;

function options() {
  return new Command("map")
    .summary("Show how routing loads experts and fills blocks, without running a kernel.")
    .addOption(archetypesOption())
    .addOption(tokensOption())
    .addOption(
      new Option("-e, --experts <n>", "number of experts E (default: 256)")
        .argParser(integer("--experts", 1, 1_048_576))
        .default<number>(256)
        .env(envName("--experts")),
    )
    .addOption(
      new Option("-k, --top-k <n>", "experts per token (default: 8)")
        .argParser(integer("--top-k", 1, 1_048_576))
        .default<number>(8)
        .env(envName("--top-k")),
    )
    .addOption(
      new Option("-b, --block-m <list>", "block sizes in rows (default: 16,32)")
        .argParser(integerList("--block-m", 1, 65_536))
        .default<number[]>([16, 32], "16,32")
        .env(envName("--block-m")),
    )
    .addOption(seedOption().default<number | bigint>(0))
    .addOption(samplerOption().default<Sampler>("fast"))
    .addOption(placementOption().default<Placement>("sorted"))
    .option("--tsv", "print tab-separated values, full and without colour", false)
    .option("--plot", "print use% over T as a heat map after the table", false);
}

/** `map`: the space map, a table of load and block fill over archetypes and T. */
export function mapCommand(dispatch: Dispatch) {
  const command = options().action((given, self) => {
    dispatch(self, async (context) => (await import("./action.ts")).map(given, context));
  });
  return withExamples(command, [
    ["moe-bench map", "five archetypes, eleven T, blocks of 16 and 32"],
    ["moe-bench map -a zipf1,zipf:1.5,hot:8 -t 256,1024 --plot", "your own cells, with a heat map"],
    ["moe-bench map --sampler numpy --tsv > map.tsv", "the routes that NumPy's generator draws"],
    ["moe-bench map --json | jq '.rows[] | select(.dead > 0)'", "for programs"],
  ]);
}
