/** Options that several commands share, and what they default to. */

import { Option } from "@commander-js/extra-typings";
import type { Placement, Sampler } from "@moe/routing";
import { choice, integer, integerList, seed, wordList } from "./_values.ts";

/** Samplers, in the order of the help text. */
export const SAMPLERS = ["fast", "numpy"] as const satisfies readonly Sampler[];

/** Placements, in the order of the help text. */
export const PLACEMENTS = ["sorted", "shuffled", "strided"] as const satisfies readonly Placement[];

/** T of the default table. */
export const DEFAULT_TOKENS: readonly number[] = [
  16, 64, 128, 256, 512, 768, 994, 1024, 1536, 2048, 4096,
];

/** Most tokens of one cell: the flat index of a route is a signed 32-bit number. */
export const MAX_TOKENS = 2 ** 31 - 1;

/** Name of the variable that sets an option, for the help text and for commander. */
export function envName(flag: string): string {
  return `MOE_BENCH_${flag.replace(/^--/, "").replaceAll("-", "_").toUpperCase()}`;
}

// Functions, as a help group is kept in the option. Without defaults: `run --resume` must see what was not given.

/** `--archetypes`. */
export const archetypesOption = () =>
  new Option(
    "-a, --archetypes <list>",
    "names, zipf:S, hot:K, dirichlet:A (default: balanced,uniform,zipf1,zipf2,hot16)",
  )
    .argParser(wordList("--archetypes"))
    .env(envName("--archetypes"));

/** `--tokens`. */
export const tokensOption = () =>
  new Option("-t, --tokens <list>", `token counts T (default: ${DEFAULT_TOKENS.join(",")})`)
    .argParser(integerList("--tokens", 1, MAX_TOKENS))
    .env(envName("--tokens"));

/** `--seed`. */
export const seedOption = () =>
  new Option("--seed <n>", "seed, 0 to 2^64 - 1 (default: 0)")
    .argParser(seed("--seed"))
    .env(envName("--seed"));

/** `--sampler`. */
export const samplerOption = () =>
  new Option(
    "--sampler <name>",
    `how routes are drawn: ${SAMPLERS.join(" or ")}, the latter as NumPy draws them (default: fast)`,
  )
    .argParser(choice("--sampler", SAMPLERS))
    .env(envName("--sampler"));

/** `--placement`. */
export const placementOption = () =>
  new Option(
    "--placement <name>",
    `where popular experts lie: ${PLACEMENTS.join(", ")} (default: sorted)`,
  )
    .argParser(choice("--placement", PLACEMENTS))
    .env(envName("--placement"));

/** `--device`. */
export const deviceOption = () =>
  new Option("--device <n>", "of hip, cuda: which GPU, see `moe-bench devices` (default: 0)")
    .argParser(integer("--device", 0, 255))
    .env(envName("--device"));
