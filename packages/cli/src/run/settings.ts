/** From flags, and from the file that --resume names, to the options of a sweep. */

import {
  BACKENDS,
  DEFAULT_PRESET,
  parseShape,
  PRESETS,
  presetShape,
  type MoeShape,
  type SweepConfig,
  type SweepOptions,
} from "@moe/bench";
import { parseArchetypes } from "../_archetypes.ts";
import { oneOf } from "../_values.ts";
import type { RunOptions } from "./command.ts";

/** Everything that decides a sweep but backend, signal and finished rows. */
export type SweepSettings = Omit<SweepOptions, "backend" | "signal" | "resumeFrom"> & {
  backend: string;
};

/** Options of the sweep; what was not given comes from the run that is resumed, then from the defaults. */
export function sweepSettings(given: RunOptions, resumed?: SweepConfig): SweepSettings {
  const archetypes = given.archetypes ?? resumed?.archetypes;
  const tokens = given.tokens ?? resumed?.tokens;
  const seed = given.seed ?? (resumed === undefined ? undefined : BigInt(resumed.seed));
  const threads = given.threads ?? resumed?.threads ?? undefined;
  const isa = given.isa ?? resumed?.isa ?? undefined;
  const named = given.backend ?? resumed?.backend ?? "cpu";
  const backend = oneOf("--backend", named, Object.keys(BACKENDS));
  return defined({
    backend,
    shape: shapeOf(given, resumed?.shape ?? BACKENDS[backend].defaults.shape),
    gemms: given.gemm ?? resumed?.gemms,
    archetypes: archetypes && parseArchetypes(archetypes),
    tokens,
    seed,
    sampler: given.sampler ?? resumed?.sampler,
    placement: given.placement ?? resumed?.placement,
    cache: given.cache ?? resumed?.cache ?? undefined,
    aa: (given.aa ?? resumed?.aa) || undefined,
    threads,
    isa,
    arch: given.arch ?? resumed?.arch ?? undefined,
    device: given.device ?? resumed?.device ?? undefined,
    tritonConfig: given.tritonConfig ?? resumed?.tritonConfig ?? undefined,
    ...sampling(given, resumed),
  });
}

/** `--samples N` measures exactly N pairs unless the time runs out first; ten or fewer lower the minimum too. */
function sampling(given: RunOptions, resumed?: SweepConfig) {
  const own =
    given.samples === undefined
      ? {}
      : { maxSamples: given.samples, minSamples: Math.min(10, given.samples) };
  return {
    minSamples: own.minSamples ?? resumed?.minSamples,
    maxSamples: own.maxSamples ?? resumed?.maxSamples,
    timeBudgetMs: given.timeBudget ?? resumed?.timeBudgetMs,
    targetHalfWidth: resumed?.targetHalfWidth,
    margin: resumed?.margin,
  };
}

function shapeOf(given: RunOptions, otherwise: MoeShape): MoeShape {
  const named = given.shape !== undefined || given.preset !== undefined;
  const shape = named ? namedShape(given) : otherwise;
  return given.blockM === undefined ? shape : { ...shape, blockM: given.blockM };
}

function namedShape({ shape, preset = DEFAULT_PRESET }: RunOptions): MoeShape {
  if (shape !== undefined) return parseShape(shape);
  return presetShape(oneOf("--preset", preset, Object.keys(PRESETS)));
}

/** Without the keys that are undefined: a default applies only where a key is absent. */
function defined(settings: {
  [K in keyof SweepSettings]: SweepSettings[K] | undefined;
}): SweepSettings {
  const entries = Object.entries(settings).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as unknown as SweepSettings;
}
