/** Looks at buffers after a launch: prints the first elements, writes files, compares with what is expected. */

import type { SimBuffer } from "@moe/gfx11-sim";
import { writeFileSync } from "node:fs";
import { CliError } from "../errors.ts";
import { readBytes } from "./_files.ts";
import { encode, findBuffer, wrong } from "./buffers.ts";
import type { LaunchDescription, OutputDescription } from "./description.ts";
import {
  type ElementArray,
  elementBytes,
  elementsOf,
  type ElementType,
  type ElementValue,
} from "./elements.ts";

/** What an output came to. */
export interface OutputResult {
  buffer: string;
  type: ElementType;
  count: number;
  sha256: string;
  /** The first elements. */
  preview: ElementValue[];
  /** Where its bytes are, null where they were not asked for. */
  file: string | null;
  /** What differs from what was expected; empty where nothing does. */
  problems: string[];
}

/** What an output is checked against, read before the launch so that a mistake costs no time. */
type Check = (elements: ElementArray) => string | undefined;

/** Prepares all outputs; what is returned looks at them. */
export function prepareOutputs(
  { outputs, buffers: described }: LaunchDescription,
  buffers: ReadonlyMap<string, SimBuffer>,
  resolveFile: (file: string) => string,
): () => OutputResult[] {
  const looks = Object.entries(outputs).map(([name, output]) => {
    const place = `outputs.${name}`;
    const buffer = findBuffer(place, name, buffers);
    const { type } = described[name];
    const check = equality(place, type, buffer, output, resolveFile);
    return (): OutputResult => look(buffer, type, output, check, resolveFile);
  });
  return () => looks.map((one) => one());
}

function look(
  buffer: SimBuffer,
  type: ElementType,
  output: OutputDescription,
  check: Check,
  resolveFile: (file: string) => string,
): OutputResult {
  const bytes = buffer.read(new Uint8Array(buffer.bytes));
  const elements = elementsOf(type, bytes);
  const sha256 = new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
  const file = output.file === undefined ? null : resolveFile(output.file);
  if (file !== null) write(file, bytes);
  const problems: string[] = [];
  if (output.sha256 !== undefined && output.sha256 !== sha256) {
    problems.push(`its sha256 is ${sha256}, but should be ${output.sha256}`);
  }
  const difference = check(elements);
  if (difference !== undefined) problems.push(difference);
  const length = Math.min(output.preview, elements.length);
  const preview = Array.from({ length }, (_, i) => elements.show(i));
  return { buffer: buffer.name, type, count: elements.length, sha256, preview, file, problems };
}

function write(path: string, bytes: Uint8Array): void {
  try {
    writeFileSync(path, bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError({ code: "E_FILE", what: `${path} cannot be written`, next: reason });
  }
}

function equality(
  place: string,
  type: ElementType,
  buffer: SimBuffer,
  { equals }: OutputDescription,
  resolveFile: (file: string) => string,
): Check {
  if (equals === undefined) return () => undefined;
  const { values, file, fill, abs, rel } = equals;
  const count = buffer.bytes / elementBytes(type);
  const wanted = elementsOf(
    type,
    file === undefined
      ? encode(`${place}.equals`, type, values ?? [fill ?? 0])
      : readBytes(`${place}.equals`, resolveFile(file)),
  );
  if (fill === undefined && wanted.length !== count) {
    throw wrong(`${place}.equals`, `has ${wanted.length} elements, but the buffer ${count}`);
  }
  const at = (i: number): number => (fill === undefined ? i : 0);
  return (found) => {
    const bad: number[] = [];
    for (let i = 0; i < found.length; i++) {
      if (!isClose(found, i, wanted, at(i), abs, rel)) bad.push(i);
    }
    if (bad.length === 0) return undefined;
    const [first] = bad;
    const share = `${bad.length} of ${found.length} elements differ`;
    return `${share}; element ${first} is ${found.show(first)}, but should be ${wanted.show(at(first))}`;
  };
}

/** NaN is close to nothing; everything else to itself. */
function isClose(
  found: ElementArray,
  i: number,
  wanted: ElementArray,
  j: number,
  abs: number,
  rel: number,
): boolean {
  const shown = found.show(i);
  if (shown === "nan") return false;
  if (shown === wanted.show(j)) return true;
  const expected = wanted.get(j);
  const tolerance = abs + rel * Math.abs(expected);
  return tolerance > 0 && Math.abs(found.get(i) - expected) <= tolerance;
}
