/** Values that options may take, for completion. Only what is asked for is loaded. */

import { DEFAULT_TOKENS, PLACEMENTS, SAMPLERS } from "../_options.ts";
import { ARCH_NAMES, CACHE_MODES, GEMMS, ISAS } from "../run/choices.ts";

/** Whether the option's value is a list, so that completion goes on after a comma. */
const LISTS = new Set(["archetypes", "tokens", "gemm", "block-m"]);

const SOURCES: Record<string, () => Promise<readonly string[]>> = {
  archetypes: async () => [...(await import("@moe/routing")).ARCHETYPES],
  tokens: async () => DEFAULT_TOKENS.map(String),
  "block-m": async () => ["16", "32", "64", "128"],
  gemm: async () => GEMMS,
  cache: async () => CACHE_MODES,
  sampler: async () => SAMPLERS,
  placement: async () => PLACEMENTS,
  color: async () => ["auto", "always", "never"],
  isa: async () => ISAS,
  backend: async () => Object.keys((await import("@moe/bench")).BACKENDS),
  arch: async () => ARCH_NAMES,
  "triton-config": async () => (await import("../run/triton-configs.ts")).tritonConfigNames(),
  preset: async () => Object.keys((await import("@moe/bench")).PRESETS),
};

/** Completions of the value `typed` of option `name` (long, without dashes). In a list, the items before the last comma stay. */
export async function optionValues(name: string, typed: string): Promise<string[]> {
  const all = (await SOURCES[name]?.()) ?? [];
  if (!LISTS.has(name)) return [...all];
  const head = typed.slice(0, typed.lastIndexOf(",") + 1);
  const taken = new Set(head.split(","));
  return all.filter((value) => !taken.has(value)).map((value) => head + value);
}
