// The kernels of kernels/cuda for sm_90: what a launcher has to know of abi.h.
import { cubinModule } from "./_cubin.ts";
import type { Device } from "./Device.ts";
import type { DeviceModule } from "./DeviceModule.ts";

export const SM90 = {
  arch: "sm_90",
  /** Rows of N and of K of a block of repacked weights. */
  blockN: 128,
  blockK: 128,
  repackThreads: 256,
  planThreads: 512,
  gemmThreads: 384,
  /** The plan kernel's shared memory ends there. */
  maxBlocks: 28_000,
  /** A grid's y and z. */
  maxGrid: 65_535,
  /** A and C are addressed in units of 16 bytes, in 32 bits. */
  maxSpanBytes: 2 ** 36,
} as const;

/** `moeBlockBytes`: 128 of N and of K, with the scales and the zero points of their groups. */
export function sm90BlockBytes(groupSize: number, hasZeros: boolean): number {
  const tableBytes = (SM90.blockK / groupSize) * 2 * SM90.blockN;
  return (SM90.blockN * SM90.blockK) / 2 + tableBytes * (hasZeros ? 2 : 1);
}

/** A module of the processor, `a` of whose name stands for instructions that no later one promises to have. */
export function sm90Module(device: Device, name: string): DeviceModule {
  return cubinModule(device, `${SM90.arch}a`, name);
}
