import { type Alignment, type AlignOptions, type AlignShape, alignSizes } from "@moe/align";
import { withBuffers } from "./_buffers.ts";
import { checkKeys, oneOf, show } from "./_check.ts";
import { compileAhead } from "./_compiledCode.ts";
import type { Device } from "./Device.ts";
import type { DeviceBuffer } from "./DeviceBuffer.ts";
import { KernelHipError } from "./errors.ts";
import { ALIGN_CHUNK, ALIGN_SOURCE, countersBytes, launchInChunks } from "./launchMoeAlign.ts";
import { checkKernelArch } from "./moeKernelCode.ts";

/** What {@link moeAlignBlockSize} takes: the options of `@moe/align` without `out`. */
export type DeviceAlignOptions = Omit<AlignOptions, "out">;

const SHAPE_KEYS = ["numTokens", "topK", "numExperts", "blockM", "padSortedIds"] as const;
const KEYS = [...SHAPE_KEYS, "expertMap", "ignoreInvalidExperts", "tail"] as const;

/**
 * `moe_align_block_size` on a device, with the result of `moeAlignBlockSize` of `@moe/align`, bit for bit.
 *
 * @param device - see {@link launchMoeAlign}
 * @param topkIds - `[numTokens, topK]`, expert of each route; it must not change until the promise settles
 * @param options - shape and variants; at most 1,024 experts
 * @returns the three buffers, on the host
 * @throws AlignError as a rejection, for a shape that `alignSizes` refuses
 * @throws KernelHipError as a rejection: `E_SHAPE`, `E_OPTION`, `E_TYPE`, and all that a device throws
 */
export async function moeAlignBlockSize(
  device: Device,
  topkIds: Int32Array,
  options: DeviceAlignOptions,
): Promise<Alignment> {
  return await alignInChunks(device, topkIds, options, ALIGN_CHUNK);
}

/** The same with chunks of that many routes, a multiple of 256. @internal */
export async function alignInChunks(
  device: Device,
  topkIds: Int32Array,
  options: DeviceAlignOptions,
  chunk: number,
): Promise<Alignment> {
  checkKernelArch(device.info.arch);
  const shape = shapeOf(options);
  const lengths = alignSizes(shape);
  const { expertMap, ignoreInvalidExperts, tail } = variantOf(options);
  checkIds("topkIds", topkIds, options.numTokens * options.topK);
  if (expertMap !== undefined) checkIds("expertMap", expertMap, options.numExperts);
  await compileAhead(device.info.arch, ALIGN_SOURCE);
  return await withBuffers(device, async (buffers) => {
    const put = async (name: string, data: Int32Array) =>
      data.length === 0 ? await buffers.allocate(name, 4) : await buffers.upload(name, data);
    const align = {
      ...shape,
      topkIds: await put("topkIds", topkIds),
      ...(expertMap && { expertMap: await put("expertMap", expertMap) }),
      ignoreInvalidExperts,
      tail,
      sortedTokenIds: await buffers.allocate("sortedTokenIds", 4 * lengths.sortedTokenIds),
      expertIds: await buffers.allocate("expertIds", 4 * lengths.expertIds),
      numTokensPostPadded: await buffers.allocate("numTokensPostPadded", 4),
      workspace: await buffers.allocate("workspace", countersBytes(shape, chunk)),
    };
    launchInChunks(device, align, chunk);
    return {
      sortedTokenIds: await read(align.sortedTokenIds, lengths.sortedTokenIds),
      expertIds: await read(align.expertIds, lengths.expertIds),
      numTokensPostPadded: await read(align.numTokensPostPadded, 1),
    };
  });
}

async function read(from: DeviceBuffer, count: number): Promise<Int32Array> {
  return count === 0 ? new Int32Array(0) : await from.read(new Int32Array(count));
}

function shapeOf(options: DeviceAlignOptions): AlignShape {
  checkKeys("option", options, KEYS);
  const given = SHAPE_KEYS.filter((key) => key in options).map((key) => [key, options[key]]);
  return Object.fromEntries(given) as unknown as AlignShape;
}

function variantOf(options: DeviceAlignOptions): {
  expertMap: Int32Array | undefined;
  ignoreInvalidExperts: boolean;
  tail: number;
} {
  const { expertMap, ignoreInvalidExperts = false } = options;
  if (typeof ignoreInvalidExperts !== "boolean") {
    const message = `ignoreInvalidExperts is ${show(ignoreInvalidExperts)}, but must be true or false`;
    throw new KernelHipError("E_OPTION", message, { option: "ignoreInvalidExperts" });
  }
  const wraps = oneOf("tail", options.tail ?? "wrap", ["wrap", "minus-one"]) === "wrap";
  const isGathered = expertMap !== undefined && !ignoreInvalidExperts;
  const tail = wraps && isGathered ? (expertMap[options.numExperts - 1] ?? -1) : -1;
  return { expertMap, ignoreInvalidExperts, tail };
}

function checkIds(name: string, given: unknown, length: number): void {
  if (!(given instanceof Int32Array)) {
    throw new KernelHipError("E_TYPE", `${name} is ${show(given)}, but must be an Int32Array`);
  }
  if (given.length === length) return;
  const message = `${name} has ${given.length} entries, but must have ${length}`;
  throw new KernelHipError("E_SHAPE", message, { limit: name, given: given.length });
}
