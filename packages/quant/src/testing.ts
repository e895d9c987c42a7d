export {
  type BlockSpec,
  type BuiltProblem,
  buildProblem,
  type ProblemSpec,
} from "./testing/buildProblem.ts";
export { buildLayer, type BuiltLayer, type LayerSpec } from "./testing/buildLayer.ts";
