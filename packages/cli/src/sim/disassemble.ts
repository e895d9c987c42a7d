/** `sim disassemble`: address and text of each instruction, under the names of kernels. */

import type { Context } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { jsonDocument, readCodeObject } from "./_files.ts";
import type { DisassembleOptions } from "./command.ts";

/** Prints the code of a file or of a kernel. */
export async function disassemble(
  file: string,
  { kernel }: DisassembleOptions,
  { io, global, paint }: Context,
): Promise<ExitCode> {
  const object = readCodeObject(file);
  const instructions = object.disassemble(kernel);
  if (global.json) {
    const { arch } = object;
    const body = { schemaVersion: 1, command: "sim disassemble", file, arch, instructions };
    io.out(jsonDocument(body));
    return EXIT.ok;
  }
  const names = new Map(object.kernels.map(({ entry, name }) => [entry, name]));
  const parts: string[] = [];
  for (const { address, text } of instructions) {
    const name = names.get(address);
    if (name !== undefined) {
      parts.push(`${parts.length === 0 ? "" : "\n"}${paint("cyan", `${name}:`)}\n`);
    }
    parts.push(`${paint("dim", address.toString(16).padStart(8))}  ${text}\n`);
  }
  io.out(parts.join(""));
  return EXIT.ok;
}
