// Arguments as bytes: little endian, each at a multiple of its alignment, as C and the drivers lay them out.
import { show } from "./_check.ts";
import { DeviceBuffer } from "./DeviceBuffer.ts";
import { KernelHipError } from "./errors.ts";
import type { KernelArgument } from "./KernelArgument.ts";

/** A value, or several. */
interface Packed {
  bytes: Uint8Array;
  alignment: number;
  text: string;
}

/** A refusal; the kernel and the argument's number are added where they are known. */
class Refusal {
  readonly problem: string;

  constructor(problem: string) {
    this.problem = problem;
  }
}

/** Bits of the integer types. */
const BITS: Readonly<Record<string, number>> = { "8": 8, "16": 16, "32": 32, "64": 64 };
const INTEGER = /^([ui])(8|16|32|64)$/;
/** Structs in structs; a longer chain is a mistake, such as a struct that has itself as a member. */
const MAX_DEPTH = 16;

type AddressOf = (buffer: DeviceBuffer) => bigint;

/** All arguments of a kernel. */
export function packArguments(
  kernel: string,
  args: readonly KernelArgument[],
  addressOf: AddressOf,
): { bytes: Uint8Array; text: string } {
  if (!Array.isArray(args)) {
    throw new KernelHipError("E_ARGUMENT", `args is ${show(args)}, but must be an array`);
  }
  const all = args.map((argument, i) => {
    try {
      return packOne(argument, addressOf, 0);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const message = `argument ${i} of kernel '${kernel}' ${error.problem}`;
      throw new KernelHipError("E_ARGUMENT", message, { kernel, argument: i });
    }
  });
  const { bytes, text } = layOut(all);
  return { bytes, text };
}

function layOut(all: readonly Packed[]): Packed {
  let length = 0;
  const offsets = all.map(({ bytes, alignment }) => {
    const offset = roundUp(length, alignment);
    length = offset + bytes.length;
    return offset;
  });
  const bytes = new Uint8Array(length);
  all.forEach((packed, i) => bytes.set(packed.bytes, offsets[i]));
  const alignment = Math.max(1, ...all.map((packed) => packed.alignment));
  return { bytes, alignment, text: all.map(({ text }) => text).join(", ") };
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}

function packOne(argument: unknown, addressOf: AddressOf, depth: number): Packed {
  if (argument === null) return { ...integer(0n, 64), text: "null" };
  if (argument instanceof DeviceBuffer) return pointer(argument, 0, addressOf);
  const keys = typeof argument === "object" ? Object.keys(argument) : [];
  const given = argument as Record<string, unknown>;
  if (keys.length === 2 && given.buffer instanceof DeviceBuffer && "offset" in given) {
    return pointer(given.buffer, given.offset, addressOf);
  }
  const [type] = keys;
  const value = given?.[type];
  if (keys.length === 1) {
    const known = INTEGER.exec(type);
    if (known !== null) return checkedInteger(type, value, known[1] === "i", BITS[known[2]]);
    if (type === "f32" || type === "f64") return float(type, value);
    if (type === "struct") return struct(value, addressOf, depth);
  }
  const what = keys.length > 0 ? `an object with ${keys.join(", ")}` : show(argument);
  throw new Refusal(
    `is ${what}, but must be a buffer, null, { buffer, offset }, { struct }, or one of { u8 }, { i8 } … { u64 }, { i64 }, { f32 }, { f64 }`,
  );
}

function pointer(buffer: DeviceBuffer, offset: unknown, addressOf: AddressOf): Packed {
  if (!Number.isInteger(offset) || (offset as number) < 0 || (offset as number) > buffer.bytes) {
    const range = `0 to ${buffer.bytes}`;
    throw new Refusal(
      `points to byte ${show(offset)} of buffer '${buffer.name}', but must be a whole number from ${range}`,
    );
  }
  const place = offset === 0 ? "" : ` + ${offset as number}`;
  const address = addressOf(buffer) + BigInt(offset as number);
  return { ...integer(address, 64), text: `${buffer.name}[${buffer.bytes} bytes]${place}` };
}

function checkedInteger(type: string, value: unknown, isSigned: boolean, bits: number): Packed {
  const isWhole = typeof value === "bigint" || Number.isSafeInteger(value);
  if (!isWhole) {
    throw new Refusal(`is { ${type}: ${show(value)} }, but must be whole, and a bigint from 2^53`);
  }
  if (typeof value === "number" && bits < 64) return smallInteger(type, value, isSigned, bits);
  const whole = BigInt(value as number | bigint);
  const [least, most] = isSigned
    ? [-(1n << BigInt(bits - 1)), (1n << BigInt(bits - 1)) - 1n]
    : [0n, (1n << BigInt(bits)) - 1n];
  if (whole < least || whole > most) {
    throw new Refusal(`is { ${type}: ${whole} }, but must be ${least} to ${most}`);
  }
  return { ...integer(whole, bits), text: String(whole) };
}

/** What most arguments are. As bigints, 11 of them cost a launch 5 µs more. */
function smallInteger(type: string, value: number, isSigned: boolean, bits: number): Packed {
  const least = isSigned ? -(2 ** (bits - 1)) : 0;
  const most = least + 2 ** bits - 1;
  if (value < least || value > most) {
    throw new Refusal(`is { ${type}: ${value} }, but must be ${least} to ${most}`);
  }
  const size = bits / 8;
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; ++i) bytes[i] = value >> (8 * i);
  return { bytes, alignment: size, text: String(value) };
}

function integer(value: bigint, bits: number): Omit<Packed, "text"> {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt.asUintN(64, value), true);
  return { bytes: new Uint8Array(view.buffer, 0, bits / 8), alignment: bits / 8 };
}

function float(type: "f32" | "f64", value: unknown): Packed {
  if (typeof value !== "number") {
    throw new Refusal(`is { ${type}: ${show(value)} }, but must be a number`);
  }
  const array = type === "f32" ? Float32Array.of(value) : Float64Array.of(value);
  return {
    bytes: new Uint8Array(array.buffer),
    alignment: array.byteLength,
    text: String(array[0]),
  };
}

function struct(members: unknown, addressOf: AddressOf, depth: number): Packed {
  if (!Array.isArray(members)) {
    throw new Refusal(`is { struct: ${show(members)} }, but must be an array of its members`);
  }
  if (depth === MAX_DEPTH) throw new Refusal(`has structs in structs, more than ${MAX_DEPTH} deep`);
  const { bytes, alignment, text } = layOut(
    members.map((member) => packOne(member, addressOf, depth + 1)),
  );
  const padded = new Uint8Array(roundUp(bytes.length, alignment));
  padded.set(bytes);
  return { bytes: padded, alignment, text: `{${text}}` };
}
