import { expect, test } from "bun:test";
import * as bench from "@moe/bench";
import manifest from "../../package.json" with { type: "json" };
import { VERSION } from "../../src/_version.ts";

test("the public surface is exactly this", () => {
  expect(Object.keys(bench).sort()).toEqual([
    "BACKENDS",
    "BenchError",
    "DEFAULT_MARGIN",
    "DEFAULT_PRESET",
    "DEFAULT_SAMPLING",
    "DEFAULT_TOKENS",
    "PRESETS",
    "ResultDocument",
    "ResultHeader",
    "ResultRow",
    "SCHEMA_VERSION",
    "agreementOf",
    "captureEnvironment",
    "comparisonOf",
    "crossovers",
    "formatShape",
    "gemmShape",
    "hodgesLehmann",
    "lag1Autocorrelation",
    "mannWhitney",
    "median",
    "medianAbsoluteDeviation",
    "medianRatioInterval",
    "noiseFlags",
    "openResultLog",
    "parseShape",
    "planCells",
    "presetShape",
    "quantile",
    "rankCorrelation",
    "readResults",
    "resultJsonSchema",
    "runSweep",
    "samplePairs",
    "shareOfSame",
    "spearman",
    "speedupPlot",
    "verdict",
    "worstFirst",
    "writeResultDocument",
  ]);
});

test("the version in the rows is the package's version", () => {
  expect(VERSION).toBe(manifest.version);
});
