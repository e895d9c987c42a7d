// The drivers of real GPUs.
import type { GpuInfo } from "./_binding.d.ts";
import type { DeviceInfo } from "./DeviceInfo.ts";

/** A backend that is a driver. */
export type DriverBackend = "hip" | "cuda";

const LIBRARY_VARIABLES = { hip: "MOE_HIP_LIBRARY", cuda: "MOE_CUDA_LIBRARY" } as const;

/** The library that the environment names instead of the usual ones. */
export function namedLibrary(backend: DriverBackend): string | undefined {
  return process.env[LIBRARY_VARIABLES[backend]];
}

/** What a driver says, with its zeros for "unknown" made plain. */
export function infoOf(backend: DriverBackend, given: GpuInfo): DeviceInfo {
  const known = (value: number): number | null => (value === 0 ? null : value);
  return {
    backend,
    index: given.index,
    name: given.name,
    arch: given.arch,
    computeUnits: known(given.computeUnits),
    waveSize: given.waveSize,
    clockKhz: known(given.clockKhz),
    memoryClockKhz: known(given.memoryClockKhz),
    memoryBusBits: known(given.memoryBusBits),
    l2Bytes: known(given.l2Bytes),
    memoryBytes: known(given.memoryBytes),
    sharedBytesPerGroup: given.sharedBytesPerGroup,
  };
}
