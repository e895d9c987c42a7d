// Buffer lengths of moeAlignBlockSize. They depend on shapes alone, so that a caller can allocate before routing is known.
import { checkBoolean, checkInteger, checkOptions, INT32_MAX } from "./_check.ts";
import { AlignError } from "./errors.ts";

/** Shape of one alignment; everything that its buffer lengths depend on. */
export interface AlignShape {
  /** Tokens, 0 to 2147483647 (included). */
  numTokens: number;
  /** Experts per token, 1 to 2147483647 (included). */
  topK: number;
  /** Global experts E, 1 to 2147483647 (included). */
  numExperts: number;
  /** Rows of one block B, 1 to 2147483647 (included). */
  blockM: number;
  /** Round the length up to whole blocks. Default `false`. */
  padSortedIds?: boolean;
}

/** Buffer lengths in entries. */
export interface AlignSizes {
  /** Entries of `sortedTokenIds`. */
  sortedTokenIds: number;
  /** Entries of `expertIds`. */
  expertIds: number;
}

const OPTIONS = ["numTokens", "topK", "numExperts", "blockM", "padSortedIds"] as const;

/**
 * Lengths of the buffers that {@link moeAlignBlockSize} fills, for every routing of this shape.
 *
 * With n = numTokens · topK, E = numExperts, B = blockM the longest possible layout is `n + E·(B − 1)`: each expert wastes
 * at most B − 1 rows. `padSortedIds` rounds that up to whole blocks. Where n < E at most n experts have a row, so
 * `n·B` replaces either. `expertIds` has one entry per started block.
 *
 * @param shape - the shape; unknown keys are rejected
 * @returns lengths in entries
 * @throws AlignError `E_OPTION`, `E_TYPE`, `E_RANGE` for a bad option; `E_SIZE` where n or a length is above 2147483647
 * (nothing is allocated)
 * @see vllm-project/vllm, vllm/model_executor/layers/fused_moe/moe_align_block_size.py
 *
 * @example
 * ```ts
 * import { alignSizes } from '@moe/align';
 *
 * const sizes = alignSizes({ numTokens: 994, topK: 8, numExperts: 256, blockM: 32 });
 * console.log(sizes.sortedTokenIds, sizes.expertIds);
 * // → 15888 497
 * ```
 */
export function alignSizes(shape: AlignShape): AlignSizes {
  checkOptions("alignSizes", shape, OPTIONS);
  return sizesOf(shape);
}

/** The same without the check for unknown keys, for functions that take more options. */
export function sizesOf(shape: AlignShape): AlignSizes {
  const numTokens = checkInteger("numTokens", shape.numTokens, 0);
  const topK = checkInteger("topK", shape.topK, 1);
  const numExperts = checkInteger("numExperts", shape.numExperts, 1);
  const blockM = checkInteger("blockM", shape.blockM, 1);
  const pad = checkBoolean("padSortedIds", shape.padSortedIds ?? false);
  const routes = checkSize("numTokens · topK", numTokens, topK);

  let length = routes;
  if (routes < numExperts) {
    length = checkSize("numTokens · topK · blockM", routes, blockM);
  } else {
    length += checkSize("numExperts · (blockM − 1)", numExperts, blockM - 1);
    if (pad) length = Math.ceil(length / blockM) * blockM;
    checkSize("sortedTokenIds", length, 1);
  }
  return { sortedTokenIds: length, expertIds: Math.ceil(length / blockM) };
}

// Both factors are below 2^31, so a product that is too large is still far inside the range of a double.
export function checkSize(what: string, a: number, b: number): number {
  const size = a * b;
  if (size <= INT32_MAX) return size;
  throw new AlignError(
    "E_SIZE",
    `${what} is ${size}, the limit of an int32 buffer is ${INT32_MAX}. Split the tokens into chunks or take a smaller blockM.`,
    { what, given: size, max: INT32_MAX },
  );
}
