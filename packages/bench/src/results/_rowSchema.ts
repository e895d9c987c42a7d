import { z } from "zod";
import {
  CacheModes,
  count,
  Environment,
  figure,
  hash,
  SCHEMA_VERSION,
  seed,
  Shape,
} from "./_fields.ts";

export const Verification = z.strictObject({
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
  /** Threads that ran; of a GPU its compute units. */
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

export const Timing = z.strictObject({
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
  stop: z.enum(["precision", "budget", "max-samples", "throttled"]),
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

const Moment = z.strictObject({
  /** Clock of the multiprocessors in MHz; null = not told, as everywhere here. */
  clockMhz: figure,
  /** Clock of the memory in MHz. */
  memoryClockMhz: figure,
  /** Temperature of the core in degrees Celsius. */
  temperatureC: figure,
  /** Power of the whole card in W. */
  powerW: figure,
});

export const Clocks = z.strictObject({
  /** Readings of the sensors: one before the first pair, one after each. */
  readings: count,
  /** The first, after the clocks were ramped up. */
  before: Moment,
  /** The last, after the last pair. */
  after: Moment,
  /** Lowest clock of the multiprocessors in all readings, in MHz. */
  lowestClockMhz: figure,
  /** The highest clock that they can have, in MHz. */
  maxClockMhz: figure,
  /** All reasons for lower clocks that were seen, by NVML's names, those that spoil no pair among them: `SwPowerCap` does not. */
  throttleReasons: z.array(z.string()),
  /** Pairs that were dropped because a slowdown by heat or by the hardware was active at one of their ends. */
  droppedThrottled: count,
});

const SideCounts = z.strictObject({
  /** Kernels that ran, in order, those that prepare the GEMM among them. */
  kernels: z.array(z.string()),
  /** Executed wave instructions. */
  instructions: count,
  /** Executed matrix operations (WMMA 16 × 16 × 16). */
  matrix: count,
  /** All other executed vector instructions; a dual one counts once. */
  otherVector: count,
  /** 32·matrix + otherVector: modelled cycles of vector issue, all SIMDs together. */
  issueCycles: z.number().positive(),
  /** 32·usefulMatrix / issueCycles. */
  issueEfficiency: z.number().nonnegative(),
  /** The same cycles with register bank collisions (34 a matrix operation) and slow instructions. */
  vectorCycles: count,
  /** Busy cycles of the LDS, all compute units together. */
  ldsCycles: count,
  /** Those of them that are lost to bank conflicts. */
  ldsConflictCycles: count,
  /** Bytes that lanes ask of global memory, scalar loads included. */
  globalBytes: count,
  /** Bytes of private memory: spilled registers. */
  scratchBytes: count,
});

export const Counts = z.strictObject({
  /** Matrix operations that the routed rows need in tiles of 16 rows. */
  usefulMatrix: count,
  /** Bytes of the weights and scales of experts with a route, of A and of C: what any kernel moves at least. */
  leastBytes: count,
  /** What the kernel executed. */
  kernel: SideCounts,
  /** What the reference executed. */
  reference: SideCounts,
  /** The reference's issueCycles / the kernel's: modelled, not measured. */
  speedup: z.number().positive(),
  /** (speedup − 1)·100. */
  speedupPercent: z.number(),
  /** What that ratio says with the run's margin; counts have no interval, so never AMBIGUOUS. */
  verdict: z.enum(["FAST", "SLOW", "SAME"]),
});

/** Fields of a cell's line. */
export const rowSchema = z.strictObject({
  /** Always {@link SCHEMA_VERSION}. */
  schemaVersion: z.literal(SCHEMA_VERSION),
  /** Tells a cell from the header. */
  kind: z.literal("cell"),
  /** `gemm1/zipf1/T1024`: unique in a run. */
  id: z.string(),
  /** `ok`, `badrel`: output wrong, neither timed nor counted, `error`: could not run. */
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
  /** Cache before every sample; null where nothing is timed. */
  cache: CacheModes.nullable(),
  /** Copies of the tensors that samples took in turn; null unless `cache` is `rotate` and the cell was timed. */
  copies: count.nullable().default(null),
  /** Times and verdict; null unless `status` is `ok` and the backend times. */
  timing: Timing.nullable(),
  /** The device's clocks while it was timed; null where it does not tell them, and where nothing was timed. */
  clocks: Clocks.nullable().default(null),
  /** What was executed and a modelled verdict; null unless `status` is `ok` and the backend counts. */
  counts: Counts.nullable().default(null),
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
