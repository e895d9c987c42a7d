import type { MoeGemmProblem } from "@moe/quant";
import { randomActivations, randomWeights } from "@moe/quant";

/** `rows` routes of one expert each, dealt in turn to `numExperts`, one block an expert. */
export function dealtProblem(
  rows: number,
  numExperts: number,
  n: number,
  k: number,
): MoeGemmProblem {
  const blockM = Math.ceil(rows / numExperts);
  const sortedTokenIds = Int32Array.from({ length: numExperts * blockM }, (_, slot) => {
    const flat = (slot % blockM) * numExperts + Math.floor(slot / blockM);
    return Math.min(flat, rows);
  });
  return {
    a: randomActivations({ rows, k, seed: 1 }),
    weights: randomWeights({ numExperts, n, k, groupSize: Math.min(k, 128), seed: 2 }),
    sortedTokenIds,
    expertIds: Int32Array.from({ length: numExperts }, (_, expert) => expert),
    numBlocks: numExperts,
    blockM,
    topK: 1,
    numValidTokens: rows,
    c: new Uint16Array(rows * n).fill(0x7fff),
  };
}
