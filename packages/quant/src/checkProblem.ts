import { checkArray, checkInteger, checkObject, overlaps } from "./_check.ts";
import { QuantError } from "./errors.ts";
import type { MoeGemmProblem } from "./problem.ts";
import { checkWeights } from "./weights.ts";

/**
 * Checks a problem against the whole contract of {@link MoeGemmProblem}: types, sizes, buffer
 * lengths, ids, and that `c` shares no memory with an input. Costs one pass over the slots of the
 * blocks that run and one bit for each valid token; the tensors are not read.
 *
 * A flat index in two slots is an error: the contract could not say which block's row stays. Slots
 * of skipped blocks are not looked at.
 *
 * @param p - the problem
 * @throws QuantError `E_DTYPE`, `E_SHAPE_SIZE`, `E_SHAPE_GROUP`, `E_SHAPE_STRIDE`, `E_SHAPE_LENGTH`
 * for a wrong type or size; `E_ID_RANGE` for an expert of `numExperts` or more, or a negative flat
 * index; `E_ID_REPEATED` for a flat index in two slots; `E_ALIAS` where `c` overlaps an input
 * @example
 * ```ts
 * import { checkProblem, type QuantError, randomActivations, randomWeights } from "@moe/quant";
 *
 * const problem = {
 *   a: randomActivations({ rows: 2, k: 64, seed: 0 }),
 *   weights: randomWeights({ numExperts: 4, n: 16, k: 64, groupSize: 32, seed: 0 }),
 *   sortedTokenIds: new Int32Array([0, 1]),
 *   expertIds: new Int32Array([4]),
 *   numBlocks: 1, blockM: 2, topK: 1, numValidTokens: 2,
 *   c: new Uint16Array(2 * 16),
 * };
 * try {
 *   checkProblem(problem);
 * } catch (error) {
 *   console.log((error as QuantError).code, (error as QuantError).message);
 * }
 * // → E_ID_RANGE expertIds[0] is 4; allowed are ids below numExperts 4, and negative ids to skip the block.
 * ```
 */
export function checkProblem(p: MoeGemmProblem): void {
  checkObject(p, "problem");
  checkWeights(p.weights);
  checkInteger(p.blockM, "blockM", 1);
  checkInteger(p.topK, "topK", 1);
  checkInteger(p.numBlocks, "numBlocks", 0);
  checkInteger(p.numValidTokens, "numValidTokens", 0);
  checkArray(p.a, "a", Uint16Array, Math.ceil(p.numValidTokens / p.topK) * p.weights.k);
  checkArray(p.c, "c", Uint16Array, p.numValidTokens * p.weights.n);
  checkArray(p.sortedTokenIds, "sortedTokenIds", Int32Array, 0);
  checkArray(p.expertIds, "expertIds", Int32Array, p.numBlocks);
  checkAliases(p);
  checkIds(p);
}

function checkAliases(p: MoeGemmProblem): void {
  const { packed, scales, zeros } = p.weights;
  const { a, sortedTokenIds, expertIds } = p;
  const inputs = { a, packed, scales, zeros, sortedTokenIds, expertIds };
  for (const [name, input] of Object.entries(inputs)) {
    if (input === undefined || !overlaps(p.c, input)) continue;
    throw new QuantError(
      "E_ALIAS",
      `c shares memory with ${name}; a kernel would read what it writes. Pass separate buffers.`,
      { name },
    );
  }
}

function checkIds(p: MoeGemmProblem): void {
  const { sortedTokenIds, expertIds, numValidTokens, blockM } = p;
  const { numExperts } = p.weights;
  const seen = new Uint32Array(Math.ceil(numValidTokens / 32));
  for (let b = 0; b < p.numBlocks; b++) {
    const expert = expertIds[b];
    if (expert < 0) continue;
    if (expert >= numExperts) throw expertError(b, expert, numExperts);
    const end = Math.min((b + 1) * blockM, sortedTokenIds.length);
    for (let slot = b * blockM; slot < end; slot++) {
      const flat = sortedTokenIds[slot];
      if (flat >= numValidTokens) continue;
      if (flat < 0) throw flatError(slot, flat);
      const bit = 1 << (flat & 31);
      if ((seen[flat >>> 5] & bit) !== 0) throw repeatError(slot, flat);
      seen[flat >>> 5] |= bit;
    }
  }
}

function expertError(block: number, expert: number, numExperts: number): QuantError {
  return new QuantError(
    "E_ID_RANGE",
    `expertIds[${block}] is ${expert}; allowed are ids below numExperts ${numExperts}, and negative ids to skip the block.`,
    { block, expert, numExperts },
  );
}

function flatError(slot: number, flat: number): QuantError {
  return new QuantError(
    "E_ID_RANGE",
    `sortedTokenIds[${slot}] is ${flat}; allowed are flat indices from 0. Mark padding with numValidTokens or more.`,
    { slot, flat },
  );
}

function repeatError(slot: number, flat: number): QuantError {
  return new QuantError(
    "E_ID_REPEATED",
    `sortedTokenIds[${slot}] repeats the flat index ${flat}; two slots would write one row of c. Each route may appear once.`,
    { slot, flat },
  );
}
