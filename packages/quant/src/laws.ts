export type { Gemm, GemmLaw, LawRunOptions } from "./laws/_law.ts";
export { gemmLaws, type GemmLawOptions } from "./laws/gemmLaws.ts";
export { problemSpec } from "./laws/problemSpec.ts";
export {
  type BlockSpec,
  type BuiltProblem,
  buildProblem,
  type ProblemSpec,
} from "./testing/buildProblem.ts";
