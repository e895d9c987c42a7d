/** Makes the buffers of a description, and the arguments that point to them. */

import type { ArgumentValue, KernelArguments, SimBuffer, Simulator } from "@moe/gfx11-sim";
import { dirname, resolve } from "node:path";
import { nearest } from "../_suggest.ts";
import { CliError } from "../errors.ts";
import { readBytes } from "./_files.ts";
import type { ArgumentDescription, BufferDescription, LaunchDescription } from "./description.ts";
import {
  elementBytes,
  elementsOf,
  type ElementType,
  type ElementValue,
  isFloat,
  misfit,
} from "./elements.ts";
import { fractions } from "./random.ts";

/** A problem of the description at a place in it. */
export function wrong(place: string, problem: string, next?: string): CliError {
  const what = `<launch>: ${place}: ${problem}`;
  return new CliError({ code: "E_VALUE", what, ...(next === undefined ? {} : { next }) });
}

/** Where the paths of a description begin. */
export function fileBase(path: string): (file: string) => string {
  const base = path === "-" ? process.cwd() : dirname(resolve(path));
  return (file) => resolve(base, file);
}

/** Every buffer by its name, with its data. */
export function createBuffers(
  simulator: Simulator,
  { buffers }: LaunchDescription,
  resolveFile: (file: string) => string,
): Map<string, SimBuffer> {
  const made = new Map<string, SimBuffer>();
  for (const [name, description] of Object.entries(buffers)) {
    const create = creator(description, `buffers.${name}`, resolveFile);
    made.set(name, create(simulator, name));
  }
  return made;
}

type Create = (simulator: Simulator, name: string) => SimBuffer;

function creator(
  { type, count, fill, random, file, values }: BufferDescription,
  place: string,
  resolveFile: (file: string) => string,
): Create {
  if (file !== undefined) {
    const bytes = readBytes(place, resolveFile(file));
    checkCount(place, type, bytes.length, count);
    return (simulator, name) => simulator.createFrom(name, bytes);
  }
  if (values !== undefined) {
    const bytes = encode(place, type, values);
    checkCount(place, type, bytes.length, count);
    return (simulator, name) => simulator.createFrom(name, bytes);
  }
  const length = count ?? 0;
  const total = length * elementBytes(type);
  if (fill === undefined && random === undefined) {
    return (simulator, name) => simulator.create(name, total);
  }
  const next = random === undefined ? constant(place, type, fill ?? 0) : drawn(place, type, random);
  return (simulator, name) => {
    const buffer = simulator.create(name, total);
    writeInParts(buffer, type, length, next);
    return buffer;
  };
}

const PART_ELEMENTS = 1 << 16;

/** Writes elements a part at a time, so that large buffers are not held twice. */
function writeInParts(
  buffer: SimBuffer,
  type: ElementType,
  length: number,
  next: () => ElementValue,
): void {
  const size = elementBytes(type);
  for (let first = 0; first < length; first += PART_ELEMENTS) {
    const part = elementsOf(type, new Uint8Array(Math.min(PART_ELEMENTS, length - first) * size));
    for (let i = 0; i < part.length; i++) part.set(i, next());
    buffer.write(part.bytes, first * size);
  }
}

function constant(place: string, type: ElementType, value: ElementValue): () => ElementValue {
  const problem = misfit(type, value);
  if (problem !== undefined) throw wrong(`${place}.fill`, problem);
  return () => value;
}

function drawn(
  place: string,
  type: ElementType,
  random: NonNullable<BufferDescription["random"]>,
): () => number {
  const least = random.min ?? (isFloat(type) ? -1 : 0);
  const most = random.max ?? (isFloat(type) ? 1 : type === "i8" ? 127 : 255);
  if (!(least <= most)) throw wrong(`${place}.random`, `min ${least} is above max ${most}`);
  for (const end of [least, most]) {
    const problem = misfit(type, end);
    if (problem !== undefined) throw wrong(`${place}.random`, problem);
  }
  const next = fractions(random.seed);
  if (isFloat(type)) return () => least + next() * (most - least);
  return () => least + Math.floor(next() * (most - least + 1));
}

/** Values as bytes. */
export function encode(
  place: string,
  type: ElementType,
  values: readonly ElementValue[],
): Uint8Array<ArrayBuffer> {
  const elements = elementsOf(type, new Uint8Array(values.length * elementBytes(type)));
  values.forEach((value, i) => {
    const problem = misfit(type, value);
    if (problem !== undefined) throw wrong(`${place}.${i}`, problem);
    elements.set(i, value);
  });
  return elements.bytes;
}

function checkCount(
  place: string,
  type: ElementType,
  bytes: number,
  count: number | undefined,
): void {
  const found = bytes / elementBytes(type);
  if (!Number.isInteger(found)) {
    throw wrong(place, `${bytes} bytes are no whole number of ${type}`);
  }
  if (count !== undefined && count !== found) {
    throw wrong(place, `has ${found} elements, but count is ${count}`);
  }
}

/** Arguments as the simulator takes them. */
export function resolveArguments(
  { args }: LaunchDescription,
  buffers: ReadonlyMap<string, SimBuffer>,
): KernelArguments {
  const one = (place: string, value: ArgumentDescription): ArgumentValue =>
    resolveArgument(`args.${place}`, value, buffers);
  if (Array.isArray(args)) return args.map((value, i) => one(String(i), value));
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, one(name, value)]));
}

function resolveArgument(
  place: string,
  value: ArgumentDescription,
  buffers: ReadonlyMap<string, SimBuffer>,
): ArgumentValue {
  if (typeof value === "number" || value === null) return value;
  if (typeof value === "string") return findBuffer(place, value, buffers);
  if ("buffer" in value) {
    return findBuffer(place, value.buffer, buffers).address + BigInt(value.offset);
  }
  const [[type, given]] = Object.entries(value) as [ElementType, ElementValue | ElementValue[]][];
  return encode(place, type, Array.isArray(given) ? given : [given]);
}

/** The buffer of that name. */
export function findBuffer(
  place: string,
  name: string,
  buffers: ReadonlyMap<string, SimBuffer>,
): SimBuffer {
  const found = buffers.get(name);
  if (found !== undefined) return found;
  const suggestion = nearest(name, [...buffers.keys()]);
  const next = suggestion === undefined ? undefined : `did you mean ${suggestion}?`;
  throw wrong(place, `there is no buffer ${JSON.stringify(name)}`, next);
}
