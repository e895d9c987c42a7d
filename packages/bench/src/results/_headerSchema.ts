import { z } from "zod";
import { CacheModes, count, Environment, SCHEMA_VERSION, seed, Shape } from "./_fields.ts";

/** Where a sweep ran. */
export const Device = z.strictObject({
  /** Name in the backend table. */
  backend: z.string(),
  /** Processor or accelerator, as its driver names it. */
  device: z.string(),
  /** Instruction set or architecture. */
  isa: z.string(),
  /** Threads by default; of a GPU its compute units, 0 = unknown. */
  threads: count,
  /** All last-level caches together in bytes, 0 = unknown or none; the flush is a multiple of it. */
  lastLevelCacheBytes: count,
});

export const SweepConfig = z.strictObject({
  /** Name in the backend table. */
  backend: z.string(),
  /** Layer sizes. */
  shape: Shape,
  /** GEMMs, in the order they run. */
  gemms: z.array(z.literal([1, 2])),
  /** Archetype labels, in order. */
  archetypes: z.array(z.string()),
  /** T values, in order. */
  tokens: z.array(count),
  /** Seed of everything random, decimal. */
  seed,
  /** How ids are drawn. */
  sampler: z.enum(["fast", "numpy"]),
  /** Which experts are hot. */
  placement: z.enum(["sorted", "shuffled", "strided"]),
  /** Cache before every sample; null where nothing is timed. */
  cache: CacheModes.nullable(),
  /** An A/A run: the reference is the kernel again, with an output tensor of its own. */
  aa: z.boolean().default(false),
  /** Threads asked for; null = the backend's choice. */
  threads: count.nullable(),
  /** Instruction set asked for; null = the backend's choice. */
  isa: z.string().nullable(),
  /** Processor asked for; null = the backend's choice. */
  arch: z.string().nullable().default(null),
  /** Position among the backend's devices; null = its first. */
  device: count.nullable().default(null),
  /** Configuration of the Triton reference asked for; null = the fastest in a cell, on the simulator the best of a search. */
  tritonConfig: z.string().nullable().default(null),
  /** Pairs that are always measured. */
  minSamples: count,
  /** Most pairs. */
  maxSamples: count,
  /** Time for the pairs of one cell in ms. */
  timeBudgetMs: z.number(),
  /** Half width of the log ratio's interval at which sampling stops. */
  targetHalfWidth: z.number(),
  /** Equivalence margin of the verdict. */
  margin: z.number(),
});

/** Fields of a header line. */
export const headerSchema = z.strictObject({
  /** Always {@link SCHEMA_VERSION}. */
  schemaVersion: z.literal(SCHEMA_VERSION),
  /** Tells the header from a cell. */
  kind: z.literal("header"),
  /** Everything that decides the cells and how they are measured; `--resume` needs it unchanged. */
  config: SweepConfig,
  /** Where the run took place. */
  device: Device,
  /** With what it ran. */
  environment: Environment,
  /** Start of the run, ISO 8601, UTC. */
  startedAt: z.iso.datetime(),
});
