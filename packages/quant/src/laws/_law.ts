// What every law of this suite is made of.
import * as fc from "fast-check";
import { bf16ToFloat } from "../bf16.ts";
import type { MoeGemmProblem } from "../problem.ts";
import { type BuiltProblem, buildProblem, type ProblemSpec } from "../testing/buildProblem.ts";
import { verifyGemm } from "../verifyGemm.ts";
import { problemSpec } from "./problemSpec.ts";

/** A kernel under test: fills `p.c`. */
export type Gemm = (p: MoeGemmProblem) => unknown;

/** Options of {@link GemmLaw.run}. */
export interface LawRunOptions {
  /** Random problems to try; default 100. */
  numRuns?: number;
  /** Seed of the problems; default 20260101, so that a run repeats. */
  seed?: number;
  /** Whether to look for the smallest failing problem; default true. False where a call is slow. */
  shrink?: boolean;
}

/** One property that every implementation must have. */
export interface GemmLaw {
  /** The property as a sentence. */
  name: string;
  /**
   * Tries it.
   *
   * @param options - see {@link LawRunOptions}
   * @throws Error with seed, path and the smallest failing specification, where it breaks
   * the law
   */
  run: (options?: LawRunOptions) => Promise<void>;
}

const DEFAULT_RUNS = 100;
const DEFAULT_SEED = 20260101;

/** A law over random problems. */
export function law(
  name: string,
  accepts: (spec: ProblemSpec) => boolean,
  check: (spec: ProblemSpec) => Promise<void>,
): GemmLaw {
  return {
    name,
    run: (options) => runProperty(fc.asyncProperty(problemSpec().filter(accepts), check), options),
  };
}

/** Tries a property as the options say. */
export async function runProperty<T>(
  property: fc.IAsyncProperty<T>,
  { numRuns = DEFAULT_RUNS, seed = DEFAULT_SEED, shrink = true }: LawRunOptions = {},
): Promise<void> {
  await fc.assert(property, { numRuns, seed, endOnFailure: !shrink });
}

/** Throws unless the call fails with one of this project's errors. */
export async function expectTypedError(call: () => unknown, what: string): Promise<void> {
  try {
    await call();
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (error instanceof Error && typeof code === "string" && code.startsWith("E_")) return;
    throw new Error(`untyped error for ${what}`, { cause: error });
  }
  throw new Error(`no error for ${what}`);
}

/** Runs the kernel on a fresh copy of the problem. */
export async function runSpec(
  gemm: Gemm,
  spec: ProblemSpec,
  edit: (p: MoeGemmProblem) => void = () => {},
): Promise<BuiltProblem> {
  const built = buildProblem(spec);
  edit(built.problem);
  await gemm(built.problem);
  return built;
}

/** Throws unless every element is right and nothing else was written. */
export function expectRight(built: BuiltProblem, weightRounding: number, offsetRounding = 0): void {
  const { problem, before } = built;
  const allowed = { weightRounding, offsetRounding };
  const report = verifyGemm(problem, { samples: "all", untouched: before, ...allowed });
  const guardWrites = built.guardWrites();
  if (report.passed && guardWrites === 0) return;
  throw new Error(`wrong result: ${JSON.stringify({ ...report, guardWrites })}`);
}

/** Throws unless the two arrays hold the same values (NaN equals NaN, −0 equals 0). */
export function expectSame(got: Uint16Array, want: Uint16Array, what: string): void {
  for (let i = 0; i < want.length; i++) {
    if (got[i] === want[i]) continue;
    const x = bf16ToFloat(got[i]);
    const y = bf16ToFloat(want[i]);
    if (x === y || (Number.isNaN(x) && Number.isNaN(y))) continue;
    throw new Error(`${what}: c[${i}] is ${x}, expected ${y}`);
  }
}
