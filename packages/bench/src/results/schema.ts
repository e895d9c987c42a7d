import { z } from "zod";
import { Environment, SCHEMA_VERSION } from "./_fields.ts";
import { Device, headerSchema, SweepConfig as configSchema } from "./_headerSchema.ts";
import { Clocks, Counts, rowSchema, Timing, Verification } from "./_rowSchema.ts";

export { SCHEMA_VERSION };

/** Fields of a document. */
const documentSchema = z.strictObject({
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
 * One finished cell (archetype × T × GEMM). `status` is `ok` with `timing` or `counts`, by the backend, `badrel` (a side failed
 * verification: both are null) or `error` (the cell could not run: `error` says why).
 */
export interface ResultRow extends z.infer<typeof rowSchema> {}
/** First line of a result file: what was asked for, where and with what. Every row below it belongs to it. */
export interface ResultHeader extends z.infer<typeof headerSchema> {}
/** A whole run in one JSON document: the header and its rows. */
export interface ResultDocument extends z.infer<typeof documentSchema> {}
/** Everything that decides the cells of a run and how they are measured. */
export interface SweepConfig extends z.infer<typeof configSchema> {}
/** What a run happened in: versions, commit, command line. */
export interface RunEnvironment extends z.infer<typeof Environment> {}
/** Where a sweep ran: backend, device, instruction set, threads, cache. */
export interface DeviceDescription extends z.infer<typeof Device> {}
/** Outcome of comparing one side with the oracle, as it stands in a row. */
export interface RowVerification extends z.infer<typeof Verification> {}
/** The timing part of a row. */
export interface RowTiming extends z.infer<typeof Timing> {}
/** What a row says about the clocks of its device. */
export interface RowClocks extends z.infer<typeof Clocks> {}
/** The counted part of a row. */
export interface RowCounts extends z.infer<typeof Counts> {}
/**
 * How the cache is prepared before every sample: evicted by reading, by writing, or by calls on other copies of the tensors, or
 * warmed by a call of the same side.
 */
export type CacheMode = NonNullable<ResultRow["cache"]>;

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
