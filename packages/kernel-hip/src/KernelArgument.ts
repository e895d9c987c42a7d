import type { DeviceBuffer } from "./DeviceBuffer.ts";

/** An argument that is neither a buffer nor `null`; it has one of these, `buffer` and `offset` together. */
export interface TypedArgument {
  /** A buffer of the kernel's device. */
  readonly buffer: DeviceBuffer;
  /** Bytes from the buffer's first one to the address that is passed, 0 to its size (included). */
  readonly offset: number;
  /** A whole number from 0 to 255; also C's `bool`. */
  readonly u8: number;
  /** A whole number from -128 to 127. */
  readonly i8: number;
  /** A whole number from 0 to 2^16 - 1. */
  readonly u16: number;
  /** A whole number from -2^15 to 2^15 - 1. */
  readonly i16: number;
  /** A whole number from 0 to 2^32 - 1. */
  readonly u32: number;
  /** A whole number from -2^31 to 2^31 - 1. */
  readonly i32: number;
  /** A bigint from 0 to 2^64 - 1, or a whole number below 2^53. */
  readonly u64: number | bigint;
  /** A bigint from -2^63 to 2^63 - 1, or a whole number below 2^53. */
  readonly i64: number | bigint;
  /** A number; it is rounded to nearest even. */
  readonly f32: number;
  /** A number. */
  readonly f64: number;
  /** Members in order, aligned as C aligns them. */
  readonly struct: readonly KernelArgument[];
}

/** Exactly one key of {@link TypedArgument}. */
export type OneArgument = {
  [Key in Exclude<keyof TypedArgument, "buffer" | "offset">]: Pick<TypedArgument, Key>;
};

/**
 * An argument of a kernel, with its type: drivers know neither how many arguments a kernel takes nor of which types. All
 * bounds are included.
 *
 * - a {@link DeviceBuffer}: the address of its first byte; `{ buffer, offset }`: of a later byte
 * - `null`: a null pointer
 * - `{ u8 }`, `{ i8 }`, `{ u16 }`, `{ i16 }`, `{ u32 }`, `{ i32 }`, `{ u64 }`, `{ i64 }`: an integer of that type
 * - `{ f32 }`, `{ f64 }`: a float, rounded to nearest even
 * - `{ struct }`: members in order, aligned as C aligns them
 */
export type KernelArgument =
  DeviceBuffer | Pick<TypedArgument, "buffer" | "offset"> | null | OneArgument[keyof OneArgument];
