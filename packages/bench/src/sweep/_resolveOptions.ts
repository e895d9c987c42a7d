import { PLACEMENTS, archetypeLabel, popularity } from "@moe/routing";
import type { Archetype } from "@moe/routing";
import { BACKENDS, backendEntry, type BackendOption } from "../backends/table.ts";
import { BenchError } from "../errors.ts";
import type { SweepConfig } from "../results/schema.ts";
import { DEFAULT_SAMPLING, resolveSampling } from "../sampling/samplePairs.ts";
import { checkShape, type Gemm, type MoeShape } from "../shapes/MoeShape.ts";
import { DEFAULT_MARGIN } from "../stats/verdict.ts";
import type { SweepOptions } from "./SweepOptions.ts";

/** Checked options: the configuration for the header, and the archetypes behind its labels. */
export interface ResolvedSweep {
  config: SweepConfig;
  archetypes: readonly Archetype[];
  seed: bigint;
}

const KEYS: Readonly<Record<keyof SweepOptions, true>> = {
  backend: true,
  shape: true,
  archetypes: true,
  tokens: true,
  gemms: true,
  seed: true,
  sampler: true,
  placement: true,
  cache: true,
  aa: true,
  threads: true,
  isa: true,
  arch: true,
  device: true,
  tritonConfig: true,
  margin: true,
  minSamples: true,
  maxSamples: true,
  timeBudgetMs: true,
  targetHalfWidth: true,
  resumeFrom: true,
  signal: true,
  argv: true,
  environment: true,
  now: true,
};
const SAMPLERS = ["fast", "numpy"] as const;
const MOST_DEVICES = 256;

/** Fills in the defaults and checks everything that needs no backend. */
export function resolveOptions(options: SweepOptions): ResolvedSweep {
  refuseUnknownKeys(options);
  const { backend, sampler = "fast", placement = "sorted" } = options;
  const { defaults, targetHalfWidth = DEFAULT_SAMPLING.targetHalfWidth } = backendEntry(backend);
  const shape = normalShape(options.shape ?? defaults.shape);
  const archetypes = options.archetypes ?? defaults.archetypes;
  const tokens = [...(options.tokens ?? defaults.tokens)];
  const gemms: Gemm[] = [...(options.gemms ?? ([1, 2] as const))];
  const seed = toSeed(options.seed ?? 0);
  const { threads, device, aa = false, margin = DEFAULT_MARGIN } = options;
  checkArchetypes(archetypes, shape);
  checkTokens(tokens, shape.topK);
  oneOf("sampler", sampler, SAMPLERS);
  oneOf("placement", placement, PLACEMENTS);
  distinct("gemms", gemms);
  for (const gemm of gemms) oneOf("gemms", gemm, [1, 2]);
  if (threads !== undefined) inRange("threads", threads, 1, 4096);
  if (device !== undefined) inRange("device", device, 0, MOST_DEVICES - 1);
  oneOf("aa", aa, [true, false]);
  if (aa && options.tritonConfig !== undefined)
    refuse("tritonConfig", options.tritonConfig, "left out of an A/A run, which has no rival");
  checkBackendOptions(options);
  if (!(margin >= 0 && margin <= 1)) refuse("margin", margin, "a number from 0 to 1 (included)");
  const config: SweepConfig = {
    backend: nameOf(backend),
    shape,
    gemms,
    archetypes: archetypes.map(archetypeLabel),
    tokens,
    seed: seed.toString(),
    sampler,
    placement,
    cache: cacheOf(options),
    aa,
    threads: threads ?? null,
    isa: options.isa ?? null,
    arch: options.arch ?? null,
    device: device ?? null,
    tritonConfig: options.tritonConfig ?? null,
    ...resolveSampling({ ...options, targetHalfWidth: options.targetHalfWidth ?? targetHalfWidth }),
    margin,
  };
  return { config, archetypes, seed };
}

function refuseUnknownKeys(options: SweepOptions): void {
  for (const key of Object.keys(options))
    if (!Object.hasOwn(KEYS, key))
      throw new BenchError(
        "E_OPTION",
        `"${key}" is not an option of runSweep. Use ${Object.keys(KEYS).join(", ")}.`,
        { given: key, allowed: Object.keys(KEYS) },
      );
}

/** The cache mode; null where nothing is timed. */
function cacheOf({ backend, cache }: SweepOptions): SweepConfig["cache"] {
  const { caches } = backendEntry(backend);
  if (cache === undefined) return caches[0] ?? null;
  if (caches.length > 0) oneOf("cache", cache, caches);
  else refuse("cache", cache, `left out: the backend ${nameOf(backend)} times nothing`);
  return cache;
}

const BACKEND_OPTIONS: readonly BackendOption[] = [
  "aa",
  "threads",
  "isa",
  "arch",
  "device",
  "tritonConfig",
];

/** What a backend would ignore is refused. */
function checkBackendOptions(options: SweepOptions): void {
  const { takes } = backendEntry(options.backend);
  for (const name of BACKEND_OPTIONS) {
    const value = options[name];
    if (value === undefined || value === false || takes.includes(name)) continue;
    const others = Object.keys(BACKENDS).filter((other) => BACKENDS[other].takes.includes(name));
    const allowed = `left out: it is an option of ${others.join(", ")}, not of ${nameOf(options.backend)}`;
    refuse(name, value, allowed);
  }
}

function nameOf(backend: SweepOptions["backend"]): string {
  return typeof backend === "string" ? backend : backend.name;
}

/** The shape with its fields in one order, so that two headers compare as text. */
function normalShape(shape: MoeShape): MoeShape {
  checkShape(shape);
  const { hidden, intermediate, numExperts, topK, groupSize, blockM } = shape;
  return { hidden, intermediate, numExperts, topK, groupSize, blockM };
}

/** `popularity` throws its own typed error for an archetype that this layer cannot have. */
function checkArchetypes(archetypes: readonly Archetype[], shape: MoeShape): void {
  distinct("archetypes", archetypes.map(archetypeLabel));
  for (const archetype of archetypes) popularity(archetype, shape.numExperts);
}

function checkTokens(tokens: readonly number[], topK: number): void {
  distinct("tokens", tokens);
  for (const value of tokens) inRange("tokens", value, 1, Math.floor((2 ** 31 - 1) / topK));
}

function toSeed(seed: number | bigint): bigint {
  const valid = typeof seed === "bigint" || Number.isSafeInteger(seed);
  if (!valid || seed < 0 || BigInt(seed) >= 1n << 64n)
    refuse("seed", seed, "an integer from 0 to 2^64 - 1; above 2^53 as BigInt");
  return BigInt(seed);
}

function distinct(name: string, values: readonly unknown[]): void {
  if (values.length === 0) refuse(name, "empty", "a list with at least one value");
  const repeated = values.find((value, i) => values.indexOf(value) !== i);
  if (repeated !== undefined) refuse(name, `${repeated} twice`, "a list without repetition");
}

function oneOf<T>(name: string, value: T, allowed: readonly T[]): void {
  if (!allowed.includes(value)) refuse(name, value, allowed.join(" or "));
}

function inRange(name: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high)
    refuse(name, value, `an integer from ${low} to ${high} (included)`);
}

function refuse(name: string, value: unknown, allowed: string): never {
  throw new BenchError("E_OPTION", `${name} is ${value}; it must be ${allowed}.`, {
    name,
    value: String(value),
    allowed,
  });
}
