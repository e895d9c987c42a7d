import { alignSizes } from "@moe/align";
import { whole } from "./_check.ts";
import { kernelModule } from "./_kernelModule.ts";
import { profiled } from "./_Profiler.ts";
import { NO_ROUTING } from "./_scopeRouting.ts";
import type { Device } from "./Device.ts";
import { checkTensors, type DeviceTensor } from "./DeviceTensor.ts";
import { KernelHipError } from "./errors.ts";
import { checkKernelArch } from "./moeKernelCode.ts";
import { scopeOf } from "./ProfileScope.ts";

/** Shape of an alignment, in the words of `AlignShape` of `@moe/align`. */
export interface MoeAlignSizes {
  /** Tokens, 0 or more; `numTokens · topK` is below 2^31. */
  numTokens: number;
  /** Experts of a token, 1 or more. */
  topK: number;
  /** Experts, 1 to 1,024 (included). */
  numExperts: number;
  /** Rows of a block, 1 or more. */
  blockM: number;
  /** Round the number of slots up to whole blocks; default false. */
  padSortedIds?: boolean;
}

/** An alignment whose tensors are on a device; how long each is, `alignSizes` of `@moe/align` says. */
export interface DeviceAlign extends MoeAlignSizes {
  /** int32 `[numTokens, topK]`; ids outside of `0 … numExperts - 1` are no route. */
  topkIds: DeviceTensor;
  /** int32 `[numExperts]`, expert to local expert, negative: not here. Default: none. */
  expertMap?: DeviceTensor;
  /** Whether routes to experts that the map lacks are none; default false: their blocks stay, with a negative expert. */
  ignoreInvalidExperts?: boolean;
  /** Expert of the blocks behind the last one that is used, an int32; default -1. */
  tail?: number;
  /** int32: flat indices by slot, `numTokens · topK` where there is none. */
  sortedTokenIds: DeviceTensor;
  /** int32: expert of each block. */
  expertIds: DeviceTensor;
  /** int32 `[1]`: slots that are used. */
  numTokensPostPadded: DeviceTensor;
  /** Scratch of {@link moeAlignWorkspaceBytes}; not needed where that is 0. */
  workspace?: DeviceTensor;
}

/** Of `kernels/`. @internal */
export const ALIGN_SOURCE = "moe_align";
const THREADS = 256;
/** Counters of every wave lie in LDS. */
const MAX_EXPERTS = 1024;
const MIN_INT32 = -(2 ** 31);
const MAX_INT32 = 2 ** 31 - 1;
/** Routes that one workgroup sorts alone, and of a chunk where there are more. */
export const ALIGN_CHUNK = 8192;

/**
 * @param sizes - of the alignment
 * @returns bytes of scratch that {@link launchMoeAlign} needs: counters for each 8,192 routes and expert, 0 up to 8,192 routes
 */
export function moeAlignWorkspaceBytes(sizes: MoeAlignSizes): number {
  return countersBytes(sizes, ALIGN_CHUNK);
}

/** The same with chunks of that many routes. @internal */
export function countersBytes(
  { numTokens, topK, numExperts }: MoeAlignSizes,
  chunk: number,
): number {
  const chunks = Math.ceil((numTokens * topK) / chunk);
  return chunks <= 1 ? 0 : 4 * (chunks + 1) * numExperts;
}

/**
 * Puts `moe_align_block_size` behind the work that a device has, and returns: nothing is copied, nothing waits. The result is
 * that of `moeAlignBlockSize` of `@moe/align`, bit for bit; there the `tail` of a mapped alignment is `expertMap`'s last
 * entry by default, which is not on the host here.
 *
 * @param device - of a processor that {@link usesMoeKernel} accepts
 * @param align - sizes and tensors
 * @returns the kernels, in order
 * @throws AlignError for a shape that `alignSizes` refuses
 * @throws KernelHipError `E_SHAPE` naming the limit that is broken, `E_RANGE` for a tensor that is too small, `E_ARGUMENT` for one
 * of another device, `E_OPTION`, `E_DISPOSED`. What fails later is told as {@link Device} says.
 */
export function launchMoeAlign(device: Device, align: DeviceAlign): string[] {
  return launchInChunks(device, align, ALIGN_CHUNK);
}

/** The same with chunks of that many routes, a multiple of 256. @internal */
export function launchInChunks(device: Device, align: DeviceAlign, chunk: number): string[] {
  checkKernelArch(device.info.arch);
  const { numTokens, topK, numExperts, blockM, padSortedIds = false, expertMap } = align;
  const sizes = alignSizes({ numTokens, topK, numExperts, blockM, padSortedIds });
  checkNumExperts(numExperts);
  const routes = numTokens * topK;
  checkTensors("the alignment", [
    ["topkIds", align.topkIds, 4 * routes],
    ["expertMap", expertMap, expertMap === undefined ? 0 : 4 * numExperts],
    ["sortedTokenIds", align.sortedTokenIds, 4 * sizes.sortedTokenIds],
    ["expertIds", align.expertIds, 4 * sizes.expertIds],
    ["numTokensPostPadded", align.numTokensPostPadded, 4],
    ["workspace", align.workspace, countersBytes(align, chunk)],
  ]);
  const { topkIds, workspace = null, sortedTokenIds, expertIds, numTokensPostPadded } = align;
  const tail = whole("tail", align.tail ?? -1, MIN_INT32, MAX_INT32);
  const mapFirst = align.ignoreInvalidExperts === true && expertMap !== undefined;
  const pointers = [topkIds, expertMap ?? null, workspace, sortedTokenIds, expertIds];
  const counts = [routes, numExperts, blockM, sizes.sortedTokenIds, sizes.expertIds, chunk];
  const struct = [
    ...pointers,
    numTokensPostPadded,
    ...counts.map((value) => ({ u32: value })),
    { i32: tail },
    { u32: Number(mapFirst) },
  ];
  const module = kernelModule(device, ALIGN_SOURCE);
  const steps = stepsOf(Math.ceil(routes / chunk));
  const facts = { M: numTokens, N: null, K: null, E: numExperts, top_k: topK, g: null };
  const describe = () => scopeOf("moe_align", { ...facts, block_m: blockM, ...NO_ROUTING });
  const launch = (): void => {
    for (const [name, grid] of steps) {
      module.kernel(name).launch({ grid, block: THREADS, args: [{ struct }] });
    }
  };
  profiled(device, () => describe, launch);
  return steps.map(([name]) => name);
}

function stepsOf(chunks: number): [name: string, grid: number][] {
  if (chunks <= 1) return [["moe_align_single", 1]];
  return [
    ["moe_align_count", chunks],
    ["moe_align_scan", 1],
    ["moe_align_scatter", chunks],
  ];
}

/** Refuses more experts than the kernel has counters for. @internal */
export function checkNumExperts(numExperts: number): void {
  if (numExperts <= MAX_EXPERTS) return;
  const message = `numExperts is ${numExperts}, but the align kernel takes at most ${MAX_EXPERTS}`;
  throw new KernelHipError("E_SHAPE", message, { limit: "numExperts", given: numExperts });
}
