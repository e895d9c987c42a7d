import { RoutingError } from "./errors.ts";

/**
 * How evenly load lies on experts. Everything is over all E experts, unused ones included, but the three `used` values.
 * Without any load the ratios are those of a perfectly even one, entropy and effective experts are 0.
 */
export interface LoadStats {
  /** Sum of the counts. */
  readonly total: number;
  /** total / E. */
  readonly mean: number;
  /** Median; the mean of the two middle counts where E is even. */
  readonly median: number;
  /** Largest count. */
  readonly max: number;
  /** Experts with count 0. */
  readonly dead: number;
  /** E - dead. */
  readonly used: number;
  /** total / used, as the space map prints it; 0 without load. */
  readonly usedMean: number;
  /** Median over used experts, as the space map prints it (cut to an integer there); 0 without load. */
  readonly usedMedian: number;
  /** max / mean ≥ 1; 1 without load. Times slower than even, where the slowest expert decides. */
  readonly maxOverMean: number;
  /** max / mean - 1. Source: MaxVio of Wang et al., "Auxiliary-Loss-Free Load Balancing", arXiv 2408.15664, section 4.1. */
  readonly maxVio: number;
  /** mean / max in (0, 1]; 1 is even. Source: the expert load balancer's metric in vllm-project/vllm `vllm/distributed/eplb`. */
  readonly balancedness: number;
  /** Standard deviation (divided by E) over mean. Source: its square is the loss of Shazeer et al., arXiv 1701.06538, section 4. */
  readonly cv: number;
  /** Gini coefficient: 0 is even, 1 - 1/E is one expert only. Source: C. Gini, Variabilità e mutabilità, 1912. */
  readonly gini: number;
  /** -Σ p ln p in nats, p = count / total. Source: C. E. Shannon, A Mathematical Theory of Communication, 1948, section 6. */
  readonly entropy: number;
  /** entropy / ln E in [0, 1]; 1 for one expert. Source: evenness of E. C. Pielou, J. Theor. Biol. 13, 1966. */
  readonly normalizedEntropy: number;
  /** 1 / Σ p² in [1, E]. Source: M. O. Hill, "Diversity and Evenness", Ecology 54, 1973, the number of order 2. */
  readonly effectiveExperts: number;
}

/**
 * Load statistics of an expert histogram.
 *
 * @param counts - Load per expert, `[numExperts]`, finite and ≥ 0; usually of {@link expertCounts}. At least one entry.
 * @returns See {@link LoadStats}.
 * @throws {@link RoutingError} `E_COUNTS` when counts are empty, negative, not finite or not numbers.
 *
 * @example
 * ```ts
 * import { loadStats } from "@moe/routing";
 * const { mean, max, dead, maxVio, effectiveExperts } = loadStats([4, 2, 2, 0]);
 * console.log(mean, max, dead, maxVio, effectiveExperts.toFixed(3));
 * // → 2 4 1 1 2.667
 * ```
 */
export function loadStats(counts: ArrayLike<number>): LoadStats {
  const sorted = checkedCounts(counts).sort();
  const numExperts = sorted.length;
  const dead = firstPositive(sorted);
  const used = numExperts - dead;
  const total = sum(sorted, (count) => count);
  const max = sorted[numExperts - 1];
  const mean = total / numExperts;
  const entropy = total === 0 ? 0 : -sum(sorted, (count) => xLogX(count / total));
  const squares = total === 0 ? 0 : sum(sorted, (count) => (count / total) ** 2);
  const variance = sum(sorted, (count) => (count - mean) ** 2) / numExperts;
  return {
    total,
    mean,
    median: median(sorted),
    max,
    dead,
    used,
    usedMean: used === 0 ? 0 : total / used,
    usedMedian: used === 0 ? 0 : median(sorted.subarray(dead)),
    maxOverMean: total === 0 ? 1 : max / mean,
    maxVio: total === 0 ? 0 : max / mean - 1,
    balancedness: total === 0 ? 1 : mean / max,
    cv: total === 0 ? 0 : Math.sqrt(variance) / mean,
    gini: total === 0 ? 0 : gini(sorted, total),
    entropy: Math.abs(entropy),
    normalizedEntropy:
      total === 0 || numExperts === 1 ? 1 : Math.abs(entropy) / Math.log(numExperts),
    effectiveExperts: total === 0 ? 0 : 1 / squares,
  };
}

function checkedCounts(counts: ArrayLike<number>): Float64Array {
  if (typeof counts !== "object" || counts === null || !(counts.length > 0)) {
    throw new RoutingError("E_COUNTS", "counts are empty; at least one expert is needed.", {});
  }
  const copy = new Float64Array(counts.length);
  for (let i = 0; i < copy.length; i++) {
    const count: unknown = counts[i];
    if (typeof count !== "number" || !(count >= 0 && count < Infinity)) {
      throw new RoutingError(
        "E_COUNTS",
        `count ${i} is ${String(count)}; allowed is a finite number ≥ 0.`,
        { index: i, count },
      );
    }
    copy[i] = count;
  }
  return copy;
}

function firstPositive(sorted: Float64Array): number {
  const index = sorted.findIndex((count) => count > 0);
  return index < 0 ? sorted.length : index;
}

function median(sorted: Float64Array): number {
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** Σ (2i - E - 1) x_i / (E Σ x), i = 1..E ascending. */
function gini(sorted: Float64Array, total: number): number {
  const numExperts = sorted.length;
  let weighted = 0;
  for (let i = 0; i < numExperts; i++) weighted += (2 * i + 1 - numExperts) * sorted[i];
  return weighted / (numExperts * total);
}

function xLogX(p: number): number {
  return p === 0 ? 0 : p * Math.log(p);
}

function sum(values: Float64Array, term: (value: number) => number): number {
  let total = 0;
  for (const value of values) total += term(value);
  return total;
}
