import { z } from "zod";

/** Version of the result schema; a reader refuses any other. Raised when a field changes its meaning or goes. */
export const SCHEMA_VERSION = 1;

const count = z.int().nonnegative();
const hash = z.string().regex(/^[0-9a-f]+$/);
/** Decimal digits: 64-bit seeds do not fit a JSON number. */
const seed = z.string().regex(/^\d{1,20}$/);
/** null stands for a value that is not finite, which JSON cannot hold. */
const figure = z.number().nullable();

const Shape = z.strictObject({
  hidden: count,
  intermediate: count,
  numExperts: count,
  topK: count,
  groupSize: count,
  blockM: count,
});

const Environment = z.strictObject({
  /** Version of each part that can move a number: bench, kernel, runtime. */
  versions: z.record(z.string(), z.string()),
  /** Commit of the working directory's repository; null outside of one. */
  commit: z.string().nullable(),
  /** Whether tracked files differed from that commit. */
  dirty: z.boolean().nullable(),
  /** Command line of the run. */
  argv: z.array(z.string()),
});

/** Where a sweep ran. */
const Device = z.strictObject({
  /** Name in the backend table. */
  backend: z.string(),
  /** Processor or accelerator, as its driver names it. */
  device: z.string(),
  /** Instruction set or architecture. */
  isa: z.string(),
  threads: count,
  /** Last-level cache in bytes; the flush is a multiple of it. */
  lastLevelCacheBytes: count,
});

const SweepConfig = z.strictObject({
  backend: z.string(),
  shape: Shape,
  gemms: z.array(z.literal([1, 2])),
  archetypes: z.array(z.string()),
  tokens: z.array(count),
  seed,
  sampler: z.enum(["fast", "numpy"]),
  placement: z.enum(["sorted", "shuffled", "strided"]),
  cache: z.enum(["read", "write", "warm"]),
  threads: count.nullable(),
  isa: z.string().nullable(),
  minSamples: count,
  maxSamples: count,
  timeBudgetMs: z.number(),
  targetHalfWidth: z.number(),
  margin: z.number(),
});

/** First line of a result file: what was asked for, where and with what. Every row below it belongs to it. */
export const ResultHeader = z.strictObject({
  schemaVersion: z.literal(SCHEMA_VERSION),
  kind: z.literal("header"),
  /** Everything that decides the cells and how they are measured; `--resume` needs it unchanged. */
  config: SweepConfig,
  device: Device,
  environment: Environment,
  /** Start of the run, ISO 8601, UTC. */
  startedAt: z.iso.datetime(),
});

const Verification = z.strictObject({
  passed: z.boolean(),
  /** Elements compared with the f64 oracle. */
  checked: count,
  /** Σ|got − want| / Σ|want|; bad above 0.01. */
  rel: figure,
  /** Largest |got − want| as share of what its tolerance allows; 1 is the limit. */
  worstShareOfTolerance: figure,
  /** That element; null when nothing was checked. */
  worst: z.strictObject({ flat: count, col: count, got: figure, want: figure }).nullable(),
});

const Side = z.strictObject({
  /** Implementation that ran. */
  name: z.string(),
  /** Instruction set that ran, not the one asked for. */
  isa: z.string(),
  threads: count,
  verification: Verification.nullable(),
});

const SideTime = z.strictObject({
  medianNs: z.number().positive(),
  /** Median absolute deviation, unscaled. */
  madNs: z.number().nonnegative(),
  /** 2·useful rows·K·N / median. */
  usefulGflops: z.number().nonnegative(),
  /** 2·padded rows·K·N / median: counts the padding as work. */
  paddedGflops: z.number().nonnegative(),
});

const Timing = z.strictObject({
  kernel: SideTime,
  reference: SideTime,
  /** median reference time / median kernel time. */
  speedup: z.number().positive(),
  /** 95 % confidence interval of `speedup`. */
  speedupLow: z.number().positive(),
  speedupHigh: z.number().positive(),
  /** (speedup − 1)·100. */
  speedupPercent: z.number(),
  verdict: z.enum(["FAST", "SLOW", "SAME", "AMBIGUOUS"]),
  flags: z.array(z.enum(["autocorrelated", "order-effect", "multimodal"])),
  stop: z.enum(["precision", "budget", "max-samples"]),
  /** Raw pairs in time order. */
  samples: z.strictObject({
    kernelNs: z.array(z.number()),
    referenceNs: z.array(z.number()),
    kernelFirst: z.array(z.boolean()),
  }),
});

/**
 * One finished cell (archetype × T × GEMM). `status` is `ok`, `badrel` (a side failed verification: `timing`
 * is null) or `error` (the cell could not run: `error` says why).
 *
 * @example
 * ```ts
 * import { ResultRow } from '@moe/bench';
 * console.log(ResultRow.safeParse({ kind: 'cell' }).success);
 * // → false
 * ```
 */
export const ResultRow = z.strictObject({
  schemaVersion: z.literal(SCHEMA_VERSION),
  kind: z.literal("cell"),
  /** `gemm1/zipf1/T1024`: unique in a run. */
  id: z.string(),
  status: z.enum(["ok", "badrel", "error"]),
  gemm: z.literal([1, 2]),
  archetype: z.string(),
  numTokens: count,
  shape: Shape,
  k: count,
  n: count,
  seed,
  sampler: z.enum(["fast", "numpy"]),
  placement: z.enum(["sorted", "shuffled", "strided"]),
  /** Content hash of topkIds; equal hashes mean the same routing. */
  topkIdsHash: hash,
  /** Content hash of the aligned blocks. */
  alignHash: hash,
  usefulRows: count,
  paddedRows: count,
  blocks: count,
  usePercent: z.number(),
  skinnyPercent: z.number(),
  deadExperts: count,
  backend: z.string(),
  device: z.string(),
  /** null when the backend refused the cell. */
  kernel: Side.nullable(),
  reference: Side.nullable(),
  cache: z.enum(["read", "write", "warm"]),
  timing: Timing.nullable(),
  error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
  environment: Environment,
  /** One line that measures this cell again; null for a popularity vector, which has no text form. */
  replay: z.string().nullable(),
  startedAt: z.iso.datetime(),
  /** Whole time of the cell in ms: building, verifying and measuring. */
  wallMs: z.number().nonnegative(),
});

/** A whole run in one JSON document: the header and its rows. */
export const ResultDocument = z.strictObject({
  schemaVersion: z.literal(SCHEMA_VERSION),
  kind: z.literal("run"),
  header: ResultHeader,
  rows: z.array(ResultRow),
});

/** Row type of {@link (ResultRow:variable)}. */
export type ResultRow = z.infer<typeof ResultRow>;
/** Header type of {@link (ResultHeader:variable)}. */
export type ResultHeader = z.infer<typeof ResultHeader>;
/** Document type of {@link (ResultDocument:variable)}. */
export type ResultDocument = z.infer<typeof ResultDocument>;
/** Everything that decides the cells of a run and how they are measured. */
export type SweepConfig = z.infer<typeof SweepConfig>;
/** What a run happened in: versions, commit, command line. */
export type RunEnvironment = z.infer<typeof Environment>;
/** Where a sweep ran: backend, device, instruction set, threads, cache. */
export type DeviceDescription = z.infer<typeof Device>;
/** Outcome of comparing one side with the oracle, as it stands in a row. */
export type RowVerification = z.infer<typeof Verification>;
/** The timing part of a row. */
export type RowTiming = z.infer<typeof Timing>;
/** How the cache is prepared before every sample: evicted by reading, by writing, or left warm. */
export type CacheMode = ResultRow["cache"];
