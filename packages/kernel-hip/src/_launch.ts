// The form of a launch.
import { checkKeys, show, whole } from "./_check.ts";
import type { EngineLaunch } from "./_engine.ts";
import { packArguments } from "./_pack.ts";
import type { DeviceBuffer } from "./DeviceBuffer.ts";
import type { LaunchOptions } from "./DeviceModule.ts";
import { KernelHipError } from "./errors.ts";

const KEYS = [
  "grid",
  "block",
  "sharedBytes",
  "overlaps",
  "args",
] as const satisfies readonly (keyof LaunchOptions)[];
const MAX_U32 = 2 ** 32 - 1;
const MAX_SHARED_BYTES = 2 ** 20;

/** Checks everything that does not depend on the device. `addressOf` refuses buffers that the device cannot reach. */
export function resolveLaunch(
  kernel: string,
  options: LaunchOptions,
  addressOf: (buffer: DeviceBuffer) => bigint,
): EngineLaunch {
  checkKeys("launch option", options, KEYS);
  return {
    kernel,
    grid: sizes("grid", options.grid),
    block: sizes("block", options.block),
    sharedBytes: whole("sharedBytes", options.sharedBytes ?? 0, 0, MAX_SHARED_BYTES),
    overlaps: truth("overlaps", options.overlaps ?? false),
    ...packArguments(kernel, options.args ?? [], addressOf),
  };
}

function truth(name: string, given: unknown): boolean {
  if (typeof given === "boolean") return given;
  const message = `${name} is ${show(given)}, but must be true or false`;
  throw new KernelHipError("E_OPTION", message, { option: name, given });
}

function sizes(name: string, given: unknown): [number, number, number] {
  const all: unknown[] = Array.isArray(given) ? given : [given];
  if (all.length === 0 || all.length > 3) {
    const message = `${name} has ${all.length} sizes, but must have 1 to 3`;
    throw new KernelHipError("E_OPTION", message, { option: name });
  }
  const [x, y = 1, z = 1] = all.map((size) => whole(name, size, 1, MAX_U32));
  return [x, y, z];
}

/** As the native layer writes it in its errors. */
export function describeLaunch({ kernel, grid, block, sharedBytes, text }: EngineLaunch): string {
  return `${kernel}<<<[${grid.join(", ")}], [${block.join(", ")}], ${sharedBytes}>>>(${text})`;
}
