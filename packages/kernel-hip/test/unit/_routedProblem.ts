import { moeAlignBlockSize } from "@moe/align";
import { type MoeGemmProblem, randomActivations, randomWeights } from "@moe/quant";
import { type ArchetypeName, synthTopk } from "@moe/routing";

/** Sizes of a GEMM whose rows a router has spread. */
export interface RoutedSizes {
  archetype: ArchetypeName;
  numTokens: number;
  topK: number;
  numExperts: number;
  blockM: number;
  k: number;
  n: number;
  groupSize: number;
  zeros?: boolean;
  /** Routes that share a row of the activations: `topK` as in gemm1 where absent, 1 as in gemm2. */
  share?: number;
}

/** A GEMM with random tensors and the blocks of a synthetic routing. */
export function routedProblem(sizes: RoutedSizes): MoeGemmProblem {
  const { archetype, numTokens, topK, numExperts, blockM, k, n, groupSize } = sizes;
  const { zeros = false, share = topK } = sizes;
  const { topkIds } = synthTopk({ archetype, numTokens, numExperts, topK });
  const blocks = moeAlignBlockSize(topkIds, { numTokens, topK, numExperts, blockM });
  return {
    a: randomActivations({ rows: (numTokens * topK) / share, k, seed: 2 }),
    weights: randomWeights({ numExperts, n, k, groupSize, zeros, seed: 1 }),
    ...blocks,
    numBlocks: blocks.numTokensPostPadded[0] / blockM,
    blockM,
    topK: share,
    numValidTokens: numTokens * topK,
    c: new Uint16Array(numTokens * topK * n),
  };
}
