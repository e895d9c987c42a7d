// Every code path that this CPU has passes the law suite of the contract (oracle: f64 dot products).
import { describe, test } from "bun:test";
import type { MoeGemmProblem } from "@moe/quant";
import { gemmLaws } from "@moe/quant/laws";
import { cpuInfo, moeGemmW4A16, moeGemmW4A16Async, referenceGemm } from "../../src/index.ts";

for (const isa of cpuInfo().isas) {
  describe(isa, () => {
    // A row's summation order depends on how many rows its expert has: few rows take another loop nest.
    const laws = gemmLaws((p: MoeGemmProblem) => moeGemmW4A16(p, { isa, threads: 2 }), {
      batchInvariant: false,
    });
    for (const { name, run } of laws) test(name, () => run());
  });
}

describe("asynchronous", () => {
  for (const { name, run } of gemmLaws((p) => moeGemmW4A16Async(p), { batchInvariant: false })) {
    test(name, () => run({ numRuns: 20 }));
  }
});

describe("reference", () => {
  // Weights are dequantised to f32 exactly, so no rounding of weights is allowed for.
  for (const { name, run } of gemmLaws((p) => referenceGemm(p), { batchInvariant: false })) {
    test(name, () => run());
  }
});
