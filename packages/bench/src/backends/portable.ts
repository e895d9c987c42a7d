import { cpus } from "node:os";
import { portableGemm } from "@moe/kernel-cpu";
import { BenchError } from "../errors.ts";
import type { CacheMode, DeviceDescription } from "../results/schema.ts";
import type { Backend, Cell, TimedCell } from "./Backend.ts";
import { HOST_CACHES, requireCache } from "./_cacheModes.ts";
import { createEvictor } from "./_evictor.ts";
import { flushBytes } from "./_flushBytes.ts";
import { lastLevelCaches } from "./_lastLevelCaches.ts";
import { hostCell, type HostRun } from "./_hostCell.ts";
import { naiveGemm } from "./_naiveGemm.ts";

/** Multiply-adds of a cell that one thread of JavaScript still does in some seconds. */
const MOST_WORK = 2 ** 33;

/** Label of both sides: a run on this backend must never pass for a native one. */
const ISA = "javascript";

/**
 * The TypeScript kernel against plain TypeScript loops, on one thread: shows the tool at work where nothing
 * native can be built. Its times say nothing about a native kernel.
 */
export async function openPortableBackend(): Promise<Backend> {
  const cacheBytes = lastLevelCaches().bytes;
  const evictors = new Map<CacheMode, () => void>();
  const evictorOf = (cache: CacheMode): (() => void) => {
    const evict = evictors.get(cache) ?? createEvictor(cache, flushBytes(cacheBytes));
    evictors.set(cache, evict);
    return evict;
  };
  return {
    name: "portable",
    versions: {},
    async describe(): Promise<DeviceDescription> {
      return {
        backend: "portable",
        device: cpus()[0]?.model.trim() || "unknown CPU",
        isa: ISA,
        threads: 1,
        lastLevelCacheBytes: cacheBytes,
      };
    },
    async prepare(cell: Cell): Promise<TimedCell> {
      refuseLargeCell(cell);
      requireCache(cell, "portable", HOST_CACHES);
      return hostCell(cell, {
        kernelName: "portableGemm",
        referenceName: "naive TypeScript loops",
        run: {
          kernel: (problem): HostRun => ({ ...portableGemm(problem), isa: ISA, threads: 1 }),
          reference: (problem): HostRun => ({ timeNs: naiveGemm(problem), isa: ISA, threads: 1 }),
        },
        evict: evictorOf(cell.cache ?? "warm"),
      });
    },
    async close(): Promise<void> {},
  };
}

function refuseLargeCell({ id, k, n, problem }: Cell): void {
  const work = problem.numValidTokens * k * n;
  if (work <= MOST_WORK) return;
  throw new BenchError(
    "E_CELL_TOO_LARGE",
    `${id} needs ${work.toExponential(1)} multiply-adds a call; the backend "portable" takes up to ${MOST_WORK.toExponential(1)}. Use the backend "cpu", fewer tokens or a smaller shape.`,
    { id, work, allowed: MOST_WORK },
  );
}
