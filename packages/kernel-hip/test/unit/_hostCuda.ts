/** NVIDIA's kernels as code of this machine, run by the mock driver. */

import { existsSync } from "node:fs";
import { testWhere } from "../../../../test/_testWhere.ts";
import type { Device } from "../../src/index.ts";
import { openCuda } from "./_cudaProblem.ts";
import { cudaLibrary, type CudaKernelName, mock } from "./_mock.ts";

/** A processor for each of the GEMM kernels. */
export const ARCHES = { sm80: "sm_86", sm90: "sm_90" } as const satisfies Record<
  CudaKernelName,
  string
>;

/** A device whose kernels the host runs; `timing` as of `mock.runCuda`. */
export function openHost(kernel: CudaKernelName, timing: number): Device {
  const device = openCuda(ARCHES[kernel]);
  mock.runCuda(kernel, timing);
  return device;
}

/** A test of such devices, which only machines with clang-19 have. */
export function testOnHost(kernel: CudaKernelName, name: string, run: () => Promise<void>): void {
  testWhere(existsSync(cudaLibrary(kernel)), "clang-19 at the build", name, run, 120_000);
}
