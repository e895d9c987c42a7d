import { type Device, KernelHipError } from "@moe/kernel-hip";
import type { SensorReading } from "./Backend.ts";

/**
 * A device's sensors as a log of clocks wants them: null where there is no NVML, and from the first failure on. What cannot
 * be read never fails a cell, and a library that is not there is looked for once.
 */
export function sensorsOf(device: Device): () => SensorReading | null {
  let canRead = true;
  return () => {
    if (!canRead) return null;
    try {
      return device.sensors();
    } catch (error) {
      if (!(error instanceof KernelHipError)) throw error;
      canRead = false;
      return null;
    }
  };
}
