import { expect, test } from "bun:test";

test("the package exports exactly this", async () => {
  expect(Object.keys(await import("@moe/kernel-cpu")).sort()).toEqual([
    "KernelCpuError",
    "availability",
    "cpuInfo",
    "evictCaches",
    "machinePeaks",
    "moeForward",
    "moeGemmW4A16",
    "moeGemmW4A16Async",
    "portableGemm",
    "referenceGemm",
  ]);
});
