import type { RatioInterval } from "./medianRatioInterval.ts";
import { hodgesLehmann } from "./hodgesLehmann.ts";
import { lag1Autocorrelation } from "./lag1Autocorrelation.ts";
import { mannWhitney } from "./mannWhitney.ts";

/** A reason to trust a row less: see {@link noiseFlags}. */
export type NoiseFlag = "autocorrelated" | "order-effect" | "multimodal";

/** p-value below which the place inside a pair counts as having an effect: one false flag in 100 rows. */
const ORDER_P_VALUE = 0.01;

/** exp and log may move an estimate past an interval of no width. */
const ROUNDING = 1e-12;

/** Paired samples in time order, as {@link samplePairs} returns them. */
export interface PairedSamples {
  /** Kernel times in ns, in time order. */
  kernelNs: number[];
  /** Reference times in ns, pair by pair. */
  referenceNs: number[];
  /** Whether the kernel ran first in that pair. */
  kernelFirst: boolean[];
}

/**
 * Checks the assumptions behind the interval of a row on the log ratios of its pairs:
 *
 * - `autocorrelated`: |r₁| > 1.96/√n, neighbouring pairs are alike (drift), the interval is too narrow
 * - `order-effect`: pairs that began with the kernel differ from the others (Mann-Whitney, p < 0.01)
 * - `multimodal`: the Hodges-Lehmann estimate lies outside the interval of the ratio of medians
 *
 * @param samples at least three pairs of times > 0
 * @param interval interval of reference / kernel from the same samples
 * @returns the flags that apply, in the order above; empty for well-behaved samples
 * @throws BenchError `E_SAMPLES` for fewer than three pairs
 * @example
 * ```ts
 * import { noiseFlags } from '@moe/bench';
 * const drift = Array.from({ length: 20 }, (_, i) => 100 + i);
 * const flat = drift.map(() => 100);
 * const samples = { kernelNs: flat, referenceNs: drift, kernelFirst: flat.map((_, i) => i % 2 === 0) };
 * console.log(noiseFlags(samples, { ratio: 1.095, low: 1.05, high: 1.14 }));
 * // → [ "autocorrelated" ]
 * ```
 */
export function noiseFlags(samples: PairedSamples, interval: RatioInterval): NoiseFlag[] {
  const logs = samples.kernelNs.map((kernel, i) => Math.log(samples.referenceNs[i] / kernel));
  const flags: NoiseFlag[] = [];
  if (Math.abs(lag1Autocorrelation(logs)) > 1.96 / Math.sqrt(logs.length))
    flags.push("autocorrelated");
  if (hasOrderEffect(logs, samples.kernelFirst)) flags.push("order-effect");
  const paired = Math.exp(hodgesLehmann(logs));
  if (paired < interval.low * (1 - ROUNDING) || paired > interval.high * (1 + ROUNDING))
    flags.push("multimodal");
  return flags;
}

function hasOrderEffect(logs: number[], kernelFirst: boolean[]): boolean {
  const first = logs.filter((_, i) => kernelFirst[i]);
  const second = logs.filter((_, i) => !kernelFirst[i]);
  if (first.length === 0 || second.length === 0) return false;
  return mannWhitney(first, second).pValue < ORDER_P_VALUE;
}
