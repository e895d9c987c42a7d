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
import type { Backend, Cell, TimedCell } from "./Backend.ts";
import { HOST_CACHES, requireCache } from "./_cacheModes.ts";
import { flushBytes } from "./_flushBytes.ts";
import { lastLevelCaches } from "./_lastLevelCaches.ts";
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
  // The kernel reports the cache that one CPU sees; a flush has to empty those of all.
  const cacheBytes = info.lastLevelCacheBytes * lastLevelCaches().count;
  return {
    name: "cpu",
    versions: { "@moe/kernel-cpu": native.version },
    async describe(): Promise<DeviceDescription> {
      return {
        backend: "cpu",
        device: info.model,
        isa: process.env.MOE_CPU_ISA || info.best,
        threads: info.cores,
        lastLevelCacheBytes: cacheBytes,
      };
    },
    async prepare(cell: Cell): Promise<TimedCell> {
      requireCache(cell, "cpu", HOST_CACHES);
      return prepareCpuCell(cell, cacheBytes);
    },
    async close(): Promise<void> {},
  };
}

function prepareCpuCell(cell: Cell, lastLevelCacheBytes: number): TimedCell {
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
      reference: (problem) => referenceGemm(problem, threads),
    },
    // By all CPUs whatever the cell's threads: a thread may wake on any core, and each has caches of its own.
    evict(): void {
      if (cache === "read" || cache === "write") evictCaches({ bytes, by: cache });
    },
  });
}
