export {
  type BlockSpec,
  type BuiltProblem,
  buildProblem,
  type ProblemSpec,
} from "./testing/buildProblem.ts";
