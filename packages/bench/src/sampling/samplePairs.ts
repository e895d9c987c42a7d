import { setImmediate as turn } from "node:timers/promises";
import { BenchError } from "../errors.ts";
import { seedOf } from "../stats/_rng.ts";
import { medianRatioInterval } from "../stats/medianRatioInterval.ts";
import type { PairedSamples } from "../stats/noiseFlags.ts";
import { pairOrder } from "./_pairOrder.ts";

/** The two things that a cell compares. */
export type Side = "kernel" | "reference";

/**
 * Why sampling ended: interval narrow enough, time used up, the most samples taken, or the device throttled: as many pairs
 * dropped as may be, or the time used up with fewer than `minSamples` left, maybe none.
 */
export type StopReason = "precision" | "budget" | "max-samples" | "throttled";

/** How many pairs to measure; every field has a default, see {@link DEFAULT_SAMPLING}. */
export interface SamplingOptions {
  /** Pairs that are always measured, 6 to `maxSamples` (included): below 6 no 95 % interval of a median exists. */
  minSamples?: number;
  /** Most pairs, and the most that are dropped, `minSamples` to 1000 (included). */
  maxSamples?: number;
  /** Time for one cell's pairs in ms, > 0, warm-up and cache flushes included; `minSamples` wins over it. */
  timeBudgetMs?: number;
  /** Stop once the interval of the ratio is this narrow: half its width on the log scale, 0 to 1 (0 = never). */
  targetHalfWidth?: number;
}

/** Defaults: 10 to 200 pairs, 2 s a cell, stop at an interval of ±1 %, half the margin of a verdict. */
export const DEFAULT_SAMPLING: Readonly<Required<SamplingOptions>> = {
  minSamples: 10,
  maxSamples: 200,
  timeBudgetMs: 2000,
  targetHalfWidth: 0.01,
};

/** Growth of the sample between two looks at the interval: few looks keep its coverage honest. */
const LOOK_GROWTH = 1.25;
/** Resamples of a look: a quarter of a row's, so that looking costs a few percent of a cell. */
const LOOK_RESAMPLES = 500;
/** Fewest pairs: of fewer values no interval covers the median with 95 %. */
export const FEWEST_PAIRS = 6;
/** Unrecorded pairs before the first: page faults, thread start, code paging. */
const WARMUP_PAIRS = 1;

/** Pairs in time order and the reason for their number. */
export interface PairSampling extends PairedSamples {
  /** Why sampling ended. */
  stop: StopReason;
  /** Pairs that were dropped because the device was throttled. */
  droppedThrottled: number;
}

/** What {@link samplePairs} takes beside the bounds. */
export interface PairOptions extends SamplingOptions {
  /** Text from which the order of the sides is drawn, default empty. */
  seed?: string;
  /** A clock in ms, default `performance.now`. */
  now?: () => number;
  /** Ends the sampling. */
  signal?: AbortSignal;
  /** Asked before the first pair and after each, outside of what is timed: whether the device runs slower than it could. */
  isThrottled?: () => boolean;
}

/**
 * Measures two sides in pairs, A B or B A in an order drawn from the seed, until the stopping rule ends
 * it: never before `minSamples`; then at the first look (each 1.25 × as many pairs as the last) where
 * the 95 % interval of the ratio is narrower than the target; at `maxSamples`; or when the time is used up. The rule
 * looks at the width only, never at the verdict: stopping at the first significant look would raise the
 * rate of false verdicts.
 *
 * A pair that begins or ends throttled is dropped and measured again, in the same order of its sides, until `maxSamples`
 * pairs were dropped or the time is used up: only then there may be fewer than `minSamples`, even none.
 *
 * @param sample measures one side once with a cold cache and resolves to its time in ns, > 0
 * @param options bounds of the sampling, seed of the order, clock, signal, and a look at the device's clocks
 * @returns all recorded pairs in time order, why sampling ended, and how many pairs were dropped
 * @throws BenchError `E_OPTION` for bounds out of range, `E_SAMPLE_VALUE` when `sample` resolves to no time > 0;
 *   the signal's reason when it aborts
 * @example
 * ```ts
 * import { samplePairs } from '@moe/bench';
 * const times = { kernel: 100, reference: 250 };
 * const run = await samplePairs(async (side) => times[side], { minSamples: 6 });
 * console.log(run.kernelNs.length, run.stop);
 * // → 6 precision
 * ```
 */
export async function samplePairs(
  sample: (side: Side) => Promise<number>,
  options: PairOptions = {},
): Promise<PairSampling> {
  const { seed = "", now = () => performance.now(), signal, isThrottled, ...bounds } = options;
  const { minSamples, maxSamples, timeBudgetMs, targetHalfWidth } = resolveSampling(bounds);
  const order = pairOrder(seedOf(seed));
  const taken: PairedSamples = { kernelNs: [], referenceNs: [], kernelFirst: [] };
  const start = now();
  for (let i = 0; i < WARMUP_PAIRS; i++) await measurePair(sample, true, signal);
  const isUsedUp = (): boolean => now() - start >= timeBudgetMs;
  let nextLook = minSamples;
  let droppedThrottled = 0;
  let kernelFirst = order.next().value;
  let wasThrottled = isThrottled?.() ?? false;
  for (;;) {
    const pair = await measurePair(sample, kernelFirst, signal);
    const startedThrottled = wasThrottled;
    wasThrottled = isThrottled?.() ?? false;
    if (startedThrottled || wasThrottled) {
      droppedThrottled++;
      if (droppedThrottled >= maxSamples) return { ...taken, stop: "throttled", droppedThrottled };
      if (!isUsedUp()) continue;
      const isEnough = taken.kernelNs.length >= minSamples;
      return { ...taken, stop: isEnough ? "budget" : "throttled", droppedThrottled };
    }
    taken.kernelNs.push(pair.kernel);
    taken.referenceNs.push(pair.reference);
    taken.kernelFirst.push(kernelFirst);
    kernelFirst = order.next().value;
    const count = taken.kernelNs.length;
    if (count < minSamples) continue;
    if (count >= nextLook) {
      if (halfWidth(taken) < targetHalfWidth)
        return { ...taken, stop: "precision", droppedThrottled };
      nextLook = Math.ceil(count * LOOK_GROWTH);
    }
    if (count >= maxSamples) return { ...taken, stop: "max-samples", droppedThrottled };
    if (isUsedUp()) return { ...taken, stop: "budget", droppedThrottled };
  }
}

async function measurePair(
  sample: (side: Side) => Promise<number>,
  kernelFirst: boolean,
  signal: AbortSignal | undefined,
): Promise<Record<Side, number>> {
  const times = { kernel: 0, reference: 0 };
  for (const side of kernelFirst ? SIDES : SIDES.toReversed()) {
    // A host kernel blocks its thread: without a turn no signal and no timer would get through.
    await turn();
    signal?.throwIfAborted();
    const ns = await sample(side);
    if (!(Number.isFinite(ns) && ns > 0))
      throw new BenchError(
        "E_SAMPLE_VALUE",
        `The backend returned ${ns} as time of the ${side}; a finite number of ns above 0 is expected. Fix the backend's clock.`,
        { side, ns },
      );
    times[side] = ns;
  }
  return times;
}

const SIDES: readonly Side[] = ["kernel", "reference"];

/** Half the width of the interval of the log ratio. */
function halfWidth(samples: PairedSamples): number {
  const { low, high } = medianRatioInterval(samples.referenceNs, samples.kernelNs, {
    resamples: LOOK_RESAMPLES,
  });
  return (Math.log(high) - Math.log(low)) / 2;
}

/** Fills in the defaults and checks the bounds. */
export function resolveSampling(options: SamplingOptions): Required<SamplingOptions> {
  const minSamples = options.minSamples ?? DEFAULT_SAMPLING.minSamples;
  const maxSamples = options.maxSamples ?? Math.max(DEFAULT_SAMPLING.maxSamples, minSamples);
  const timeBudgetMs = options.timeBudgetMs ?? DEFAULT_SAMPLING.timeBudgetMs;
  const targetHalfWidth = options.targetHalfWidth ?? DEFAULT_SAMPLING.targetHalfWidth;
  const check = (ok: boolean, name: string, value: number, allowed: string): void => {
    if (!ok)
      throw new BenchError("E_OPTION", `${name} is ${value}; it must be ${allowed}.`, {
        name,
        value,
      });
  };
  const integer = (n: number, low: number, high: number): boolean =>
    Number.isInteger(n) && n >= low && n <= high;
  check(
    integer(minSamples, FEWEST_PAIRS, 1000),
    "minSamples",
    minSamples,
    `an integer from ${FEWEST_PAIRS} to 1000`,
  );
  check(
    integer(maxSamples, minSamples, 1000),
    "maxSamples",
    maxSamples,
    `an integer from minSamples (${minSamples}) to 1000`,
  );
  check(
    timeBudgetMs > 0 && timeBudgetMs < Infinity,
    "timeBudgetMs",
    timeBudgetMs,
    "a finite number of ms above 0",
  );
  check(
    targetHalfWidth >= 0 && targetHalfWidth <= 1,
    "targetHalfWidth",
    targetHalfWidth,
    "from 0 to 1 (included)",
  );
  return { minSamples, maxSamples, timeBudgetMs, targetHalfWidth };
}
