// moe_align_block_size: a stable counting sort of routes by expert, each expert padded to whole blocks.
import type { Alignment } from "./_buffers.ts";
import { outputBuffers } from "./_buffers.ts";
import { checkBoolean, checkInt32Array, checkLength, checkOptions, show } from "./_check.ts";
import {
  countRoutes,
  foldCounts,
  mappedBins,
  scatterMappedRoutes,
  scatterRoutes,
  scatterValidRoutes,
} from "./_countingSort.ts";
import { clearDropped, type Placement, placeExperts } from "./_placeExperts.ts";
import { sortSparse } from "./_sortSparse.ts";
import type { AlignShape } from "./alignSizes.ts";
import { sizesOf } from "./alignSizes.ts";
import { AlignError } from "./errors.ts";

/** Options of {@link moeAlignBlockSize}. */
export interface AlignOptions extends AlignShape {
  /**
   * `[numExperts]` int32, local id of each global expert, -1 where the expert lives elsewhere. Default: none, every expert is
   * local and keeps its id.
   */
  expertMap?: Int32Array | undefined;
  /**
   * With an `expertMap`: `true` maps before counting, so routes of experts that live elsewhere vanish; `false` lays out all
   * experts and maps `expertIds` afterwards, so their blocks stay with id -1. Without a map it changes nothing. Default `false`.
   */
  ignoreInvalidExperts?: boolean;
  /**
   * What `expertIds` holds after the last valid block when an `expertMap` is gathered (`ignoreInvalidExperts` is `false`).
   * `'wrap'`: the map's last entry, as index -1 selects in the original. `'minus-one'`: -1. In all other cases the tail is -1
   * whatever this says. Default `'wrap'`.
   */
  tail?: "wrap" | "minus-one";
  /** Buffers to fill in place of new ones; see {@link moeAlignBlockSize}. */
  out?: Alignment | undefined;
}

const OPTIONS = [
  "numTokens",
  "topK",
  "numExperts",
  "blockM",
  "padSortedIds",
  "expertMap",
  "ignoreInvalidExperts",
  "tail",
  "out",
] as const;

/**
 * Sorts routes by expert and pads each expert to whole blocks of `blockM` rows: the layout that a grouped MoE GEMM walks.
 *
 * Same result as vLLM's `moe_align_block_size`, with the order that the original leaves open fixed to ascending flat index.
 * With n = numTokens · topK:
 * - `sortedTokenIds` holds flat indices `token · topK + slot`, expert by expert in ascending id, each expert padded with n to a
 *   multiple of `blockM`, then n to the end. An expert without a route has no block.
 * - `expertIds[b]` is the expert of block b. See `tail` for the entries after the last valid block.
 * - `numTokensPostPadded[0] / blockM` blocks are valid.
 *
 * A route whose id is below 0 or at least `numExperts` is dropped. So is, with `ignoreInvalidExperts`, one whose mapped id is
 * below 0 or at least `numExperts`. Total: no id makes it throw.
 *
 * Time is linear in the routes and the buffers. It allocates the three outputs and one array of numExperts + 1 counts (three of
 * these where a map comes before counting; arrays of n entries, and a sort, with more than 4194304 experts and fewer
 * routes than experts).
 *
 * `out` replaces the outputs: each buffer has at least the length of {@link alignSizes}; a longer one is allowed and is filled to
 * its end with the same padding, so no stale entry survives; `out` itself is returned.
 *
 * @param topkIds - `[numTokens, topK]` int32, expert of each route; -1 is no route
 * @param options - shape and variants; unknown keys are rejected
 * @returns the three buffers; {@link alignSizes} gives their lengths
 * @throws AlignError `E_TYPE`, `E_OPTION`, `E_RANGE` for a bad option; `E_SHAPE` where `topkIds` or `expertMap` has the wrong length;
 * `E_SIZE` where a length is above 2147483647; `E_ALLOCATION` where memory is short; `E_OUT_SIZE`, `E_OUT_ALIAS` for a bad `out`
 * @see vllm-project/vllm, csrc/moe/moe_align_sum_kernels.cu
 *
 * @example
 * ```ts
 * import { moeAlignBlockSize } from '@moe/align';
 *
 * const topkIds = Int32Array.of(2, 3, 4, 1, 2, 4, 1, 3, 4, 1, 2, 3);
 * const layout = moeAlignBlockSize(topkIds, { numTokens: 4, topK: 3, numExperts: 5, blockM: 4 });
 * console.log(layout.sortedTokenIds.subarray(0, 16).join(' '));
 * // → 3 6 9 12 0 4 10 12 1 7 11 12 2 5 8 12
 * console.log(layout.expertIds.join(' '));
 * // → 1 2 3 4 -1 -1 -1
 * console.log(layout.numTokensPostPadded[0]);
 * // → 16
 * ```
 */
export function moeAlignBlockSize(topkIds: Int32Array, options: AlignOptions): Alignment {
  checkOptions("moeAlignBlockSize", options, OPTIONS);
  const sizes = sizesOf(options);
  const { numTokens, topK, numExperts, blockM, expertMap, out } = options;
  const routes = numTokens * topK;
  checkLength("topkIds", checkInt32Array("topkIds", topkIds), routes);
  const ignore = checkBoolean("ignoreInvalidExperts", options.ignoreInvalidExperts ?? false);
  const tail = checkTail(options.tail ?? "wrap");
  if (expertMap !== undefined) {
    checkLength("expertMap", checkInt32Array("expertMap", expertMap), numExperts);
  }
  const result = outputBuffers(out, sizes, [topkIds, expertMap]);

  const gatherMap = ignore ? undefined : expertMap;
  const tailId = gatherMap !== undefined && tail === "wrap" ? gatherMap[numExperts - 1] : -1;
  const placement = { blockM, sentinel: routes, blockIds: gatherMap, tailId };
  if (expertMap === undefined && numExperts > DENSE_EXPERTS && routes < numExperts) {
    sortSparse(result, topkIds, numExperts, placement);
  } else {
    sortDense(result, topkIds, numExperts, placement, ignore ? expertMap : undefined);
  }
  return result;
}

// Above this a count per expert (16 MiB) is a waste for fewer routes than experts, and a memory hazard at 2^31 experts.
const DENSE_EXPERTS = 4194304;

function sortDense(
  result: Alignment,
  ids: Int32Array,
  numExperts: number,
  placement: Placement,
  map: Int32Array | undefined,
): void {
  const counts = countRoutes(ids, numExperts);
  const bins = map === undefined ? undefined : mappedBins(map);
  const cursors = bins === undefined ? counts : foldCounts(counts, bins);
  const dropped = placeExperts(result, cursors, placement);
  const { sortedTokenIds } = result;
  if (bins !== undefined) scatterMappedRoutes(sortedTokenIds, ids, cursors, bins);
  else if (dropped > 0) scatterRoutes(sortedTokenIds, ids, cursors);
  else scatterValidRoutes(sortedTokenIds, ids, cursors);
  clearDropped(result, dropped, placement.sentinel);
}

function checkTail(tail: unknown): "wrap" | "minus-one" {
  if (tail === "wrap" || tail === "minus-one") return tail;
  throw new AlignError("E_RANGE", `tail is ${show(tail)}. Give 'wrap' or 'minus-one'.`, {
    option: "tail",
    given: tail,
    allowed: ["wrap", "minus-one"],
  });
}
