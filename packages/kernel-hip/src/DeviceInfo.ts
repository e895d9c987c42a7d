/** Where kernels run: AMD's driver, NVIDIA's driver, or the gfx11 simulator of `@moe/gfx11-sim`. */
export type Backend = (typeof BACKENDS)[number];

/** All of them. */
export const BACKENDS = ["hip", "cuda", "sim"] as const;

/** What is known of a device; `null` where the driver does not say, and where the simulator has no such thing. */
export interface DeviceInfo {
  /** What really runs the kernels. */
  backend: Backend;
  /** Position among the devices of its driver, from 0; always 0 on the simulator. */
  index: number;
  /** As the driver calls it. */
  name: string;
  /** The processor: `gfx1151`, `sm_90`. */
  arch: string;
  /** Compute units (AMD) or multiprocessors (NVIDIA). */
  computeUnits: number | null;
  /** Lanes of a wave or warp. */
  waveSize: number;
  /** Peak clock of the compute units, in kHz. */
  clockKhz: number | null;
  /** Peak clock of the memory, in kHz. */
  memoryClockKhz: number | null;
  /** Width of the memory's bus. */
  memoryBusBits: number | null;
  /** Size of the last cache that all compute units share, without AMD's Infinity Cache. */
  l2Bytes: number | null;
  /** Size of the device's memory. */
  memoryBytes: number | null;
  /** The most LDS (shared memory) that a workgroup may have, static and dynamic together. */
  sharedBytesPerGroup: number;
}
