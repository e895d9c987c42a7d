import { ARCHES, type Gfx11Arch, type LaunchReport, type SimulatorOptions } from "@moe/gfx11-sim";
import { checkKeys, oneOf, show, whole } from "./_check.ts";
import type { DriverBackend } from "./_drivers.ts";
import { GpuEngine } from "./_GpuEngine.ts";
import { sinksOfEnvironment } from "./_profileSinks.ts";
import { SimEngine } from "./_SimEngine.ts";
import { Device } from "./Device.ts";
import { BACKENDS } from "./DeviceInfo.ts";
import { KernelHipError } from "./errors.ts";
import type { ProfileSink } from "./ProfileScope.ts";

/** A GPU to be opened. */
export interface GpuDeviceOptions {
  /** Whose driver. */
  backend: "hip" | "cuda";
  /** Position among the driver's devices, 0 (default) to 255 (included). */
  index?: number;
  /** Refuse a device of any other processor, such as `gfx1151` or `sm_90`. Default: take what is there. */
  arch?: string;
  /** Who is told of launches of MoE kernels. Default: what `MOE_PROFILE_SCOPES` asks for, which is nobody if not set. */
  profile?: readonly ProfileSink[];
}

/** A simulator to be made. */
export interface SimDeviceOptions {
  /** The simulator. */
  backend: "sim";
  /** The processor, default `gfx1151`. */
  arch?: Gfx11Arch;
  /** How it runs kernels: checks, schedule, threads, … */
  simulator?: Omit<SimulatorOptions, "arch">;
  /** Called after each launch with what it executed and touched. */
  onReport?: (report: LaunchReport, launch: SimLaunch) => void;
  /** Who is told of launches of MoE kernels. Default: what `MOE_PROFILE_SCOPES` asks for, which is nobody if not set. */
  profile?: readonly ProfileSink[];
}

/** Which launch a report is of. */
export interface SimLaunch {
  /** Name of the kernel. */
  kernel: string;
  /** Kernel, grid, block, dynamic shared bytes and arguments. */
  text: string;
}

/** What {@link openDevice} takes. */
export type DeviceOptions = GpuDeviceOptions | SimDeviceOptions;

const GPU_KEYS = [
  "backend",
  "index",
  "arch",
  "profile",
] as const satisfies readonly (keyof GpuDeviceOptions)[];
const SIM_KEYS = [
  "backend",
  "arch",
  "simulator",
  "onReport",
  "profile",
] as const satisfies readonly (keyof SimDeviceOptions)[];
const DEFAULT_ARCH = "gfx1151";
const MAX_INDEX = 255;

/**
 * Opens a device. The backend that is asked for is opened or an error says why not: never another one.
 *
 * Drivers are loaded on the first call: `libamdhip64.so.7`, `.6` or `.5`, and `libcuda.so.1`; or the library that
 * `MOE_HIP_LIBRARY` or `MOE_CUDA_LIBRARY` names, and then no other.
 *
 * @param options - see {@link DeviceOptions}
 * @returns the device
 * @throws KernelHipError `E_NO_LIBRARY`, `E_DRIVER_OLD`, `E_NO_DEVICE`, `E_DEVICE_INDEX`, `E_ARCH`, `E_DRIVER`, `E_OPTION`,
 * `E_NATIVE_UNAVAILABLE`, `E_NATIVE_VERSION`
 * @example
 * ```ts
 * import { openDevice } from "@moe/kernel-hip";
 *
 * using device = openDevice({ backend: "sim", arch: "gfx1100" });
 * const buffer = await device.upload("x", Uint32Array.of(1, 2, 3));
 * buffer.fill(0xff);
 * console.log(device.info.name, (await buffer.read(new Uint32Array(3))).join());
 * // → simulated gfx1100 4294967295,4294967295,4294967295
 * ```
 */
export function openDevice(options: DeviceOptions): Device {
  if (typeof options !== "object" || options === null) {
    const message = `the options are ${show(options)}, but must be an object with backend`;
    throw new KernelHipError("E_OPTION", message);
  }
  oneOf("backend", options.backend, BACKENDS);
  const sinks = sinksOf(options);
  return new Device(options.backend === "sim" ? openSim(options) : openGpu(options), sinks);
}

function sinksOf({ backend, profile }: DeviceOptions): readonly ProfileSink[] {
  if (profile === undefined) return sinksOfEnvironment(backend);
  const isSink = (sink: Partial<ProfileSink> | null): boolean =>
    typeof sink?.begin === "function" && typeof sink.end === "function";
  if (Array.isArray(profile) && profile.every(isSink)) return [...profile];
  const message =
    "profile must be an array of sinks: objects with begin and end, such as rangesSink('roctx')";
  throw new KernelHipError("E_OPTION", message, { option: "profile" });
}

function openGpu(options: GpuDeviceOptions): GpuEngine {
  checkKeys(`option of backend ${options.backend}`, options, GPU_KEYS);
  const index = whole("index", options.index ?? 0, 0, MAX_INDEX);
  const engine = new GpuEngine(options.backend satisfies DriverBackend, index);
  const { arch } = engine.info;
  if (options.arch === undefined || options.arch === arch) return engine;
  engine.dispose();
  const message = `device ${index} is a ${arch}, but ${show(options.arch)} was asked for; see devices()`;
  throw new KernelHipError("E_ARCH", message, { arch, given: options.arch, index });
}

function openSim(options: SimDeviceOptions): SimEngine {
  checkKeys("option of backend sim", options, SIM_KEYS);
  const arch = oneOf("arch", options.arch ?? DEFAULT_ARCH, ARCHES);
  const { simulator = {}, onReport } = options;
  if (typeof simulator !== "object" || simulator === null || "arch" in simulator) {
    const message =
      "simulator must be an object of the simulator's options without arch, which stands beside it";
    throw new KernelHipError("E_OPTION", message, { option: "simulator" });
  }
  if (onReport !== undefined && typeof onReport !== "function") {
    const message = `onReport is ${show(onReport)}, but must be a function`;
    throw new KernelHipError("E_OPTION", message, { option: "onReport" });
  }
  return new SimEngine(arch, { simulator, ...(onReport && { onReport }) });
}
