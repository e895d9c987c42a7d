/** Parsers of option values. Each is made for one flag, so that its message can name it. */

import { CliError } from "./errors.ts";
import { nearest } from "./_suggest.ts";

function reject(flag: string, given: string, allowed: string, next?: string): never {
  throw new CliError({
    code: "E_VALUE",
    what: `${flag}: ${JSON.stringify(given)} is not allowed`,
    allowed,
    ...(next === undefined ? {} : { next }),
    details: { flag, given },
  });
}

/** An integer from `min` to `max`, both included. */
export function integer(flag: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : NaN;
    if (!(value >= min && value <= max)) reject(flag, text, `an integer from ${min} to ${max}`);
    return value;
  };
}

/** A number from 0 to 1, both included. */
export function share(flag: string): (text: string) => number {
  return (text) => {
    const value = /^\s*\d*\.?\d+\s*$/.test(text) ? Number(text) : NaN;
    if (!(value >= 0 && value <= 1)) reject(flag, text, "a number from 0 to 1");
    return value;
  };
}

/** Integers separated by commas, each from `min` to `max` (included), without repeats. */
export function integerList(flag: string, min: number, max: number): (text: string) => number[] {
  return (text) => {
    const items = splitList(flag, text, `integers from ${min} to ${max}, separated by commas`);
    return [...new Set(items.map(integer(flag, min, max)))];
  };
}

/** Words separated by commas, without repeats. What they may be is checked where the library is loaded. */
export function wordList(flag: string): (text: string) => string[] {
  return (text) => [...new Set(splitList(flag, text, "words separated by commas"))];
}

function splitList(flag: string, text: string, allowed: string): string[] {
  const items = text.split(",").map((item) => item.trim());
  if (items.some((item) => item === "")) reject(flag, text, allowed, "remove the empty item");
  return items;
}

/** One of a fixed list of words. */
export function choice<const T extends string>(
  flag: string,
  allowed: readonly T[],
): (text: string) => T {
  return (text) => oneOf(flag, text, allowed);
}

/** The word itself if it is allowed, else an error with the list and the nearest word. */
export function oneOf<T extends string>(flag: string, given: string, allowed: readonly T[]): T {
  const found = allowed.find((a) => a === given);
  if (found !== undefined) return found;
  const suggestion = nearest(given, allowed);
  throw new CliError({
    code: "E_UNKNOWN_VALUE",
    what: `${flag}: unknown value ${JSON.stringify(given)}`,
    allowed: allowed.join(", "),
    ...(suggestion === undefined ? {} : { next: `did you mean ${suggestion}?` }),
    details: { flag, given, allowed, suggestion },
  });
}

/** A seed: any unsigned 64-bit integer; a bigint where a number would lose digits. */
export function seed(flag: string): (text: string) => number | bigint {
  return (text) => {
    const allowed = "an integer from 0 to 18446744073709551615";
    if (!/^\d{1,20}$/.test(text)) reject(flag, text, allowed);
    const value = BigInt(text);
    if (value >= 1n << 64n) reject(flag, text, allowed);
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
  };
}

const UNIT_MS: Record<string, number> = { ms: 1, s: 1000, min: 60_000, m: 60_000, h: 3_600_000 };

/** A duration such as `500ms`, `30s`, `2m`, `1h`; a bare number counts seconds. Result in milliseconds. */
export function duration(flag: string): (text: string) => number {
  return (text) => {
    const match = /^(\d+(?:\.\d+)?)(ms|s|min|m|h)?$/.exec(text.trim());
    const value = match === null ? NaN : Number(match[1]) * UNIT_MS[match[2] ?? "s"];
    if (!(value >= 1 && value <= 7 * 24 * UNIT_MS.h)) {
      reject(flag, text, "a duration from 1ms to 168h: 500ms, 30s, 2m, 1h");
    }
    return value;
  };
}

/** A regular expression. */
export function pattern(flag: string): (text: string) => RegExp {
  return (text) => {
    try {
      return new RegExp(text);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return reject(flag, text, "a JavaScript regular expression", reason);
    }
  };
}
