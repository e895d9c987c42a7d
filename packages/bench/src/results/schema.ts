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
  /** K of gemm1, N of gemm2. */
  hidden: count,
  /** Half of gemm1's N, K of gemm2. */
  intermediate: count,
  /** E. */
  numExperts: count,
  /** Experts of one token. */
  topK: count,
  /** K elements that share a scale. */
  groupSize: count,
  /** Rows of one block. */
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
  /** Threads by default. */
  threads: count,
  /** Last-level cache in bytes; the flush is a multiple of it. */
  lastLevelCacheBytes: count,
});

const SweepConfig = z.strictObject({
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
  /** Cache before every sample. */
  cache: z.enum(["read", "write", "warm"]),
  /** Threads asked for; null = the backend's choice. */
  threads: count.nullable(),
  /** Instruction set asked for; null = the backend's choice. */
  isa: z.string().nullable(),
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

/** Fields of {@link ResultHeader}. */
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

const Verification = z.strictObject({
  /** Whether every compared element is within tolerance and nothing else was written. */
  passed: z.boolean(),
  /** Elements compared with the f64 oracle. */
  checked: count,
  /** Σ|got − want| / Σ|want|; bad above 0.01. */
  rel: figure,
  /** Largest |got − want| as share of what its tolerance allows; 1 is the limit. */
  worstShareOfTolerance: figure,
  /** That element; null when nothing was checked. */
  worst: z
    .strictObject({
      /** Flat index, its row of C. */
      flat: count,
      /** Its column of C. */
      col: count,
      /** What the side computed. */
      got: figure,
      /** What the oracle computed. */
      want: figure,
    })
    .nullable(),
});

const Side = z.strictObject({
  /** Implementation that ran. */
  name: z.string(),
  /** Instruction set that ran, not the one asked for. */
  isa: z.string(),
  /** Threads that ran. */
  threads: count,
  /** Comparison with the oracle; null when the side was not reached. */
  verification: Verification.nullable(),
});

const SideTime = z.strictObject({
  /** Median time in ns. */
  medianNs: z.number().positive(),
  /** Median absolute deviation, unscaled. */
  madNs: z.number().nonnegative(),
  /** 2·useful rows·K·N / median. */
  usefulGflops: z.number().nonnegative(),
  /** 2·padded rows·K·N / median: counts the padding as work. */
  paddedGflops: z.number().nonnegative(),
});

const Timing = z.strictObject({
  /** The kernel's times. */
  kernel: SideTime,
  /** The reference's times. */
  reference: SideTime,
  /** median reference time / median kernel time. */
  speedup: z.number().positive(),
  /** Lower end of the 95 % confidence interval of `speedup`. */
  speedupLow: z.number().positive(),
  /** Upper end of that interval. */
  speedupHigh: z.number().positive(),
  /** (speedup − 1)·100. */
  speedupPercent: z.number(),
  /** What the interval says, see `verdict`. */
  verdict: z.enum(["FAST", "SLOW", "SAME", "AMBIGUOUS"]),
  /** Reasons to trust the interval less, see `noiseFlags`. */
  flags: z.array(z.enum(["autocorrelated", "order-effect", "multimodal"])),
  /** Why sampling ended. */
  stop: z.enum(["precision", "budget", "max-samples"]),
  /** Raw pairs in time order. */
  samples: z.strictObject({
    /** Kernel times in ns. */
    kernelNs: z.array(z.number()),
    /** Reference times in ns, pair by pair. */
    referenceNs: z.array(z.number()),
    /** Whether the kernel ran first in that pair. */
    kernelFirst: z.array(z.boolean()),
  }),
});

/** Fields of {@link ResultRow}. */
export const rowSchema = z.strictObject({
  /** Always {@link SCHEMA_VERSION}. */
  schemaVersion: z.literal(SCHEMA_VERSION),
  /** Tells a cell from the header. */
  kind: z.literal("cell"),
  /** `gemm1/zipf1/T1024`: unique in a run. */
  id: z.string(),
  /** `ok`, `badrel`: output wrong, not timed, `error`: could not run. */
  status: z.enum(["ok", "badrel", "error"]),
  /** 1 = up/gate projection, 2 = down projection. */
  gemm: z.literal([1, 2]),
  /** Archetype label. */
  archetype: z.string(),
  /** T. */
  numTokens: count,
  /** Layer sizes. */
  shape: Shape,
  /** Inner dimension of this GEMM. */
  k: count,
  /** Output columns of this GEMM. */
  n: count,
  /** Seed of everything random, decimal. */
  seed,
  /** How ids were drawn. */
  sampler: z.enum(["fast", "numpy"]),
  /** Which experts are hot. */
  placement: z.enum(["sorted", "shuffled", "strided"]),
  /** Content hash of topkIds; equal hashes mean the same routing. */
  topkIdsHash: hash,
  /** Content hash of the aligned blocks. */
  alignHash: hash,
  /** Routed rows. */
  usefulRows: count,
  /** Rows of all blocks. */
  paddedRows: count,
  /** Blocks of blockM rows. */
  blocks: count,
  /** 100·useful rows / padded rows. */
  usePercent: z.number(),
  /** Share of blocks with at most 8 real rows, in percent. */
  skinnyPercent: z.number(),
  /** Experts that no token chose. */
  deadExperts: count,
  /** Name in the backend table. */
  backend: z.string(),
  /** Processor or accelerator. */
  device: z.string(),
  /** The kernel that ran; null when the backend refused the cell. */
  kernel: Side.nullable(),
  /** What it is compared with; null when the backend refused the cell. */
  reference: Side.nullable(),
  /** Cache before every sample. */
  cache: z.enum(["read", "write", "warm"]),
  /** Times and verdict; null unless `status` is `ok`. */
  timing: Timing.nullable(),
  /** Why the cell could not run; null unless `status` is `error`. */
  error: z
    .strictObject({
      /** Code of the error, `E_UNKNOWN` where it has none. */
      code: z.string(),
      /** Its message. */
      message: z.string(),
    })
    .nullable(),
  /** Versions, commit and command line. */
  environment: Environment,
  /** One line that measures this cell again; null for a popularity vector, which has no text form. */
  replay: z.string().nullable(),
  /** Start of the cell, ISO 8601, UTC. */
  startedAt: z.iso.datetime(),
  /** Whole time of the cell in ms: building, verifying and measuring. */
  wallMs: z.number().nonnegative(),
});

/** Fields of {@link ResultDocument}. */
export const documentSchema = z.strictObject({
  /** Always {@link SCHEMA_VERSION}. */
  schemaVersion: z.literal(SCHEMA_VERSION),
  /** Tells a document from a line. */
  kind: z.literal("run"),
  /** What was run. */
  header: headerSchema,
  /** Finished cells. */
  rows: z.array(rowSchema),
});

/**
 * One finished cell (archetype × T × GEMM). `status` is `ok`, `badrel` (a side failed verification: `timing`
 * is null) or `error` (the cell could not run: `error` says why).
 */
export interface ResultRow extends z.infer<typeof rowSchema> {}
/** First line of a result file: what was asked for, where and with what. Every row below it belongs to it. */
export interface ResultHeader extends z.infer<typeof headerSchema> {}
/** A whole run in one JSON document: the header and its rows. */
export interface ResultDocument extends z.infer<typeof documentSchema> {}
/** Everything that decides the cells of a run and how they are measured. */
export interface SweepConfig extends z.infer<typeof SweepConfig> {}
/** What a run happened in: versions, commit, command line. */
export interface RunEnvironment extends z.infer<typeof Environment> {}
/** Where a sweep ran: backend, device, instruction set, threads, cache. */
export interface DeviceDescription extends z.infer<typeof Device> {}
/** Outcome of comparing one side with the oracle, as it stands in a row. */
export interface RowVerification extends z.infer<typeof Verification> {}
/** The timing part of a row. */
export interface RowTiming extends z.infer<typeof Timing> {}
/** How the cache is prepared before every sample: evicted by reading, by writing, or left warm. */
export type CacheMode = ResultRow["cache"];

/**
 * Checks one finished cell. Unknown fields are refused.
 *
 * @example
 * ```ts
 * import { ResultRow } from '@moe/bench';
 * console.log(ResultRow.safeParse({ kind: 'cell' }).success);
 * // → false
 * ```
 */
export const ResultRow: z.ZodType<ResultRow> = rowSchema;
/** Checks the first line of a result file. */
export const ResultHeader: z.ZodType<ResultHeader> = headerSchema;
/** Checks a whole run in one JSON document. */
export const ResultDocument: z.ZodType<ResultDocument> = documentSchema;
