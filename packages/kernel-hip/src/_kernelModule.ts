// The kernels of `kernels/*.hip`, on a device.
import { compiledCode } from "./_compiledCode.ts";
import { CUBINS_FOR, cubinModule } from "./_cubin.ts";
import { loadOnce, prebuiltFile } from "./_prebuilt.ts";
import type { Device } from "./Device.ts";
import type { DeviceModule } from "./DeviceModule.ts";
import { sharedKernelCode } from "./moeKernelCode.ts";

/** A module of a source on a device, prebuilt where there is one for its processor, else compiled; loaded once. */
export function kernelModule(device: Device, source: string): DeviceModule {
  const { arch } = device.info;
  const cubins = CUBINS_FOR[arch];
  if (cubins !== undefined) return cubinModule(device, cubins, source);
  if (sharedKernelCode(arch).origin === "prebuilt") {
    return prebuiltFile(device, `${arch}/${source}.co.gz`);
  }
  return loadOnce(device, source, () => compiledCode(arch, source));
}
