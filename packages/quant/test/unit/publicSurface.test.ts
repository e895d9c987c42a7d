import { expect, test } from "bun:test";
import * as main from "@moe/quant";
import * as laws from "@moe/quant/laws";
import * as testing from "@moe/quant/testing";

test("the exported names of each entry point change only on purpose", () => {
  expect(Object.keys(main).toSorted()).toEqual([
    "NIBBLE_ORDER",
    "QuantError",
    "bf16ToFloat",
    "checkLayer",
    "checkProblem",
    "checkWeights",
    "dequantize",
    "dequantizeRow",
    "elementTolerance",
    "f16ToFloat",
    "floatToBf16",
    "floatToF16",
    "fromAwq",
    "fromBf16",
    "fromGptq",
    "joinWeights",
    "oracleElement",
    "packExllama",
    "quantizeGroups",
    "randomActivations",
    "randomWeights",
    "shareOfTolerance",
    "toBf16",
    "unpackExllama",
    "verifyGemm",
    "verifyLayer",
  ]);
  expect(Object.keys(laws).toSorted()).toEqual([
    "buildLayer",
    "buildProblem",
    "gemmLaws",
    "layerLaws",
    "layerSpec",
    "problemSpec",
  ]);
  expect(Object.keys(testing).toSorted()).toEqual(["buildLayer", "buildProblem"]);
});
