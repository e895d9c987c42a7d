export type { CheckpointShape } from "./_checkpoint.ts";
export { bf16ToFloat, floatToBf16, fromBf16, toBf16 } from "./bf16.ts";
export { checkLayer } from "./checkLayer.ts";
export { checkProblem } from "./checkProblem.ts";
export { dequantize } from "./dequantize.ts";
export { dequantizeRow } from "./dequantizeRow.ts";
export { QuantError, type QuantErrorCode } from "./errors.ts";
export { NIBBLE_ORDER, packExllama, type PackShape, unpackExllama } from "./exllama.ts";
export { type AwqTensors, fromAwq } from "./fromAwq.ts";
export { f16ToFloat, floatToF16 } from "./f16.ts";
export { fromGptq, type GptqShape, type GptqTensors } from "./fromGptq.ts";
export { joinWeights } from "./joinWeights.ts";
export type { MoeLayerProblem } from "./layerProblem.ts";
export { oracleElement } from "./oracleElement.ts";
export type { MoeGemmProblem } from "./problem.ts";
export { quantizeGroups, type QuantizeOptions } from "./quantizeGroups.ts";
export { randomActivations, type RandomActivationsOptions } from "./randomActivations.ts";
export { randomWeights, type RandomWeightsOptions } from "./randomWeights.ts";
export { elementTolerance, shareOfTolerance, type ToleranceInput } from "./tolerance.ts";
export {
  verifyGemm,
  type VerifyOptions,
  type VerifyReport,
  type VerifyWorst,
} from "./verifyGemm.ts";
export {
  verifyLayer,
  type VerifyLayerOptions,
  type VerifyLayerReport,
  type VerifyLayerWorst,
} from "./verifyLayer.ts";
export { checkWeights, type QuantizedWeights } from "./weights.ts";
