// Argument checks that every public boundary of this package shares.
import { QuantError } from "./errors.ts";

const MAX_INT32 = 2 ** 31 - 1;

type TypedArrayClass =
  | Int32ArrayConstructor
  | Uint16ArrayConstructor
  | Uint8ArrayConstructor
  | Float32ArrayConstructor
  | Float64ArrayConstructor;

/** Prints a value of any type in few characters, so that a message never carries a whole tensor. */
function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "object") return value.constructor?.name ?? "object";
  if (typeof value === "function") return "function";
  return typeof value === "string" ? JSON.stringify(value.slice(0, 40)) : String(value);
}

export function checkObject(value: unknown, what: string): asserts value is object {
  if (typeof value === "object" && value !== null) return;
  throw new QuantError("E_DTYPE", `${what} is ${describe(value)}; pass an object.`, { what });
}

export function checkOptions(options: unknown, what: string, allowed: readonly string[]): void {
  checkObject(options, what);
  for (const key of Object.keys(options)) {
    if (allowed.includes(key)) continue;
    throw new QuantError(
      "E_OPTION",
      `${what} has the unknown key '${key}'; allowed are ${allowed.join(", ")}.`,
      { key, allowed },
    );
  }
}

/** An integer of `min`..`max` (both included); the default maximum is the largest int32. */
export function checkInteger(value: unknown, name: string, min: number, max = MAX_INT32): void {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return;
  throw new QuantError(
    "E_SHAPE_SIZE",
    `${name} is ${describe(value)}; allowed are integers from ${min} to ${max}.`,
    { name, [name]: value, min, max },
  );
}

export function checkK(k: unknown): void {
  checkInteger(k, "k", 8);
  if ((k as number) % 8 === 0) return;
  throw new QuantError(
    "E_SHAPE_SIZE",
    `k is ${k}; a packed word holds 8 values, so k must be a multiple of 8. Pad the rows with zeros.`,
    { k },
  );
}

export function checkGroupSize(groupSize: unknown, k: number): void {
  checkInteger(groupSize, "groupSize", 8);
  const size = groupSize as number;
  if (size % 8 === 0 && k % size === 0) return;
  throw new QuantError(
    "E_SHAPE_GROUP",
    `groupSize is ${size} with k ${k}; it must be a multiple of 8 that divides k.`,
    { groupSize, k },
  );
}

export function checkRowStride(rowStride: unknown, k: number): void {
  checkInteger(rowStride, "rowStride", 1);
  if ((rowStride as number) >= k / 8) return;
  throw new QuantError(
    "E_SHAPE_STRIDE",
    `rowStride is ${rowStride} int32 words; a row of k ${k} needs at least ${k / 8}.`,
    { rowStride, k },
  );
}

/** A typed array of one class with at least `minLength` elements. */
export function checkArray(
  value: unknown,
  name: string,
  type: TypedArrayClass,
  minLength: number,
): void {
  if (!(value instanceof type)) {
    throw new QuantError("E_DTYPE", `${name} is ${describe(value)}; it must be a ${type.name}.`, {
      name,
    });
  }
  if (value.length >= minLength) return;
  throw new QuantError(
    "E_SHAPE_LENGTH",
    `${name} has ${value.length} elements; its shape needs at least ${minLength}.`,
    { name, length: value.length, minLength },
  );
}

export function checkSeed(seed: unknown): void {
  if (Number.isSafeInteger(seed) && (seed as number) >= 0) return;
  throw new QuantError(
    "E_OPTION",
    `seed is ${describe(seed)}; allowed are integers from 0 to ${Number.MAX_SAFE_INTEGER}.`,
    { seed },
  );
}

/** A share of a weight that rounding may change. */
export function checkRounding(name: string, rounding: number): void {
  if (rounding >= 0 && rounding <= 1) return;
  throw new QuantError("E_OPTION", `${name} is ${rounding}; allowed are 0 to 1.`, {
    [name]: rounding,
  });
}

/** Whether two views share a byte. */
export function overlaps(x: ArrayBufferView, y: ArrayBufferView): boolean {
  if (x.buffer !== y.buffer || x.byteLength === 0 || y.byteLength === 0) return false;
  return x.byteOffset < y.byteOffset + y.byteLength && y.byteOffset < x.byteOffset + x.byteLength;
}
