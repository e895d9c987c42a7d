// Cubins below `prebuilt/cuda/`, on a device.
import { prebuiltFile } from "./_prebuilt.ts";
import type { Device } from "./Device.ts";
import type { DeviceModule } from "./DeviceModule.ts";
import { KernelHipError } from "./errors.ts";

/** A module that was built for `arch`, as compilers name it. */
export function cubinModule(device: Device, arch: string, name: string): DeviceModule {
  try {
    return prebuiltFile(device, `cuda/${arch}/${name}.cubin.gz`);
  } catch (error) {
    if (!(error instanceof KernelHipError) || error.code !== "E_ARCH") throw error;
    const message = `${error.message}; the kernels for ${device.info.arch} are of CUDA 13.0, which takes NVIDIA's driver 580 or later`;
    throw new KernelHipError("E_ARCH", message, error.details, error.cause);
  }
}
