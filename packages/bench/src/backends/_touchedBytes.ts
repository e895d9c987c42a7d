import type { MoeGemmProblem } from "@moe/quant";

/** Bytes of the weights and scales of experts with a route, of A and of C: what a call touches at least, each once. */
export function touchedBytes({ weights, expertIds, numBlocks, a, c }: MoeGemmProblem): number {
  const { n, k, groupSize } = weights;
  const experts = new Set(expertIds.subarray(0, numBlocks).filter((expert) => expert >= 0));
  return experts.size * n * k * (1 / 2 + 2 / groupSize) + a.byteLength + c.byteLength;
}
