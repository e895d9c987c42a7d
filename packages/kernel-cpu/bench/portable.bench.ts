// portableGemm against the loop that one would write first, on one thread: `bun packages/kernel-cpu/bench/portable.bench.ts [quick]`.
// Both are compared with the oracle before they are timed.
import { measure } from "mitata";
import {
  bf16ToFloat,
  dequantize,
  floatToBf16,
  type MoeGemmProblem,
  randomActivations,
  randomWeights,
  verifyGemm,
} from "@moe/quant";
import { portableGemm } from "@moe/kernel-cpu";

const BUDGET_NS = process.argv.includes("quick") ? 1e8 : 1e9;
const NUM_EXPERTS = 2;
const BLOCK_M = 32;
const SHAPES = [
  { k: 2048, n: 128 },
  { k: 512, n: 512 },
];

/** Experts with `rows` rows each, in blocks of 32. */
function problemOf(k: number, n: number, rows: number): MoeGemmProblem {
  const blocks = Math.ceil(rows / BLOCK_M);
  const numValidTokens = NUM_EXPERTS * rows;
  return {
    a: randomActivations({ rows: numValidTokens, k, seed: 1 }),
    weights: randomWeights({ numExperts: NUM_EXPERTS, n, k, groupSize: 128, seed: 1 }),
    sortedTokenIds: Int32Array.from({ length: NUM_EXPERTS * blocks * BLOCK_M }, (_, slot) => {
      const row = slot % (blocks * BLOCK_M);
      return row < rows ? Math.floor(slot / (blocks * BLOCK_M)) * rows + row : numValidTokens;
    }),
    expertIds: Int32Array.from({ length: NUM_EXPERTS * blocks }, (_, b) => Math.floor(b / blocks)),
    numBlocks: NUM_EXPERTS * blocks,
    blockM: BLOCK_M,
    topK: 1,
    numValidTokens,
    c: new Uint16Array(numValidTokens * n),
  };
}

/** Dequantises an expert to f32, then loops over rows, columns and k. */
function naiveLoop(p: MoeGemmProblem): void {
  const { n, k } = p.weights;
  let decoded = -1;
  let weights: Float32Array = new Float32Array(0);
  for (let slot = 0; slot < p.numBlocks * p.blockM; slot++) {
    const expert = p.expertIds[Math.floor(slot / p.blockM)];
    const flat = p.sortedTokenIds[slot];
    if (flat >= p.numValidTokens) continue;
    if (expert !== decoded) weights = dequantize(p.weights, expert);
    decoded = expert;
    const row = Math.floor(flat / p.topK) * k;
    for (let col = 0; col < n; col++) {
      let sum = 0;
      for (let i = 0; i < k; i++) sum += bf16ToFloat(p.a[row + i]) * weights[col * k + i];
      p.c[flat * n + col] = floatToBf16(sum);
    }
  }
}

/** Nanoseconds, the median of mitata's samples, after the result was verified. */
async function timed(
  problem: MoeGemmProblem,
  run: (p: MoeGemmProblem) => unknown,
): Promise<number> {
  problem.c.fill(0xffff);
  run(problem);
  const { passed, worst } = verifyGemm(problem);
  if (!passed) throw new Error(`${run.name} is wrong: ${JSON.stringify(worst)}`);
  const { p50 } = await measure(() => run(problem), { min_cpu_time: BUDGET_NS });
  return p50;
}

console.log(`${NUM_EXPERTS} experts, G=128, one thread, median of mitata samples`);
for (const { k, n } of SHAPES) {
  for (const rows of [4, 32, 128]) {
    const problem = problemOf(k, n, rows);
    const flop = 2 * problem.numValidTokens * n * k;
    const naive = await timed(problem, naiveLoop);
    const ours = await timed(problem, portableGemm);
    const rate = (ns: number): string => (flop / ns).toFixed(2).padStart(6);
    console.log(
      `K=${k} N=${n} ${String(rows).padStart(4)} rows an expert: portableGemm${rate(ours)} GFLOP/s, naive loop${rate(naive)}, ${(naive / ours).toFixed(1)}x`,
    );
  }
}
