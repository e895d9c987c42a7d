// The batched form: each expert already owns a fixed slab of rows, only its count is known.
import type { Alignment } from "./_buffers.ts";
import { outputBuffers } from "./_buffers.ts";
import { checkInt32Array, checkInteger, checkOptions } from "./_check.ts";
import type { AlignSizes } from "./alignSizes.ts";
import { checkSize } from "./alignSizes.ts";

/** Options of {@link batchedMoeAlignBlockSize}. */
export interface BatchedAlignOptions {
  /** Rows of one expert's slab, 0 to 2147483647 (included). */
  maxTokensPerBatch: number;
  /** Rows of one block, 1 to 2147483647 (included). */
  blockM: number;
  /** Buffers to fill in place of new ones, with the rules of `moeAlignBlockSize`. */
  out?: Alignment | undefined;
}

/**
 * Lays out the batched activation format `[experts, maxTokensPerBatch, K]`, in which expert e owns rows
 * e · maxTokensPerBatch onward and only the first `expertNumTokens[e]` are real.
 *
 * `sortedTokenIds` has experts · ceil(maxTokensPerBatch ÷ blockM) · blockM entries and holds row numbers in ascending order, each
 * expert padded to whole blocks with the sentinel experts · maxTokensPerBatch. `expertIds` has one entry a block, -1 after the
 * last valid one. Linear in the buffers; allocates nothing but the outputs.
 *
 * @param expertNumTokens - `[experts]` int32, real rows of each expert, 0 to `maxTokensPerBatch` (included)
 * @param options - slab and block size; unknown keys are rejected
 * @returns the three buffers, as `moeAlignBlockSize`
 * @throws AlignError `E_TYPE`, `E_OPTION` for a bad argument; `E_RANGE` for an option or a count outside its bounds; `E_SIZE`,
 * `E_ALLOCATION`, `E_OUT_SIZE`, `E_OUT_ALIAS` as `moeAlignBlockSize`
 * @see vllm-project/vllm, vllm/model_executor/layers/fused_moe/moe_align_block_size.py (batched_moe_align_block_size)
 *
 * @example
 * ```ts
 * import { batchedMoeAlignBlockSize } from '@moe/align';
 *
 * const counts = Int32Array.of(2, 3, 0, 6, 8);
 * const layout = batchedMoeAlignBlockSize(counts, { maxTokensPerBatch: 8, blockM: 4 });
 * console.log(layout.expertIds.join(' '), '|', layout.numTokensPostPadded[0]);
 * // → 0 1 3 3 4 4 -1 -1 -1 -1 | 24
 * ```
 */
export function batchedMoeAlignBlockSize(
  expertNumTokens: Int32Array,
  options: BatchedAlignOptions,
): Alignment {
  checkOptions("batchedMoeAlignBlockSize", options, ["maxTokensPerBatch", "blockM", "out"]);
  checkInt32Array("expertNumTokens", expertNumTokens);
  const maxTokens = checkInteger("maxTokensPerBatch", options.maxTokensPerBatch, 0);
  const blockM = checkInteger("blockM", options.blockM, 1);
  const sizes = batchedSizes(expertNumTokens.length, maxTokens, blockM);
  expertNumTokens.forEach((count, expert) =>
    checkInteger(`expertNumTokens[${expert}]`, count, 0, maxTokens),
  );
  const result = outputBuffers(options.out, sizes, [expertNumTokens]);
  placeSlabs(result, expertNumTokens, maxTokens, blockM);
  return result;
}

function batchedSizes(experts: number, maxTokens: number, blockM: number): AlignSizes {
  const blocks = Math.ceil(maxTokens / blockM);
  const padded = checkSize("maxTokensPerBatch in whole blocks", blocks, blockM);
  return {
    sortedTokenIds: checkSize("experts · padded maxTokensPerBatch", experts, padded),
    expertIds: experts * blocks,
  };
}

function placeSlabs(out: Alignment, counts: Int32Array, maxTokens: number, blockM: number): void {
  const { sortedTokenIds, expertIds, numTokensPostPadded } = out;
  const sentinel = counts.length * maxTokens;
  let row = 0;
  let block = 0;
  for (let expert = 0; expert < counts.length; expert++) {
    const count = counts[expert];
    const first = expert * maxTokens;
    for (let token = 0; token < count; token++) sortedTokenIds[row + token] = first + token;
    const blocks = Math.ceil(count / blockM);
    sortedTokenIds.fill(sentinel, row + count, row + blocks * blockM);
    expertIds.fill(expert, block, block + blocks);
    row += blocks * blockM;
    block += blocks;
  }
  sortedTokenIds.fill(sentinel, row);
  expertIds.fill(-1, block);
  numTokensPostPadded[0] = row;
}
