/** Sweeps of one small cell on mocks of GPUs, which the mock driver of @moe/kernel-hip has. */

import { type Backend, parseShape, type SweepEvent, type SweepOptions } from "@moe/bench";
import { mock } from "../../kernel-hip/test/unit/_mock.ts";
import { openGpuBackend } from "../src/backends/gpu.ts";
import { collect } from "./_fakeBackend.ts";

/** Memory of a mock of a GPU, in bytes. */
export const GIB = 2 ** 30;

/** One cell, with as few samples as give an interval. */
export const SMALL = {
  shape: parseShape("K=128,N=256,E=8"),
  archetypes: ["zipf1"],
  tokens: [2],
  gemms: [1],
  cache: "warm",
  minSamples: 6,
  maxSamples: 6,
} as const satisfies Partial<SweepOptions>;

/** A sweep of {@link SMALL} on one new mock of a GPU. */
export async function sweepOn(
  backend: "hip" | "cuda",
  arch: string,
  more: Partial<SweepOptions> = {},
): Promise<SweepEvent[]> {
  mock.reset(arch, 1, GIB);
  return collect({ ...SMALL, backend, ...more });
}

/** Backend cuda, whose outputs are taken for right: the mock computes nothing for NVIDIA, and only right cells are timed. */
export async function openTrustingCuda(): Promise<Backend> {
  const gpu = await openGpuBackend("cuda", { tritonConfig: "32x64x64_w4_s3" });
  const good = { passed: true, checked: 1, failed: 0, rel: 0, strayWrites: 0, worst: null };
  return {
    ...gpu,
    prepare: async (cell) => ({ ...(await gpu.prepare(cell)), verify: async () => good }),
  };
}
