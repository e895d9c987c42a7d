import { checkOptions } from "../_check.ts";
import type { ProblemSpec } from "../testing/buildProblem.ts";
import { exactLaws } from "./_exactLaws.ts";
import type { Gemm, GemmLaw } from "./_law.ts";
import { layoutLaws } from "./_layoutLaws.ts";
import { oracleLaws } from "./_oracleLaws.ts";

/** Options of {@link gemmLaws}. */
export interface GemmLawOptions {
  /**
   * Which problems the kernel supports; others are drawn again, so accept a fair share. Default:
   * all.
   */
  accepts?: (spec: ProblemSpec) => boolean;
  /**
   * Whether a row's bits must not depend on the slot it has or the rows beside it. Default true;
   * set false for a kernel that adds in another order for other row counts.
   */
  batchInvariant?: boolean;
  /** See `ToleranceInput.weightRounding`; default 0. Laws of exactness are left out above 0. */
  weightRounding?: number;
  /**
   * See `VerifyOptions.offsetRounding`; default 0. It is allowed in the law of weights that equal their zero point only;
   * elsewhere the kernel has to do without.
   */
  offsetRounding?: number;
}

/**
 * The law suite that every kernel of the contract passes: agreement with the f64 oracle, zero weights, exact laws
 * (identity, exact sums, powers of two, negation), untouched memory, NaN and infinities, block
 * order, problems without work, refused problems. Needs fast-check.
 *
 * @param gemm - fills `p.c`; may return a promise
 * @param options - see {@link GemmLawOptions}
 * @returns the laws; each is one test
 * @throws QuantError `E_OPTION` for an unknown option key
 * @example
 * ```ts
 * import { gemmLaws } from "@moe/quant/laws";
 *
 * const forgetful = gemmLaws(() => {});
 * const verdict = await forgetful[0].run({ numRuns: 10 }).then(() => "passed", () => "broken");
 * console.log(forgetful[0].name, "-", verdict);
 * // → every element is within tolerance and nothing else is written - broken
 * ```
 */
export function gemmLaws(gemm: Gemm, options: GemmLawOptions = {}): GemmLaw[] {
  checkOptions(options, "options", [
    "accepts",
    "batchInvariant",
    "weightRounding",
    "offsetRounding",
  ]);
  const { accepts = () => true, batchInvariant = true } = options;
  const { weightRounding = 0, offsetRounding = 0 } = options;
  return [
    ...oracleLaws(gemm, accepts, weightRounding, offsetRounding),
    ...(weightRounding === 0 ? exactLaws(gemm, accepts) : []),
    ...layoutLaws(gemm, accepts, weightRounding, batchInvariant),
  ];
}
