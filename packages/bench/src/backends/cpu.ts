import {
  availability,
  cpuInfo,
  evictCaches,
  moeGemmW4A16,
  referenceGemm,
  type CpuIsa,
  type RunOptions,
} from "@moe/kernel-cpu";
import { BenchError } from "../errors.ts";
import type { DeviceDescription } from "../results/schema.ts";
import type { Backend, Cell, PreparedCell } from "./Backend.ts";
import { flushBytes } from "./_flushBytes.ts";
import { hostCell } from "./_hostCell.ts";

/** The native CPU kernel against dequantise-and-multiply, both in Rust. */
export async function openCpuBackend(): Promise<Backend> {
  const native = availability();
  if (!native.available)
    throw new BenchError(
      "E_BACKEND_UNAVAILABLE",
      `The backend "cpu" needs the native CPU kernel: ${native.reason} Build it (cargo is needed), or use the backend "portable".`,
      { backend: "cpu", reason: native.reason },
    );
  const info = cpuInfo();
  return {
    name: "cpu",
    versions: { "@moe/kernel-cpu": native.version },
    async describe(): Promise<DeviceDescription> {
      return {
        backend: "cpu",
        device: info.model,
        isa: process.env.MOE_CPU_ISA || info.best,
        threads: info.cores,
        lastLevelCacheBytes: info.lastLevelCacheBytes,
      };
    },
    async prepare(cell: Cell): Promise<PreparedCell> {
      return prepareCpuCell(cell, info.lastLevelCacheBytes);
    },
    async close(): Promise<void> {},
  };
}

function prepareCpuCell(cell: Cell, lastLevelCacheBytes: number): PreparedCell {
  const threads = cell.threads === undefined ? {} : { threads: cell.threads };
  // An unknown name is refused by the kernel, which knows what this machine has.
  const options: RunOptions =
    cell.isa === undefined ? threads : { ...threads, isa: cell.isa as CpuIsa };
  const bytes = flushBytes(lastLevelCacheBytes);
  const { cache } = cell;
  return hostCell(cell, {
    kernelName: "moeGemmW4A16",
    referenceName: "referenceGemm",
    run: {
      kernel: (problem) => moeGemmW4A16(problem, options),
      reference: (problem) => referenceGemm(problem, options),
    },
    evict(): void {
      if (cache !== "warm") evictCaches({ bytes, by: cache, ...threads });
    },
  });
}
