// The contract, word for word, in the plainest loop: a kernel that the law suite must accept. `Fault`
// breaks it in one place, so that the suite can be seen to notice.
import { bf16ToFloat, checkProblem, floatToBf16, type MoeGemmProblem } from "@moe/quant";

export interface Fault {
  /** Replaces the nibble order. */
  order?: readonly number[];
  /** Changes the decoded weight. */
  weight?: (nibble: number, zero: number, scale: number) => number;
  /** Changes the running sum after each step. */
  round?: (sum: number) => number;
  /** Changes the stored bits. */
  store?: (sum: number) => number;
  /** Changes which row of `a` a route reads. */
  row?: (flat: number, p: MoeGemmProblem) => number;
  /** Changes which scale group k belongs to. */
  group?: (k: number, p: MoeGemmProblem) => number;
  /** Changes where row r of the weights starts. */
  start?: (row: number, p: MoeGemmProblem) => number;
  /** Changes the block's expert. */
  expert?: (expert: number, block: number, p: MoeGemmProblem) => number;
  /** Changes the columns that are written. */
  columns?: (p: MoeGemmProblem) => number;
  /** Changes the rows of a block that are run. */
  rows?: (p: MoeGemmProblem) => number;
  /** Changes the check of the problem. */
  check?: (p: MoeGemmProblem) => void;
}

const POSITION = [0, 4, 1, 5, 2, 6, 3, 7];

export function naiveGemm(p: MoeGemmProblem, fault: Fault = {}): void {
  (fault.check ?? checkProblem)(p);
  for (let b = 0; b < p.numBlocks; b++) {
    const expert = fault.expert?.(p.expertIds[b], b, p) ?? p.expertIds[b];
    if (expert < 0) continue;
    for (let r = 0; r < (fault.rows?.(p) ?? p.blockM); r++) {
      const slot = b * p.blockM + r;
      const flat = slot < p.sortedTokenIds.length ? p.sortedTokenIds[slot] : p.numValidTokens;
      if (flat >= p.numValidTokens) continue;
      for (let col = 0; col < (fault.columns?.(p) ?? p.weights.n); col++) {
        const sum = element(p, flat, expert * p.weights.n + col, fault);
        p.c[flat * p.weights.n + col] = (fault.store ?? floatToBf16)(sum);
      }
    }
  }
}

function element(p: MoeGemmProblem, flat: number, row: number, fault: Fault): number {
  const { packed, scales, zeros, k, groupSize, rowStride } = p.weights;
  const order = fault.order ?? POSITION;
  const activation = fault.row?.(flat, p) ?? Math.floor(flat / p.topK);
  const start = fault.start?.(row, p) ?? row * rowStride;
  let sum = 0;
  for (let i = 0; i < k; i++) {
    const nibble = (packed[start + Math.floor(i / 8)] >>> (4 * order[i % 8])) & 15;
    const group = row * (k / groupSize) + (fault.group?.(i, p) ?? Math.floor(i / groupSize));
    const zero = zeros === undefined ? 8 : zeros[group];
    const scale = bf16ToFloat(scales[group]);
    const weight = fault.weight?.(nibble, zero, scale) ?? (nibble - zero) * scale;
    sum = (fault.round ?? Math.fround)(sum + bf16ToFloat(p.a[activation * k + i]) * weight);
  }
  return sum;
}
