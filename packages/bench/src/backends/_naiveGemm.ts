import { bf16ToFloat, dequantize, floatToBf16, type MoeGemmProblem } from "@moe/quant";

/**
 * What a user would write first: for each run of blocks of one expert, dequantise that expert to f32, then plain
 * loops over rows, columns and k. Returns its time in ns.
 */
export function naiveGemm(problem: MoeGemmProblem): number {
  const start = performance.now();
  let decoded = -1;
  let weights: Float32Array = new Float32Array(0);
  for (let block = 0; block < problem.numBlocks; block++) {
    const expert = problem.expertIds[block];
    if (expert < 0) continue;
    if (expert !== decoded) weights = dequantize(problem.weights, expert);
    decoded = expert;
    multiplyBlock(problem, block, weights);
  }
  return (performance.now() - start) * 1e6;
}

function multiplyBlock(problem: MoeGemmProblem, block: number, weights: Float32Array): void {
  const { a, c, sortedTokenIds, blockM, topK, numValidTokens } = problem;
  const { k, n } = problem.weights;
  for (let slot = block * blockM; slot < (block + 1) * blockM; slot++) {
    const flat = slot < sortedTokenIds.length ? sortedTokenIds[slot] : numValidTokens;
    if (flat >= numValidTokens) continue;
    const row = Math.floor(flat / topK) * k;
    for (let col = 0; col < n; col++) {
      let sum = 0;
      for (let i = 0; i < k; i++) sum += bf16ToFloat(a[row + i]) * weights[col * k + i];
      c[flat * n + col] = floatToBf16(sum);
    }
  }
}
