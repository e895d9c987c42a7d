import { availableParallelism } from "node:os";
import { availability, type LaunchReport } from "@moe/gfx11-sim";
import { KERNEL_ARCHES, openDevice } from "@moe/kernel-hip";
import { BenchError } from "../errors.ts";
import type { DeviceDescription } from "../results/schema.ts";
import type { Side } from "../sampling/samplePairs.ts";
import type { Backend, BackendOptions, Cell, CountedCell, ExecutedWork, Ran } from "./Backend.ts";
import { DeviceCells, type DeviceSides } from "./_deviceSides.ts";

const DEFAULT_ARCH = "gfx1151";

/** One launch that the simulator has executed. */
interface Launched {
  kernel: string;
  report: LaunchReport;
}

/**
 * The gfx11 kernel against the Triton reference on a simulated GPU, with all checks of the simulator. Nothing is timed: the
 * sides are compared by what they executed, which is the same on every machine.
 */
export async function openSimBackend(options: BackendOptions = {}): Promise<Backend> {
  const native = availability();
  if (!native.available)
    throw new BenchError(
      "E_BACKEND_UNAVAILABLE",
      `The backend "sim" needs the native simulator: ${native.reason} Build it (cargo is needed), or use the backend "portable".`,
      { backend: "sim", reason: native.reason },
    );
  const arch = knownArch(options.arch ?? DEFAULT_ARCH);
  const launched: Launched[] = [];
  const device = openDevice({
    backend: "sim",
    arch,
    simulator: options.threads === undefined ? {} : { threads: options.threads },
    onReport: (report, { kernel }) => void launched.push({ kernel, report }),
  });
  const cells = new DeviceCells(device, options.tritonConfig);
  return {
    name: "sim",
    versions: { "@moe/gfx11-sim": native.version },
    async describe(): Promise<DeviceDescription> {
      const { name } = device.info;
      const threads = options.threads ?? availableParallelism();
      return { backend: "sim", device: name, isa: arch, threads, lastLevelCacheBytes: 0 };
    },
    async prepare(cell: Cell): Promise<CountedCell> {
      const sides = await cells.prepare(cell);
      return { ...countedCell(arch, sides, launched), abort: () => device.dispose() };
    },
    async close(): Promise<void> {
      device.dispose();
    },
  };
}

function knownArch(given: string): (typeof KERNEL_ARCHES)[number] {
  const found = KERNEL_ARCHES.find((arch) => arch === given);
  if (found !== undefined) return found;
  throw new BenchError(
    "E_OPTION",
    `arch is "${given}"; the kernels are built for ${KERNEL_ARCHES.join(", ")}.`,
    { name: "arch", value: given, allowed: KERNEL_ARCHES },
  );
}

function countedCell(arch: string, sides: DeviceSides, launched: Launched[]): CountedCell {
  const runs: Partial<Record<Side, Launched[]>> = {};
  const runOf = (side: Side): Launched[] => runs[side] ?? [];
  return {
    measure: "count",
    kernelName: sides.kernelName,
    referenceName: sides.referenceName,
    async verify(side: Side) {
      launched.length = 0;
      const report = await sides.verify(side);
      runs[side] = [...launched];
      return report;
    },
    executed: (side: Side) => executedWork(runOf(side)),
    ran(side: Side): Ran {
      return {
        isa: arch,
        threads: Math.max(0, ...runOf(side).map(({ report }) => report.threads)),
      };
    },
    async close(): Promise<void> {
      sides.dispose();
    },
  };
}

function executedWork(run: readonly Launched[]): ExecutedWork {
  const total = (of: (report: LaunchReport) => number): number =>
    run.reduce((sum, { report }) => sum + of(report), 0);
  const kinds = ["loads", "stores", "atomics"] as const;
  const each = (of: (kind: (typeof kinds)[number], report: LaunchReport) => number): number =>
    total((report) => kinds.reduce((sum, kind) => sum + of(kind, report), 0));
  const ldsCycles = each((kind, { total: { lds } }) => lds[kind].cycles);
  return {
    kernels: run.map(({ kernel }) => kernel),
    instructions: total((report) => report.instructions),
    matrix: total((report) => report.total.issue.matrix),
    otherVector: total((report) => report.total.issue.otherVector),
    vectorCycles: total((report) => report.total.cycles.vector),
    ldsCycles,
    ldsConflictCycles: ldsCycles - each((kind, { total: { lds } }) => lds[kind].idealCycles),
    globalBytes:
      each((kind, report) => report.total.global[kind].bytes) +
      total((report) => report.total.scalarLoadBytes),
    scratchBytes: total(({ total: { scratch } }) => scratch.loadBytes + scratch.storeBytes),
  };
}
