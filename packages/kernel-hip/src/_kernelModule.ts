// The kernels that are written in HIP, on a device.
import { compiledCode } from "./_compiledCode.ts";
import { loadOnce, prebuiltFile } from "./_prebuilt.ts";
import type { Device } from "./Device.ts";
import type { DeviceModule } from "./DeviceModule.ts";
import { hipKernelCode } from "./moeKernelCode.ts";

/** A module of `kernels/` on a device, prebuilt where there is one for its processor, else compiled; loaded once. */
export function kernelModule(device: Device, source: string): DeviceModule {
  const { arch } = device.info;
  if (hipKernelCode(arch).origin === "prebuilt") {
    return prebuiltFile(device, `${arch}/${source}.co.gz`);
  }
  return loadOnce(device, source, () => compiledCode(arch, source));
}
