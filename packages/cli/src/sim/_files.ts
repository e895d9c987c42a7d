/** Reading what the command line names. */

import { loadCodeObject, type CodeObject } from "@moe/gfx11-sim";
import { readFileSync } from "node:fs";
import { CliError } from "../errors.ts";

/** The bytes of a file; `-` is stdin. */
export function readBytes(what: string, path: string): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(readFileSync(path === "-" ? 0 : path));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError({
      code: "E_FILE",
      what: `${what}: ${JSON.stringify(path)} cannot be read`,
      next: reason,
      details: { path },
    });
  }
}

/** The code object of a file. */
export function readCodeObject(path: string): CodeObject {
  return loadCodeObject(readBytes("<code-object>", path));
}

/** A number of 64 bits as JSON takes it. */
export function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}

/** One JSON document; addresses are hexadecimal text. */
export function jsonDocument(body: object): string {
  const replace = (_key: string, value: unknown): unknown =>
    typeof value === "bigint" ? hex(value) : value;
  return `${JSON.stringify(body, replace, 2)}\n`;
}
