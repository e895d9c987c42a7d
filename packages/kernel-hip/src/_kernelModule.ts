// The kernels of `kernels/*.hip`, on a device.
import { compiledCode } from "./_compiledCode.ts";
import { cubinModule } from "./_cubin.ts";
import { cudaProcessor } from "./_cudaProcessors.ts";
import { loadOnce, prebuiltFile } from "./_prebuilt.ts";
import type { Device } from "./Device.ts";
import type { DeviceModule } from "./DeviceModule.ts";
import { moeKernelCode } from "./moeKernelCode.ts";

/** A module of a source on a device, prebuilt where there is one for its processor, else compiled; loaded once. */
export function kernelModule(device: Device, source: string): DeviceModule {
  const { arch } = device.info;
  const cuda = cudaProcessor(arch);
  if (cuda !== undefined) return cubinModule(device, cuda.code, source);
  if (moeKernelCode(arch).origin === "prebuilt") {
    return prebuiltFile(device, `${arch}/${source}.co.gz`);
  }
  return loadOnce(device, source, () => compiledCode(arch, source));
}
