import { z } from "zod";

/** Version of the result schema; a reader refuses any other. Raised when a field changes its meaning or goes. */
export const SCHEMA_VERSION = 1;

export const count = z.int().nonnegative();
export const hash = z.string().regex(/^[0-9a-f]+$/);
/** Decimal digits: 64-bit seeds do not fit a JSON number. */
export const seed = z.string().regex(/^\d{1,20}$/);
/** null stands for a value that is not finite, which JSON cannot hold. */
export const figure = z.number().nullable();

/** Cache before every sample. */
export const CacheModes = z.enum(["read", "write", "rotate", "warm"]);

export const Shape = z.strictObject({
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

export const Environment = z.strictObject({
  /** Version of each part that can move a number: bench, kernel, runtime. */
  versions: z.record(z.string(), z.string()),
  /** Commit of the working directory's repository; null outside of one. */
  commit: z.string().nullable(),
  /** Whether tracked files differed from that commit. */
  dirty: z.boolean().nullable(),
  /** Command line of the run. */
  argv: z.array(z.string()),
});
