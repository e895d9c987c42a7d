/** What the tests share: the prebuilt code object, and errors that were thrown. */

import { readFileSync } from "node:fs";
import { errorOf, rejectionOf } from "../../../../test/_errorOf.ts";
import {
  type CodeObject,
  Gfx11SimError,
  type LaunchOptions,
  loadCodeObject,
  type Simulator,
} from "../../src/index.ts";

/** The file of `scripts/build-examples.ts`. */
export const EXAMPLES: Buffer = readFileSync(new URL("../data/examples.co", import.meta.url));

/** Loaded. */
export const examples: CodeObject = loadCodeObject(EXAMPLES);

/** 0, 1, 2, … */
export function counting(length: number): Uint32Array<ArrayBuffer> {
  return Uint32Array.from({ length }, (_, i) => i);
}

/** The error that a call throws. */
export const caught = (call: () => unknown): Gfx11SimError => errorOf(Gfx11SimError, call);

/** The error that a launch of an example is rejected with; one workgroup of 64 unless said otherwise. */
export function rejected(
  simulator: Simulator,
  kernel: string,
  options: Partial<LaunchOptions>,
): Promise<Gfx11SimError> {
  return rejectionOf(Gfx11SimError, () =>
    simulator.launch(examples, kernel, { grid: 1, block: 64, ...options }),
  );
}
