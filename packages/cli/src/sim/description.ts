/** The JSON description of a launch. This is its one definition; docs/launch-schema.json is made from it. */

import { ARCHES, CHECKS, SCHEDULES } from "@moe/gfx11-sim";
import { z } from "zod";
import { CliError } from "../errors.ts";
import { ELEMENT_TYPES } from "./elements.ts";

/** Version of the description. */
export const LAUNCH_SCHEMA_VERSION = 1;

/** Most elements of a buffer. */
const MAX_COUNT = 2 ** 32;

const size = z.int().min(1).max(0xffff_ffff);
const size3 = z.union([size, z.array(size).min(1).max(3)]);
const type = z.enum(ELEMENT_TYPES);
const value = z
  .union([z.number(), z.string().regex(/^(-?\d+|nan|-?inf)$/)])
  .describe("a number; as text an integer of any size, nan, inf or -inf");
const count = z.int().min(0).max(MAX_COUNT);
const random = z
  .strictObject({
    seed: z.int().min(0).max(0xffff_ffff).default(0),
    min: z.number().optional().describe("default -1 for floats, 0 for integers"),
    max: z.number().optional().describe("default 1 for floats (excluded), 255 for integers"),
  })
  .describe("uniform, the same for the same seed");
const file = z.string().min(1).describe("raw little-endian bytes; relative to the description");

const buffer = z
  .strictObject({
    type,
    count: count.optional().describe("elements; needed unless values or file say it"),
    fill: value.optional(),
    random: random.optional(),
    file: file.optional(),
    values: z.array(value).optional(),
  })
  .refine(
    ({ fill, random: drawn, file: path, values }) =>
      [fill, drawn, path, values].filter((source) => source !== undefined).length <= 1,
    { error: "has more than one of fill, random, file and values" },
  )
  .refine((given) => (given.values ?? given.file ?? given.count) !== undefined, {
    error: "needs count, values or file",
  })
  .describe("without fill, random, file or values nothing has written it: a read of it is a fault");

const typed = z
  .partialRecord(type, z.union([value, z.array(value)]))
  .refine((given) => Object.keys(given).length === 1, {
    error: 'needs one type, as in {"f32": 0.5}',
  });
const argument = z
  .union([
    z.int(),
    z.null(),
    z.string(),
    z.strictObject({ buffer: z.string(), offset: z.int().min(0).default(0) }),
    typed,
  ])
  .describe('an integer, the name of a buffer, null, {"buffer": …, "offset": …} or {"f32": …}');

const output = z.strictObject({
  file: file.optional().describe("where its bytes go"),
  preview: z.int().min(0).max(1024).default(8).describe("elements to print"),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional()
    .describe("what its bytes must hash to"),
  equals: z
    .strictObject({
      values: z.array(value).optional(),
      file: file.optional(),
      fill: value.optional(),
      abs: z.number().min(0).default(0),
      rel: z.number().min(0).default(0),
    })
    .refine(
      ({ values, file: path, fill }) =>
        [values, path, fill].filter((source) => source !== undefined).length === 1,
      { error: "needs one of values, file and fill" },
    )
    .optional()
    .describe("what its elements must be: |difference| <= abs + rel * |expected|, NaN fails"),
});

const bound = z.int().min(0).max(0xffff_ffff);
const role = z.union([
  z.strictObject({ name: z.string(), waves: z.tuple([bound, bound]) }),
  z.strictObject({ name: z.string(), code: z.tuple([bound, bound]) }),
]);

/** The whole description. */
export const launchSchema = z.strictObject({
  schemaVersion: z.literal(LAUNCH_SCHEMA_VERSION),
  kernel: z.string(),
  grid: size3.describe("workgroups in x, y, z"),
  block: size3.describe("threads of a workgroup in x, y, z"),
  dynamicLds: z.int().min(0).max(65_536).default(0).describe("bytes of LDS beyond the kernel's"),
  buffers: z.record(z.string(), buffer).default({}),
  args: z
    .union([z.array(argument), z.record(z.string(), argument)])
    .default([])
    .describe("by position or by name"),
  outputs: z.record(z.string(), output).default({}).describe("buffers to look at afterwards"),
  roles: z.array(role).max(64).default([]),
  simulator: z
    .strictObject({
      arch: z.enum(ARCHES).optional(),
      schedule: z.enum(SCHEDULES).optional(),
      seed: z.union([z.int().min(0), z.string().regex(/^\d{1,20}$/)]).optional(),
      checks: z.union([z.boolean(), z.partialRecord(z.enum(CHECKS), z.boolean())]).default(true),
      maxInstructions: z.int().min(1).optional(),
      statistics: z.boolean().default(true),
    })
    .default({ checks: true, statistics: true }),
});

/** A description with its defaults. */
export type LaunchDescription = z.infer<typeof launchSchema>;
/** A buffer of it. */
export type BufferDescription = z.infer<typeof buffer>;
/** An argument of it. */
export type ArgumentDescription = z.infer<typeof argument>;
/** An output of it. */
export type OutputDescription = z.infer<typeof output>;

/** Reads the text of a description; `path` is for messages. */
export function parseDescription(text: string, path: string): LaunchDescription {
  const parsed = launchSchema.safeParse(parseJson(text, path));
  if (parsed.success) return parsed.data;
  const [first, ...others] = parsed.error.issues;
  const place = first.path.length === 0 ? "the description" : first.path.join(".");
  const more = others.length === 0 ? "" : `, and ${others.length} more`;
  throw new CliError({
    code: "E_VALUE",
    what: `<launch>: ${path}: ${place}: ${first.message}${more}`,
    allowed: "what docs/launch-schema.json says",
    details: { path, issues: parsed.error.issues },
  });
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError({ code: "E_FILE", what: `<launch>: ${path} is no JSON: ${reason}` });
  }
}

/** The JSON schema of the description. */
export function launchJsonSchema(): object {
  return z.toJSONSchema(launchSchema, { io: "input" });
}
