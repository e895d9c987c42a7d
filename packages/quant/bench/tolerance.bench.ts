// How much of its tolerance a right kernel uses: bun packages/quant/bench/tolerance.bench.ts
// The kernel adds f32 products one after the other in f32, the order with the largest error bound.
import {
  dequantize,
  floatToBf16,
  fromBf16,
  type MoeGemmProblem,
  randomActivations,
  randomWeights,
  verifyGemm,
} from "@moe/quant";

const [rows, n, groupSize] = [32, 256, 32];

function makeProblem(k: number, seed: number, sameSign: boolean): MoeGemmProblem {
  const a = randomActivations({ rows, k, seed });
  const weights = randomWeights({ numExperts: 1, n, k, groupSize, seed });
  if (sameSign) {
    for (let i = 0; i < a.length; i++) a[i] &= 0x7fff;
    for (let i = 0; i < weights.packed.length; i++) weights.packed[i] |= 0x88888888;
  }
  return {
    a,
    weights,
    sortedTokenIds: Int32Array.from({ length: rows }, (_, i) => i),
    expertIds: new Int32Array(1),
    numBlocks: 1,
    blockM: rows,
    topK: 1,
    numValidTokens: rows,
    c: new Uint16Array(rows * n),
  };
}

function sequentialGemm(p: MoeGemmProblem): void {
  const { k } = p.weights;
  const a = fromBf16(p.a);
  const w = dequantize(p.weights, 0);
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < n; col++) {
      let sum = Math.fround(0);
      for (let i = 0; i < k; i++) {
        sum = Math.fround(sum + Math.fround(a[row * k + i] * w[col * k + i]));
      }
      p.c[row * n + col] = floatToBf16(sum);
    }
  }
}

console.log("     k  signs  elements  worst share  rel");
for (const k of [32, 128, 512, 2048, 8192]) {
  for (const sameSign of [false, true]) {
    let worst = 0;
    let rel = 0;
    let checked = 0;
    for (let seed = 0; seed < 4; seed++) {
      const problem = makeProblem(k, seed, sameSign);
      sequentialGemm(problem);
      const report = verifyGemm(problem, { samples: "all" });
      worst = Math.max(worst, report.worst?.shareOfTolerance ?? 0);
      rel = Math.max(rel, report.rel);
      checked += report.checked;
    }
    const cells = [
      String(k).padStart(6),
      (sameSign ? "same" : "mixed").padStart(6),
      String(checked).padStart(9),
      worst.toFixed(3).padStart(12),
      rel.toFixed(5),
    ];
    console.log(cells.join(" "));
  }
}
