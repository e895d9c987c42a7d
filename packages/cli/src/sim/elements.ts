/// <reference lib="esnext.float16" />
/** Elements of buffers: how many bytes they have, and what they are in JSON. */

import { bf16ToFloat, floatToBf16 } from "@moe/quant";

/** Types of elements, by size. */
export const ELEMENT_TYPES = [
  "u8",
  "i8",
  "u16",
  "i16",
  "f16",
  "bf16",
  "u32",
  "i32",
  "f32",
  "u64",
  "i64",
  "f64",
] as const;

/** Name of a type. */
export type ElementType = (typeof ELEMENT_TYPES)[number];

/** A value in JSON: a number, or text for what a number cannot say. */
export type ElementValue = number | string;

type Elements =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Float16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | BigUint64Array
  | BigInt64Array
  | Float64Array;

const ARRAYS = {
  u8: Uint8Array,
  i8: Int8Array,
  u16: Uint16Array,
  i16: Int16Array,
  f16: Float16Array,
  bf16: Uint16Array,
  u32: Uint32Array,
  i32: Int32Array,
  f32: Float32Array,
  u64: BigUint64Array,
  i64: BigInt64Array,
  f64: Float64Array,
} as const satisfies Record<ElementType, unknown>;

/** Size of an element. */
export function elementBytes(type: ElementType): number {
  return ARRAYS[type].BYTES_PER_ELEMENT;
}

/** Whether a type has fractions. */
export function isFloat(type: ElementType): boolean {
  return /f/.test(type);
}

/** Elements of a type that can be read and written as numbers, whatever the type. */
export interface ElementArray {
  type: ElementType;
  /** Their bytes. */
  bytes: Uint8Array<ArrayBuffer>;
  length: number;
  /** As a number; 64-bit integers lose digits beyond 2^53. */
  get(index: number): number;
  /** As JSON shows it: text where a number would not do. */
  show(index: number): ElementValue;
  /** Rounds floats to nearest even. */
  set(index: number, value: ElementValue): void;
}

/** Elements over bytes, whose number must be a multiple of the element's. */
export function elementsOf(type: ElementType, bytes: Uint8Array<ArrayBuffer>): ElementArray {
  const length = Math.floor(bytes.length / elementBytes(type));
  // A view must begin at a multiple of its element's size.
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  const raw: Elements = new ARRAYS[type](aligned.buffer, aligned.byteOffset, length);
  const get = (index: number): number =>
    type === "bf16" ? bf16ToFloat(Number(raw[index])) : Number(raw[index]);
  return {
    type,
    bytes: aligned,
    length,
    get,
    show(index) {
      const exact = raw[index];
      if (typeof exact === "bigint") return exact.toString();
      const value = get(index);
      if (Number.isNaN(value)) return "nan";
      return Number.isFinite(value) ? value : value > 0 ? "inf" : "-inf";
    },
    set(index, value) {
      if (raw instanceof BigUint64Array || raw instanceof BigInt64Array) raw[index] = BigInt(value);
      else raw[index] = type === "bf16" ? floatToBf16(numberOf(value)) : numberOf(value);
    },
  };
}

/** A number of JSON or of its text. */
function numberOf(value: ElementValue): number {
  if (typeof value === "number") return value;
  return Number(value.replace("inf", "Infinity"));
}

/** Why a value is none of the type, or undefined where it is one. */
export function misfit(type: ElementType, value: ElementValue): string | undefined {
  if (isFloat(type)) return undefined;
  const number = numberOf(value);
  if (typeof value === "number" ? !Number.isSafeInteger(value) : !Number.isFinite(number)) {
    return `${value} is no whole number for ${type}`;
  }
  const bits = BigInt(8 * elementBytes(type));
  const [least, most] =
    type[0] === "u" ? [0n, (1n << bits) - 1n] : [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n];
  const exact = BigInt(value);
  return exact < least || exact > most
    ? `${value} is not in ${least} to ${most} of ${type}`
    : undefined;
}
