export type { Availability } from "@moe/native";

export { availability } from "./availability.ts";
export { type CpuInfo, cpuInfo } from "./cpuInfo.ts";
export { KernelCpuError, type KernelCpuErrorCode } from "./errors.ts";
export { type EvictOptions, evictCaches } from "./evictCaches.ts";
export { type MachinePeaks, machinePeaks } from "./machinePeaks.ts";
export { moeForward } from "./moeForward.ts";
export { type AsyncRunOptions, moeGemmW4A16, moeGemmW4A16Async } from "./moeGemmW4A16.ts";
export { type PortableReport, portableGemm } from "./portableGemm.ts";
export { referenceGemm } from "./referenceGemm.ts";
export type { CpuIsa, RunOptions, RunReport } from "./run.ts";
