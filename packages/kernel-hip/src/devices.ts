import { ARCHES, availability } from "@moe/gfx11-sim";
import { type DriverBackend, infoOf, namedLibrary } from "./_drivers.ts";
import { load } from "./_load.ts";
import { unwrap } from "./_native.ts";
import { simInfo } from "./_SimEngine.ts";
import { BACKENDS, type Backend, type DeviceInfo } from "./DeviceInfo.ts";
import { KernelHipError, type KernelHipErrorCode } from "./errors.ts";

/** A backend with what it can run on, or the reason why it cannot run at all. */
export type BackendDevices =
  | {
      /** Which one. */
      backend: Backend;
      /** It has at least one device. */
      available: true;
      /** The driver's library, by the name that it was found by; for the simulator, the path of its addon. */
      library: string;
      /** As the driver counts its versions; for the simulator, the version of its addon. */
      version: string;
      /** The devices; of the simulator, one for each processor that it can be. */
      devices: DeviceInfo[];
    }
  | {
      /** Which one. */
      backend: Backend;
      /** It has none. */
      available: false;
      /** What kept it from running. */
      code: KernelHipErrorCode;
      /** What was tried, and what to do. */
      reason: string;
      /** None. */
      devices: DeviceInfo[];
    };

/**
 * Everything that {@link openDevice} could open here. Loads the drivers.
 *
 * @returns one entry for each backend, `hip`, `cuda` and `sim`; never throws for what is not there
 * @example
 * ```ts
 * import { devices } from "@moe/kernel-hip";
 *
 * for (const { backend, devices: found } of devices()) {
 *   if (backend === "sim") console.log(found.map(({ arch }) => arch).join());
 * }
 * // → gfx1100,gfx1101,gfx1102,gfx1103,gfx1150,gfx1151,gfx1152,gfx1153
 * ```
 */
export function devices(): BackendDevices[] {
  return BACKENDS.map((backend) => (backend === "sim" ? simulated() : driven(backend)));
}

function driven(backend: DriverBackend): BackendDevices {
  try {
    const found = unwrap(load().binding.driverInfo(backend, namedLibrary(backend)));
    const { library, version } = found;
    const all = found.devices.map((info) => infoOf(backend, info));
    return { backend, available: true, library, version: String(version), devices: all };
  } catch (error) {
    if (!(error instanceof KernelHipError)) throw error;
    const { code, message: reason } = error;
    return { backend, available: false, code, reason, devices: [] };
  }
}

function simulated(): BackendDevices {
  const native = availability();
  const backend = "sim";
  if (!native.available) {
    const code = "E_NATIVE_UNAVAILABLE";
    return { backend, available: false, code, reason: native.reason, devices: [] };
  }
  const { path: library, version } = native;
  return { backend, available: true, library, version, devices: ARCHES.map(simInfo) };
}
