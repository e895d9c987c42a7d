// Why the interval is the percentile bootstrap: coverage and width of it and of the bias-corrected accelerated (BCa)
// bootstrap for the ratio of medians of paired samples, A against A, so that the true ratio is 1.
// Run: bun packages/bench/bench/intervalCoverage.ts
import { medianRatioInterval, median } from "../src/index.ts";
import { normalUpperTail } from "../src/stats/_normal.ts";
import { createRng } from "../src/stats/_rng.ts";
import { sortedQuantile } from "../src/stats/quantile.ts";

const RUNS = 600;
const RESAMPLES = 600;

type Interval = (top: number[], bottom: number[], seed: number) => { low: number; high: number };

const rng = createRng(1);
const uniform = (): number => (rng.below(2 ** 30) + 0.5) / 2 ** 30;
const normal = (): number =>
  Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());

/** One pair of times by kind of noise. */
const LAWS: Record<string, () => [number, number]> = {
  "log-normal, sd 5 %": () => [Math.exp(0.05 * normal()), Math.exp(0.05 * normal())],
  "common 10 % + own 3 %": () => {
    const common = 0.1 * normal();
    return [Math.exp(common + 0.03 * normal()), Math.exp(common + 0.03 * normal())];
  },
  "2 %, every tenth +50 %": () => [outlying(), outlying()],
  "exponential tail 5 %": () => [1 - 0.05 * Math.log(uniform()), 1 - 0.05 * Math.log(uniform())],
};

function outlying(): number {
  return Math.exp(0.02 * normal()) * (uniform() < 0.1 ? 1.5 : 1);
}

const percentile: Interval = (top, bottom, seed) =>
  medianRatioInterval(top, bottom, { resamples: RESAMPLES, seed });

/** Efron and Tibshirani 1993, section 14.3. */
const bca: Interval = (top, bottom, seed) => {
  const draw = createRng(seed);
  const n = top.length;
  const logRatio = (rows: number[]): number =>
    Math.log(median(rows.map((i) => top[i])) / median(rows.map((i) => bottom[i])));
  const all = [...Array(n).keys()];
  const observed = logRatio(all);
  const logs = Float64Array.from({ length: RESAMPLES }, () =>
    logRatio(all.map(() => draw.below(n))),
  ).sort();
  const below = logs.reduce((sum, x) => sum + (x < observed ? 1 : x === observed ? 0.5 : 0), 0);
  const bias = normalQuantile(below / RESAMPLES);
  const left = all.map((out) => logRatio(all.filter((i) => i !== out)));
  const mean = left.reduce((sum, x) => sum + x, 0) / n;
  const moment = (power: number): number => left.reduce((sum, x) => sum + (mean - x) ** power, 0);
  const acceleration = moment(2) === 0 ? 0 : moment(3) / (6 * moment(2) ** 1.5);
  const level = (z: number): number =>
    1 - normalUpperTail(bias + (bias + z) / (1 - acceleration * (bias + z)));
  return {
    low: Math.exp(sortedQuantile(logs, level(-1.959964))),
    high: Math.exp(sortedQuantile(logs, level(1.959964))),
  };
};

function normalQuantile(p: number): number {
  let [low, high] = [-9, 9];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (1 - normalUpperTail(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

console.log(
  "noise                     pairs   percentile       BCa    (coverage of 0.95, mean width)",
);
for (const [name, law] of Object.entries(LAWS))
  for (const pairs of [6, 10, 20, 40]) {
    const samples = Array.from({ length: RUNS }, () => Array.from({ length: pairs }, law));
    const cells = [percentile, bca].map((interval) => {
      const found = samples.map((s, seed) =>
        interval(
          s.map(([a]) => a),
          s.map(([, b]) => b),
          seed,
        ),
      );
      const covered = found.filter(({ low, high }) => low <= 1 && high >= 1).length / RUNS;
      const width = found.reduce((sum, { low, high }) => sum + (high - low), 0) / RUNS;
      return `${covered.toFixed(3)} ${width.toFixed(4)}`;
    });
    console.log(`${name.padEnd(24)} ${String(pairs).padStart(6)}   ${cells.join("   ")}`);
  }
