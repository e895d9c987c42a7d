// Argument checks that every public function shares. Each throws AlignError or returns the checked value.
import { AlignError } from "./errors.ts";

/** Largest length and largest value of an int32 buffer. */
export const INT32_MAX = 2147483647;

export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "object" && value !== null) {
    return `a value of type ${value.constructor?.name ?? "object"}`;
  }
  return typeof value === "function" ? "a function" : String(value);
}

export function checkOptions(name: string, options: unknown, allowed: readonly string[]): void {
  if (typeof options !== "object" || options === null) {
    throw new AlignError("E_TYPE", `${name} needs an options object, got ${show(options)}.`, {
      given: options,
      allowed,
    });
  }
  for (const key of Object.keys(options)) {
    if (allowed.includes(key)) continue;
    throw new AlignError(
      "E_OPTION",
      `${name} has no option ${JSON.stringify(key)}. Allowed: ${allowed.join(", ")}. Remove it or correct its spelling.`,
      { given: key, allowed },
    );
  }
}

export function checkInteger(name: string, value: unknown, min: number, max = INT32_MAX): number {
  if (value === undefined) {
    throw new AlignError("E_OPTION", `${name} is missing. Give an integer from ${min} to ${max}.`, {
      option: name,
      min,
      max,
    });
  }
  if (typeof value !== "number" || !Number.isInteger(value)) {
    throw new AlignError(
      "E_TYPE",
      `${name} is ${show(value)}. Give an integer from ${min} to ${max}.`,
      { option: name, given: value, min, max },
    );
  }
  if (value < min || value > max) {
    throw new AlignError(
      "E_RANGE",
      `${name} is ${value}. Give an integer from ${min} to ${max} (both included).`,
      { option: name, given: value, min, max },
    );
  }
  return value;
}

export function checkBoolean(name: string, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw new AlignError("E_TYPE", `${name} is ${show(value)}. Give true or false.`, {
    option: name,
    given: value,
  });
}

export function checkInt32Array(name: string, value: unknown): Int32Array {
  if (value instanceof Int32Array) return value;
  throw new AlignError(
    "E_TYPE",
    `${name} is ${show(value)}. Give an Int32Array; Int32Array.from(values) converts.`,
    { argument: name, given: show(value) },
  );
}

export function checkLength(name: string, array: ArrayLike<number>, length: number): void {
  if (array.length === length) return;
  throw new AlignError(
    "E_SHAPE",
    `${name} has ${array.length} entries, ${length} are needed. Make the array and the options agree.`,
    { argument: name, given: array.length, needed: length },
  );
}
