import {
  CUDA_KERNEL_ARCHES,
  type Device,
  devices,
  KERNEL_ARCHES,
  KernelHipError,
  launchTritonGemm,
  openDevice,
} from "@moe/kernel-hip";
import { BenchError } from "../errors.ts";
import type { DeviceDescription } from "../results/schema.ts";
import type { Side } from "../sampling/samplePairs.ts";
import type { Backend, BackendOptions, Cell, Ran, SensorReading, TimedCell } from "./Backend.ts";
import { GPU_CACHES, requireCache } from "./_cacheModes.ts";
import { coldBytes, deviceSampler, Flush, type LaunchOn } from "./_deviceSampler.ts";
import { DeviceCells, type DeviceSides, type TimedDevice } from "./_deviceSides.ts";
import { fastestOf } from "./_fastestOf.ts";
import { sensorsOf } from "./_sensors.ts";

/** Device time of the launches that bring the clocks up before a cell's first sample. */
const RAMP_NS = 100e6;
/** Where launches are so short that the ramp would fill the driver's queue. */
const MOST_RAMP_PAIRS = 1024;
/** Time of samples that do not count: on an H100 the first 80 ms of them are 2 to 3 % too fast, or too slow, at the same clocks. */
const SETTLE_MS = 150;

/** The kernel against the Triton reference on a GPU, timed by events of its driver. */
export async function openGpuBackend(
  backend: "hip" | "cuda",
  options: BackendOptions = {},
): Promise<Backend> {
  const device = openGpu(backend, options);
  const flush = new Flush(device);
  const sensors = sensorsOf(device);
  const choose = fastestOn(device, flush);
  const cells = new DeviceCells(device, options.tritonConfig, {
    coldBytes: coldBytes(device),
    choose,
  });
  return {
    name: backend,
    versions: driverVersion(backend),
    async describe(): Promise<DeviceDescription> {
      const { name, arch, computeUnits, l2Bytes } = device.info;
      const threads = computeUnits ?? 0;
      return { backend, device: name, isa: arch, threads, lastLevelCacheBytes: l2Bytes ?? 0 };
    },
    async prepare(cell: Cell): Promise<TimedCell> {
      requireCache(cell, backend, GPU_CACHES);
      if (cell.cache === "write") await flush.open();
      return timedCell(cell, device, await cells.prepare(cell), { flush, sensors });
    },
    async close(): Promise<void> {
      device.dispose();
    },
  };
}

function openGpu(backend: "hip" | "cuda", options: BackendOptions): Device {
  const { device: index = 0, arch } = options;
  try {
    const device = openDevice({ backend, index, ...(arch !== undefined && { arch }) });
    const arches = backend === "hip" ? KERNEL_ARCHES : CUDA_KERNEL_ARCHES;
    if (arches.some((known) => known === device.info.arch)) return device;
    device.dispose();
    const { name, arch: found } = device.info;
    const built = arches.join(", ");
    throw unavailable(
      backend,
      `device ${index}, ${name}, is a ${found}, and the kernels are built for ${built}`,
      "E_ARCH",
    );
  } catch (error) {
    if (!(error instanceof KernelHipError)) throw error;
    throw unavailable(backend, error.message, error.code);
  }
}

function unavailable(backend: string, reason: string, cause: string): BenchError {
  return new BenchError(
    "E_BACKEND_UNAVAILABLE",
    `The backend "${backend}" cannot run here: ${reason}. Without such a GPU, use the backend "sim", which counts what the same kernels execute.`,
    { backend, reason, cause },
  );
}

function driverVersion(backend: "hip" | "cuda"): Record<string, string> {
  const found = devices().find((entry) => entry.backend === backend);
  return found?.available ? { [found.library]: found.version } : {};
}

/** The reference should be at its best: in every cell each configuration runs, and the fastest is compared with. */
function fastestOn(device: Device, flush: Flush): TimedDevice["choose"] {
  return async (cell, copies, fitting) => {
    const sample = deviceSampler(device, cell.cache, copies, flush);
    return await fastestOf(fitting, ({ name }, isTrial) => {
      const launch: LaunchOn = ({ gemm }) => void launchTritonGemm(device, gemm, name);
      return isTrial ? sample(launch) : device.time(() => launch(copies[0]));
    });
  };
}

/** What the cells of a device share. */
interface Shared {
  flush: Flush;
  sensors: () => SensorReading | null;
}

function timedCell(
  cell: Cell,
  device: Device,
  sides: DeviceSides,
  { flush, sensors }: Shared,
): TimedCell {
  const { arch: isa, computeUnits } = device.info;
  const { copies } = sides;
  const timed = deviceSampler(device, cell.cache, copies, flush);
  const sample = (side: Side) => timed((tensors) => void sides.launch(side, tensors));
  return {
    measure: "time",
    kernelName: sides.kernelName,
    referenceName: sides.referenceName,
    ...(cell.cache === "rotate" && { copies: copies.length }),
    async rampUp(): Promise<void> {
      let ns = 0;
      // Ever more launches without a pause between them: clocks fall while a device waits.
      for (let pairs = 1; ns < RAMP_NS && pairs <= MOST_RAMP_PAIRS; pairs *= 2)
        ns += await device.time(() => {
          for (let i = 0; i < pairs; i++) {
            sides.launch("kernel", copies[0]);
            sides.launch("reference", copies[0]);
          }
        });
      for (const start = performance.now(); performance.now() - start < SETTLE_MS;) {
        await sample("kernel");
        await sample("reference");
      }
    },
    sample,
    sensors,
    verify: (side: Side) => sides.verify(side),
    ran: (): Ran => ({ isa, threads: computeUnits ?? 0 }),
    async close(): Promise<void> {
      sides.dispose();
    },
  };
}
