// Code objects that come with the package.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Device } from "./Device.ts";
import type { DeviceModule } from "./DeviceModule.ts";

const FOLDER = new URL("../prebuilt/", import.meta.url);

const loaded = new WeakMap<Device, Map<string, DeviceModule>>();

/** A packed code object below `prebuilt/` on a device, loaded once. */
export function prebuiltFile(device: Device, file: string): DeviceModule {
  return loadOnce(device, file, () => gunzipSync(readFileSync(new URL(file, FOLDER))));
}

/** Code on a device, loaded once. */
export function loadOnce(device: Device, key: string, code: () => Uint8Array): DeviceModule {
  const modules = loaded.get(device) ?? new Map<string, DeviceModule>();
  loaded.set(device, modules);
  const known = modules.get(key);
  if (known !== undefined) return known;
  const module = device.loadModule(code());
  modules.set(key, module);
  return module;
}

/** A JSON file below `prebuilt/`. */
export function prebuiltJson(file: string): unknown {
  return JSON.parse(readFileSync(new URL(file, FOLDER), "utf8"));
}
