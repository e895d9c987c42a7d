// The checked boundary: every public function reads its arguments through these.
import { RoutingError } from "./errors.ts";

/** Bounds the alias tables: 12 bits of a 32-bit draw stay for the coin. */
export const MAX_EXPERTS = 2 ** 20;

export function checkIds(topkIds: unknown): asserts topkIds is Int32Array {
  if (topkIds instanceof Int32Array) return;
  const given = Array.isArray(topkIds) ? "an Array" : typeof topkIds;
  throw new RoutingError(
    "E_IDS",
    `topkIds is ${given}; allowed is an Int32Array. Convert with Int32Array.from(ids).`,
    { given },
  );
}

export function checkNumExperts(numExperts: unknown): asserts numExperts is number {
  if (isIntegerIn(numExperts, 1, MAX_EXPERTS)) return;
  throw new RoutingError(
    "E_NUM_EXPERTS",
    `numExperts is ${String(numExperts)}; allowed is an integer from 1 to ${MAX_EXPERTS}.`,
    { numExperts, max: MAX_EXPERTS },
  );
}

export function checkKeys(value: unknown, allowed: readonly string[], what: string): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new RoutingError(
      "E_OPTIONS",
      `${what} got ${value === null ? "null" : Array.isArray(value) ? "an Array" : typeof value} as options; ` +
        `allowed is an object with ${allowed.join(", ")}.`,
      { allowed },
    );
  }
  const unknown = Object.keys(value).find((key) => !allowed.includes(key));
  if (unknown === undefined) return;
  throw new RoutingError(
    "E_OPTION_UNKNOWN",
    `${what} has no option "${unknown}"; allowed are ${allowed.join(", ")}.`,
    { option: unknown, allowed },
  );
}

export function isIntegerIn(value: unknown, low: number, high: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= low && value <= high;
}
