import { checkArray, checkInteger, checkOptions, checkRounding, checkSeed } from "./_check.ts";
import { dot, readActivationRow, scaledMagnitude } from "./_dot.ts";
import { listRoutes, type Routes } from "./_routes.ts";
import { planSamples } from "./_samplePlan.ts";
import { bf16ToFloat } from "./bf16.ts";
import { checkProblem } from "./checkProblem.ts";
import type { MoeGemmProblem } from "./problem.ts";
import { shareOfTolerance } from "./tolerance.ts";

const DEFAULT_SAMPLES = 2048;
const ROUNDINGS = ["weightRounding", "offsetRounding"] as const;

/** Options of {@link verifyGemm}. */
export interface VerifyOptions {
  /** Uniform random elements beside the four of every block, or every element; default 2048. */
  samples?: number | "all";
  /** Seed of the choice, integer of 0..2^53-1; default 0. */
  seed?: number;
  /**
   * Copy of `c` from before the call, of the same length: what has no route must still equal it.
   */
  untouched?: Uint16Array;
  /** See `ToleranceInput.weightRounding`; 0 (default) to 1 (included). */
  weightRounding?: number;
  /**
   * What a kernel whose decoded weights carry a constant may be off, as a share of `Σ|a·scale|`, 0 (default) to 1
   * (included). 0 for every kernel that decodes to `nibble − zero`; the bf16 kernel for gfx11 does not, see
   * docs/numerics.md.
   */
  offsetRounding?: number;
}

/** The element that used most of its tolerance. */
export interface VerifyWorst {
  /** Flat index, the row of `c`. */
  flat: number;
  /** Expert of that route. */
  expert: number;
  /** Column of `c`. */
  col: number;
  /** The kernel's value. */
  got: number;
  /** The oracle's value, in f64. */
  want: number;
  /** `|got − want|` over the tolerance; above 1 is wrong. */
  shareOfTolerance: number;
}

/** Result of {@link verifyGemm}. */
export interface VerifyReport {
  /** Whether every checked element is within tolerance and nothing else was written. */
  passed: boolean;
  /** Elements compared with the oracle. */
  checked: number;
  /** Elements out of tolerance. */
  failed: number;
  /**
   * `Σ|got − want| / Σ|want|` over the checked elements whose two values are finite; 0 where
   * nothing was checked.
   */
  rel: number;
  /** The worst element; null where nothing was checked. */
  worst: VerifyWorst | null;
  /** Elements without a route that changed; null where no copy was given. */
  strayWrites: number | null;
}

/**
 * Compares a kernel's `c` with the oracle. Every nonempty block is looked at in its first and last
 * row (first and last columns, the ragged end, random ones), then random elements are added.
 *
 * @param p - the problem, after the kernel has run
 * @param options - see {@link VerifyOptions}
 * @returns see {@link VerifyReport}; `passed` is never true for a wrong NaN
 * @throws QuantError for a wrong problem (see `checkProblem`); `E_OPTION`, `E_SHAPE_SIZE`,
 * `E_SHAPE_LENGTH` or `E_DTYPE` for wrong options
 * @example
 * ```ts
 * import { floatToBf16, oracleElement, randomActivations, randomWeights, verifyGemm } from "@moe/quant";
 *
 * const weights = randomWeights({ numExperts: 1, n: 3, k: 64, groupSize: 32, seed: 5 });
 * const problem = {
 *   a: randomActivations({ rows: 1, k: 64, seed: 6 }), weights,
 *   sortedTokenIds: new Int32Array([0]), expertIds: new Int32Array([0]),
 *   numBlocks: 1, blockM: 1, topK: 1, numValidTokens: 1, c: new Uint16Array(3),
 * };
 * for (let col = 0; col < 3; col++) problem.c[col] = floatToBf16(oracleElement(problem, 0, 0, col));
 * console.log(verifyGemm(problem).passed);
 * problem.c[1] ^= 0x8000;
 * console.log(verifyGemm(problem).worst?.col);
 * // → true
 * // → 1
 * ```
 */
export function verifyGemm(p: MoeGemmProblem, options: VerifyOptions = {}): VerifyReport {
  const { samples, seed, untouched, weightRounding, offsetRounding } = readOptions(p, options);
  const routes = listRoutes(p);
  const { n, k } = p.weights;
  const activations = new Float32Array(routes.flats.length === 0 ? 0 : k);
  const report: VerifyReport = {
    passed: false,
    checked: 0,
    failed: 0,
    rel: 0,
    worst: null,
    strayWrites: untouched === undefined ? null : countStrayWrites(p, routes, untouched),
  };
  let difference = 0;
  let reference = 0;
  let loaded = -1;
  for (const element of planSamples(routes, n, samples, seed)) {
    const route = Math.floor(element / n);
    const col = element - route * n;
    const flat = routes.flats[route];
    const expert = routes.experts[route];
    if (route !== loaded) readActivationRow(p, flat, activations);
    loaded = route;
    const row = expert * n + col;
    const { value: want, magnitude, maxScale } = dot(activations, p.weights, row);
    const extra =
      offsetRounding === 0 ? 0 : offsetRounding * scaledMagnitude(activations, p.weights, row);
    const got = bf16ToFloat(p.c[flat * n + col]);
    const share = shareOfTolerance(got, { k, want, magnitude, maxScale, weightRounding, extra });
    report.checked++;
    if (share > 1) report.failed++;
    if (report.worst === null || share > report.worst.shareOfTolerance) {
      report.worst = { flat, expert, col, got, want, shareOfTolerance: share };
    }
    if (!Number.isFinite(got) || !Number.isFinite(want)) continue;
    difference += Math.abs(got - want);
    reference += Math.abs(want);
  }
  report.rel = difference === 0 ? 0 : difference / reference;
  report.passed = report.failed === 0 && !report.strayWrites;
  return report;
}

function readOptions(
  p: MoeGemmProblem,
  options: VerifyOptions,
): {
  samples: number | "all";
  seed: number;
  untouched: Uint16Array | undefined;
  weightRounding: number;
  offsetRounding: number;
} {
  checkProblem(p);
  checkOptions(options, "options", ["samples", "seed", "untouched", ...ROUNDINGS]);
  const { samples = DEFAULT_SAMPLES, seed = 0, untouched } = options;
  const { weightRounding = 0, offsetRounding = 0 } = options;
  if (samples !== "all") checkInteger(samples, "samples", 0);
  checkSeed(seed);
  if (untouched !== undefined) checkArray(untouched, "untouched", Uint16Array, p.c.length);
  for (const name of ROUNDINGS) checkRounding(name, options[name] ?? 0);
  return { samples, seed, untouched, weightRounding, offsetRounding };
}

function countStrayWrites(p: MoeGemmProblem, routes: Routes, before: Uint16Array): number {
  const { n } = p.weights;
  // Without columns no row can change, however many there are said to be.
  const rows = n === 0 ? 0 : p.numValidTokens;
  const routed = new Uint8Array(rows);
  for (const flat of routes.flats) routed[flat] = 1;
  let count = 0;
  for (let flat = 0; flat < rows; flat++) {
    if (routed[flat] === 1) continue;
    for (let i = flat * n; i < (flat + 1) * n; i++) if (p.c[i] !== before[i]) count++;
  }
  for (let i = rows * n; i < p.c.length; i++) if (p.c[i] !== before[i]) count++;
  return count;
}
