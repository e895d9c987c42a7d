import { z } from "zod";
import { headerSchema } from "./_headerSchema.ts";
import { rowSchema } from "./_rowSchema.ts";

/**
 * JSON Schema (draft 2020-12) of one line of a result file: a header or a cell. `docs/result-schema.json` is
 * this value.
 *
 * @returns a plain object, fresh at each call
 * @example
 * ```ts
 * import { resultJsonSchema } from '@moe/bench';
 * console.log(resultJsonSchema().$schema);
 * // → https://json-schema.org/draft/2020-12/schema
 * ```
 */
export function resultJsonSchema(): Record<string, unknown> {
  const line = z.discriminatedUnion("kind", [headerSchema, rowSchema]);
  return { title: "moe-bench result line", ...z.toJSONSchema(line, { io: "output" }) };
}
