// Output buffers: made here, or given by the caller and checked here.
import { checkInt32Array, checkOptions } from "./_check.ts";
import type { AlignSizes } from "./alignSizes.ts";
import { AlignError } from "./errors.ts";

/** Result of an alignment: the row layout of a grouped GEMM. */
export interface Alignment {
  /** int32, flat index of each row of the layout; a padding row holds the sentinel (n). */
  sortedTokenIds: Int32Array;
  /** int32, expert of each block; -1 is a block to skip. */
  expertIds: Int32Array;
  /** int32, one entry: rows of the valid blocks, a multiple of `blockM`. */
  numTokensPostPadded: Int32Array;
}

const KEYS = ["sortedTokenIds", "expertIds", "numTokensPostPadded"] as const;

export function outputBuffers(
  out: Alignment | undefined,
  sizes: AlignSizes,
  inputs: readonly (Int32Array | undefined)[],
): Alignment {
  if (out !== undefined) return checkedBuffers(out, sizes, inputs);
  try {
    return {
      sortedTokenIds: new Int32Array(sizes.sortedTokenIds),
      expertIds: new Int32Array(sizes.expertIds),
      numTokensPostPadded: new Int32Array(1),
    };
  } catch (cause) {
    const bytes = 4 * (sizes.sortedTokenIds + sizes.expertIds + 1);
    throw new AlignError(
      "E_ALLOCATION",
      `The outputs need ${bytes} bytes and the runtime refused (${String(cause)}). Split the tokens into chunks or take a smaller blockM.`,
      { bytes },
    );
  }
}

function checkedBuffers(
  out: Alignment,
  sizes: AlignSizes,
  inputs: readonly (Int32Array | undefined)[],
): Alignment {
  checkOptions("out", out, KEYS);
  for (const key of KEYS) {
    const given = checkInt32Array(`out.${key}`, out[key]).length;
    const needed = key === "numTokensPostPadded" ? 1 : sizes[key];
    if (given >= needed) continue;
    throw new AlignError(
      "E_OUT_SIZE",
      `out.${key} has ${given} entries, at least ${needed} are needed. Allocate with the lengths that alignSizes gives.`,
      { buffer: key, given, needed },
    );
  }
  checkNoOverlap(out, inputs);
  return out;
}

function checkNoOverlap(out: Alignment, inputs: readonly (Int32Array | undefined)[]): void {
  const buffers = KEYS.map((key) => out[key]);
  for (const [i, buffer] of buffers.entries()) {
    for (const other of [...buffers.slice(0, i), ...inputs]) {
      if (other === undefined || !overlaps(buffer, other)) continue;
      throw new AlignError(
        "E_OUT_ALIAS",
        `out.${KEYS[i]} shares memory with an input or another output. Give each its own memory.`,
        { buffer: KEYS[i] },
      );
    }
  }
}

function overlaps(a: Int32Array, b: Int32Array): boolean {
  return (
    a.buffer === b.buffer &&
    a.byteOffset < b.byteOffset + b.byteLength &&
    b.byteOffset < a.byteOffset + a.byteLength
  );
}
