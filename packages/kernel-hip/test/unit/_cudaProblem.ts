/** Problems for the kernels for NVIDIA, and what the peers' launcher gives the driver for them. */

import type { MoeGemmProblem } from "@moe/quant";
import { readFileSync } from "node:fs";
import {
  type Device,
  type DeviceBuffer,
  type MoeGemmSizes,
  openDevice,
  type PreparedGemm,
  prepareMoeWeights,
} from "../../src/index.ts";
import { mock, type MockLaunch } from "./_mock.ts";
import { routedProblem } from "./_routedProblem.ts";

/** A problem, and what the peers' launcher, which was checked on a card, gives the driver for it. */
export interface Golden extends Required<MoeGemmSizes> {
  /** Processor of the device. */
  arch: string;
  zeros: boolean;
  repackedBytes: number;
  workspaceBytes: number;
  launches: (MockLaunch & { pointers: Record<string, string> })[];
}

/** Written by `golden/make_cuda_launches.py`. */
export const GOLDEN = JSON.parse(
  readFileSync(new URL("../golden/cuda-launches.json", import.meta.url), "utf8"),
) as Golden[];
const MEMORY = 1 << 28;

/** A new mock of a GPU, opened. */
export function openCuda(arch = "sm_90"): Device {
  mock.reset(arch, 1, MEMORY);
  return openDevice({ backend: "cuda" });
}

/** A GEMM on a device whose buffers have no byte too many. */
export async function problemOn(device: Device, sizes: Golden) {
  const { numExperts, n, k, groupSize, rowStride, numValidTokens, topK } = sizes;
  const scaleCount = numExperts * n * (k / groupSize);
  const bytes = {
    packed: 4 * numExperts * n * rowStride,
    scales: 2 * scaleCount,
    ...(sizes.zeros && { zeros: scaleCount }),
    a: 2 * Math.ceil(numValidTokens / topK) * k,
    c: 2 * numValidTokens * n,
    sortedTokenIds: 4 * sizes.numSlots,
    expertIds: 4 * sizes.numBlocks,
    workspace: sizes.workspaceBytes,
  };
  const made = await Promise.all(
    Object.entries(bytes).map(async ([name, size]) => [name, await device.allocate(name, size)]),
  );
  return Object.fromEntries(made) as Record<keyof typeof bytes, DeviceBuffer>;
}

/** The weights among buffers. */
export function plainOf({ packed, scales, zeros }: Record<string, DeviceBuffer | undefined>) {
  return { packed: packed!, scales: scales!, ...(zeros && { zeros }) };
}

/** Sizes of most tests. */
export const SIZES = GOLDEN[0];

/** A GEMM of {@link SIZES} with its weights prepared. */
export async function preparedGemm(device: Device): Promise<PreparedGemm> {
  const { packed, scales, ...buffers } = await problemOn(device, SIZES);
  const weights = await prepareMoeWeights(device, SIZES, { packed, scales });
  const { arch: _arch, launches: _launches, zeros: _zeros, ...sizes } = SIZES;
  return { ...sizes, ...buffers, weights } as never;
}

/** A small layer's gemm1. */
export const hostProblem = (): MoeGemmProblem =>
  routedProblem({
    archetype: "zipf1",
    numTokens: 24,
    topK: 3,
    numExperts: 8,
    blockM: 16,
    k: 128,
    n: 136,
    groupSize: 64,
  });
