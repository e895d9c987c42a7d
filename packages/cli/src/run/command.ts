import { Command, Option } from "@commander-js/extra-typings";
import {
  archetypesOption,
  deviceOption,
  envName,
  placementOption,
  samplerOption,
  seedOption,
  tokensOption,
} from "../_options.ts";
import { choice, duration, integer, pattern, wordList, oneOf } from "../_values.ts";
import type { Dispatch } from "../context.ts";
import { withExamples } from "../help/examples.ts";
import { ARCH_NAMES, BACKEND_NAMES, CACHE_MODES, GEMMS, ISAS } from "./choices.ts";

/** What `run` was asked for. */
export type RunOptions = ReturnType<ReturnType<typeof options>["opts"]>;

const toGemms = (text: string): (1 | 2)[] =>
  wordList("--gemm")(text).map((word) => (oneOf("--gemm", word, GEMMS) === "1" ? 1 : 2));

function options() {
  return new Command("run")
    .summary("Measure the kernel against the reference, cell by cell, and say which is faster.")
    .optionsGroup("What to measure:")
    .addOption(
      new Option("-g, --gemm <list>", "1 = up/gate projection, 2 = down projection (default: 1,2)")
        .argParser(toGemms)
        .env(envName("--gemm")),
    )
    .addOption(archetypesOption())
    .addOption(tokensOption())
    .addOption(
      new Option(
        "-p, --preset <name>",
        "model shape, see `moe-bench presets` (default: qwen3.5-35b-a3b)",
      ).env(envName("--preset")),
    )
    .addOption(
      new Option("--shape <sizes>", "own shape: K=2048,N=1024[,E=256][,topK=8][,G=128][,blockM=32]")
        .env(envName("--shape"))
        .conflicts("preset"),
    )
    .addOption(
      new Option("-b, --block-m <n>", "rows of one block (default: the preset's)")
        .argParser(integer("--block-m", 1, 65_536))
        .env(envName("--block-m")),
    )
    .addOption(seedOption())
    .addOption(samplerOption())
    .addOption(placementOption())
    .addOption(
      new Option(
        "--filter <regex>",
        "only cells whose id matches, as in gemm1/zipf1/T1024",
      ).argParser(pattern("--filter")),
    )
    .optionsGroup("How to measure:")
    .addOption(
      new Option(
        "--backend <name>",
        `what runs the kernel: ${BACKEND_NAMES.join(", ")} (default: cpu); sim counts instead of timing`,
      ).env(envName("--backend")),
    )
    .addOption(
      new Option("--arch <name>", `of sim, hip: ${ARCH_NAMES.join(", ")} (default of sim: gfx1151)`)
        .argParser(choice("--arch", ARCH_NAMES))
        .env(envName("--arch")),
    )
    .addOption(deviceOption())
    .addOption(
      new Option(
        "--triton-config <name>",
        "of sim, hip, cuda: configuration of the reference (default: the best; on GPUs tried in each cell)",
      ).env(envName("--triton-config")),
    )
    .addOption(
      new Option("--threads <n>", "threads (default: all cores)")
        .argParser(integer("--threads", 1, 4096))
        .env(envName("--threads")),
    )
    .addOption(
      new Option("--isa <name>", `instruction set: ${ISAS.join(", ")} (default: best)`)
        .argParser(choice("--isa", ISAS))
        .env(envName("--isa")),
    )
    .addOption(
      new Option(
        "--cache <mode>",
        `cache before a sample: ${CACHE_MODES.join(", ")} (default: read; of GPUs: write)`,
      )
        .argParser(choice("--cache", CACHE_MODES))
        .env(envName("--cache")),
    )
    .addOption(
      new Option(
        "--aa",
        "compare the kernel with itself: at least 95 % of the cells should be SAME, else exit code 1",
      ).conflicts("tritonConfig"),
    )
    .addOption(
      new Option("--samples <n>", "most pairs of samples a cell, 6 to 1000 (default: 200)")
        .argParser(integer("--samples", 6, 1000))
        .env(envName("--samples")),
    )
    .addOption(
      new Option("--time-budget <time>", "time for a cell's samples: 500ms, 2s (default: 2s)")
        .argParser(duration("--time-budget"))
        .env(envName("--time-budget")),
    )
    .optionsGroup("Output:")
    .option("-o, --output <file>", "save results as they finish: .jsonl or .json")
    .option(
      "--resume <file>",
      "go on with a .jsonl file: its finished cells are not measured again",
    )
    .option("--jsonl", "print one JSON object a line as cells finish", false)
    .optionsGroup("Options:");
}

/** `run`: the sweep. */
export function runCommand(dispatch: Dispatch) {
  const command = options().action((given, self) => {
    dispatch(self, async (context) => (await import("./action.ts")).run(given, context));
  });
  return withExamples(command, [
    ["moe-bench run", "both GEMMs of the default shape, every archetype and T"],
    ["moe-bench run -g 1 -a zipf1,uniform -t 128,1024,4096", "a part of it"],
    ["moe-bench run -p mixtral-8x7b -o mixtral.jsonl", "another model, saved as cells finish"],
    [
      "moe-bench run --resume mixtral.jsonl",
      "go on after an interruption: the file knows the options",
    ],
    [
      "moe-bench run --backend sim --arch gfx1151",
      "no GPU: what the gfx11 kernel and Triton's code execute; E=32, T 16,64,256: a minute",
    ],
    [
      "moe-bench run --backend sim -p qwen3.5-35b-a3b -a zipf1 -t 1024 -o sim.jsonl",
      "the same with all 256 experts: some minutes",
    ],
    ["moe-bench run --backend hip -a zipf1,uniform", "on an AMD GPU, timed"],
    ["moe-bench run --backend cuda --aa", "what this machine finds where there is nothing to find"],
    ["moe-bench run --shape K=4096,N=3072,E=64,G=64 --json > run.json", "your own sizes"],
  ]);
}
