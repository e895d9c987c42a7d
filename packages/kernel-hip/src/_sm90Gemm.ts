// Launches of the Hopper kernel.
import { SM90, sm90BlockBytes, sm90Module } from "./_sm90.ts";
import type { Device } from "./Device.ts";
import type { DeviceBuffer } from "./DeviceBuffer.ts";
import { KernelHipError } from "./errors.ts";
import type { KernelArgument } from "./KernelArgument.ts";
import type { MoeGemmSizes, PreparedGemm } from "./launchMoeGemm.ts";

const PLAN_HEADER_BYTES = 32;
const CHUNK_BYTES = 8;

/** Bytes of the workspace that holds the plan. */
export function sm90WorkspaceBytes({ numBlocks }: MoeGemmSizes): number {
  return PLAN_HEADER_BYTES + CHUNK_BYTES * numBlocks;
}

type Limit = [name: string, given: number, most: number, advice: string];

/** The limit of a launch, beyond those of its shape, that is broken. */
export function brokenSm90Limit(sizes: MoeGemmSizes): KernelHipError | undefined {
  const { numBlocks, numValidTokens, topK, n, k, numExperts } = sizes;
  const most = SM90.maxSpanBytes - 1;
  return firstBroken([
    ["numBlocks", numBlocks, SM90.maxBlocks, "; a larger blockM gives fewer"],
    expertLimit(numExperts),
    ["the size of a", 2 * Math.ceil(numValidTokens / topK) * k, most, " bytes"],
    ["the size of c", 2 * numValidTokens * n, most, " bytes"],
  ]);
}

/** The limit of the weights, beyond those of their shape, where it is broken. */
export function brokenSm90Experts(numExperts: number): KernelHipError | undefined {
  return firstBroken([expertLimit(numExperts)]);
}

function expertLimit(numExperts: number): Limit {
  return ["numExperts", numExperts, SM90.maxGrid, ""];
}

function firstBroken(limits: Limit[]): KernelHipError | undefined {
  const broken = limits.find(([, given, most]) => !(given <= most));
  if (broken === undefined) return undefined;
  const [limit, given, allowed, advice] = broken;
  const message = `${limit} is ${given}, but the W4A16 kernel for ${SM90.arch} takes at most ${allowed}${advice}`;
  return new KernelHipError("E_SHAPE", message, { limit, given, allowed });
}

/** Plans and multiplies; returns the kernels. */
export function launchSm90Gemm(
  device: Device,
  gemm: PreparedGemm,
  repacked: DeviceBuffer,
): string[] {
  return [launchPlan(device, gemm), launchGemm(device, gemm, repacked)];
}

const u32 = (value: number): KernelArgument => ({ u32: value });

/** `MoePlanArgs`. */
function launchPlan(device: Device, gemm: PreparedGemm): string {
  const { expertIds, workspace = null, numBlocks, blockM, numExperts } = gemm;
  const kernel = sm90Module(device, "plan").kernel("moe_plan");
  kernel.launch({
    grid: 1,
    block: SM90.planThreads,
    sharedBytes: 8 * numBlocks + 4,
    args: [{ struct: [expertIds, workspace, ...[numBlocks, blockM, numExperts, 0].map(u32)] }],
  });
  return kernel.name;
}

/** `MoeGemmArgs`. */
function launchGemm(device: Device, gemm: PreparedGemm, repacked: DeviceBuffer): string {
  const { a, c, sortedTokenIds, workspace = null, n, k, dtype, groupSize, weights } = gemm;
  const name = `moe_w4a16_sm90_${dtype}_g${groupSize}${weights.hasZeros ? "_zeros" : ""}`;
  const { numSlots, numValidTokens, topK, blockM } = gemm;
  const numbers = [numSlots, numValidTokens, topK, blockM, k, n].map(u32);
  sm90Module(device, name)
    .kernel(name)
    .launch({
      // Any number is right; drivers always say how many multiprocessors there are.
      grid: device.info.computeUnits ?? 1,
      block: SM90.gemmThreads,
      sharedBytes: sharedBytes(groupSize, weights.hasZeros),
      // Its prologue runs under the plan kernel, for which it then waits.
      overlaps: true,
      args: [
        {
          struct: [a, repacked, c, sortedTokenIds, workspace, { u64: k }, { u64: n }, ...numbers],
        },
      ],
    });
  return name;
}

/** `moeSm90SharedBytes`: four stages where they fit, else three. */
function sharedBytes(groupSize: number, hasZeros: boolean): number {
  const [rows, slots, mostStages, limit] = [144, 4, 4, 232_448];
  const stage = 2 * rows * 128 + 2 * sm90BlockBytes(groupSize, hasZeros);
  const fixed = slots * (16 + 2 * 4 * rows) + 8 * (2 * mostStages + 2 * slots + 1) + 1024;
  return fixed + (fixed + mostStages * stage <= limit ? mostStages : mostStages - 1) * stage;
}
