import { cpus } from "node:os";
import { portableGemm } from "@moe/kernel-cpu";
import type { DeviceDescription } from "../results/schema.ts";
import type { Backend, Cell, PreparedCell } from "./Backend.ts";
import { createEvictor } from "./_evictor.ts";
import { flushBytes } from "./_flushBytes.ts";
import { hostCell, type HostRun } from "./_hostCell.ts";
import { naiveGemm } from "./_naiveGemm.ts";

/** Label of both sides: a run on this backend must never pass for a native one. */
const ISA = "javascript";

/**
 * The TypeScript kernel against plain TypeScript loops, on one thread: shows the tool at work where nothing
 * native can be built. Its times say nothing about a native kernel.
 */
export async function openPortableBackend(): Promise<Backend> {
  return {
    name: "portable",
    versions: {},
    async describe(): Promise<DeviceDescription> {
      return {
        backend: "portable",
        device: cpus()[0]?.model.trim() || "unknown CPU",
        isa: ISA,
        threads: 1,
        lastLevelCacheBytes: 0,
      };
    },
    async prepare(cell: Cell): Promise<PreparedCell> {
      return hostCell(cell, {
        kernelName: "portableGemm",
        referenceName: "naive TypeScript loops",
        run: {
          kernel: (problem): HostRun => ({ ...portableGemm(problem), isa: ISA, threads: 1 }),
          reference: (problem): HostRun => ({ timeNs: naiveGemm(problem), isa: ISA, threads: 1 }),
        },
        evict: createEvictor(cell.cache, flushBytes(0)),
      });
    },
    async close(): Promise<void> {},
  };
}
