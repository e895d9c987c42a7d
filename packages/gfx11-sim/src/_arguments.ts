// The kernarg segment: the values of a launch at the offsets that the code object's metadata gives.
import { bytesOf, show } from "./_check.ts";
import type { Kernel, KernelArgument } from "./CodeObject.ts";
import { Gfx11SimError } from "./errors.ts";
import { SimBuffer } from "./SimBuffer.ts";

/**
 * A value of a kernel argument.
 *
 * - pointer: a {@link SimBuffer}, an address (`buffer.address + 64n`), or `null`
 * - integer of 1, 2, 4 or 8 bytes: a whole number or a bigint from -2^(bits - 1) to 2^bits - 1 (included)
 * - anything else, floats and structs too: a typed array or DataView of exactly the argument's size, such as
 *   `Float32Array.of(0.5)`. The metadata does not tell a float from an integer of the same size.
 */
export type ArgumentValue = SimBuffer | number | bigint | null | ArrayBufferView;

/**
 * Arguments by name, or all of them in order. One without a name goes by its number, from 0: clang keeps names with
 * `-fno-discard-value-names` only, and never those of structs.
 */
export type KernelArguments = readonly ArgumentValue[] | Readonly<Record<string, ArgumentValue>>;

/** More than any compiler asks for. */
const MAX_ARGUMENT_BYTES = 65_536;

/** The explicit arguments as bytes. `isOwn` tells whether a buffer belongs to the simulator. */
export function packArguments(
  kernel: Kernel,
  given: KernelArguments,
  isOwn: (buffer: SimBuffer) => boolean,
): Uint8Array {
  const values = inOrder(kernel, given);
  const end = Math.max(0, ...kernel.arguments.map((a) => a.offsetBytes + a.sizeBytes));
  if (end > Math.min(kernel.kernargBytes, MAX_ARGUMENT_BYTES)) {
    const message = `the arguments of '${kernel.name}' end at byte ${end}, but it takes ${kernel.kernargBytes} bytes of at most ${MAX_ARGUMENT_BYTES}`;
    throw new Gfx11SimError("E_METADATA", message, { kernel: kernel.name });
  }
  const bytes = new Uint8Array(end);
  kernel.arguments.forEach((argument, i) => {
    const label = labelOf(argument, i);
    bytes.set(bytesFor(argument, label, values[i], isOwn), argument.offsetBytes);
  });
  return bytes;
}

/** What an argument is called: its name, or its number where the compiler left the name out. */
function labelOf({ name }: KernelArgument, i: number): string {
  return name === "" ? String(i) : name;
}

function inOrder(kernel: Kernel, given: unknown): readonly unknown[] {
  const labels = kernel.arguments.map(labelOf);
  const what = `kernel '${kernel.name}' takes ${signature(kernel)}`;
  if (Array.isArray(given)) {
    if (given.length === labels.length) return given;
    throw wrong(what, `but ${given.length} arguments are given`, { given: given.length });
  }
  if (typeof given !== "object" || given === null) {
    throw wrong(what, `but args is ${show(given)}: pass an object or an array`);
  }
  for (const name of Object.keys(given)) {
    if (!labels.includes(name)) throw wrong(what, `but '${name}' is given`, { argument: name });
  }
  return labels.map((label) => {
    if (Object.hasOwn(given, label)) return (given as Record<string, unknown>)[label];
    throw wrong(what, `but '${label}' is missing`, { argument: label });
  });
}

function signature({ arguments: all }: Kernel): string {
  const one = (argument: KernelArgument, i: number): string => {
    const { kind, sizeBytes } = argument;
    return `${labelOf(argument, i)} (${kind === "by_value" ? `${sizeBytes} bytes` : kind})`;
  };
  return all.length === 0 ? "no arguments" : all.map(one).join(", ");
}

function wrong(what: string, problem: string, details: object = {}): Gfx11SimError {
  return new Gfx11SimError("E_ARGUMENT", `${what}, ${problem}`, { ...details });
}

function bytesFor(
  argument: KernelArgument,
  label: string,
  value: unknown,
  isOwn: (buffer: SimBuffer) => boolean,
): Uint8Array {
  const { sizeBytes, kind } = argument;
  const refuse = (problem: string): Gfx11SimError =>
    wrong(`argument '${label}' of ${sizeBytes} bytes (${kind})`, problem, { argument: label });
  if (kind !== "by_value" && kind !== "global_buffer") {
    throw refuse("is of a kind that cannot be passed");
  }
  if (value instanceof SimBuffer) {
    if (sizeBytes !== 8) throw refuse(`is given buffer '${value.name}', whose address has 8 bytes`);
    if (!isOwn(value))
      throw refuse(`is given buffer '${value.name}', which is not of this simulator`);
    return integer(value.address, 8);
  }
  if (value === null && kind === "global_buffer") return integer(0n, sizeBytes);
  if (ArrayBuffer.isView(value)) {
    if (value.byteLength === sizeBytes) return bytesOf("a value", value);
    throw refuse(`is given ${show(value)} with ${value.byteLength} bytes`);
  }
  if (typeof value !== "number" && typeof value !== "bigint") {
    const allowed = kind === "by_value" ? "a number, bigint or typed array" : "a buffer";
    throw refuse(`is ${show(value)}, but must be ${allowed}`);
  }
  if (kind === "global_buffer" && typeof value === "number") {
    throw refuse(`is the number ${value}, but must be a buffer, an address as a bigint, or null`);
  }
  if (![1, 2, 4, 8].includes(sizeBytes)) {
    throw refuse(`is the number ${value}, but must be a typed array of ${sizeBytes} bytes`);
  }
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw refuse(
      `is ${value}, but a number must be whole and below 2^53: pass Float32Array.of(…), Float64Array.of(…) or a bigint`,
    );
  }
  const bits = BigInt(8 * sizeBytes);
  const [least, most] = [-(1n << (bits - 1n)), (1n << bits) - 1n];
  if (value < least || value > most) throw refuse(`is ${value}, but must be ${least} to ${most}`);
  return integer(BigInt(value), sizeBytes);
}

/** Little endian, two's complement. */
function integer(value: bigint, sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, value), true);
  return bytes.subarray(0, sizeBytes);
}
